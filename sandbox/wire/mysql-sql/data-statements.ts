import type {
  Assignment,
  DeleteStatement,
  Expression,
  InsertStatement,
  Query,
  TableName,
  TableReference,
  UpdateStatement,
} from './ast.ts';
import {
  accept,
  acceptOneOf,
  acceptSymbol,
  atSymbol,
  atWords,
  type Cursor,
  commaSeparated,
  expect,
  expectOneOf,
  expectSymbol,
  fail,
  identifier,
  identifierAfterDot,
  parenthesised,
  peek,
  refuse,
} from './cursor.ts';
import { parseExpression } from './expressions.ts';
import { parseLimit, parseOptionalOrder, parseQuery, parseTableReferences, startsQuery, tableName } from './queries.ts';

const assignment = (cursor: Cursor): Assignment => {
  const names = [identifier(cursor)];
  while (acceptSymbol(cursor, '.')) names.push(identifierAfterDot(cursor));
  if (!acceptSymbol(cursor, '=')) expectSymbol(cursor, ':=');
  const [name, table, schema] = names.reverse();
  return {
    column: { schema: schema ?? null, table: table ?? null, name: name as string },
    value: parseExpression(cursor),
  };
};

const assignments = (cursor: Cursor): Assignment[] => commaSeparated(cursor, assignment);

const valueRow = (cursor: Cursor): Expression[] =>
  parenthesised(cursor, (inner) => (atSymbol(inner, ')') ? [] : commaSeparated(inner, parseExpression)));

const columnList = (cursor: Cursor): string[] =>
  parenthesised(cursor, (inner) =>
    atSymbol(inner, ')')
      ? []
      : commaSeparated(inner, (list) => {
          let name = identifier(list);
          while (acceptSymbol(list, '.')) name = identifierAfterDot(list);
          return name;
        }),
  );

/** INSERT and REPLACE; the verb is already taken. */
export const parseInsert = (cursor: Cursor, replace: boolean): InsertStatement => {
  if (accept(cursor, 'DELAYED')) accept(cursor, 'INTO');
  acceptOneOf(cursor, ['LOW_PRIORITY', 'HIGH_PRIORITY']);
  const ignore = accept(cursor, 'IGNORE');
  accept(cursor, 'INTO');
  const table = tableName(cursor);
  if (accept(cursor, 'PARTITION')) refuse('INSERT … PARTITION');
  const statement: InsertStatement = {
    kind: 'insert',
    replace,
    ignore,
    table,
    columns: null,
    source: { kind: 'values', rows: [] },
    alias: null,
    onDuplicate: null,
  };
  if (accept(cursor, 'SET')) {
    const items = assignments(cursor);
    statement.columns = items.map((item) => item.column.name);
    statement.source = { kind: 'values', rows: [items.map((item) => item.value)] };
  } else {
    if (atSymbol(cursor, '(') && !startsQuery(cursor)) statement.columns = columnList(cursor);
    if (acceptOneOf(cursor, ['VALUES', 'VALUE'])) {
      if (atWords(cursor, 'ROW')) {
        const rows = commaSeparated(cursor, (inner) => {
          expect(inner, 'ROW');
          return valueRow(inner);
        });
        statement.source = { kind: 'values', rows };
      } else statement.source = { kind: 'values', rows: commaSeparated(cursor, valueRow) };
    } else if (startsQuery(cursor)) statement.source = { kind: 'query', query: parseQuery(cursor) };
    else fail(cursor);
  }
  if (accept(cursor, 'AS')) {
    const name = identifier(cursor);
    statement.alias = { name, columns: atSymbol(cursor, '(') ? columnList(cursor) : [] };
  }
  if (!replace && accept(cursor, 'ON')) {
    expect(cursor, 'DUPLICATE', 'KEY', 'UPDATE');
    statement.onDuplicate = assignments(cursor);
  }
  return statement;
};

export const parseUpdate = (cursor: Cursor, withClause: Query['with']): UpdateStatement => {
  expect(cursor, 'UPDATE');
  accept(cursor, 'LOW_PRIORITY');
  const ignore = accept(cursor, 'IGNORE');
  const from = parseTableReferences(cursor);
  expect(cursor, 'SET');
  const items = assignments(cursor);
  const where = accept(cursor, 'WHERE') ? parseExpression(cursor) : null;
  return {
    kind: 'update',
    with: withClause,
    ignore,
    from,
    assignments: items,
    where,
    orderBy: parseOptionalOrder(cursor),
    limit: parseLimit(cursor),
  };
};

const deleteTarget = (cursor: Cursor): TableName => {
  const name = tableName(cursor);
  if (acceptSymbol(cursor, '.')) expectSymbol(cursor, '*');
  return name;
};

// `t.*` in the list of targets: tableName would take the star for a name.
const targetList = (cursor: Cursor): TableName[] =>
  commaSeparated(cursor, (inner) => {
    const first = identifier(inner);
    if (!acceptSymbol(inner, '.')) return { schema: null, name: first };
    if (acceptSymbol(inner, '*')) return { schema: null, name: first };
    const name = identifierAfterDot(inner);
    if (acceptSymbol(inner, '.')) expectSymbol(inner, '*');
    return { schema: first, name };
  });

export const parseDelete = (cursor: Cursor, withClause: Query['with']): DeleteStatement => {
  expect(cursor, 'DELETE');
  acceptOneOf(cursor, ['LOW_PRIORITY']);
  accept(cursor, 'QUICK');
  const ignore = accept(cursor, 'IGNORE');
  const tail = (targets: TableName[] | null, from: TableReference): DeleteStatement => ({
    kind: 'delete',
    with: withClause,
    ignore,
    targets,
    from,
    where: accept(cursor, 'WHERE') ? parseExpression(cursor) : null,
    orderBy: targets === null ? parseOptionalOrder(cursor) : [],
    limit: targets === null ? parseLimit(cursor) : null,
  });
  if (!accept(cursor, 'FROM')) {
    const targets = targetList(cursor);
    expect(cursor, 'FROM');
    return tail(targets, parseTableReferences(cursor));
  }
  // DELETE FROM t WHERE …, or DELETE FROM t, u USING …
  const start = cursor.position;
  const targets = targetList(cursor);
  if (accept(cursor, 'USING')) return tail(targets, parseTableReferences(cursor));
  if (targets.length > 1) fail(cursor);
  cursor.position = start;
  const name = deleteTarget(cursor);
  if (accept(cursor, 'PARTITION')) refuse('DELETE … PARTITION');
  const alias =
    accept(cursor, 'AS') || (peek(cursor).kind === 'word' && !['WHERE', 'ORDER', 'LIMIT'].includes(peek(cursor).upper))
      ? identifier(cursor)
      : null;
  return tail(null, { kind: 'table', name, alias, hints: [] });
};

export const parseLockTables = (cursor: Cursor) => {
  expectOneOf(cursor, ['TABLES', 'TABLE']);
  const tables = commaSeparated(cursor, (inner) => {
    const name = tableName(inner);
    accept(inner, 'AS');
    const alias =
      peek(inner).kind === 'quoted' || !['READ', 'WRITE', 'LOW_PRIORITY'].includes(peek(inner).upper)
        ? identifier(inner)
        : null;
    accept(inner, 'LOW_PRIORITY');
    const write = expectOneOf(inner, ['READ', 'WRITE']) === 'WRITE';
    if (!write) accept(inner, 'LOCAL');
    return { name, alias, write };
  });
  return { kind: 'lockTables' as const, tables };
};
