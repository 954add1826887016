import {
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../../../core/clock.ts';
import { binlogMagic, type EventBody, encodeEvent, formatDescription } from '../../../../wire/mysql/binlog/event.ts';
import { formatGtidSet, type GtidSet, withGtid } from '../../../../wire/mysql/binlog/gtid-set.ts';
import type { QueryEvent, StatusVariable } from '../../../../wire/mysql/binlog/query.ts';
import type { TableMap } from '../../../../wire/mysql/binlog/table-map.ts';
import {
  encodeTransaction,
  type StatementChanges,
  type TableChanges,
} from '../../../../wire/mysql/binlog/transaction.ts';
import { mysqlError } from '../../errors.ts';
import type { SessionState } from '../server-state.ts';
import type { TableData } from '../storage/table-data.ts';
import type { Change } from '../storage/transaction.ts';
import type { Binlog, BinlogFile } from '../types.ts';
import { findCollation } from '../values/collation.ts';
import { tableMapOf, toImage } from './columns.ts';

/** The binary log, which is the redo log: what is in it happened, what is not did not. */
export type BinlogWriter = Binlog & {
  /** A transaction's rows as one append; when it returns they are written. */
  appendRows(session: SessionState, statements: readonly (readonly Change[])[]): void;
  /** A statement that changes definitions or accounts. */
  appendStatement(session: SessionState, query: string, database: string | null): void;
  /** Tells the listeners, and goes on to a new file when this one is long enough. */
  afterCommit(): void;
  rotate(): void;
  /** Removes files before this one. */
  purgeTo(name: string): void;
  fileNumber(): number;
  /** When a file was last written to. */
  modifiedMs(name: string): number;
  nextXid(): bigint;
  close(): void;
};

export type WriterOptions = {
  dataDir: string;
  clock: Clock;
  serverId: number;
  uuid: string;
  version: string;
  maximumSizeBytes: () => number;
  fullMetadata: () => boolean;
  /** Globals that a QUERY event tells. */
  serverCollation: number;
  executed: GtidSet;
  nextXid: bigint;
  /** Files that are there, oldest first. */
  files: readonly string[];
  purged: (first: string) => string;
  onRotate(): void;
};

export const binlogName = (number: number): string => `mysql-bin.${String(number).padStart(6, '0')}`;
const numberOf = (name: string): number => Number(name.slice(name.lastIndexOf('.') + 1));
const versionNumber = (version: string): number => {
  const [major = 0, minor = 0, patch = 0] = version.split(/[.-]/).map(Number);
  return major * 10_000 + minor * 100 + patch;
};

/** Names in mysql-bin.index that exist. */
export const listBinlogs = (dataDir: string): string[] => {
  const index = join(dataDir, 'mysql-bin.index');
  if (!existsSync(index)) return [];
  return readFileSync(index, 'utf8')
    .split('\n')
    .map((line) => line.trim().replace(/^\.\//, ''))
    .filter((name) => name !== '' && existsSync(join(dataDir, name)));
};

// Names of modes in the order of their bits in sql_mode (Sql_mode.h); empty ones are not used any more.
const modeBits = [
  'REAL_AS_FLOAT',
  'PIPES_AS_CONCAT',
  'ANSI_QUOTES',
  'IGNORE_SPACE',
  '',
  'ONLY_FULL_GROUP_BY',
  'NO_UNSIGNED_SUBTRACTION',
  'NO_DIR_IN_CREATE',
  '',
  '',
  '',
  '',
  '',
  '',
  '',
  '',
  '',
  '',
  'ANSI',
  'NO_AUTO_VALUE_ON_ZERO',
  'NO_BACKSLASH_ESCAPES',
  'STRICT_TRANS_TABLES',
  'STRICT_ALL_TABLES',
  'NO_ZERO_IN_DATE',
  'NO_ZERO_DATE',
  'ALLOW_INVALID_DATES',
  'ERROR_FOR_DIVISION_BY_ZERO',
  'TRADITIONAL',
  '',
  'HIGH_NOT_PRECEDENCE',
  'NO_ENGINE_SUBSTITUTION',
  'PAD_CHAR_TO_FULL_LENGTH',
  'TIME_TRUNCATE_FRACTIONAL',
];

export const sqlModeBits = (text: string): bigint => {
  let bits = 0n;
  for (const mode of text.split(',')) {
    const bit = mode === '' ? -1 : modeBits.indexOf(mode);
    if (bit >= 0) bits |= 1n << BigInt(bit);
  }
  return bits;
};

export const sqlModeText = (bits: bigint): string =>
  modeBits.filter((mode, bit) => mode !== '' && (bits >> BigInt(bit)) & 1n).join(',');

/** Opens the log for writing: a new file, as the server begins one at every start. */
export const openBinlogWriter = (options: WriterOptions): BinlogWriter => {
  const { dataDir, clock, serverId, uuid, version } = options;
  const listeners = new Set<() => void>();
  const sizes = new Map<string, number>(options.files.map((name) => [name, statSync(join(dataDir, name)).size]));
  let files = [...options.files];
  let executed = options.executed;
  let nextXid = options.nextXid;
  let sequenceNumber = 0n;
  let current = '';
  let descriptor = -1;
  let size = 0;
  const maps = new WeakMap<TableData, { full: boolean; map: TableMap }>();

  const seconds = (): number => Math.floor(clock.nowMs() / 1000);
  const microseconds = (): bigint => BigInt(Math.round(clock.nowMs() * 1000));

  const append = (bytes: Uint8Array): void => {
    try {
      let written = 0;
      while (written < bytes.length)
        written += writeSync(descriptor, bytes, written, bytes.length - written, size + written);
    } catch (error) {
      // What was written in part must not stay: a later append would hide the tear.
      ftruncateSync(descriptor, size);
      throw mysqlError('ER_BINLOG_LOGGING_IMPOSSIBLE', error instanceof Error ? error.message : String(error));
    }
    size += bytes.length;
    sizes.set(current, size);
  };

  const appendBody = (body: EventBody): void =>
    append(encodeEvent(body, { timestampSeconds: seconds(), serverId, position: size }, true));

  const writeIndex = (): void => {
    const index = join(dataDir, 'mysql-bin.index');
    writeFileSync(`${index}.new`, files.map((name) => `./${name}\n`).join(''));
    renameSync(`${index}.new`, index);
  };

  const startFile = (number: number): void => {
    current = binlogName(number);
    descriptor = openSync(join(dataDir, current), 'w+');
    size = 0;
    sequenceNumber = 0n;
    append(binlogMagic);
    appendBody(formatDescription(version, seconds()));
    appendBody({ kind: 'previous-gtids', gtids: executed, tagged: false });
    files.push(current);
    writeIndex();
  };

  const statusOf = (session: SessionState, ddl: boolean): StatusVariable[] => {
    const id = (name: string, fallback: string) => findCollation(session.variables.get(name) ?? fallback)?.id ?? 255;
    const client = findCollation(session.variables.get('collation_connection') ?? 'utf8mb4_0900_ai_ci')?.id ?? 255;
    const fraction = Number(microseconds() % 1_000_000n);
    return [
      { name: 'flags2', value: 0 },
      { name: 'sql-mode', value: sqlModeBits(session.sqlMode.text) },
      { name: 'catalog', value: 'std' },
      {
        name: 'charset',
        client,
        connection: id('collation_connection', 'utf8mb4_0900_ai_ci'),
        server: options.serverCollation,
      },
      ...(session.timeZone.name === 'SYSTEM' ? [] : [{ name: 'time-zone' as const, value: session.timeZone.name }]),
      ...(ddl && session.database !== null ? [{ name: 'updated-databases' as const, value: [session.database] }] : []),
      ...(ddl && fraction > 0 ? [{ name: 'microseconds' as const, value: fraction }] : []),
      { name: 'default-collation-for-utf8mb4', value: 255 },
    ];
  };

  const queryOf = (
    session: SessionState,
    database: string | null,
    ddl: boolean,
  ): Omit<QueryEvent, 'kind' | 'query'> => ({
    threadId: session.id,
    executionSeconds: 0,
    errorCode: 0,
    statusVariables: statusOf(session, ddl),
    database: database ?? '',
  });

  const nextGtid = (ddl: boolean) => {
    const last = executed.get(uuid)?.at(-1)?.last ?? 0n;
    const now = microseconds();
    return {
      anonymous: false,
      flags: ddl ? 1 : 0,
      uuid,
      number: last + 1n,
      lastCommitted: sequenceNumber,
      sequenceNumber: ++sequenceNumber,
      immediateCommitMicroseconds: now,
      originalCommitMicroseconds: now,
      immediateServerVersion: versionNumber(version),
      originalServerVersion: versionNumber(version),
    };
  };

  const transaction = (
    session: SessionState,
    input: { kind: 'rows'; statements: readonly StatementChanges[]; xid: bigint } | { kind: 'ddl'; query: string },
    database: string | null,
  ): void => {
    const gtid = nextGtid(input.kind === 'ddl');
    const { bytes } = encodeTransaction({
      timestampSeconds: seconds(),
      serverId,
      position: size,
      checksum: true,
      gtid,
      session: queryOf(session, database, input.kind === 'ddl'),
      ...input,
    });
    append(bytes);
    executed = withGtid(executed, uuid, gtid.number);
  };

  const mapOf = (table: TableData): TableMap => {
    const full = options.fullMetadata();
    const known = maps.get(table);
    if (known && known.full === full) return known.map;
    const map = tableMapOf(table, full);
    maps.set(table, { full, map });
    return map;
  };

  const changesOf = (changes: readonly Change[]): StatementChanges => {
    const grouped: (TableChanges & {
      rows: { before?: ReturnType<typeof toImage>; after?: ReturnType<typeof toImage> }[];
    })[] = [];
    const kinds = { insert: 'write', update: 'update', delete: 'delete' } as const;
    for (const change of changes) {
      const map = mapOf(change.table);
      const last = grouped.at(-1);
      const kind = kinds[change.kind];
      const row = {
        ...('before' in change ? { before: toImage(change.before, change.table) } : {}),
        ...('after' in change ? { after: toImage(change.after, change.table) } : {}),
      };
      if (last && last.table === map && last.change === kind) last.rows.push(row);
      else grouped.push({ table: map, change: kind, rows: [row] });
    }
    return { changes: grouped };
  };

  const finishFile = (body: EventBody): void => {
    appendBody(body);
    fsyncSync(descriptor);
    closeSync(descriptor);
  };

  const tell = (): void => {
    for (const listener of listeners) listener();
  };

  const rotate = (): void => {
    const next = numberOf(current) + 1;
    finishFile({ kind: 'rotate', position: 4n, file: binlogName(next) });
    startFile(next);
    options.onRotate();
    tell();
  };

  startFile(files.length === 0 ? 1 : numberOf(files.at(-1) as string) + 1);

  return {
    files: (): BinlogFile[] => files.map((name) => ({ name, sizeBytes: sizes.get(name) ?? 0 })),
    position: () => ({ file: current, offset: size, executedGtids: formatGtidSet(executed) }),
    purgedGtids: () => options.purged(files[0] as string),
    path: (name) => join(dataDir, name),
    onAppend: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    appendRows: (session, statements) =>
      transaction(session, { kind: 'rows', statements: statements.map(changesOf), xid: nextXid++ }, session.database),
    appendStatement: (session, query, database) => {
      transaction(session, { kind: 'ddl', query }, database);
      nextXid++;
    },
    afterCommit: () => {
      if (size >= options.maximumSizeBytes()) rotate();
      else tell();
    },
    rotate,
    purgeTo: (name) => {
      const keep = files.indexOf(name);
      if (keep < 0) throw mysqlError('ER_UNKNOWN_TARGET_BINLOG');
      const removed = files.slice(0, keep);
      files = files.slice(keep);
      writeIndex();
      for (const old of removed) {
        rmSync(join(dataDir, old), { force: true });
        sizes.delete(old);
      }
    },
    fileNumber: () => numberOf(current),
    modifiedMs: (name) => statSync(join(dataDir, name)).mtimeMs,
    nextXid: () => nextXid,
    close: () => finishFile({ kind: 'stop' }),
  };
};
