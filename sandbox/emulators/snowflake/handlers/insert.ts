import type { Expression, Insert, Query } from '../../../wire/snowflake-sql/ast.ts';
import { needObject } from '../catalog/names.ts';
import type { TableObject } from '../catalog/objects.ts';
import { type Execution, type Handler, scopeOf, type Writing, write } from '../execution.ts';
import { createResolver, newUses, settledName } from '../resolver.ts';
import { boundRows } from '../sessions/bindings.ts';
import { withStages } from '../stages/staged-select.ts';
import { statementTypes } from '../statement-types.ts';
import { insertSql } from '../storage/table-sql.ts';
import { translateInsert } from '../translate.ts';
import { deleteAllRows } from './delete.ts';
import { dmlResult } from './dml-result.ts';

/** An array binding stands for as many rows: VALUES (?, ?) becomes one row of binds for each. */
const spreadBindings = (insert: Insert, rows: number | undefined): Insert => {
  const { body } = insert.source;
  if (rows === undefined || body.kind !== 'values' || body.rows.length !== 1) return insert;
  const [row] = body.rows as [readonly Expression[]];
  const forRow = (expression: Expression, index: number): Expression => mapBinds(expression, index);
  const source: Query = {
    ...insert.source,
    body: { ...body, rows: Array.from({ length: rows }, (_, index) => row.map((value) => forRow(value, index))) },
  };
  return { ...insert, source };
};

const mapBinds = <T>(node: T, row: number): T => {
  if (Array.isArray(node)) return node.map((item) => mapBinds(item, row)) as T;
  if (typeof node !== 'object' || node === null) return node;
  const { kind, name } = node as { kind?: string; name?: string };
  if (kind === 'bind') return { ...node, name: `${name}#${row}` };
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, mapBinds(value, row)])) as T;
};

/** Adds the rows of a translated SELECT. */
export const insertRows = async ({ connection }: Writing, table: TableObject, select: string): Promise<number> => {
  const result = await connection.run(insertSql(table, select));
  return result.rowsChanged;
};

/** Runs an INSERT that was parsed or made (COPY makes one), in the session's transaction or one of its own. */
export const runInsert = async (execution: Execution, given: Insert): Promise<number> => {
  const insert = spreadBindings(given, boundRows(execution.bindings));
  const table = needObject(scopeOf(execution), 'table', settledName(execution, insert.table));
  return withStages(execution, insert.source, async (stage) => {
    const uses = newUses();
    const translate = () =>
      translateInsert(insert, createResolver(execution, uses, stage ? { stage } : {}), execution.text);
    const first = translate();
    const before = execution.engine.catalog.epoch();
    const mode = insert.overwrite ? 'rewrite' : 'append';
    return write(execution, { tableId: table.id, mode }, uses, async (writing) => {
      const { select } = execution.engine.catalog.epoch() === before ? first : translate();
      if (insert.overwrite) await deleteAllRows(execution, writing, table);
      return insertRows(writing, table, select);
    });
  });
};

/** INSERT [OVERWRITE] INTO … VALUES | SELECT, also with binds for many rows. */
export const insert: Handler<'insert'> = async (execution, statement) => {
  if (execution.describeOnly) return dmlResult(statementTypes.insert, { 'number of rows inserted': 0 });
  const count = await runInsert(execution, statement);
  return dmlResult(statementTypes.insert, { 'number of rows inserted': count });
};
