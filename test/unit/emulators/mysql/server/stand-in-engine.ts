import type {
  Account,
  BinlogFile,
  Column,
  Engine,
  Parameter,
  Result,
  RowsResult,
  Session,
  SessionOptions,
  Value,
} from '../../../../../sandbox/emulators/mysql/engine/types.ts';
import { MysqlError, mysqlError } from '../../../../../sandbox/emulators/mysql/errors.ts';
import { cachingSha2Hash, nativeHash } from '../../../../../sandbox/wire/mysql/authentication.ts';
import { columnType } from '../../../../../sandbox/wire/mysql/column-types.ts';

// An engine that knows a handful of statements, so that these tests look at the wire alone.

export const columnOf = (name: string, type: number, more: Partial<Column> = {}): Column => ({
  schema: 'sales',
  table: 't',
  orgTable: 't',
  name,
  orgName: name,
  charset: 63,
  length: 100,
  type,
  flags: 0,
  decimals: 0,
  ...more,
});

const autocommit = 2;
const moreResults = 8;

export const rowsOf = (columns: Column[], rows: Value[][], status = autocommit): RowsResult => ({
  kind: 'rows',
  columns,
  rows,
  warnings: 0,
  status,
});

const ok = (more: Partial<Extract<Result, { kind: 'ok' }>> = {}): Result => ({
  kind: 'ok',
  affectedRows: 0n,
  insertId: 0n,
  warnings: 0,
  info: '',
  status: autocommit,
  changes: [],
  ...more,
});

const account = (user: string, password: string, plugin: Account['plugin'] = 'caching_sha2_password'): Account => {
  const hash = plugin === 'caching_sha2_password' ? cachingSha2Hash : nativeHash;
  return { user, host: '%', plugin, passwordHash: password === '' ? new Uint8Array() : hash(password), locked: false };
};

const accounts: readonly Account[] = [
  account('root', 'secret'),
  account('old', 'ancient', 'mysql_native_password'),
  account('open', ''),
  { ...account('shut', 'secret'), locked: true },
];

export type StandInEngine = Engine & {
  readonly sessions: Set<SessionOptions>;
  readonly prepared: Set<string>;
  /** What parameters the last execution was given. */
  lastParameters: readonly Parameter[];
  variables: Record<string, Value>;
  answers: Map<string, () => Result[]>;
  binlogFiles: BinlogFile[];
  paths: Map<string, string>;
  executedGtids: string;
  purged: string;
  append(): void;
};

const text = (sql: string | Uint8Array): string => (typeof sql === 'string' ? sql : Buffer.from(sql).toString());

const settingsColumns = ['a', 'b', 'c'].map((name) => columnOf(name, columnType.varString, { charset: 255 }));

const openSession = (engine: StandInEngine, options: SessionOptions): Session => {
  if (options.database === 'nope') throw mysqlError('ER_BAD_DB_ERROR', 'nope');
  engine.sessions.add(options);
  const names: Record<string, Value> = {};
  let database = options.database;
  const answer = (sql: string): Result[] => {
    const known = engine.answers.get(sql);
    if (known) return known();
    const set = /^SET (@?\w+) = '?([\w.]+)'?$/.exec(sql);
    if (set) {
      names[set[1] as string] = set[2] as string;
      return [ok()];
    }
    if (sql.startsWith('SELECT COALESCE(@source_binlog_checksum')) {
      const of = (name: string) => names[`@source_${name}`] ?? names[`@master_${name}`] ?? null;
      return [
        rowsOf(settingsColumns, [[of('binlog_checksum'), of('heartbeat_period'), names['@replica_uuid'] ?? null]]),
      ];
    }
    if (sql.startsWith('KILL ')) {
      const id = Number(sql.slice(5));
      const found = [...engine.sessions].find(({ connectionId }) => connectionId === id);
      if (!found) throw new MysqlError(1094, 'HY000', `Unknown thread id: ${id}`);
      found.onKilled();
      return [ok()];
    }
    throw new MysqlError(1064, '42000', `You have an error in your SQL syntax near '${sql}'`);
  };
  return {
    connectionId: options.connectionId,
    get currentDatabase() {
      return database;
    },
    status: autocommit,
    async *execute(sql) {
      const statements = text(sql)
        .split(';')
        .map((part) => part.trim())
        .filter((part) => part !== '');
      for (const [index, statement] of statements.entries()) {
        for (const result of answer(statement)) {
          const isLast = index === statements.length - 1;
          yield isLast ? result : { ...result, status: result.status | moreResults };
        }
      }
    },
    prepare: async (sql) => {
      const statement = text(sql);
      const parameterCount = statement.split('?').length - 1;
      const columns = parameterCount > 0 ? [] : ((answer(statement)[0] as RowsResult).columns ?? []);
      engine.prepared.add(statement);
      return {
        parameterCount,
        columns,
        execute: async (parameters) => {
          engine.lastParameters = parameters;
          return parameterCount > 0 ? ok({ affectedRows: 1n }) : (answer(statement)[0] as Result);
        },
        close: () => engine.prepared.delete(statement),
      };
    },
    use: (name) => {
      if (name === 'nope') throw mysqlError('ER_BAD_DB_ERROR', name);
      database = name;
    },
    listFields: (table) => [columnOf('id', columnType.longLong, { table })],
    setMultiStatements: () => {},
    reset: () => {
      for (const name of Object.keys(names)) delete names[name];
    },
    systemVariable: (name) => names[name] ?? engine.variables[name] ?? null,
    requirePrivilege: () => {},
    describe: () => {},
    close: () => engine.sessions.delete(options),
  };
};

export const standInEngine = (): StandInEngine => {
  const listeners = new Set<() => void>();
  const engine: StandInEngine = {
    version: '8.4.0-stand-in',
    serverUuid: '4db608be-e69c-11f1-8d96-0242ac180004',
    accounts: { find: (user) => accounts.find((each) => each.user === user) },
    binlog: {
      files: () => engine.binlogFiles,
      position: () => ({
        ...(engine.binlogFiles.at(-1) as BinlogFile),
        file: '',
        offset: 0,
        executedGtids: engine.executedGtids,
      }),
      purgedGtids: () => engine.purged,
      path: (name) => engine.paths.get(name) as string,
      onAppend: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    openSession: (options) => openSession(engine, options),
    setPort: () => {},
    globalVariable: (name) => engine.variables[name] ?? null,
    close: async () => {},
    sessions: new Set(),
    prepared: new Set(),
    lastParameters: [],
    variables: {
      max_allowed_packet: 67_108_864n,
      max_connections: 151n,
      max_prepared_stmt_count: 16_382n,
      connect_timeout: 10n,
      wait_timeout: 28_800n,
      net_write_timeout: 60n,
      character_set_client: 'utf8mb4',
      character_set_results: 'utf8mb4',
      server_id: 1n,
    },
    answers: new Map([
      ['SELECT 1', () => [rowsOf([columnOf('1', columnType.longLong)], [[1n]])]],
      ['SELECT 2', () => [rowsOf([columnOf('2', columnType.longLong)], [[2n]])]],
      ['BUG', () => [(undefined as unknown as { boom: Result }).boom]],
    ]),
    binlogFiles: [],
    paths: new Map(),
    executedGtids: '',
    purged: '',
    append: () => {
      for (const listener of listeners) listener();
    },
  };
  return engine;
};
