import { randomUUID } from 'node:crypto';
import type { Address } from './component.ts';

/** A value as Snowflake's JSON rows carry it, with numbers and booleans read: exact where a double is, text where it is not. */
export type SnowflakeValue = string | number | boolean | null;
export type SnowflakeColumn = { name: string; type: string; scale: number | null };
export type SnowflakeResult = { columns: readonly SnowflakeColumn[]; rows: readonly (readonly SnowflakeValue[])[] };

export type SnowflakeSession = {
  query(sql: string): Promise<SnowflakeResult>;
  close(): Promise<void>;
};

/** A statement's error as Snowflake tells it. */
export class SnowflakeError extends Error {
  readonly code: string;
  readonly sqlState: string;

  constructor(message: string, code: string, sqlState: string) {
    super(message);
    this.name = 'SnowflakeError';
    this.code = code;
    this.sqlState = sqlState;
  }
}

type Answer = {
  success: boolean;
  code?: string | null;
  message?: string | null;
  data: Record<string, unknown> & {
    token?: string;
    sqlState?: string;
    rowtype?: { name: string; type: string; scale: number | null }[];
    rowset?: (string | null)[][];
    /** Where the rows behind the first ones are, in order. */
    chunks?: { url: string }[];
    getResultUrl?: string;
  };
};

// The drivers' own login and query requests: they cost a request each, where snowflake-sdk costs 0.7 s of start-up.
const post = async (base: string, path: string, token: string | undefined, body: unknown): Promise<Answer> => {
  const response = await fetch(`${base}${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      ...(token === undefined ? {} : { authorization: `Snowflake Token="${token}"` }),
    },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new SnowflakeError(`Snowflake answered HTTP ${response.status} to ${path}`, '', '');
  return (await response.json()) as Answer;
};

/** A chunk is rows with commas between them, and no bracket around them. */
const readChunk = async (url: string): Promise<(string | null)[][]> => {
  const response = await fetch(url);
  if (!response.ok) throw new SnowflakeError(`Snowflake answered HTTP ${response.status} to ${url}`, '', '');
  return JSON.parse(`[${await response.text()}]`) as (string | null)[][];
};

const checked = (answer: Answer): Answer => {
  if (answer.success) return answer;
  throw new SnowflakeError(answer.message ?? 'no message', answer.code ?? '', answer.data?.sqlState ?? '');
};

const dayMs = 86_400_000;

const readValue = (text: string | null, { type, scale }: SnowflakeColumn): SnowflakeValue => {
  if (text === null) return null;
  if (type === 'fixed') {
    const number = Number(text);
    return scale === 0 && Number.isSafeInteger(number) ? number : text;
  }
  if (type === 'real') return Number(text);
  if (type === 'boolean') return text === '1' || text.toLowerCase() === 'true';
  if (type === 'date') return new Date(Number(text) * dayMs).toISOString().slice(0, 10);
  if (type.startsWith('timestamp_')) {
    const iso = new Date(Math.floor(Number(text.split(' ')[0]) * 1_000)).toISOString();
    return type === 'timestamp_ntz' ? iso.replace('T', ' ').replace('Z', '') : iso;
  }
  return text;
};

export type SnowflakeLogin = { database?: string; schema?: string; warehouse?: string };

export const snowflakeUrl = (address: Address): string =>
  `${address['SNOWFLAKE_PROTOCOL']}://${address['SNOWFLAKE_HOST']}:${address['SNOWFLAKE_PORT']}`;

/**
 * Logs in and gives a session; errors are SnowflakeError, or the network's own when nothing answers. An account of Snowflake's is told by
 * its SNOWFLAKE_AUTHENTICATOR and spoken to by its own driver, which knows key pairs, tokens, browsers and PUT.
 */
export const openSnowflake = async (address: Address, login: SnowflakeLogin = {}): Promise<SnowflakeSession> => {
  if (!address['SNOWFLAKE_AUTHENTICATOR']) return openByRequests(address, login);
  const { openByDriver } = await import('./snowflake-driver.ts');
  return openByDriver(address, login);
};

const openByRequests = async (address: Address, login: SnowflakeLogin): Promise<SnowflakeSession> => {
  const base = snowflakeUrl(address);
  const where = new URLSearchParams({
    requestId: randomUUID(),
    ...(login.database && { databaseName: login.database }),
    ...(login.schema && { schemaName: login.schema }),
    ...(login.warehouse && { warehouse: login.warehouse }),
  });
  const { data } = checked(
    await post(base, `/session/v1/login-request?${where}`, undefined, {
      data: {
        CLIENT_APP_ID: 'Sluicebox',
        CLIENT_APP_VERSION: '1',
        ACCOUNT_NAME: address['SNOWFLAKE_ACCOUNT'],
        LOGIN_NAME: address['SNOWFLAKE_USER'],
        PASSWORD: address['SNOWFLAKE_PASSWORD'],
        SESSION_PARAMETERS: {},
      },
    }),
  );
  const token = data.token;

  const query = async (sql: string): Promise<SnowflakeResult> => {
    let answer = checked(
      await post(base, `/queries/v1/query-request?requestId=${randomUUID()}`, token, {
        sqlText: sql,
        asyncExec: false,
      }),
    );
    // A long statement answers "still running" with the place to ask again.
    while (answer.data.getResultUrl !== undefined && answer.data.rowset === undefined) {
      const response = await fetch(`${base}${answer.data.getResultUrl}`, {
        headers: { accept: 'application/json', authorization: `Snowflake Token="${token}"` },
      });
      answer = checked((await response.json()) as Answer);
    }
    const columns = (answer.data.rowtype ?? []).map(({ name, type, scale }) => ({ name, type, scale }));
    let texts = answer.data.rowset ?? [];
    for (const { url } of answer.data.chunks ?? []) texts = texts.concat(await readChunk(url));
    const rows = texts.map((row) => row.map((text, index) => readValue(text, columns[index] as SnowflakeColumn)));
    return { columns, rows };
  };

  return {
    query,
    close: async () => {
      await post(base, '/session?delete=true', token, {}).catch(() => {});
    },
  };
};

/** Rows as objects, by column name in lower case. */
export const asRecords = ({ columns, rows }: SnowflakeResult): Record<string, SnowflakeValue>[] =>
  rows.map((row) => Object.fromEntries(columns.map(({ name }, index) => [name.toLowerCase(), row[index] ?? null])));
