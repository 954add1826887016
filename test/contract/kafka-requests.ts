import { createRequire } from 'node:module';
import { logLevel } from 'kafkajs';

// Single requests, which no client of kafkajs sends alone: by its own broker class, one level below its public clients.

const inside = createRequire(import.meta.url);
const Broker = inside('kafkajs/src/broker');
const ConnectionPool = inside('kafkajs/src/network/connectionPool');
const socketFactory = inside('kafkajs/src/network/socketFactory');
const { createLogger } = inside('kafkajs/src/loggers');
const { errorCodes } = inside('kafkajs/src/protocol/error') as { errorCodes: { type: string; code: number }[] };

type Partition<Fields> = { topic: string; partitions: ({ partition: number } & Fields)[] };
type Answered<Fields> = { responses: { topicName: string; partitions: ({ partition: number } & Fields)[] }[] };
type Message = {
  key?: string | Buffer | null;
  value: string | Buffer | null;
  timestamp?: number;
  headers?: Record<string, string>;
};

export type Fetched = {
  highWatermark: string;
  lastStableOffset: string;
  abortedTransactions: { firstOffset: string }[];
  messages: {
    offset: string;
    key: Buffer | null;
    value: Buffer | null;
    timestamp: string;
    headers?: Record<string, Buffer>;
    isControlRecord?: boolean;
  }[];
};

/** The requests of kafkajs' broker class that are used here; each fails with the error that the broker answered. */
export type Requests = {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  versions: Record<string, { minVersion: number; maxVersion: number }>;
  metadata(topics: string[]): Promise<unknown>;
  produce(request: {
    topicData: Partition<{ firstSequence?: number; messages: Message[] }>[];
    acks?: number;
    producerId?: string | number;
    producerEpoch?: number;
    transactionalId?: string;
    compression?: number;
  }): Promise<{
    topics: { partitions: { baseOffset: string; logAppendTime: string; logStartOffset?: string }[] }[];
  }>;
  fetch(request: {
    isolationLevel: number;
    maxWaitTime?: number;
    minBytes?: number;
    maxBytes?: number;
    topics: Partition<{ fetchOffset: string; maxBytes: number }>[];
  }): Promise<Answered<Fetched>>;
  listOffsets(request: {
    replicaId: number;
    isolationLevel: number;
    topics: Partition<{ timestamp: number }>[];
  }): Promise<{ responses: { partitions: { offset: string; timestamp: string }[] }[] }>;
  findGroupCoordinator(request: { groupId: string; coordinatorType: number }): Promise<unknown>;
  joinGroup(request: {
    groupId: string;
    sessionTimeout: number;
    rebalanceTimeout: number;
    memberId: string;
    protocolType?: string;
    groupProtocols: { name: string; metadata: Buffer }[];
  }): Promise<{ generationId: number; memberId: string; leaderId: string; members: unknown[] }>;
  syncGroup(request: {
    groupId: string;
    generationId: number;
    memberId: string;
    groupAssignment: { memberId: string; memberAssignment: Buffer }[];
  }): Promise<unknown>;
  heartbeat(request: { groupId: string; groupGenerationId: number; memberId: string }): Promise<unknown>;
  leaveGroup(request: { groupId: string; memberId: string }): Promise<unknown>;
  offsetCommit(request: {
    groupId: string;
    groupGenerationId: number;
    memberId: string;
    topics: Partition<{ offset: string; metadata?: string }>[];
  }): Promise<unknown>;
  offsetFetch(request: { groupId: string; topics: Partition<object>[] }): Promise<{
    responses: { partitions: { offset: string; metadata: string; errorCode: number }[] }[];
  }>;
  describeGroups(request: { groupIds: string[] }): Promise<{ groups: { state: string; protocol: string }[] }>;
  deleteGroups(groupIds: string[]): Promise<unknown>;
  createTopics(request: { topics: object[]; validateOnly?: boolean }): Promise<unknown>;
  createPartitions(request: { topicPartitions: object[]; validateOnly?: boolean }): Promise<unknown>;
  deleteTopics(request: { topics: string[] }): Promise<unknown>;
  deleteRecords(request: { topics: Partition<{ offset: string }>[] }): Promise<{
    topics: { partitions: { lowWatermark: string }[] }[];
  }>;
  describeConfigs(request: {
    resources: { type: number; name: string; configNames?: string[] }[];
    includeSynonyms?: boolean;
  }): Promise<{
    resources: {
      configEntries: {
        configName: string;
        configValue: string | null;
        readOnly: boolean;
        configSource: number;
        isSensitive: boolean;
        configSynonyms: { configName: string; configValue: string | null; configSource: number }[];
      }[];
    }[];
  }>;
  alterConfigs(request: {
    resources: { type: number; name: string; configEntries: { name: string; value: string }[] }[];
    validateOnly?: boolean;
  }): Promise<unknown>;
  initProducerId(request: { transactionalId?: string; transactionTimeout: number }): Promise<{
    producerId: string;
    producerEpoch: number;
  }>;
  addPartitionsToTxn(request: {
    transactionalId: string;
    producerId: string;
    producerEpoch: number;
    topics: { topic: string; partitions: number[] }[];
  }): Promise<unknown>;
  endTxn(request: {
    transactionalId: string;
    producerId: string;
    producerEpoch: number;
    transactionResult: boolean;
  }): Promise<unknown>;
};

/** A connection to the broker at `host:port`. */
export const connectTo = async (address: string): Promise<Requests> => {
  const [host, port] = address.split(':');
  const logger = createLogger({ level: logLevel.NOTHING, logCreator: () => () => {} });
  const connectionPool = new ConnectionPool({
    host,
    port: Number(port),
    logger,
    socketFactory: socketFactory(),
    clientId: 'contract',
    connectionTimeout: 10_000,
    requestTimeout: 60_000,
  });
  const broker = new Broker({ connectionPool, logger, allowAutoTopicCreation: false }) as Requests;
  await broker.connect();
  return broker;
};

type Failure = { type?: string; errors?: Failure[]; error?: Failure; partitions?: Failure[] };

const typeOf = (failure: Failure | undefined): string | undefined =>
  failure && (failure.type ?? typeOf(failure.errors?.[0] ?? failure.partitions?.[0] ?? failure.error));

/** The name of the error that a request fails with, `NONE` for none. */
export const errorOf = async (request: Promise<unknown>): Promise<string> => {
  try {
    await request;
    return 'NONE';
  } catch (error) {
    const type = typeOf(error as Failure);
    if (type !== undefined) return type;
    throw error;
  }
};

export const errorName = (code: number): string =>
  code === 0 ? 'NONE' : (errorCodes.find((error) => error.code === code)?.type ?? String(code));
