import type { BatchHeader } from '../../wire/kafka/record-batch.ts';
import { noProducerId } from '../../wire/kafka/record-batch.ts';
import { KafkaError } from './errors.ts';

/** Kafka remembers this many batches of each producer for recognising a retry (ProducerStateEntry.NUM_BATCHES_TO_RETAIN). */
const rememberedBatches = 5;
/** A limit of the sandbox: the producer unused for longest is forgotten, as one that has expired is. */
const maximumProducers = 10_000;
const maximumSequence = 0x7fffffff;

type RememberedBatch = { firstSequence: number; lastSequence: number; baseOffset: bigint; timestampMs: bigint };

type ProducerState = {
  epoch: number;
  batches: RememberedBatch[];
  lastUsedMs: number;
  /** First offset of the open transaction, if one is open. */
  transactionStart: bigint | undefined;
};

export type AbortedTransaction = { producerId: bigint; firstOffset: bigint; lastOffset: bigint };

/** What a partition knows of its idempotent and transactional producers; rebuilt from the log. */
export type ProducerStates = {
  states: Map<bigint, ProducerState>;
  aborted: AbortedTransaction[];
};

export const newProducerStates = (): ProducerStates => ({ states: new Map(), aborted: [] });

const lastSequenceOf = (header: BatchHeader): number => {
  const last = header.baseSequence + header.lastOffsetDelta;
  return last > maximumSequence ? last - maximumSequence - 1 : last;
};

const isNext = (last: number, first: number): boolean => first === (last === maximumSequence ? 0 : last + 1);

/** Answers a stale epoch or a gap; returns the earlier batch when this one is a retry of it (ProducerAppendInfo.checkSequence). */
export const checkSequence = (producers: ProducerStates, header: BatchHeader): RememberedBatch | undefined => {
  if (header.producerId === noProducerId || header.baseSequence < 0) return undefined;
  const state = producers.states.get(header.producerId);
  if (!state) return undefined;
  const { producerId, producerEpoch, baseSequence } = header;
  if (producerEpoch < state.epoch) {
    throw new KafkaError(
      'INVALID_PRODUCER_EPOCH',
      `Epoch of producer ${producerId} is ${producerEpoch}, which is smaller than the last seen epoch ${state.epoch}`,
    );
  }
  const lastSequence = lastSequenceOf(header);
  const outOfOrder = (current: number) =>
    new KafkaError(
      'OUT_OF_ORDER_SEQUENCE_NUMBER',
      `Out of order sequence number for producer ${producerId}: ${baseSequence} (incoming seq. number), ${current} (current end sequence number)`,
    );
  if (producerEpoch > state.epoch) {
    if (baseSequence !== 0) throw outOfOrder(-1);
    return undefined;
  }
  const retried = state.batches.find(
    (batch) => batch.firstSequence === baseSequence && batch.lastSequence === lastSequence,
  );
  const last = state.batches.at(-1);
  if (!retried && last && !isNext(last.lastSequence, baseSequence)) throw outOfOrder(last.lastSequence);
  return retried;
};

const stateOf = (producers: ProducerStates, producerId: bigint, epoch: number): ProducerState => {
  const known = producers.states.get(producerId);
  const state = known ?? { epoch, batches: [], lastUsedMs: 0, transactionStart: undefined };
  if (epoch > state.epoch) state.batches = [];
  state.epoch = epoch;
  // Put back last: the map's first entries are the producers unused for longest.
  producers.states.delete(producerId);
  producers.states.set(producerId, state);
  return state;
};

const forgetOldest = (producers: ProducerStates): void => {
  if (producers.states.size <= maximumProducers) return;
  for (const [producerId, state] of producers.states) {
    if (state.transactionStart !== undefined) continue;
    producers.states.delete(producerId);
    return;
  }
};

/** Notes a batch that was appended. */
export const noteBatch = (producers: ProducerStates, header: BatchHeader, nowMs: number): void => {
  if (header.producerId === noProducerId || header.isControl) return;
  const state = stateOf(producers, header.producerId, header.producerEpoch);
  state.lastUsedMs = nowMs;
  if (header.baseSequence >= 0) {
    state.batches.push({
      firstSequence: header.baseSequence,
      lastSequence: lastSequenceOf(header),
      baseOffset: header.baseOffset,
      timestampMs: header.maxTimestampMs,
    });
    if (state.batches.length > rememberedBatches) state.batches.shift();
  }
  if (header.isTransactional) state.transactionStart ??= header.baseOffset;
  forgetOldest(producers);
};

/** Notes the marker that ends a transaction. */
export const noteMarker = (producers: ProducerStates, header: BatchHeader, committed: boolean, nowMs: number): void => {
  const state = stateOf(producers, header.producerId, header.producerEpoch);
  state.lastUsedMs = nowMs;
  if (state.transactionStart !== undefined && !committed) {
    const { producerId, lastOffset } = header;
    producers.aborted.push({ producerId, firstOffset: state.transactionStart, lastOffset });
  }
  state.transactionStart = undefined;
};

/** First offset of the oldest open transaction. */
export const firstUnstableOffset = (producers: ProducerStates): bigint | undefined => {
  let first: bigint | undefined;
  for (const { transactionStart } of producers.states.values()) {
    if (transactionStart !== undefined && (first === undefined || transactionStart < first)) first = transactionStart;
  }
  return first;
};

/** Aborted transactions that overlap a fetched range, as a read_committed consumer needs them. */
export const abortedBetween = (producers: ProducerStates, from: bigint, end: bigint): AbortedTransaction[] =>
  producers.aborted.filter(({ firstOffset, lastOffset }) => lastOffset >= from && firstOffset < end);

export const expireProducers = (producers: ProducerStates, unusedSinceMs: number): void => {
  for (const [producerId, state] of producers.states) {
    if (state.lastUsedMs < unusedSinceMs && state.transactionStart === undefined) producers.states.delete(producerId);
  }
};

export const dropAbortedBefore = (producers: ProducerStates, logStart: bigint): void => {
  if (producers.aborted.some(({ lastOffset }) => lastOffset < logStart)) {
    producers.aborted = producers.aborted.filter(({ lastOffset }) => lastOffset >= logStart);
  }
};

const bigintTag = 'n:';

/** Text form for a snapshot file beside a segment. */
export const encodeProducerStates = ({ states, aborted }: ProducerStates): string =>
  JSON.stringify({ states: [...states], aborted }, (_, value) =>
    typeof value === 'bigint' ? `${bigintTag}${value}` : value,
  );

export const decodeProducerStates = (text: string): ProducerStates => {
  const { states, aborted } = JSON.parse(text, (_, value) =>
    typeof value === 'string' && value.startsWith(bigintTag) ? BigInt(value.slice(bigintTag.length)) : value,
  ) as { states: [bigint, ProducerState][]; aborted: AbortedTransaction[] };
  for (const [, state] of states) state.transactionStart ??= undefined;
  return { states: new Map(states), aborted };
};
