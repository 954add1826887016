import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readFile } from '../../../wire/mysql/binlog/file.ts';
import { formatGtidSet, parseGtidSet } from '../../../wire/mysql/binlog/gtid-set.ts';
import type { QueryEvent } from '../../../wire/mysql/binlog/query.ts';
import { parseStatement } from '../../../wire/mysql-sql/parse.ts';
import { mysqlError } from '../errors.ts';
import { accountKey, accountsView, hashPassword, newAccount, newAccountStore } from './accounts.ts';
import { readCheckpoint, writeCheckpoint } from './binlog/checkpoint.ts';
import { replayBinlogs } from './binlog/recovery.ts';
import { type BinlogWriter, listBinlogs, openBinlogWriter, sqlModeText } from './binlog/writer.ts';
import { readSqlMode } from './context.ts';
import { executeStatement } from './execute/statement.ts';
import { allAt } from './privileges.ts';
import { resultValue } from './results.ts';
import type { Server, SessionState } from './server-state.ts';
import { newSession } from './session.ts';
import { newCatalog } from './storage/catalog.ts';
import { newTableLocks } from './storage/table-locks.ts';
import { rollback } from './transactions.ts';
import type { Engine, EngineOptions, SessionOptions } from './types.ts';
import { collationById } from './values/collation.ts';
import { findTimeZone, utc } from './values/time-zone.ts';
import { globalValue } from './variables/access.ts';
import { findVariable } from './variables/definitions.ts';

/** A version that clients take for an 8.4, which this engine's answers are modelled on. */
const serverVersion = '8.4.6-sluicebox';

/** auto.cnf keeps the server's UUID, as MySQL's does. */
const readUuid = (dataDir: string): string => {
  const path = join(dataDir, 'auto.cnf');
  const known = existsSync(path) ? /^server-uuid=([0-9a-f-]{36})$/m.exec(readFileSync(path, 'utf8'))?.[1] : undefined;
  if (known) return known;
  const uuid = randomUUID();
  writeFileSync(`${path}.new`, `[auto]\nserver-uuid=${uuid}\n`);
  renameSync(`${path}.new`, path);
  return uuid;
};

const setGlobals = (settings: Readonly<Record<string, string>>): Map<string, string | null> => {
  const globals = new Map<string, string | null>();
  for (const [name, value] of Object.entries(settings)) {
    const definition = findVariable(name.replaceAll('-', '_'));
    if (!definition) throw mysqlError('ER_UNKNOWN_SYSTEM_VARIABLE', name);
    globals.set(definition.name, definition.check ? definition.check(value) : value);
  }
  return globals;
};

// A log that only tells what is in the others, while they are read.
const silentBinlog: BinlogWriter = {
  files: () => [],
  position: () => ({ file: '', offset: 0, executedGtids: '' }),
  purgedGtids: () => '',
  path: () => '',
  onAppend: () => () => undefined,
  appendRows: () => undefined,
  appendStatement: () => undefined,
  afterCommit: () => undefined,
  rotate: () => undefined,
  purgeTo: () => undefined,
  fileNumber: () => 0,
  modifiedMs: () => 0,
  nextXid: () => 1n,
  close: () => undefined,
};

/** The session that runs logged statements again: what it may need to know is in the QUERY event. */
const replaySession = (server: Server, event: QueryEvent, timestampSeconds: number): SessionState => {
  const account = {
    ...newAccount('', '', 'caching_sha2_password', new Uint8Array(0)),
    global: new Set(['GRANT OPTION', ...allAt('global')]),
  };
  const options: SessionOptions = {
    connectionId: 0,
    account: { user: '', host: '', plugin: account.plugin, passwordHash: account.passwordHash, locked: false },
    user: '',
    host: '',
    port: 0,
    database: null,
    charset: 255,
    multiStatements: false,
    foundRows: false,
    ignoreSpace: false,
    onKilled: () => undefined,
  };
  const variables = new Map<string, string | null>([['foreign_key_checks', 'OFF']]);
  let sqlMode = readSqlMode('');
  let timeZone = utc;
  let micros = 0;
  for (const variable of event.statusVariables) {
    if (variable.name === 'sql-mode') sqlMode = readSqlMode(sqlModeText(variable.value));
    if (variable.name === 'time-zone') timeZone = findTimeZone(variable.value) ?? utc;
    if (variable.name === 'microseconds') micros = variable.value;
    if (variable.name === 'charset')
      variables.set('collation_connection', collationById(variable.connection)?.name ?? 'utf8mb4_0900_ai_ci');
  }
  variables.set('timestamp', `${timestampSeconds}.${String(micros).padStart(6, '0')}`);
  return {
    id: 0,
    options,
    account,
    database: event.database === '' ? null : event.database,
    variables,
    userVariables: new Map(),
    sqlMode,
    timeZone,
    autocommit: true,
    transaction: null,
    explicitTransaction: false,
    nextIsolation: null,
    nextReadOnly: null,
    warnings: [],
    lastInsertId: 0n,
    rowCount: 0n,
    foundRows: 0n,
    prepared: new Map(),
    lockedTables: null,
    userLocks: new Map(),
    resultsCollation: null,
    changes: [],
    multiStatements: false,
    killed: null,
    interrupt: null,
    command: 'Connect',
    commandSinceMs: server.clock.nowMs(),
    state: '',
    info: null,
    closed: false,
  };
};

const replayQuery =
  (server: Server) =>
  (event: QueryEvent, timestampSeconds: number): void => {
    const session = replaySession(server, event, timestampSeconds);
    const { ansiQuotes, noBackslashEscapes, pipesAsConcat } = session.sqlMode;
    const parsed = parseStatement(event.query, { ansiQuotes, noBackslashEscapes, pipesAsConcat });
    const micros = Math.round(Number(session.variables.get('timestamp')) * 1_000_000);
    executeStatement(
      {
        server,
        session,
        parameters: null,
        read: { kind: 'uncommitted' },
        sqlMode: session.sqlMode,
        timeZone: session.timeZone,
        nowMicroseconds: BigInt(micros),
        strictWrite: false,
        warn: () => undefined,
        assigned: new Map(),
        pauses: { taken: 0, met: 0 },
      },
      parsed,
    );
  };

const createUsers = (server: Server, users: EngineOptions['users']): void => {
  for (const { name, host, password, all } of users) {
    const key = accountKey(name, host);
    const hash = hashPassword('caching_sha2_password', password);
    const account = server.accounts.accounts.get(key) ?? newAccount(name, host, 'caching_sha2_password', hash);
    account.plugin = 'caching_sha2_password';
    account.passwordHash = hash;
    if (all) for (const privilege of [...allAt('global'), 'GRANT OPTION']) account.global.add(privilege);
    server.accounts.accounts.set(key, account);
  }
};

/** Bytes of log after which the tables are written down anew. */
const checkpointEveryBytes = 16 * 1024 * 1024;

/** Opens the data directory: recovers tables from the last checkpoint and the binlog after it, cutting a torn tail. */
export const openEngine = async (options: EngineOptions): Promise<Engine> => {
  const { dataDir, clock } = options;
  mkdirSync(dataDir, { recursive: true });
  const uuid = readUuid(dataDir);
  const checkpoint = readCheckpoint(dataDir);
  const accounts = newAccountStore();
  for (const [key, account] of checkpoint?.accounts ?? []) accounts.accounts.set(key, account);
  const server: Server = {
    clock,
    emit: options.emit,
    dataDir,
    serverId: options.serverId,
    uuid,
    version: serverVersion,
    startedMs: clock.nowMs(),
    port: 0,
    catalog: checkpoint?.catalog ?? newCatalog(),
    accounts,
    binlog: silentBinlog,
    tableLocks: newTableLocks(),
    globals: setGlobals(options.settings ?? {}),
    sessions: new Map(),
    sequence: 1,
    nextTransactionId: 1,
    views: new Set(),
    openTransactions: new Set(),
    history: [],
    questions: 0,
    uuidShort: 0n,
  };
  const recovered = replayBinlogs(
    dataDir,
    checkpoint && { file: checkpoint.file, offset: checkpoint.offset },
    { executed: checkpoint?.executedGtids ?? '', nextXid: checkpoint?.nextXid ?? 1n },
    server.catalog,
    replayQuery(server),
  );
  if (recovered.cutBytes > 0)
    options.emit({
      component: 'mysql',
      kind: 'warning',
      message: `cut ${recovered.cutBytes} bytes of a transaction that was never acknowledged off the binlog`,
    });
  const writer = openBinlogWriter({
    dataDir,
    clock,
    serverId: options.serverId,
    uuid,
    version: serverVersion,
    maximumSizeBytes: () => Number(globalValue(server, 'max_binlog_size')),
    fullMetadata: () => globalValue(server, 'binlog_row_metadata') === 'FULL',
    serverCollation: 255,
    executed: recovered.executed,
    nextXid: recovered.nextXid,
    files: listBinlogs(dataDir),
    purged: (first) => previousGtids(join(dataDir, first)),
    onRotate: () => undefined,
  });
  let checkpointBytes = 0;
  const save = (): void => {
    const { file, offset, executedGtids } = writer.position();
    writeCheckpoint(dataDir, server.catalog, accounts, { file, offset, executedGtids, nextXid: writer.nextXid() });
    checkpointBytes = 0;
  };
  const wrapped: BinlogWriter = {
    ...writer,
    afterCommit: () => {
      writer.afterCommit();
    },
    rotate: () => {
      writer.rotate();
      save();
    },
    purgeTo: (name) => {
      // What is thrown away must not be needed to recover.
      save();
      writer.purgeTo(name);
    },
  };
  server.binlog = wrapped;
  let lastOffset = writer.position();
  const stopWatching = writer.onAppend(() => {
    const now = writer.position();
    checkpointBytes += now.file === lastOffset.file ? now.offset - lastOffset.offset : now.offset;
    lastOffset = now;
    if (checkpointBytes >= checkpointEveryBytes) save();
  });
  createUsers(server, options.users);
  if (recovered.transactions > 0 || !checkpoint) save();
  return {
    version: serverVersion,
    serverUuid: uuid,
    accounts: accountsView(accounts),
    binlog: wrapped,
    openSession: (sessionOptions) => newSession(server, sessionOptions),
    setPort: (port) => {
      server.port = port;
    },
    globalVariable: (name) => resultValue(globalValue(server, name), { ...textType }),
    close: async () => {
      for (const session of [...server.sessions.values()]) {
        session.killed = 'connection';
        session.interrupt?.();
        rollback(server, session);
      }
      stopWatching();
      writer.close();
      save();
    },
  };
};

const textType = {
  base: 'varchar' as const,
  length: 1024,
  decimals: 0,
  unsigned: false,
  zerofill: false,
  collation: collationById(255) as NonNullable<ReturnType<typeof collationById>>,
  values: [],
};

/** What came before the oldest file that is left. */
const previousGtids = (path: string): string => {
  for (const { body } of readFile(readFileSync(path)))
    if (body.kind === 'previous-gtids') return formatGtidSet(body.gtids);
  return formatGtidSet(parseGtidSet(''));
};
