import type { Clock } from '../../../core/clock.ts';
import type { Emit } from '../../../core/events.ts';
import type { ParsedStatement } from '../../../wire/mysql-sql/ast.ts';
import type { MysqlError } from '../errors.ts';
import type { AccountStore, StoredAccount } from './accounts.ts';
import type { BinlogWriter } from './binlog/writer.ts';
import type { SqlMode, WarningLevel } from './context.ts';
import type { Catalog } from './storage/catalog.ts';
import type { TableData, TableRecord } from './storage/table-data.ts';
import type { TableLocks } from './storage/table-locks.ts';
import type { ReadView, Transaction } from './storage/transaction.ts';
import type { SessionChange, SessionOptions } from './types.ts';
import type { Datum, SqlType } from './values/sql-type.ts';
import type { TimeZone } from './values/time-zone.ts';

/** Everything that sessions share. */
export type Server = {
  readonly clock: Clock;
  readonly emit: Emit;
  readonly dataDir: string;
  readonly serverId: number;
  readonly uuid: string;
  readonly version: string;
  readonly startedMs: number;
  port: number;
  readonly catalog: Catalog;
  readonly accounts: AccountStore;
  binlog: BinlogWriter;
  readonly tableLocks: TableLocks;
  /** Global values of system variables, as text. */
  readonly globals: Map<string, string | null>;
  readonly sessions: Map<number, SessionState>;
  /** Commits so far. */
  sequence: number;
  nextTransactionId: number;
  readonly views: Set<ReadView>;
  readonly openTransactions: Set<Transaction>;
  /** Records with old versions that a read view still wants. */
  history: { table: TableData; record: TableRecord }[];
  questions: number;
  uuidShort: bigint;
};

export type Warning = { level: WarningLevel; error: MysqlError };

export type UserVariable = { value: Datum; type: SqlType };

export type SessionState = {
  readonly id: number;
  readonly options: SessionOptions;
  account: StoredAccount;
  database: string | null;
  /** Session values of system variables, as text; absent ones have the global value. */
  variables: Map<string, string | null>;
  userVariables: Map<string, UserVariable>;
  sqlMode: SqlMode;
  timeZone: TimeZone;
  autocommit: boolean;
  transaction: Transaction | null;
  /** BEGIN was said: the transaction lasts until COMMIT, whatever autocommit is. */
  explicitTransaction: boolean;
  /** SET TRANSACTION for the next one only. */
  nextIsolation: string | null;
  nextReadOnly: boolean | null;
  warnings: Warning[];
  lastInsertId: bigint;
  rowCount: bigint;
  foundRows: bigint;
  /** PREPARE … FROM. */
  prepared: Map<string, ParsedStatement>;
  /** LOCK TABLES: name to whether it may be written; null when none are locked. */
  lockedTables: Map<string, boolean> | null;
  userLocks: Map<string, number>;
  /** The collation that texts of results are said to be of: at first the one that the client logged in with. */
  resultsCollation: number | null;
  changes: SessionChange[];
  multiStatements: boolean;
  killed: 'query' | 'connection' | null;
  /** Ends a wait for a lock at once. */
  interrupt: (() => void) | null;
  command: string;
  commandSinceMs: number;
  state: string;
  info: string | null;
  closed: boolean;
};
