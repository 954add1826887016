import {
  type Cursor,
  cursorOf,
  newSink,
  readBytes,
  readInt,
  readRest,
  readTerminated,
  readText,
  readUint,
  readUint8,
  readUint64,
  remaining,
  type Sink,
  writeBytes,
  writeText,
  writeUint,
  writeUint8,
  writeUint64,
  written,
} from './bytes.ts';

/** Status variables of a QUERY event, in the order of the event: what of the session the statement's replay depends on. */
export type StatusVariable =
  | { name: 'flags2'; value: number }
  | { name: 'sql-mode'; value: bigint }
  | { name: 'catalog'; value: string }
  | { name: 'auto-increment'; increment: number; offset: number }
  | { name: 'charset'; client: number; connection: number; server: number }
  | { name: 'time-zone'; value: string }
  | { name: 'lc-time-names'; value: number }
  | { name: 'charset-database'; value: number }
  | { name: 'table-map-for-update'; value: bigint }
  | { name: 'invoker'; user: string; host: string }
  /** undefined when the statement touched more databases than the event lists (254). */
  | { name: 'updated-databases'; value: readonly string[] | undefined }
  | { name: 'microseconds'; value: number }
  | { name: 'explicit-defaults-for-timestamp'; value: boolean }
  | { name: 'ddl-xid'; value: bigint }
  | { name: 'default-collation-for-utf8mb4'; value: number }
  | { name: 'require-primary-key'; value: number }
  | { name: 'default-table-encryption'; value: number }
  /** A code that this codec does not know, with all that follows: lengths are not in the format. */
  | { name: 'unknown'; code: number; rest: Uint8Array };

export type QueryEvent = {
  kind: 'query';
  threadId: number;
  executionSeconds: number;
  errorCode: number;
  statusVariables: readonly StatusVariable[];
  database: string;
  query: string;
};

const codes = {
  flags2: 0,
  sqlMode: 1,
  autoIncrement: 3,
  charset: 4,
  timeZone: 5,
  catalog: 6,
  lcTimeNames: 7,
  charsetDatabase: 8,
  tableMapForUpdate: 9,
  invoker: 11,
  updatedDatabases: 12,
  microseconds: 13,
  explicitDefaultsForTimestamp: 16,
  ddlXid: 17,
  defaultCollationForUtf8mb4: 18,
  requirePrimaryKey: 19,
  defaultTableEncryption: 20,
} as const;

const readShort = (cursor: Cursor): string => readText(cursor, readUint8(cursor));

const readDatabases = (cursor: Cursor): readonly string[] | undefined => {
  const count = readUint8(cursor);
  return count === 254 ? undefined : Array.from({ length: count }, () => readTerminated(cursor));
};

const readStatusVariable = (cursor: Cursor): StatusVariable => {
  const code = readUint8(cursor);
  switch (code) {
    case codes.flags2:
      return { name: 'flags2', value: readUint(cursor, 4) };
    case codes.sqlMode:
      return { name: 'sql-mode', value: readUint64(cursor) };
    case codes.catalog:
      return { name: 'catalog', value: readShort(cursor) };
    case codes.autoIncrement:
      return { name: 'auto-increment', increment: readUint(cursor, 2), offset: readUint(cursor, 2) };
    case codes.charset:
      return {
        name: 'charset',
        client: readUint(cursor, 2),
        connection: readUint(cursor, 2),
        server: readUint(cursor, 2),
      };
    case codes.timeZone:
      return { name: 'time-zone', value: readShort(cursor) };
    case codes.lcTimeNames:
      return { name: 'lc-time-names', value: readUint(cursor, 2) };
    case codes.charsetDatabase:
      return { name: 'charset-database', value: readUint(cursor, 2) };
    case codes.tableMapForUpdate:
      return { name: 'table-map-for-update', value: readUint64(cursor) };
    case codes.invoker:
      return { name: 'invoker', user: readShort(cursor), host: readShort(cursor) };
    case codes.updatedDatabases:
      return { name: 'updated-databases', value: readDatabases(cursor) };
    case codes.microseconds:
      return { name: 'microseconds', value: readUint(cursor, 3) };
    case codes.explicitDefaultsForTimestamp:
      return { name: 'explicit-defaults-for-timestamp', value: readUint8(cursor) !== 0 };
    case codes.ddlXid:
      return { name: 'ddl-xid', value: readUint64(cursor) };
    case codes.defaultCollationForUtf8mb4:
      return { name: 'default-collation-for-utf8mb4', value: readUint(cursor, 2) };
    case codes.requirePrimaryKey:
      return { name: 'require-primary-key', value: readUint8(cursor) };
    case codes.defaultTableEncryption:
      return { name: 'default-table-encryption', value: readUint8(cursor) };
    default:
      return { name: 'unknown', code, rest: Buffer.from(readRest(cursor)) };
  }
};

export const readQuery = (cursor: Cursor): QueryEvent => {
  const threadId = readUint(cursor, 4);
  const executionSeconds = readUint(cursor, 4);
  const databaseSizeBytes = readUint8(cursor);
  const errorCode = readUint(cursor, 2);
  const variables = cursorOf(readBytes(cursor, readUint(cursor, 2)));
  const statusVariables: StatusVariable[] = [];
  while (remaining(variables) > 0) statusVariables.push(readStatusVariable(variables));
  const database = readText(cursor, databaseSizeBytes);
  readInt(cursor, 1);
  return {
    kind: 'query',
    threadId,
    executionSeconds,
    errorCode,
    statusVariables,
    database,
    query: readText(cursor, remaining(cursor)),
  };
};

const writeShort = (sink: Sink, text: string): void => {
  const bytes = Buffer.from(text, 'utf8');
  writeUint8(sink, bytes.length);
  writeBytes(sink, bytes);
};

const writeCoded = (
  sink: Sink,
  code: number,
  values: readonly (readonly [value: number, sizeBytes: number])[],
): void => {
  writeUint8(sink, code);
  for (const [value, sizeBytes] of values) writeUint(sink, value, sizeBytes);
};

const writeCoded64 = (sink: Sink, code: number, value: bigint): void => {
  writeUint8(sink, code);
  writeUint64(sink, value);
};

const writeCodedText = (sink: Sink, code: number, ...texts: readonly string[]): void => {
  writeUint8(sink, code);
  for (const text of texts) writeShort(sink, text);
};

const writeDatabases = (sink: Sink, databases: readonly string[] | undefined): void => {
  writeUint8(sink, codes.updatedDatabases);
  writeUint8(sink, databases?.length ?? 254);
  for (const name of databases ?? []) {
    writeText(sink, name);
    writeUint8(sink, 0);
  }
};

const writeStatusVariable = (sink: Sink, variable: StatusVariable) => {
  switch (variable.name) {
    case 'flags2':
      return writeCoded(sink, codes.flags2, [[variable.value, 4]]);
    case 'sql-mode':
      return writeCoded64(sink, codes.sqlMode, variable.value);
    case 'catalog':
      return writeCodedText(sink, codes.catalog, variable.value);
    case 'auto-increment':
      return writeCoded(sink, codes.autoIncrement, [
        [variable.increment, 2],
        [variable.offset, 2],
      ]);
    case 'charset':
      return writeCoded(sink, codes.charset, [
        [variable.client, 2],
        [variable.connection, 2],
        [variable.server, 2],
      ]);
    case 'time-zone':
      return writeCodedText(sink, codes.timeZone, variable.value);
    case 'lc-time-names':
      return writeCoded(sink, codes.lcTimeNames, [[variable.value, 2]]);
    case 'charset-database':
      return writeCoded(sink, codes.charsetDatabase, [[variable.value, 2]]);
    case 'table-map-for-update':
      return writeCoded64(sink, codes.tableMapForUpdate, variable.value);
    case 'invoker':
      return writeCodedText(sink, codes.invoker, variable.user, variable.host);
    case 'updated-databases':
      return writeDatabases(sink, variable.value);
    case 'microseconds':
      return writeCoded(sink, codes.microseconds, [[variable.value, 3]]);
    case 'explicit-defaults-for-timestamp':
      return writeCoded(sink, codes.explicitDefaultsForTimestamp, [[variable.value ? 1 : 0, 1]]);
    case 'ddl-xid':
      return writeCoded64(sink, codes.ddlXid, variable.value);
    case 'default-collation-for-utf8mb4':
      return writeCoded(sink, codes.defaultCollationForUtf8mb4, [[variable.value, 2]]);
    case 'require-primary-key':
      return writeCoded(sink, codes.requirePrimaryKey, [[variable.value, 1]]);
    case 'default-table-encryption':
      return writeCoded(sink, codes.defaultTableEncryption, [[variable.value, 1]]);
    case 'unknown':
      writeUint8(sink, variable.code);
      return writeBytes(sink, variable.rest);
  }
};

export const writeQuery = (sink: Sink, event: QueryEvent): void => {
  const variables = newSink(64);
  for (const variable of event.statusVariables) writeStatusVariable(variables, variable);
  const database = Buffer.from(event.database, 'utf8');
  writeUint(sink, event.threadId, 4);
  writeUint(sink, event.executionSeconds, 4);
  writeUint8(sink, database.length);
  writeUint(sink, event.errorCode, 2);
  writeUint(sink, variables.length, 2);
  writeBytes(sink, written(variables));
  writeBytes(sink, database);
  writeUint8(sink, 0);
  writeText(sink, event.query);
};
