import type { Clock } from '../../../core/clock.ts';
import type { Emit } from '../../../core/events.ts';

/**
 * One value of a result row. Which JavaScript type it has is decided by the column's `type` alone:
 *
 * | column type                              | value                                                                          |
 * | TINY SHORT INT24 LONG LONGLONG YEAR      | bigint                                                                         |
 * | FLOAT DOUBLE                             | number                                                                         |
 * | NEWDECIMAL                               | string with exactly `decimals` fraction digits: '-0.10'                        |
 * | DATE DATETIME TIMESTAMP                  | string: 'YYYY-MM-DD', 'YYYY-MM-DD hh:mm:ss[.ffffff]' with `decimals` digits    |
 * | TIME                                     | string: '[-]hhh:mm:ss[.ffffff]' with at least two digits of hours              |
 * | BIT                                      | Uint8Array, big-endian                                                         |
 * | VAR_STRING STRING BLOB, charset not 63   | string (also ENUM and SET, which travel as STRING with their flag)             |
 * | VAR_STRING STRING BLOB, charset 63       | Uint8Array                                                                     |
 * | JSON                                     | string, as MySQL prints it                                                     |
 * | NULL                                     | null                                                                           |
 *
 * TIMESTAMP comes already in the session's time zone.
 */
export type Value = null | string | bigint | number | Uint8Array;

/** Codes of enum_field_types, as in a column definition packet. */
export const fieldType = {
  DECIMAL: 0,
  TINY: 1,
  SHORT: 2,
  LONG: 3,
  FLOAT: 4,
  DOUBLE: 5,
  NULL: 6,
  TIMESTAMP: 7,
  LONGLONG: 8,
  INT24: 9,
  DATE: 10,
  TIME: 11,
  DATETIME: 12,
  YEAR: 13,
  VARCHAR: 15,
  BIT: 16,
  JSON: 245,
  NEWDECIMAL: 246,
  ENUM: 247,
  SET: 248,
  TINY_BLOB: 249,
  MEDIUM_BLOB: 250,
  LONG_BLOB: 251,
  BLOB: 252,
  VAR_STRING: 253,
  STRING: 254,
} as const;

/** Bits of a column definition's flags. */
export const columnFlag = {
  NOT_NULL: 1,
  PRIMARY_KEY: 2,
  UNIQUE_KEY: 4,
  MULTIPLE_KEY: 8,
  BLOB: 16,
  UNSIGNED: 32,
  ZEROFILL: 64,
  BINARY: 128,
  ENUM: 256,
  AUTO_INCREMENT: 512,
  TIMESTAMP: 1024,
  SET: 2048,
  NO_DEFAULT_VALUE: 4096,
  ON_UPDATE_NOW: 8192,
  NUMERIC: 32768,
} as const;

/** Bits of the status field of OK and EOF packets. */
export const statusFlag = {
  IN_TRANSACTION: 0x0001,
  AUTOCOMMIT: 0x0002,
  MORE_RESULTS: 0x0008,
  NO_BACKSLASH_ESCAPES: 0x0200,
  IN_READ_ONLY_TRANSACTION: 0x2000,
} as const;

/** A column of a result, field for field what a column definition packet says. */
export type Column = {
  schema: string;
  table: string;
  orgTable: string;
  name: string;
  orgName: string;
  /** Collation id; 63 is binary. Numbers and temporals have 63. */
  charset: number;
  length: number;
  /** One of `fieldType`. */
  type: number;
  /** Bits of `columnFlag`. */
  flags: number;
  decimals: number;
};

/** What changed in the session, for CLIENT_SESSION_TRACK. */
export type SessionChange = { kind: 'schema'; name: string } | { kind: 'system-variable'; name: string; value: string };

export type RowsResult = {
  kind: 'rows';
  columns: readonly Column[];
  rows: readonly (readonly Value[])[];
  warnings: number;
  /** Bits of `statusFlag`; MORE_RESULTS is set when another result of the same call follows. */
  status: number;
};

export type OkResult = {
  kind: 'ok';
  /** Changed rows; with CLIENT_FOUND_ROWS matched rows. */
  affectedRows: bigint;
  insertId: bigint;
  warnings: number;
  /** 'Rows matched: 1  Changed: 1  Warnings: 0' and the like; '' when there is none. */
  info: string;
  status: number;
  changes: readonly SessionChange[];
};

export type Result = RowsResult | OkResult;

/** A bound parameter: its wire type matters, since a DOUBLE 5 and a LONGLONG 5 behave differently. */
export type Parameter = {
  /** One of `fieldType`. */
  type: number;
  unsigned: boolean;
  /** Represented as in `Value` for that type; strings and blobs may be either string or Uint8Array. */
  value: Value;
};

export type PreparedStatement = {
  readonly parameterCount: number;
  /** Empty when the statement gives no rows. */
  readonly columns: readonly Column[];
  /** Runs it. Result columns are those of the result, which may differ from `columns` after a change of the table. */
  execute(parameters: readonly Parameter[]): Promise<Result>;
  close(): void;
};

export type Session = {
  /** That of the options: CONNECTION_ID(), KILL and SHOW PROCESSLIST. */
  readonly connectionId: number;
  readonly currentDatabase: string | null;
  /** Status bits for packets that no statement produced (COM_PING, COM_INIT_DB, …). */
  readonly status: number;
  /**
   * Runs the statements of one COM_QUERY in turn and yields each one's result; throws `MysqlError` at the first that fails (those
   * before it keep their effect). More than one statement needs `multiStatements`. Bytes are taken as utf8, except in string
   * literals that are not, which stay bytes. Not to be called again before the last call ended.
   */
  execute(sql: string | Uint8Array): AsyncGenerator<Result, void, void>;
  prepare(sql: string | Uint8Array): Promise<PreparedStatement>;
  /** COM_INIT_DB. */
  use(database: string): void;
  /** COM_FIELD_LIST. */
  listFields(table: string, wildcard: string): readonly Column[];
  /** COM_SET_OPTION. */
  setMultiStatements(on: boolean): void;
  /** COM_RESET_CONNECTION: rolls back, forgets variables, prepared statements and temporary state; keeps user and database. */
  reset(): void;
  /** The session's value of a system variable: 'max_allowed_packet', 'wait_timeout', 'character_set_results', … */
  systemVariable(name: string): Value;
  /** Throws 1227 unless the account holds the global privilege, written as in GRANT: 'REPLICATION SLAVE'. */
  requirePrivilege(privilege: string): void;
  /** What SHOW PROCESSLIST says while no statement runs: 'Sleep' by default; 'Binlog Dump GTID' for a dump. */
  describe(command: string, state: string): void;
  /** Rolls back, releases every lock, leaves the process list. */
  close(): void;
};

export type SessionOptions = {
  /** Told to the client in the handshake, before anyone logged in: the wire counts, from 8 on, and never gives one twice. */
  connectionId: number;
  account: Account;
  /** The name the client gave, and where it came from ('127.0.0.1' or 'localhost'). */
  user: string;
  host: string;
  port: number;
  /** From the handshake response; throws 1049 or 1044 when it cannot be used. */
  database: string | null;
  /** Collation id of the handshake response. */
  charset: number;
  multiStatements: boolean;
  /** CLIENT_FOUND_ROWS. */
  foundRows: boolean;
  /** CLIENT_IGNORE_SPACE. */
  ignoreSpace: boolean;
  /** Told by KILL of another session; the wire closes the socket. The running statement ends with 1317 or 3169 by itself. */
  onKilled(): void;
};

/** A row of mysql.user, as far as logging in needs it. */
export type Account = {
  user: string;
  /** The host pattern: '%', 'localhost', '10.0.%'. */
  host: string;
  plugin: 'caching_sha2_password' | 'mysql_native_password';
  /** SHA256(SHA256(password)) or SHA1(SHA1(password)); empty when the account has no password. */
  passwordHash: Uint8Array;
  locked: boolean;
};

export type Accounts = {
  /** The account that a login of `user` from `host` is checked against (the most specific host wins), if any. */
  find(user: string, host: string): Account | undefined;
};

export type BinlogFile = { name: string; sizeBytes: number };

export type Binlog = {
  /** Oldest first; the last one is written to. Bytes below `sizeBytes` are whole events and never change. */
  files(): readonly BinlogFile[];
  /** End of the log, and every transaction in it and before it: 'uuid:1-36'. */
  position(): { file: string; offset: number; executedGtids: string };
  /** Transactions that are in no file any more. */
  purgedGtids(): string;
  /** Absolute path of a file, for reading. */
  path(name: string): string;
  /** Called after each append (also after a rotation), when the bytes can be read. Returns how to stop. */
  onAppend(listener: () => void): () => void;
};

export type EngineOptions = {
  dataDir: string;
  clock: Clock;
  emit: Emit;
  serverId: number;
  /** Created, or given these passwords, at every start. `all` grants all privileges on *.* WITH GRANT OPTION. */
  users: readonly { name: string; host: string; password: string; all?: true }[];
  /** Global system variables by their real names, as in my.cnf: { max_binlog_size: '1048576' }. */
  settings?: Readonly<Record<string, string>>;
};

export type Engine = {
  readonly version: string;
  readonly serverUuid: string;
  readonly accounts: Accounts;
  readonly binlog: Binlog;
  openSession(options: SessionOptions): Session;
  /** For COM_STATISTICS and @@port: the wire tells once it has bound. */
  setPort(port: number): void;
  globalVariable(name: string): Value;
  /** Rolls back what is open, writes a checkpoint, closes the files. */
  close(): Promise<void>;
};
