import { type Connection, type ConnectionOptions, createConnection, type TypeCast } from 'mysql2';
import type { Settings } from './settings.ts';

/** Values of a row as the server's text, null for NULL. */
export type TextRow = readonly (string | null)[];
export type BytesRow = readonly (Buffer | null)[];

/** The connection for everything but the binlog. */
export type MysqlConnection = {
  query(sql: string): Promise<readonly TextRow[]>;
  /** Rows as they come; the server waits while they are not taken. */
  rows(sql: string): AsyncIterable<BytesRow>;
  close(): Promise<void>;
};

const toText: TypeCast = (field) => field.string();
const toBytes: TypeCast = (field) => field.buffer();

const optionsOf = (settings: Settings): ConnectionOptions => ({
  host: settings.hostname,
  port: settings.port,
  user: settings.user,
  password: settings.password,
  connectTimeout: settings.connectTimeoutMs,
  charset: 'utf8mb4',
  rowsAsArray: true,
  multipleStatements: false,
});

const open = (settings: Settings): Promise<Connection> =>
  new Promise((resolve, reject) => {
    const connection = createConnection(optionsOf(settings));
    const failed = (error: Error) => {
      connection.destroy();
      reject(error);
    };
    connection.once('error', failed);
    connection.connect((error) => {
      if (error) return failed(error);
      connection.off('error', failed);
      // A connection that dies between queries says so at the next query.
      connection.on('error', () => {});
      resolve(connection);
    });
  });

const wrap = (connection: Connection): MysqlConnection => ({
  query: (sql) =>
    new Promise((resolve, reject) => {
      connection.query({ sql, typeCast: toText, rowsAsArray: true }, (error, result) => {
        if (error) reject(error);
        else resolve(Array.isArray(result) ? (result as unknown as TextRow[]) : []);
      });
    }),
  rows: (sql) =>
    connection
      .query({ sql, typeCast: toBytes, rowsAsArray: true })
      .stream({ highWaterMark: 256 }) as AsyncIterable<BytesRow>,
  close: () =>
    new Promise((resolve) => {
      const timer = setTimeout(() => {
        connection.destroy();
        resolve();
      }, 1_000);
      connection.end(() => {
        clearTimeout(timer);
        resolve();
      });
    }),
});

export const connectMysql = async (settings: Settings): Promise<MysqlConnection> => {
  const connection = wrap(await open(settings));
  try {
    // TIMESTAMP values are wanted in UTC.
    await connection.query("SET time_zone = '+00:00'");
    for (const statement of settings.initialStatements) await connection.query(statement);
  } catch (error) {
    await connection.close();
    throw error;
  }
  return connection;
};

/** A failure of the network or of a server that is going down, after which it is worth coming back. */
export const isConnectionFailure = (error: unknown): boolean => {
  const { code, errno, fatal, name } = error as { code?: string; errno?: number; fatal?: boolean; name?: string };
  if (name === 'ConnectionLost') return true;
  const network = [
    'ECONNREFUSED',
    'ECONNRESET',
    'ETIMEDOUT',
    'EPIPE',
    'PROTOCOL_CONNECTION_LOST',
    'EHOSTUNREACH',
    'ENOTFOUND',
    'EAI_AGAIN',
  ];
  if (code !== undefined && network.includes(code)) return true;
  // ER_SERVER_SHUTDOWN, ER_NORMAL_SHUTDOWN, ER_CON_COUNT_ERROR, CR_SERVER_GONE, CR_SERVER_LOST, ER_QUERY_INTERRUPTED of a killed dump.
  return errno !== undefined && [1053, 1077, 1040, 2006, 2013, 1927].includes(errno)
    ? true
    : fatal === true && errno === undefined;
};
