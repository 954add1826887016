import type { RequestOf } from '../../../wire/kafka/message.ts';
import { fetch } from '../../../wire/kafka/messages/01-fetch.ts';
import { batchHeaderBytes, readBatchHeader } from '../../../wire/kafka/record-batch.ts';
import { answerFor } from '../answers.ts';
import { type Broker, type Call, handler } from '../broker.ts';
import { codeOf, KafkaError } from '../errors.ts';
import {
  availableBytes,
  endOffset,
  lastStableOffset,
  leaderEpoch,
  type PartitionLog,
  readLog,
} from '../partition-log.ts';
import { assertLeaderEpoch, findPartition } from '../partitions.ts';

type Request = RequestOf<typeof fetch>;
type Wanted = Request['topics'][number]['partitions'][number];

const readCommitted = 1;
const finalEpoch = -1;
/** The first Fetch version whose clients know zstd. */
const zstdFromVersion = 10;

const limitOf = (log: PartitionLog, isolationLevel: number): bigint =>
  isolationLevel === readCommitted ? lastStableOffset(log) : endOffset(log);

const locate = (broker: Broker, request: Request, topic: Request['topics'][number], wanted: Wanted): PartitionLog => {
  if (request.replicaId >= 0 || request.replicaState.replicaId >= 0) throw new KafkaError('NOT_LEADER_OR_FOLLOWER');
  const { log } = findPartition(broker.topics, topic, wanted.index);
  assertLeaderEpoch(wanted.currentLeaderEpoch);
  // A fetch position of an epoch that never was: Kafka finds no end offset for it.
  if (wanted.lastFetchedEpoch > leaderEpoch) throw new KafkaError('OFFSET_OUT_OF_RANGE');
  return log;
};

/** Enough for an answer: `minBytes` there, or a partition whose answer is an error. */
const isReady = (broker: Broker, request: Request): boolean => {
  let leftBytes = request.minBytes;
  if (leftBytes <= 0 || request.topics.length === 0) return true;
  for (const topic of request.topics) {
    for (const wanted of topic.partitions) {
      try {
        const log = locate(broker, request, topic, wanted);
        const limit = limitOf(log, request.isolationLevel);
        leftBytes -= Math.min(availableBytes(broker.logs, log, wanted.fetchOffset, limit), wanted.maxBytes);
      } catch (error) {
        if (error instanceof KafkaError) return true;
        throw error;
      }
      if (leftBytes <= 0) return true;
    }
  }
  return false;
};

const logsOf = (broker: Broker, request: Request): PartitionLog[] =>
  request.topics.flatMap((topic) => topic.partitions.map((wanted) => locate(broker, request, topic, wanted)));

/** Resolves when an append makes the request ready, at `maxWaitMs`, or when the client has gone. */
const waitUntilReady = async (broker: Broker, request: Request, gone: AbortSignal): Promise<void> => {
  if (isReady(broker, request) || request.maxWaitMs <= 0) return;
  const done = new AbortController();
  const end = () => done.abort();
  const look = () => {
    if (isReady(broker, request)) end();
  };
  const logs = logsOf(broker, request);
  for (const log of logs) log.appended.add(look);
  gone.addEventListener('abort', end, { once: true });
  if (!gone.aborted) await broker.clock.sleep(request.maxWaitMs, done.signal);
  gone.removeEventListener('abort', end);
  for (const log of logs) log.appended.delete(look);
};

const assertReadable = (records: Buffer, version: number): void => {
  if (version >= zstdFromVersion || records.length < batchHeaderBytes) return;
  if (readBatchHeader(records, 0).compression === 'zstd') throw new KafkaError('UNSUPPORTED_COMPRESSION_TYPE');
};

/** Bytes left for this answer; the first batch of it is given whole, or a consumer could never pass a large one. */
type Budget = { leftBytes: number; isFirst: boolean };

const readPartition = (
  broker: Broker,
  request: Request,
  topic: Request['topics'][number],
  wanted: Wanted,
  budget: Budget,
  version: number,
) => {
  const log = locate(broker, request, topic, wanted);
  const limit = limitOf(log, request.isolationLevel);
  const maxBytes = Math.max(0, Math.min(wanted.maxBytes, budget.leftBytes));
  const slice = readLog(broker.logs, log, wanted.fetchOffset, limit, maxBytes, budget.isFirst);
  assertReadable(slice.records, version);
  budget.leftBytes -= slice.records.length;
  if (slice.records.length > 0) budget.isFirst = false;
  return {
    index: wanted.index,
    errorCode: codeOf('NONE'),
    highWatermark: endOffset(log),
    lastStableOffset: lastStableOffset(log),
    logStartOffset: log.startOffset,
    abortedTransactions: request.isolationLevel === readCommitted ? slice.aborted : null,
    records: slice.records,
  };
};

const readAll = (broker: Broker, request: Request, { version }: Call) => {
  const maxBytes = Math.min(request.maxBytes, broker.settings.numberOf('fetch.max.bytes'));
  const budget: Budget = { leftBytes: maxBytes, isFirst: true };
  return request.topics.map((topic) => ({
    name: topic.name,
    topicId: topic.topicId,
    partitions: topic.partitions.map((wanted) => {
      try {
        return readPartition(broker, request, topic, wanted, budget, version);
      } catch (error) {
        const errorCode = answerFor(broker, error).code;
        const { index } = wanted;
        return { index, errorCode, highWatermark: -1n, records: Buffer.alloc(0) };
      }
    }),
  }));
};

/**
 * Fetch: batches straight from the log's files, waiting for `minBytes` up to `maxWaitMs`; read_committed stops at the last
 * stable offset and lists aborted transactions. Fetch sessions are not kept: session id 0 tells a client to ask in full each
 * time, as a broker whose session cache is full does. A follower's fetch is NOT_LEADER_OR_FOLLOWER: there is no other replica.
 */
export const fetchHandler = handler(fetch, async (broker, request, call) => {
  if (request.sessionId !== 0 && request.sessionEpoch !== finalEpoch) {
    return { errorCode: codeOf('FETCH_SESSION_ID_NOT_FOUND'), topics: [] };
  }
  await waitUntilReady(broker, request, call.gone);
  return { topics: readAll(broker, request, call) };
});
