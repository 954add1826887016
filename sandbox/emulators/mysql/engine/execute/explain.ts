import { NotEmulated } from '../../../../core/not-emulated.ts';
import type { Statement as Parsed, TableReference } from '../../../../wire/mysql-sql/ast.ts';
import { constant } from '../query/compiled.ts';
import { planQuery } from '../query/plan.ts';
import type { Statement } from '../query/statement.ts';
import { findTable } from '../storage/catalog.ts';
import { bigintType, type Row, stringType } from '../values/sql-type.ts';
import { resolveName } from './definitions.ts';
import type { Listing } from './show.ts';

const tablesOf = (reference: TableReference | null): { schema: string | null; name: string; alias: string }[] => {
  if (!reference) return [];
  if (reference.kind === 'table')
    return [
      { schema: reference.name.schema, name: reference.name.name, alias: reference.alias ?? reference.name.name },
    ];
  if (reference.kind === 'derived') return [{ schema: null, name: '', alias: `<derived ${reference.alias}>` }];
  return [...tablesOf(reference.left), ...tablesOf(reference.right)];
};

/** EXPLAIN of a SELECT in the traditional form: its tables and their indexes. Which one is used is decided at run time and not told. */
export const explainQuery = (statement: Statement, parsed: Extract<Parsed, { kind: 'explain' }>): Listing => {
  if (parsed.analyze) throw new NotEmulated('mysql', 'EXPLAIN ANALYZE');
  if (parsed.format !== null && parsed.format !== 'TRADITIONAL')
    throw new NotEmulated('mysql', `EXPLAIN FORMAT=${parsed.format}`);
  const { statement: explained } = parsed;
  if (explained.kind !== 'query' || explained.body.kind !== 'select')
    throw new NotEmulated(
      'mysql',
      `EXPLAIN of ${explained.kind === 'query' ? 'a set operation' : explained.kind.toUpperCase()}`,
    );
  // What is wrong with the query is told as running it would.
  planQuery(explained, statement, null);
  const tables = tablesOf(explained.body.from);
  const rows = (tables.length > 0 ? tables : [null]).map((table): Row => {
    if (!table) return [1n, 'SIMPLE', null, null, null, null, null, null, null, null, null, 'No tables used'];
    const data =
      table.name === ''
        ? undefined
        : findTable(statement.server.catalog, resolveName(statement, table).schema, table.name);
    const keys = data?.schema.indexes.map((index) => index.name).join(',') ?? null;
    return [
      1n,
      'SIMPLE',
      table.alias,
      null,
      'ALL',
      keys === '' ? null : keys,
      null,
      null,
      null,
      BigInt(data?.rows.size ?? 0),
      100,
      explained.body.kind === 'select' && explained.body.where ? 'Using where' : null,
    ];
  });
  const text = (name: string, length: number) => ({
    name,
    expression: { ...constant('', stringType(length)), nullable: true },
  });
  const number = (name: string) => ({ name, expression: { ...constant(0n, bigintType), nullable: true } });
  return {
    columns: [
      number('id'),
      text('select_type', 19),
      text('table', 64),
      text('partitions', 64),
      text('type', 10),
      text('possible_keys', 4096),
      text('key', 64),
      text('key_len', 4096),
      text('ref', 4096),
      number('rows'),
      {
        name: 'filtered',
        expression: { ...constant(0, { ...bigintType, base: 'double', decimals: 2, length: 5 }), nullable: true },
      },
      text('Extra', 255),
    ],
    rows,
  };
};
