import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../../../../sandbox/core/clock.ts';
import { openEngine } from '../../../../../sandbox/emulators/mysql/engine/engine.ts';
import type { Engine, Result, Session, Value } from '../../../../../sandbox/emulators/mysql/engine/types.ts';
import { MysqlError } from '../../../../../sandbox/emulators/mysql/errors.ts';

export const temporaryFolder = (): { path: string; remove(): void } => {
  const path = mkdtempSync(join(tmpdir(), 'mysql-engine-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
};

export const openAt = (dataDir: string, settings: Record<string, string> = {}): Promise<Engine> =>
  openEngine({
    dataDir,
    clock: systemClock,
    emit: () => undefined,
    serverId: 1,
    users: [{ name: 'root', host: '%', password: 'secret', all: true }],
    settings,
  });

let lastId = 7;

export const login = (engine: Engine, user = 'root', database: string | null = null): Session => {
  const account = engine.accounts.find(user, '127.0.0.1');
  if (!account) throw new Error(`no account for ${user}`);
  return engine.openSession({
    connectionId: ++lastId,
    account,
    user,
    host: '127.0.0.1',
    port: 50_000,
    database,
    charset: 255,
    multiStatements: true,
    foundRows: false,
    ignoreSpace: false,
    onKilled: () => undefined,
  });
};

/** All results of a text. */
export const runAll = async (session: Session, sql: string): Promise<Result[]> => {
  const results: Result[] = [];
  for await (const result of session.execute(sql)) results.push(result);
  return results;
};

/** The last result. */
export const run = async (session: Session, sql: string): Promise<Result> => {
  const results = await runAll(session, sql);
  return results.at(-1) as Result;
};

const plain = (value: Value): string | number | null => {
  if (value === null || typeof value === 'number') return value;
  return value instanceof Uint8Array ? `0x${Buffer.from(value).toString('hex')}` : String(value);
};

/** Rows of the last result, as text: bytes as 0x…, numbers of type DOUBLE as numbers. */
export const rows = async (session: Session, sql: string): Promise<(string | number | null)[][]> => {
  const result = await run(session, sql);
  if (result.kind !== 'rows') throw new Error(`${sql} gives no rows`);
  return result.rows.map((row) => row.map(plain));
};

/** '1062 23000 Duplicate …' */
export const errorOf = async (session: Session, sql: string): Promise<string> => {
  try {
    await runAll(session, sql);
  } catch (error) {
    if (error instanceof MysqlError) return `${error.errno} ${error.sqlState} ${error.message}`;
    throw error;
  }
  throw new Error(`${sql} did not fail`);
};
