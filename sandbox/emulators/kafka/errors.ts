/** The answers: Apache Kafka's error codes and default texts (org.apache.kafka.common.protocol.Errors 4.3), as far as this broker gives them. */
export const errors = {
  NONE: [0, ''],
  OFFSET_OUT_OF_RANGE: [1, 'The requested offset is not within the range of offsets maintained by the server.'],
  CORRUPT_MESSAGE: [
    2,
    'This message has failed its CRC checksum, exceeds the valid size, has a null key for a compacted topic, or is otherwise corrupt.',
  ],
  UNKNOWN_TOPIC_OR_PARTITION: [3, 'This server does not host this topic-partition.'],
  NOT_LEADER_OR_FOLLOWER: [
    6,
    'For requests intended only for the leader, this error indicates that the broker is not the current leader. For requests intended for any replica, this error indicates that the broker is not a replica of the topic partition.',
  ],
  MESSAGE_TOO_LARGE: [10, 'The request included a message larger than the max message size the server will accept.'],
  OFFSET_METADATA_TOO_LARGE: [12, 'The metadata field of the offset request was too large.'],
  COORDINATOR_NOT_AVAILABLE: [15, 'The coordinator is not available.'],
  INVALID_TOPIC_EXCEPTION: [17, 'The request attempted to perform an operation on an invalid topic.'],
  RECORD_LIST_TOO_LARGE: [
    18,
    'The request included message batch larger than the configured segment size on the server.',
  ],
  INVALID_REQUIRED_ACKS: [21, 'Produce request specified an invalid value for required acks.'],
  ILLEGAL_GENERATION: [22, 'Specified group generation id is not valid.'],
  INCONSISTENT_GROUP_PROTOCOL: [
    23,
    "The group member's supported protocols are incompatible with those of existing members or first group member tried to join with empty protocol type or empty protocol list.",
  ],
  INVALID_GROUP_ID: [24, 'The group id is invalid.'],
  UNKNOWN_MEMBER_ID: [25, 'The coordinator is not aware of this member.'],
  INVALID_SESSION_TIMEOUT: [
    26,
    'The session timeout is not within the range allowed by the broker (as configured by group.min.session.timeout.ms and group.max.session.timeout.ms).',
  ],
  REBALANCE_IN_PROGRESS: [27, 'The group is rebalancing, so a rejoin is needed.'],
  INVALID_TIMESTAMP: [32, 'The timestamp of the message is out of acceptable range.'],
  UNSUPPORTED_VERSION: [35, 'The version of API is not supported.'],
  TOPIC_ALREADY_EXISTS: [36, 'Topic with this name already exists.'],
  INVALID_PARTITIONS: [37, 'Number of partitions is below 1.'],
  INVALID_REPLICATION_FACTOR: [38, 'Replication factor is below 1 or larger than the number of available brokers.'],
  INVALID_REPLICA_ASSIGNMENT: [39, 'Replica assignment is invalid.'],
  INVALID_CONFIG: [40, 'Configuration is invalid.'],
  INVALID_REQUEST: [
    42,
    'This most likely occurs because of a request being malformed by the client library or the message was sent to an incompatible broker. See the broker logs for more details.',
  ],
  POLICY_VIOLATION: [44, 'Request parameters do not satisfy the configured policy.'],
  OUT_OF_ORDER_SEQUENCE_NUMBER: [45, 'The broker received an out of order sequence number.'],
  INVALID_PRODUCER_EPOCH: [47, 'Producer attempted to produce with an old epoch.'],
  INVALID_TXN_STATE: [48, 'The producer attempted a transactional operation in an invalid state.'],
  INVALID_PRODUCER_ID_MAPPING: [
    49,
    'The producer attempted to use a producer id which is not currently assigned to its transactional id.',
  ],
  INVALID_TRANSACTION_TIMEOUT: [
    50,
    'The transaction timeout is larger than the maximum value allowed by the broker (as configured by transaction.max.timeout.ms).',
  ],
  OPERATION_NOT_ATTEMPTED: [
    55,
    'The broker did not attempt to execute this operation. This may happen for batched RPCs where some operations in the batch failed, causing the broker to respond without trying the rest.',
  ],
  KAFKA_STORAGE_ERROR: [56, 'Disk error when trying to access log file on the disk.'],
  NON_EMPTY_GROUP: [68, 'The group is not empty.'],
  GROUP_ID_NOT_FOUND: [69, 'The group id does not exist.'],
  FETCH_SESSION_ID_NOT_FOUND: [70, 'The fetch session ID was not found.'],
  TOPIC_DELETION_DISABLED: [73, 'Topic deletion is disabled.'],
  FENCED_LEADER_EPOCH: [74, 'The leader epoch in the request is older than the epoch on the broker.'],
  UNKNOWN_LEADER_EPOCH: [75, 'The leader epoch in the request is newer than the epoch on the broker.'],
  UNSUPPORTED_COMPRESSION_TYPE: [76, 'The requesting client does not support the compression type of given partition.'],
  MEMBER_ID_REQUIRED: [
    79,
    'The group member needs to have a valid member id before actually entering a consumer group.',
  ],
  GROUP_MAX_SIZE_REACHED: [81, 'The group has reached its maximum size.'],
  FENCED_INSTANCE_ID: [
    82,
    'The broker rejected this static consumer since another consumer with the same group.instance.id has registered with a different member.id.',
  ],
  GROUP_SUBSCRIBED_TO_TOPIC: [
    86,
    'Deleting offsets of a topic is forbidden while the consumer group is actively subscribed to it.',
  ],
  INVALID_RECORD: [87, 'This record has failed the validation on broker and hence will be rejected.'],
  UNSTABLE_OFFSET_COMMIT: [88, 'There are unstable offsets that need to be cleared.'],
  PRODUCER_FENCED: [90, 'There is a newer producer with the same transactionalId which fences the current one.'],
  UNKNOWN_TOPIC_ID: [100, 'This server does not host this topic ID.'],
  MISMATCHED_ENDPOINT_TYPE: [114, 'The request was sent to an endpoint of the wrong type.'],
  UNSUPPORTED_ENDPOINT_TYPE: [115, 'This endpoint type is not supported yet.'],
} as const satisfies Record<string, readonly [code: number, text: string]>;

export type ErrorName = keyof typeof errors;

export const codeOf = (name: ErrorName): number => errors[name][0];
export const textOf = (name: ErrorName): string => errors[name][1];

/** An answer that a request (or one item of it) gets instead of its result. */
export class KafkaError extends Error {
  readonly errorName: ErrorName;

  constructor(errorName: ErrorName, message: string = textOf(errorName)) {
    super(message);
    this.name = 'KafkaError';
    this.errorName = errorName;
  }

  get code(): number {
    return codeOf(this.errorName);
  }
}
