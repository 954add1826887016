import { decodeEvent, eventTypes } from '../../../wire/mysql/binlog/event.ts';
import {
  formatGtidSet,
  type GtidSet,
  isGtidSubset,
  parseGtidSet,
  subtractGtidSets,
} from '../../../wire/mysql/binlog/gtid-set.ts';
import type { Binlog, Engine } from '../engine/types.ts';
import { type MysqlError, mysqlError } from '../errors.ts';
import { openBinlogReader } from './read-events.ts';

// Where a dump starts, or why it cannot: Binlog_sender::check_start_file of mysqld, texts as in 8.4.

/** Error 1236, as every failure of a dump is told. */
export const fatal = (message: string): MysqlError => mysqlError('ER_SOURCE_FATAL_ERROR_READING_BINLOG', message);

const firstPosition = 4;

export type Start = { file: string; position: number };

export const startAtPosition = (binlog: Binlog, file: string, offset: bigint): Start => {
  const files = binlog.files();
  const found = file === '' ? files[0] : files.find(({ name }) => name === file);
  if (!found) throw fatal('Could not find first log file name in binary log index file');
  if (offset < BigInt(firstPosition)) throw fatal('Client requested source to start replication from position < 4');
  if (offset > BigInt(found.sizeBytes)) {
    throw fatal('Client requested source to start replication from position > file size');
  }
  return { file: found.name, position: Number(offset) };
};

/** Transactions before the file, as its Previous_gtids event says; none when it has no such event. */
const previousGtids = async (binlog: Binlog, name: string, sizeBytes: number): Promise<GtidSet> => {
  const reader = await openBinlogReader(binlog.path(name));
  try {
    for (const { type, bytes } of await reader.read(firstPosition, sizeBytes)) {
      if (type !== eventTypes.previousGtids) continue;
      const { body } = decodeEvent(bytes, true);
      return body.kind === 'previous-gtids' ? body.gtids : new Map();
    }
    return new Map();
  } finally {
    await reader.close();
  }
};

const moreThanSource =
  "Replica has more GTIDs than the source has, using the source's SERVER_UUID. This may indicate that the last binary log file was truncated or lost, e.g., after a power failure when sync_binlog != 1. The source may have rolled back transactions that were already replicated to the replica. Replicate any transactions that source has rolled back from replica to source, and/or commit empty transactions on source to account for transactions that have been committed on source but are not included in GTID_EXECUTED.";

const purged = (executed: GtidSet, missing: GtidSet): string =>
  `Cannot replicate because the source purged required binary logs. Replicate the missing transactions from elsewhere, or provision a new replica from backup. Consider increasing the source's binary log expiration period. The GTID set sent by the replica is '${formatGtidSet(executed)}', and the missing transactions are '${formatGtidSet(missing)}'`;

/** The newest file that has no transaction before it which the replica lacks. */
export const startAfterGtids = async ({ binlog, serverUuid }: Engine, executed: GtidSet): Promise<Start> => {
  const own = (set: GtidSet): GtidSet => new Map([...set].filter(([id]) => id.split(':')[0] === serverUuid));
  if (!isGtidSubset(own(executed), parseGtidSet(binlog.position().executedGtids))) throw fatal(moreThanSource);
  const missing = subtractGtidSets(parseGtidSet(binlog.purgedGtids()), executed);
  if (missing.size > 0) throw fatal(purged(executed, missing));
  for (const { name, sizeBytes } of [...binlog.files()].reverse()) {
    const before = await previousGtids(binlog, name, sizeBytes);
    if (isGtidSubset(before, executed)) return { file: name, position: firstPosition };
  }
  throw new Error('the oldest binlog file has transactions before it that are not said to be purged');
};
