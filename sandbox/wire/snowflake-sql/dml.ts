import type { Assignment, Expression, Identifier, MergeClause, Query, Statement } from './ast.ts';
import {
  advance,
  type Cursor,
  commaList,
  expectOperator,
  expectWords,
  parenthesised,
  peek,
  sees,
  seesAny,
  seesOperator,
  takeRest,
  takes,
  takesOperator,
  unexpected,
} from './cursor.ts';
import { parseExpression } from './expressions.ts';
import { parseAlias, parseIdentifier, parseIdentifierList, parseLabel, parseObjectName } from './names.ts';
import { parseQuery, parseWith, seesQueryInParentheses } from './queries.ts';
import { parseTableList, parseTableReference } from './tables.ts';

export const parseInsert = (cursor: Cursor): Statement => {
  const { at } = advance(cursor);
  const overwrite = takes(cursor, 'OVERWRITE');
  if (seesAny(cursor, 'ALL', 'FIRST')) {
    takeRest(cursor);
    return { kind: 'multi-insert', text: cursor.text, at };
  }
  expectWords(cursor, 'INTO');
  const table = parseObjectName(cursor);
  const columns =
    seesOperator(cursor, '(') && !seesQueryInParentheses(cursor) ? parseIdentifierList(cursor) : undefined;
  return { kind: 'insert', overwrite, table, source: parseQuery(cursor), at, ...(columns ? { columns } : {}) };
};

const parseAssignment = (cursor: Cursor): Assignment => {
  const first = parseIdentifier(cursor);
  const column = takesOperator(cursor, '.') ? parseLabel(cursor) : undefined;
  expectOperator(cursor, '=');
  const value = parseExpression(cursor);
  return column ? { column, qualifier: first, value } : { column: first, value };
};

const parseWhere = (cursor: Cursor): { where?: Expression } =>
  takes(cursor, 'WHERE') ? { where: parseExpression(cursor) } : {};

const parseTargetAlias = (cursor: Cursor): { alias?: Identifier } => {
  const alias = parseAlias(cursor, takes(cursor, 'AS'));
  return alias ? { alias } : {};
};

export const parseUpdate = (cursor: Cursor): Statement => {
  const { at } = advance(cursor);
  const table = parseObjectName(cursor);
  const alias = parseTargetAlias(cursor);
  expectWords(cursor, 'SET');
  const assignments = commaList(cursor, parseAssignment);
  const from = takes(cursor, 'FROM') ? parseTableList(cursor) : [];
  return { kind: 'update', table, assignments, from, at, ...alias, ...parseWhere(cursor) };
};

export const parseDelete = (cursor: Cursor): Statement => {
  const { at } = advance(cursor);
  expectWords(cursor, 'FROM');
  const table = parseObjectName(cursor);
  const alias = parseTargetAlias(cursor);
  const using = takes(cursor, 'USING') ? parseTableList(cursor) : [];
  return { kind: 'delete', table, using, at, ...alias, ...parseWhere(cursor) };
};

export const parseMerge = (cursor: Cursor): Statement => {
  const { at } = advance(cursor);
  expectWords(cursor, 'INTO');
  const table = parseObjectName(cursor);
  const alias = parseTargetAlias(cursor);
  expectWords(cursor, 'USING');
  const source = parseTableReference(cursor);
  expectWords(cursor, 'ON');
  const on = parseExpression(cursor);
  const clauses = [parseMergeClause(cursor)];
  while (sees(cursor, 'WHEN')) clauses.push(parseMergeClause(cursor));
  return { kind: 'merge', table, source, on, clauses, at, ...alias };
};

const parseMergeClause = (cursor: Cursor): MergeClause => {
  expectWords(cursor, 'WHEN');
  const unmatched = takes(cursor, 'NOT');
  expectWords(cursor, 'MATCHED');
  const condition = takes(cursor, 'AND') ? { condition: parseExpression(cursor) } : {};
  expectWords(cursor, 'THEN');
  if (unmatched) return { ...parseMergeInsert(cursor), ...condition };
  if (takes(cursor, 'DELETE')) return { kind: 'delete', ...condition };
  expectWords(cursor, 'UPDATE');
  if (takes(cursor, 'ALL', 'BY', 'NAME')) return { kind: 'update-all', ...condition };
  expectWords(cursor, 'SET');
  return { kind: 'update', assignments: commaList(cursor, parseAssignment), ...condition };
};

const parseMergeInsert = (cursor: Cursor): MergeClause => {
  expectWords(cursor, 'INSERT');
  if (takes(cursor, 'ALL', 'BY', 'NAME')) return { kind: 'insert-all' };
  const columns = seesOperator(cursor, '(')
    ? parenthesised(cursor, (inner) => {
        const name = parseIdentifier(inner);
        return takesOperator(inner, '.') ? parseLabel(inner) : name;
      })
    : undefined;
  expectWords(cursor, 'VALUES');
  const values = parenthesised(cursor, parseExpression);
  return { kind: 'insert', values, ...(columns ? { columns } : {}) };
};

/** WITH … before a statement: a query, or an INSERT whose source it belongs to. */
export const parseWithStatement = (cursor: Cursor): Statement => {
  const start = cursor.index;
  const { at } = peek(cursor);
  const ctes = parseWith(cursor);
  if (!ctes) throw unexpected(cursor);
  if (!seesAny(cursor, 'INSERT')) {
    cursor.index = start;
    return { kind: 'select', query: parseQuery(cursor), at };
  }
  const insert = parseInsert(cursor);
  if (insert.kind !== 'insert' || insert.source.with) throw unexpected(cursor);
  const source: Query = { ...insert.source, with: ctes };
  return { ...insert, source, at };
};

export const parseTruncate = (cursor: Cursor): Statement => {
  const { at } = advance(cursor);
  if (takes(cursor, 'MATERIALIZED', 'VIEW')) {
    takeRest(cursor);
    return { kind: 'other', name: 'TRUNCATE MATERIALIZED VIEW', text: cursor.text, at };
  }
  takes(cursor, 'TABLE');
  const ifExists = takes(cursor, 'IF', 'EXISTS');
  return { kind: 'truncate', table: parseObjectName(cursor), ifExists, at };
};
