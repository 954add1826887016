import type { RequestOf } from '../../../wire/kafka/message.ts';
import { listOffsets } from '../../../wire/kafka/messages/02-list-offsets.ts';
import { answerFor } from '../answers.ts';
import { type Broker, handler } from '../broker.ts';
import { codeOf, KafkaError } from '../errors.ts';
import {
  endOffset,
  lastStableOffset,
  leaderEpoch,
  maxTimestampOf,
  type PartitionLog,
  placeByTimestamp,
} from '../partition-log.ts';
import { assertLeaderEpoch, findPartition } from '../partitions.ts';
import { firstRecordAt } from '../stored-records.ts';

type Request = RequestOf<typeof listOffsets>;

const latest = -1n;
const earliest = -2n;
const maxTimestamp = -3n;
const earliestLocal = -4n;
const latestTiered = -5n;
const earliestPendingUpload = -6n;
const readCommitted = 1;

type Found = { timestampMs: bigint; offset: bigint; leaderEpoch: number };
const nothing: Found = { timestampMs: -1n, offset: -1n, leaderEpoch: -1 };

/** The version of the request from which a special time may be asked for. */
const firstVersions = new Map([
  [latest, 0],
  [earliest, 0],
  [maxTimestamp, 7],
  [earliestLocal, 8],
  [latestTiered, 9],
  [earliestPendingUpload, 11],
]);

const assertKnownIn = (version: number, timestampMs: bigint): void => {
  if (timestampMs >= 0n) return;
  if (version < (firstVersions.get(timestampMs) ?? Number.POSITIVE_INFINITY))
    throw new KafkaError('UNSUPPORTED_VERSION');
};

const byTimestamp = (broker: Broker, log: PartitionLog, timestampMs: bigint, limit: bigint): Found => {
  const place = placeByTimestamp(broker.logs, log, timestampMs);
  if (!place) return nothing;
  const found = firstRecordAt(place.header, place.bytes, timestampMs, log.startOffset);
  return found.offset < limit ? { ...found, leaderEpoch } : nothing;
};

const find = (broker: Broker, log: PartitionLog, timestampMs: bigint, isolationLevel: number): Found => {
  const limit = isolationLevel === readCommitted ? lastStableOffset(log) : endOffset(log);
  switch (timestampMs) {
    case latest:
      return { timestampMs: -1n, offset: limit, leaderEpoch };
    case earliest:
    case earliestLocal: // without tiered storage the same
      return { timestampMs: -1n, offset: log.startOffset, leaderEpoch };
    case latestTiered:
    case earliestPendingUpload:
      return nothing; // there is no tiered storage
    case maxTimestamp: {
      const newest = maxTimestampOf(log);
      return newest === undefined ? nothing : byTimestamp(broker, log, newest, limit);
    }
    default:
      return byTimestamp(broker, log, timestampMs, limit);
  }
};

/**
 * ListOffsets: earliest, latest, by timestamp, of the largest timestamp. A batch compressed with a codec that this broker cannot
 * open gives its first offset, never a later one than asked for.
 */
export const listOffsetsHandler = handler(listOffsets, (broker, request: Request, { version }) => ({
  topics: request.topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map(({ index, currentLeaderEpoch, timestampMs }) => {
      try {
        assertKnownIn(version, timestampMs);
        const { log } = findPartition(broker.topics, { name }, index);
        assertLeaderEpoch(currentLeaderEpoch);
        return { index, errorCode: codeOf('NONE'), ...find(broker, log, timestampMs, request.isolationLevel) };
      } catch (error) {
        return { index, errorCode: answerFor(broker, error).code };
      }
    }),
  })),
}));
