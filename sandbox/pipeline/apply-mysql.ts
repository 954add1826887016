import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise';
import type { Address } from '../components/component.ts';
import { mysqlOptions } from '../components/mysql-options.ts';
import { UsageError } from '../core/usage-error.ts';
import type { SqlStatement } from './artefacts.ts';
import { mayChange, type Outside, recordOf, whereIs } from './outside.ts';

type Standing = { databases: ReadonlySet<string>; tables: ReadonlySet<string>; users: ReadonlySet<string> };

const firstColumn = async (connection: Connection, sql: string): Promise<Set<string>> => {
  const [rows] = await connection.query<RowDataPacket[]>(sql);
  return new Set(rows.map((row) => String(Object.values(row)[0])));
};

/** What is in a server that is not ours. Who may not read its users makes none there either. */
const standing = async (connection: Connection): Promise<Standing> => ({
  databases: await firstColumn(connection, 'SELECT schema_name FROM information_schema.schemata'),
  tables: await firstColumn(connection, "SELECT CONCAT(table_schema, '.', table_name) FROM information_schema.tables"),
  users: await firstColumn(connection, "SELECT CONCAT(user, '@', host) FROM mysql.user").catch(() => new Set<string>()),
});

const runAll = async (connection: Connection, statements: readonly SqlStatement[], environment: Address) => {
  await connection.query('SET @MYSQL_CDC_USER = ?, @MYSQL_CDC_PASSWORD = ?', [
    environment['MYSQL_CDC_USER'] ?? null,
    environment['MYSQL_CDC_PASSWORD'] ?? null,
  ]);
  for (const { file, line, text } of statements) {
    await connection.query(text).catch((error: Error & { code?: string }) => {
      throw new UsageError(`${file}:${line}: MySQL answers ${error.code ?? ''}: ${error.message}`);
    });
  }
};

/** What came to be between two looks is written down as made here: databases first, so that `clean`, going backwards, ends with them. */
const writeDown = (before: Standing, after: Standing, environment: Address, outside: Outside): void => {
  const where = whereIs('mysql', environment);
  const kinds = [
    ['mysql-database', before.databases, after.databases],
    ['mysql-table', before.tables, after.tables],
    ['mysql-user', before.users, after.users],
  ] as const;
  for (const [kind, earlier, later] of kinds)
    for (const name of later) if (!earlier.has(name)) outside.record.add({ kind, name, where });
};

/** Runs sql/mysql in file order on one session, which carries the CDC user's name and password as variables. */
export const applyMysql = async (
  statements: readonly SqlStatement[],
  environment: Address,
  outside?: Outside,
): Promise<string> => {
  if (!mayChange('mysql', outside)) return 'sql/mysql not applied: mysql is external, and --apply was not given';
  const connection = await createConnection({ ...mysqlOptions(environment) });
  try {
    const isOurs = outside === undefined || recordOf('mysql', outside) === undefined;
    const before = isOurs ? undefined : await standing(connection);
    try {
      await runAll(connection, statements, environment);
    } finally {
      if (before && outside) writeDown(before, await standing(connection), environment, outside);
    }
  } finally {
    await connection.end();
  }
  return 'sql/mysql applied';
};
