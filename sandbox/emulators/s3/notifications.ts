import { formEncodeKey } from '../../wire/s3/uri.ts';
import { childOf, childrenOf, textOf, type XmlElement } from '../../wire/s3/xml.ts';
import type { PendingEvent, QueueConfiguration, StoredObject } from './changes.ts';
import { notEmulated, S3Error } from './errors.ts';
import { invalidArgument, ownerId, type S3Context } from './operation.ts';
import type { S3Request } from './request.ts';
import type { Bucket } from './store.ts';

/** The events this server raises. */
export type EventName =
  | 'ObjectCreated:Put'
  | 'ObjectCreated:Copy'
  | 'ObjectCreated:CompleteMultipartUpload'
  | 'ObjectRemoved:Delete'
  | 'ObjectTagging:Put'
  | 'ObjectTagging:Delete';

const happeningHere = new Set([
  's3:ObjectCreated:*',
  's3:ObjectCreated:Put',
  's3:ObjectCreated:Post',
  's3:ObjectCreated:Copy',
  's3:ObjectCreated:CompleteMultipartUpload',
  's3:ObjectRemoved:*',
  's3:ObjectRemoved:Delete',
  's3:ObjectRemoved:DeleteMarkerCreated',
  's3:ObjectTagging:*',
  's3:ObjectTagging:Put',
  's3:ObjectTagging:Delete',
]);

/** Real events of features that are not emulated: to wait for one here would be to wait for ever. */
const neverHere =
  /^s3:(ReducedRedundancyLostObject|ObjectRestore:(\*|Post|Completed|Delete)|Replication:(\*|Operation\w+)|LifecycleExpiration:(\*|Delete|DeleteMarkerCreated)|LifecycleTransition|IntelligentTiering|ObjectAcl:Put)$/;

const matchesName = (configured: string, name: EventName): boolean =>
  configured.endsWith('*') ? `s3:${name}`.startsWith(configured.slice(0, -1)) : configured === `s3:${name}`;

const covers = (queue: QueueConfiguration, name: EventName, key: string): boolean =>
  queue.events.some((event) => matchesName(event, name)) &&
  key.startsWith(queue.prefix ?? '') &&
  key.endsWith(queue.suffix ?? '');

/** The events to be kept with a change of `key`: one for each queue whose configuration covers it. */
export const eventsFor = (
  context: S3Context,
  request: S3Request,
  bucket: Bucket,
  name: EventName,
  key: string,
  object?: Pick<StoredObject, 'sizeBytes' | 'etag'>,
): PendingEvent[] => {
  const queues = bucket.queues.filter((queue) => covers(queue, name, key));
  if (queues.length === 0) return [];
  const sequencer = context.store.nextSequencer();
  return queues.map((queue, index) => ({
    id: `${sequencer}-${index}`,
    queueArn: queue.queueArn,
    bucket: bucket.name,
    timeMs: context.clock.nowMs(),
    requestId: request.requestId,
    hostId: request.hostId,
    detail: {
      kind: 'object',
      name,
      configurationId: queue.id,
      sourceIp: request.http.socket.remoteAddress ?? '127.0.0.1',
      key,
      ...(object && { sizeBytes: object.sizeBytes, etag: object.etag }),
      sequencer,
    },
  }));
};

/** S3 sends one to each destination when a configuration is set. */
export const testEvents = (
  context: S3Context,
  request: S3Request,
  bucket: string,
  queues: readonly QueueConfiguration[],
): PendingEvent[] =>
  [...new Set(queues.map((queue) => queue.queueArn))].map((queueArn) => ({
    id: `${context.store.nextSequencer()}-test`,
    queueArn,
    bucket,
    timeMs: context.clock.nowMs(),
    requestId: request.requestId,
    hostId: request.hostId,
    detail: { kind: 'test' },
  }));

/** The message of a test event: the only one without Records. */
export const testMessage = (event: PendingEvent): object => ({
  Service: 'Amazon S3',
  Event: 's3:TestEvent',
  Time: new Date(event.timeMs).toISOString(),
  Bucket: event.bucket,
  RequestId: event.requestId,
  HostId: event.hostId,
});

/** One entry of `Records`, in version 2.1 of the event message structure.
 *  https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html */
export const eventRecord = (
  event: PendingEvent,
  detail: Extract<PendingEvent['detail'], { kind: 'object' }>,
  region: string,
): object => ({
  eventVersion: '2.1',
  eventSource: 'aws:s3',
  awsRegion: region,
  eventTime: new Date(event.timeMs).toISOString(),
  eventName: detail.name,
  userIdentity: { principalId: ownerId },
  requestParameters: { sourceIPAddress: detail.sourceIp },
  responseElements: { 'x-amz-request-id': event.requestId, 'x-amz-id-2': event.hostId },
  s3: {
    s3SchemaVersion: '1.0',
    configurationId: detail.configurationId,
    bucket: { name: event.bucket, ownerIdentity: { principalId: ownerId }, arn: `arn:aws:s3:::${event.bucket}` },
    object: {
      key: formEncodeKey(detail.key),
      ...(detail.sizeBytes !== undefined && { size: detail.sizeBytes, eTag: detail.etag }),
      sequencer: detail.sequencer,
    },
  },
});

const refusedDestinations: Record<string, string> = {
  TopicConfiguration: 'notification of an SNS topic',
  CloudFunctionConfiguration: 'notification of a Lambda function',
  LambdaFunctionConfiguration: 'notification of a Lambda function',
  EventBridgeConfiguration: 'notification by EventBridge',
};

const longestFilterValue = 1024;
const mostConfigurations = 100;

const parseFilter = (element: XmlElement): Pick<QueueConfiguration, 'prefix' | 'suffix'> => {
  const filter: { prefix?: string; suffix?: string } = {};
  const s3Key = childOf(childOf(element, 'Filter') ?? element, 'S3Key');
  for (const rule of s3Key ? childrenOf(s3Key, 'FilterRule') : []) {
    const name = textOf(rule, 'Name')?.toLowerCase();
    const value = childOf(rule, 'Value')?.text ?? '';
    if (name !== 'prefix' && name !== 'suffix')
      throw invalidArgument('FilterRule.Name', name ?? '', 'filter rule name must be either prefix or suffix');
    if (filter[name] !== undefined)
      throw invalidArgument('FilterRule.Name', name, `Cannot specify more than one ${name} rule in a filter.`);
    if (Buffer.byteLength(value) > longestFilterValue)
      throw invalidArgument(
        'FilterRule.Value',
        value,
        'Size of filter rule value cannot exceed 1024 bytes in UTF-8 representation',
      );
    filter[name] = value;
  }
  return filter;
};

const parseEvent = (name: string): string => {
  if (neverHere.test(name)) throw notEmulated(`the event ${name}`);
  if (!happeningHere.has(name)) throw invalidArgument('Event', name, 'The event is not supported for notifications');
  return name;
};

const parseQueue = (context: S3Context, element: XmlElement, index: number): QueueConfiguration => {
  const queueArn = textOf(element, 'Queue');
  const events = childrenOf(element, 'Event').map((event) => parseEvent(event.text.trim()));
  if (!queueArn || events.length === 0) throw new S3Error('MalformedXML');
  if (!context.queueArns.has(queueArn))
    throw invalidArgument(queueArn, 'null', 'Unable to validate the following destination configurations');
  return { id: textOf(element, 'Id') || `sluicebox-${index + 1}`, queueArn, events, ...parseFilter(element) };
};

const overlap = (left: string, right: string, inside: 'startsWith' | 'endsWith'): boolean =>
  left[inside](right) || right[inside](left);

const sameEvent = (left: string, right: string): boolean =>
  left === right ||
  (left.endsWith('*') && right.startsWith(left.slice(0, -1))) ||
  (right.endsWith('*') && left.startsWith(right.slice(0, -1)));

const checkOverlaps = (queues: readonly QueueConfiguration[]) => {
  queues.forEach((one, index) => {
    for (const other of queues.slice(index + 1)) {
      if (one.id === other.id)
        throw new S3Error('InvalidArgument', 'Same ID used for multiple configurations. IDs must be unique');
      const isAmbiguous =
        one.events.some((event) => other.events.some((candidate) => sameEvent(event, candidate))) &&
        overlap(one.prefix ?? '', other.prefix ?? '', 'startsWith') &&
        overlap(one.suffix ?? '', other.suffix ?? '', 'endsWith');
      if (isAmbiguous)
        throw new S3Error(
          'InvalidArgument',
          'Configuration is ambiguously defined. Cannot have overlapping suffixes in two rules if the prefixes are overlapping for the same event type.',
        );
    }
  });
};

/** Reads the body of PutBucketNotificationConfiguration. */
export const parseNotificationConfiguration = (
  context: S3Context,
  root: XmlElement | undefined,
): QueueConfiguration[] => {
  if (root?.name !== 'NotificationConfiguration') throw new S3Error('MalformedXML');
  for (const child of root.children) {
    const refused = refusedDestinations[child.name];
    if (refused !== undefined) throw notEmulated(refused);
    if (child.name !== 'QueueConfiguration') throw new S3Error('MalformedXML');
  }
  if (root.children.length > mostConfigurations)
    throw new S3Error('InvalidArgument', 'The number of notification configurations exceeds the limit of 100');
  const queues = root.children.map((element, index) => parseQueue(context, element, index));
  checkOverlaps(queues);
  return queues;
};
