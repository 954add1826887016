import { readFileSync } from 'node:fs';
import type { Column, Connection, ConnectionOptions, RowStatement } from 'snowflake-sdk';
import { UsageError } from '../core/usage-error.ts';
import type { Address } from './component.ts';
import {
  type SnowflakeColumn,
  SnowflakeError,
  type SnowflakeLogin,
  type SnowflakeResult,
  type SnowflakeSession,
  type SnowflakeValue,
  snowflakeUrl,
} from './snowflake-client.ts';
import { type Authenticator, authenticatorOf } from './snowflake-login.ts';

type Secrets = Partial<ConnectionOptions>;

const privateKey = (address: Address): Secrets => {
  const path = address['SNOWFLAKE_PRIVATE_KEY_FILE'] ?? '';
  const passphrase = address['SNOWFLAKE_PRIVATE_KEY_PASSPHRASE'];
  try {
    readFileSync(path);
  } catch (error) {
    throw new UsageError(`SNOWFLAKE_PRIVATE_KEY_FILE names ${path}, which cannot be read: ${(error as Error).message}`);
  }
  return { privateKeyPath: path, ...(passphrase ? { privateKeyPass: passphrase } : {}) };
};

const secretsOf = (authenticator: Authenticator, address: Address): Secrets => {
  const token = address['SNOWFLAKE_TOKEN'] ?? '';
  if (authenticator === 'SNOWFLAKE_JWT') return { authenticator, ...privateKey(address) };
  if (authenticator === 'OAUTH' || authenticator === 'PROGRAMMATIC_ACCESS_TOKEN') return { authenticator, token };
  if (authenticator === 'EXTERNALBROWSER') return { authenticator };
  return { authenticator, password: address['SNOWFLAKE_PASSWORD'] ?? '' };
};

const optionsOf = (address: Address, login: SnowflakeLogin): ConnectionOptions => ({
  account: address['SNOWFLAKE_ACCOUNT'] as string,
  username: address['SNOWFLAKE_USER'] as string,
  accessUrl: snowflakeUrl(address),
  application: 'Sluicebox',
  clientSessionKeepAlive: true,
  rowMode: 'array',
  // Digits beyond a double stay as they are.
  fetchAsString: ['Number', 'JSON'],
  ...secretsOf(authenticatorOf(address), address),
  ...(address['SNOWFLAKE_ROLE'] ? { role: address['SNOWFLAKE_ROLE'] } : {}),
  ...(login.database ? { database: login.database } : {}),
  ...(login.schema ? { schema: login.schema } : {}),
  ...(login.warehouse ? { warehouse: login.warehouse } : {}),
});

const asError = (error: Error & { code?: string | number; sqlState?: string }): Error =>
  error.name === 'OperationFailedError' || /^\d{5,6}$/.test(String(error.code ?? ''))
    ? new SnowflakeError(error.message, String(error.code ?? ''), error.sqlState ?? '')
    : error;

const columnOf = (column: Column): SnowflakeColumn => ({
  name: column.getName(),
  type: column.getType(),
  scale: column.getScale() ?? null,
});

/** The driver's values in the words of `SnowflakeValue`. */
const readValue = (value: unknown, { type, scale }: SnowflakeColumn): SnowflakeValue => {
  if (value === null || value === undefined) return null;
  if (type === 'fixed') {
    const number = Number(value);
    return scale === 0 && Number.isSafeInteger(number) ? number : String(value);
  }
  if (type === 'real') return Number(value);
  if (value instanceof Date) {
    const iso = value.toISOString();
    if (type === 'date') return iso.slice(0, 10);
    return type === 'timestamp_ntz' ? iso.replace('T', ' ').replace('Z', '') : iso;
  }
  return typeof value === 'boolean' || typeof value === 'number' ? value : String(value);
};

const connected = (connection: Connection, isBrowser: boolean): Promise<void> =>
  new Promise((resolve, reject) => {
    const done = (error: Error | undefined): void => (error ? reject(asError(error)) : resolve());
    if (isBrowser) void connection.connectAsync(done).catch(done);
    else connection.connect(done);
  });

/** A session by snowflake-sdk. It takes 0.7 s to import, so only who speaks to an account loads it. */
export const openByDriver = async (address: Address, login: SnowflakeLogin): Promise<SnowflakeSession> => {
  // Asked by the driver at each login, and answered only inside a cloud.
  process.env['SNOWFLAKE_DISABLE_PLATFORM_DETECTION'] = 'true';
  const { default: snowflake } = await import('snowflake-sdk');
  snowflake.configure({ logLevel: 'OFF', additionalLogToConsole: false });
  const connection = snowflake.createConnection(optionsOf(address, login));
  await connected(connection, authenticatorOf(address) === 'EXTERNALBROWSER');

  const query = (sqlText: string): Promise<SnowflakeResult> =>
    new Promise((resolve, reject) => {
      connection.execute({
        sqlText,
        complete: (error, statement, rows) => {
          if (error) return reject(asError(error));
          const columns = ((statement as RowStatement).getColumns() ?? []).map(columnOf);
          const read = (row: unknown): SnowflakeValue[] =>
            columns.map((column, index) => readValue((row as unknown[])[index], column));
          resolve({ columns, rows: (rows ?? []).map(read) });
        },
      });
    });
  return {
    query,
    close: () => new Promise((resolve) => connection.destroy(() => resolve())),
  };
};
