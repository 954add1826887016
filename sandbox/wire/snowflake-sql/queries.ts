import { NotEmulated } from '../../core/not-emulated.ts';
import type { CommonTable, Expression, GroupBy, GroupItem, Query, QueryBody, Select, SelectItem } from './ast.ts';
import {
  advance,
  type Cursor,
  commaList,
  expectOperator,
  expectWords,
  nested,
  parenthesised,
  peek,
  sees,
  seesAny,
  seesOperator,
  takes,
  takesAny,
  takesOperator,
  textFrom,
  unexpected,
} from './cursor.ts';
import { parseExpression } from './expressions.ts';
import { isReserved, parseAlias, parseIdentifier, parseIdentifierList, parseLabel } from './names.ts';
import { parseTableList } from './tables.ts';
import { parseOrderBy } from './windows.ts';

const afterNestedQuery = ['UNION', 'EXCEPT', 'MINUS', 'INTERSECT', 'ORDER', 'LIMIT', 'OFFSET', 'FETCH'];

const indexOfClosing = (cursor: Cursor, open: number): number => {
  let depth = 0;
  for (let index = open; index < cursor.tokens.length; index++) {
    const token = cursor.tokens[index];
    if (token?.type !== 'operator') continue;
    if (token.value === '(') depth++;
    if (token.value === ')' && --depth === 0) return index;
  }
  return -1;
};

/** Is this parenthesis a query's, as in ((select 1) union (select 2)), and not an expression's, as in ((select 1) + 2)? */
export const seesQueryInParentheses = (cursor: Cursor): boolean => {
  let levels = 0;
  while (seesOperator(cursor, '(', levels)) levels++;
  const first = peek(cursor, levels);
  if (levels === 0 || first.type !== 'word' || (first.value !== 'SELECT' && first.value !== 'WITH')) return false;
  let closing = indexOfClosing(cursor, cursor.index + levels - 1);
  for (let level = levels - 1; level > 0; level--) {
    const next = cursor.tokens[++closing];
    if (next?.type === 'word') return afterNestedQuery.includes(next.value);
    if (next?.value !== ')') return false;
  }
  return true;
};

export const parseQueryInParentheses = (cursor: Cursor): Query => {
  expectOperator(cursor, '(');
  const query = parseQuery(cursor);
  expectOperator(cursor, ')');
  return query;
};

export const parseQuery = (cursor: Cursor): Query => nested(cursor, () => parseQueryInner(cursor));

const parseQueryInner = (cursor: Cursor): Query => {
  const { at } = peek(cursor);
  const clauses: { -readonly [K in 'with' | 'orderBy' | 'limit' | 'offset']?: Query[K] } = {};
  const ctes = parseWith(cursor);
  if (ctes) clauses.with = ctes;
  const body = parseSetOperation(cursor);
  if (takes(cursor, 'ORDER', 'BY')) clauses.orderBy = takes(cursor, 'ALL') ? 'ALL' : parseOrderBy(cursor);
  parseLimits(cursor, clauses);
  return { kind: 'query', body, at, ...clauses, end: at + textFrom(cursor, at).length } as Query;
};

const parseLimits = (
  cursor: Cursor,
  clauses: { limit?: Expression | undefined; offset?: Expression | undefined },
): void => {
  for (;;) {
    if (takes(cursor, 'LIMIT')) {
      clauses.limit = parseExpression(cursor);
    } else if (takes(cursor, 'OFFSET')) {
      clauses.offset = parseExpression(cursor);
      takesAny(cursor, 'ROW', 'ROWS');
    } else if (takes(cursor, 'FETCH')) {
      takesAny(cursor, 'FIRST', 'NEXT');
      clauses.limit = parseExpression(cursor);
      takesAny(cursor, 'ROW', 'ROWS');
      takes(cursor, 'ONLY');
    } else return;
  }
};

export const parseWith = (cursor: Cursor): Query['with'] => {
  if (!takes(cursor, 'WITH')) return undefined;
  const recursive = takes(cursor, 'RECURSIVE');
  const ctes = commaList(cursor, (inner): CommonTable => {
    const name = parseIdentifier(inner);
    const columns = seesOperator(inner, '(') ? parseIdentifierList(inner) : undefined;
    expectWords(inner, 'AS');
    return { name, query: parseQueryInParentheses(inner), ...(columns ? { columns } : {}) };
  });
  return { recursive, ctes };
};

/** INTERSECT binds more tightly than UNION and EXCEPT. */
const parseSetOperation = (cursor: Cursor): QueryBody => {
  let left = parseIntersect(cursor);
  for (;;) {
    const word = takesAny(cursor, 'UNION', 'EXCEPT', 'MINUS');
    if (!word) return left;
    left = setOperation(cursor, word === 'MINUS' ? 'EXCEPT' : word, left, parseIntersect);
  }
};

const parseIntersect = (cursor: Cursor): QueryBody => {
  let left = parseOperand(cursor);
  while (takes(cursor, 'INTERSECT')) left = setOperation(cursor, 'INTERSECT', left, parseOperand);
  return left;
};

const setOperation = (
  cursor: Cursor,
  operator: 'UNION' | 'EXCEPT' | 'INTERSECT',
  left: QueryBody,
  operand: (cursor: Cursor) => QueryBody,
): QueryBody => {
  const all = takes(cursor, 'ALL');
  if (!all) takes(cursor, 'DISTINCT');
  const byName = takes(cursor, 'BY', 'NAME');
  return { kind: 'set', operator, all, byName, left, right: operand(cursor), at: left.at };
};

const parseOperand = (cursor: Cursor): QueryBody => {
  const { at } = peek(cursor);
  if (seesOperator(cursor, '(')) return parseQueryInParentheses(cursor);
  if (takes(cursor, 'VALUES')) return { kind: 'values', rows: parseRows(cursor), at };
  if (seesAny(cursor, 'SELECT')) return parseSelect(cursor);
  throw unexpected(cursor);
};

/** (1, 2), (3, 4) – with DEFAULT as the column of that name. */
export const parseRows = (cursor: Cursor): Expression[][] =>
  commaList(cursor, (inner) => parenthesised(inner, parseExpression));

const parseSelect = (cursor: Cursor): Select => {
  const { at } = advance(cursor);
  const select: Select & { -readonly [K in keyof Select]: Select[K] } = {
    kind: 'select',
    at,
    distinct: takes(cursor, 'DISTINCT'),
    items: [],
    from: [],
  };
  if (!select.distinct) takes(cursor, 'ALL');
  if (seesAny(cursor, 'TOP') && peek(cursor, 1).type === 'number') {
    advance(cursor);
    select.top = parseTop(cursor);
  }
  select.items = parseItems(cursor);
  if (takes(cursor, 'FROM')) select.from = parseTableList(cursor);
  if (takes(cursor, 'WHERE')) select.where = parseExpression(cursor);
  if (sees(cursor, 'START', 'WITH')) throw new NotEmulated('snowflake', 'CONNECT BY');
  if (sees(cursor, 'CONNECT', 'BY')) throw new NotEmulated('snowflake', 'CONNECT BY');
  if (takes(cursor, 'GROUP', 'BY')) select.groupBy = parseGroupBy(cursor);
  if (takes(cursor, 'HAVING')) select.having = parseExpression(cursor);
  if (takes(cursor, 'QUALIFY')) select.qualify = parseExpression(cursor);
  return select;
};

const parseTop = (cursor: Cursor): Expression => {
  const token = advance(cursor);
  return { kind: 'number', text: token.text, at: token.at };
};

/** A comma may trail the last item. */
const parseItems = (cursor: Cursor): SelectItem[] => {
  const items = [parseItem(cursor)];
  while (takesOperator(cursor, ',')) {
    if (sees(cursor, 'FROM')) break;
    items.push(parseItem(cursor));
  }
  return items;
};

const parseItem = (cursor: Cursor): SelectItem => {
  const start = peek(cursor).at;
  const expression = parseExpression(cursor);
  const text = textFrom(cursor, start);
  if (expression.kind === 'star') return { expression, text };
  const hasAs = takes(cursor, 'AS');
  const alias = hasAs ? parseLabel(cursor) : parseAlias(cursor, false);
  return alias ? { expression, alias, text } : { expression, text };
};

const parseGroupBy = (cursor: Cursor): GroupBy => {
  const token = peek(cursor);
  if (token.value === 'ALL' && isReserved(token)) {
    advance(cursor);
    return { kind: 'all' };
  }
  return { kind: 'items', items: commaList(cursor, parseGroupItem) };
};

const parseGroupItem = (cursor: Cursor): GroupItem => {
  const grouping = takes(cursor, 'GROUPING', 'SETS')
    ? 'GROUPING SETS'
    : seesOperator(cursor, '(', 1)
      ? takesAny(cursor, 'CUBE', 'ROLLUP')
      : undefined;
  if (!grouping) return { kind: 'expression', expression: parseExpression(cursor) };
  const sets = parenthesised(cursor, (inner) =>
    seesOperator(inner, '(') ? parenthesised(inner, parseExpression) : [parseExpression(inner)],
  );
  return { kind: grouping, sets };
};
