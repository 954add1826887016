import { readdirSync, readFileSync } from 'node:fs';
import { type Connection, createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerOf, statementsOf } from './mysql-answers.ts';
import { observe } from './observations.ts';
import { removeFolder, type Served, serve } from './serve.ts';

// Each statement of mysql-statements/*.sql, file by file and in order, with everything that a client sees of its answer.

const folder = new URL('mysql-statements/', import.meta.url);

let served: Served;

const connect = async (): Promise<Connection> => {
  const { address } = served;
  const connection = await createConnection({
    host: address['MYSQL_HOST'] as string,
    port: Number(address['MYSQL_PORT']),
    user: address['MYSQL_USER'] as string,
    password: address['MYSQL_PASSWORD'] as string,
    charset: 'utf8mb4',
  });
  connection.on('error', () => {});
  return connection;
};

beforeAll(async () => {
  served = await serve({ components: ['mysql'] });
});

afterAll(async () => {
  await served.stop();
  removeFolder(served.dataDir);
});

describe.each(readdirSync(folder).sort())('%s', (name) => {
  const file = new URL(name, folder);
  const sessions = new Map<string, Connection>();

  const sessionOf = async (session: string): Promise<Connection> => {
    const connection = sessions.get(session) ?? (await connect());
    sessions.set(session, connection);
    return connection;
  };

  afterAll(() => {
    for (const connection of sessions.values()) connection.destroy();
  });

  for (const { name: statement, session, sql } of statementsOf(file))
    it(statement, async () => {
      observe(`${name}: ${statement}`, await answerOf(await sessionOf(session), sql));
    });
});

it('there are statements of each kind', () => {
  const counts = readdirSync(folder).map((name) => statementsOf(new URL(name, folder)).length);
  expect(Math.min(...counts)).toBeGreaterThan(20);
  expect(readFileSync(new URL('tables.sql', folder), 'utf8')).toContain('ALTER TABLE');
});
