import { randomBytes, randomUUID } from 'node:crypto';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { TypedValue } from '../rewrite/types.ts';
import { createMutex, type Mutex } from '../storage/mutex.ts';
import type { Store } from '../storage/store.ts';
import type { Transaction } from '../storage/transaction.ts';
import { type Parameters, parameterValue } from './parameters.ts';

/** One login, or the inside of a task. It has a DuckDB connection of its own, and one statement runs in it at a time. */
export type Session = {
  id: string;
  user: string;
  role: string;
  database: string | undefined;
  schema: string | undefined;
  warehouse: string | undefined;
  parameters: Parameters;
  variables: Map<string, TypedValue>;
  token: string;
  masterToken: string;
  tokenEndsMs: number;
  masterEndsMs: number;
  client: string;
  oneAtATime: Mutex;
  transaction: Transaction | undefined;
  lastQueryIds: string[];
  connection(): Promise<DuckDBConnection>;
  close(): Promise<void>;
};

export type SessionStart = {
  user: string;
  role?: string | undefined;
  database?: string | undefined;
  schema?: string | undefined;
  warehouse?: string | undefined;
  parameters?: Parameters;
  client?: string | undefined;
};

/** Source: data.validityInSeconds and masterValidityInSeconds of a login's answer. */
export const sessionValiditySeconds = 3600;
export const masterValiditySeconds = 14_400;

export const newToken = (): string =>
  `ver:1-hint:${randomBytes(6).readUIntBE(0, 6)}-ETMsDgAAA${randomBytes(96).toString('base64url')}`;

const sessionNumber = (): string => String(randomBytes(6).readUIntBE(0, 6) + 2 ** 40);

export const createSession = (store: Store, start: SessionStart, nowMs: number): Session => {
  let opened: Promise<DuckDBConnection> | undefined;
  let timezone: string | undefined;
  const session: Session = {
    id: sessionNumber(),
    user: start.user,
    role: start.role ?? 'ACCOUNTADMIN',
    database: start.database,
    schema: start.schema,
    warehouse: start.warehouse,
    parameters: start.parameters ?? new Map(),
    variables: new Map(),
    token: newToken(),
    masterToken: newToken(),
    tokenEndsMs: nowMs + sessionValiditySeconds * 1000,
    masterEndsMs: nowMs + masterValiditySeconds * 1000,
    client: start.client ?? randomUUID(),
    oneAtATime: createMutex(),
    transaction: undefined,
    lastQueryIds: [],
    connection: async () => {
      const connection = await (opened ??= store.connect());
      const wanted = String(parameterValue(session.parameters, 'TIMEZONE'));
      if (wanted !== timezone) {
        await connection.run(`SET TimeZone = '${wanted.replaceAll("'", "''")}'`);
        timezone = wanted;
      }
      return connection;
    },
    close: async () => {
      const connection = await opened?.catch(() => undefined);
      opened = undefined;
      timezone = undefined;
      connection?.closeSync();
    },
  };
  return session;
};
