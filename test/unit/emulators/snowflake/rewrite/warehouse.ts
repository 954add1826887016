import * as duckdb from '@duckdb/node-api';
import { translateChange } from '../../../../../sandbox/emulators/snowflake/rewrite/changes.ts';
import { physicalType, sqlTypeOf, typeName } from '../../../../../sandbox/emulators/snowflake/rewrite/data-types.ts';
import { prepareEngine } from '../../../../../sandbox/emulators/snowflake/rewrite/engine.ts';
import { readEngineError } from '../../../../../sandbox/emulators/snowflake/rewrite/engine-errors.ts';
import { translateCopyQuery, translateInsert } from '../../../../../sandbox/emulators/snowflake/rewrite/insert.ts';
import { translateQuery } from '../../../../../sandbox/emulators/snowflake/rewrite/query.ts';
import type {
  Column,
  Relation,
  Resolver,
  SqlType,
  TypedValue,
} from '../../../../../sandbox/emulators/snowflake/rewrite/types.ts';
import { parseStatement } from '../../../../../sandbox/wire/snowflake-sql/parser.ts';

/** A DuckDB with tables declared in Snowflake's words: enough of a server to prove what translation gives. */
export type Warehouse = Awaited<ReturnType<typeof openWarehouse>>;

export const now = 1_704_164_645_006_007n; // 2024-01-02 03:04:05.006007 UTC

const printed = (value: duckdb.DuckDBValue): unknown => {
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return value;
  if (value instanceof duckdb.DuckDBStructValue) return Object.values(value.entries).map(printed);
  return String(value);
};

export const openWarehouse = async () => {
  const instance = await duckdb.DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  prepareEngine(duckdb, connection);
  await connection.run("SET TimeZone = 'UTC'");
  const relations = new Map<string, Relation>();
  const variables = new Map<string, TypedValue>();
  let stage: Relation | undefined;

  const resolver: Resolver = {
    relation: (name) => relations.get(name.parts.at(-1)?.name ?? ''),
    stage: () => stage,
    variable: (name) => variables.get(name),
    bind: (name) => variables.get(name),
    contextFunction: (name) => (name === 'CURRENT_USER' ? { type: { kind: 'text' }, value: 'ANN' } : undefined),
    tableFunction: (name, positional, named) =>
      name === 'INFORMATION_SCHEMA.ECHO'
        ? {
            sql: `(SELECT '${JSON.stringify([positional, named])}' AS "GIVEN")`,
            columns: [{ name: 'GIVEN', type: { kind: 'text' } }],
          }
        : undefined,
    now,
    timezone: 'UTC',
  };

  const run = async (sql: string): Promise<unknown[][]> => {
    try {
      const reader = await connection.runAndReadAll(sql);
      return reader.getRows().map((row) => row.map(printed));
    } catch (error) {
      const answer = error instanceof Error ? readEngineError(error.message) : undefined;
      throw answer
        ? Object.assign(new Error(`${answer.code} ${answer.message}`), { sql })
        : new Error(`${error}\n${sql}`);
    }
  };

  const createTable = async (text: string): Promise<void> => {
    const statement = parseStatement(text);
    if (statement.kind !== 'create-table') throw new Error('not a table');
    const columns = statement.columns.map(
      (column): Column => ({
        name: column.name.name,
        type: sqlTypeOf(column.type ?? { name: 'VARCHAR', arguments: [] }),
        nullable: !column.notNull,
      }),
    );
    const name = statement.name.parts.at(-1)?.name ?? '';
    const list = columns.map(
      (column) => `"${column.name}" ${physicalType(column.type)}${column.nullable ? '' : ' NOT NULL'}`,
    );
    await connection.run(`CREATE OR REPLACE TABLE "${name}" (${list.join(', ')})`);
    relations.set(name, { sql: `"${name}"`, columns, rowId: 'rowid' });
  };

  const change = async (text: string): Promise<Record<string, number>> => {
    const statement = parseStatement(text);
    if (statement.kind === 'insert') {
      const { target, select } = translateInsert(statement, resolver, text);
      await run(`INSERT INTO ${target.sql} ${select}`);
      return {};
    }
    if (statement.kind === 'copy-into-table' && statement.from.kind === 'query') {
      const { target, select } = translateCopyQuery({ ...statement, from: statement.from }, resolver, text);
      await run(`INSERT INTO ${target.sql} ${select}`);
      return {};
    }
    if (statement.kind !== 'update' && statement.kind !== 'delete' && statement.kind !== 'merge')
      throw new Error('no DML');
    const { target, delta, assigned, nondeterministic } = translateChange(statement, resolver, text);
    await run(`CREATE OR REPLACE TEMP TABLE delta AS ${delta}`);
    const [[all, distinct] = []] = await run(
      "SELECT count(*), count(DISTINCT row_id) FROM delta WHERE action <> 'INSERT'",
    );
    if (all !== distinct && nondeterministic === 'error')
      throw new Error('100090 Duplicate row detected during DML action');
    const names = target.columns.map(({ name }) => `"${name}"`);
    await run(`DELETE FROM ${target.sql} WHERE rowid IN (SELECT row_id FROM delta WHERE action = 'DELETE')`);
    const sets = [...assigned].map((name) => `"${name}" = d."${name}"`);
    if (sets.length > 0) {
      await run(
        `UPDATE ${target.sql} AS t SET ${sets.join(', ')} FROM delta d WHERE t.rowid = d.row_id AND d.action = 'UPDATE'`,
      );
    }
    await run(`INSERT INTO ${target.sql} SELECT ${names.join(', ')} FROM delta WHERE action = 'INSERT'`);
    const counts = await run('SELECT action, CAST(count(*) AS INTEGER) FROM delta GROUP BY ALL ORDER BY ALL');
    return Object.fromEntries(counts as [string, number][]);
  };

  return {
    resolver,
    run,
    createTable,
    change,
    /** The rows of a query, as texts. */
    query: async (text: string): Promise<unknown[][]> => {
      const statement = parseStatement(text);
      if (statement.kind !== 'select') throw new Error('not a query');
      return run(translateQuery(statement, resolver, text).sql);
    },
    /** Names and types of the result. */
    columns: (text: string): string[] => {
      const statement = parseStatement(text);
      if (statement.kind !== 'select') throw new Error('not a query');
      return translateQuery(statement, resolver, text).columns.map(({ name, type }) => `${name} ${typeName(type)}`);
    },
    addRelation: (name: string, relation: Relation): void => void relations.set(name, relation),
    setStage: (relation: Relation): void => {
      stage = relation;
    },
    setVariable: (name: string, type: SqlType, value: string | null): void => void variables.set(name, { type, value }),
    close: () => connection.closeSync(),
  };
};
