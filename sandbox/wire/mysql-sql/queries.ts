import type {
  CommonTable,
  IndexHint,
  Limit,
  LockingClause,
  OrderItem,
  Query,
  QueryBody,
  SelectBlock,
  SelectItem,
  TableName,
  TableReference,
} from './ast.ts';
import {
  accept,
  acceptBy,
  acceptOneOf,
  acceptSymbol,
  advance,
  atIdentifier,
  atOneOf,
  atSymbol,
  attempt,
  atWords,
  type Cursor,
  commaSeparated,
  deeper,
  deprecate,
  expect,
  expectOneOf,
  expectSymbol,
  fail,
  identifier,
  identifierAfterDot,
  identifierOrString,
  parenthesised,
  peek,
  refuse,
  textSince,
} from './cursor.ts';
import { parseExpression, parseOrderList, parseWindow } from './expressions.ts';

export const tableName = (cursor: Cursor): TableName => {
  const first = identifier(cursor);
  if (!acceptSymbol(cursor, '.')) return { schema: null, name: first };
  return { schema: first, name: identifierAfterDot(cursor) };
};

/** Does a query begin here, perhaps inside parentheses? */
export const startsQuery = (cursor: Cursor): boolean => {
  let ahead = 0;
  while (atSymbol(cursor, '(', ahead)) ahead++;
  const word = peek(cursor, ahead).upper;
  return (
    word === 'SELECT' ||
    (word === 'WITH' && ahead >= 0) ||
    (ahead === 0 && (word === 'TABLE' || (word === 'VALUES' && peek(cursor, 1).upper === 'ROW')))
  );
};

const emptyQuery = (body: QueryBody): Query => ({
  kind: 'query',
  with: null,
  body,
  orderBy: [],
  limit: null,
  locking: [],
  into: null,
});

/** A whole query expression: WITH, UNION, ORDER BY, LIMIT, FOR UPDATE. */
export const parseQuery = (cursor: Cursor): Query =>
  deeper(cursor, () => {
    const withClause = parseWith(cursor);
    const query = emptyQuery(parseSetOperations(cursor));
    query.with = withClause;
    if (accept(cursor, 'ORDER')) {
      expect(cursor, 'BY');
      query.orderBy = parseOrderList(cursor);
    }
    query.limit = parseLimit(cursor);
    query.into = parseInto(cursor) ?? takeInto(query.body);
    query.locking = parseLocking(cursor);
    query.into ??= parseInto(cursor);
    return simplify(query);
  });

// SELECT … INTO @a FROM …: noted at the block, wanted at the query.
const takeInto = (body: QueryBody): string[] | null =>
  body.kind === 'select' ? (intoOfBlock.get(body) ?? null) : null;
const intoOfBlock = new WeakMap<SelectBlock, string[]>();

// (SELECT …) with nothing around it is that query.
const simplify = (query: Query): Query => {
  const { body } = query;
  const bare =
    query.with === null &&
    query.orderBy.length === 0 &&
    query.limit === null &&
    query.locking.length === 0 &&
    query.into === null;
  return bare && body.kind === 'query' ? body : query;
};

export const parseWith = (cursor: Cursor): Query['with'] => {
  if (!accept(cursor, 'WITH')) return null;
  const recursive = accept(cursor, 'RECURSIVE');
  const tables = commaSeparated(cursor, (inner): CommonTable => {
    const name = identifier(inner);
    const columns = atSymbol(inner, '(') ? parenthesised(inner, (list) => commaSeparated(list, identifier)) : [];
    expect(inner, 'AS');
    return { name, columns, query: parenthesised(inner, parseQuery) };
  });
  return { recursive, tables };
};

const parseSetOperations = (cursor: Cursor): QueryBody => {
  let left = parseIntersections(cursor);
  for (;;) {
    const operator = acceptOneOf(cursor, ['UNION', 'EXCEPT']) as 'UNION' | 'EXCEPT' | null;
    if (operator === null) return left;
    const all = acceptOneOf(cursor, ['ALL', 'DISTINCT']) === 'ALL';
    left = { kind: 'set', operator, all, left, right: parseIntersections(cursor) };
  }
};

const parseIntersections = (cursor: Cursor): QueryBody => {
  let left = parsePrimary(cursor);
  while (accept(cursor, 'INTERSECT')) {
    const all = acceptOneOf(cursor, ['ALL', 'DISTINCT']) === 'ALL';
    left = { kind: 'set', operator: 'INTERSECT', all, left, right: parsePrimary(cursor) };
  }
  return left;
};

const parsePrimary = (cursor: Cursor): QueryBody => {
  if (atSymbol(cursor, '(')) return parenthesised(cursor, parseQuery);
  if (accept(cursor, 'TABLE')) {
    const from: TableReference = { kind: 'table', name: tableName(cursor), alias: null, hints: [] };
    return { ...emptyBlock(), items: [{ kind: 'star', schema: null, table: null }], from };
  }
  if (accept(cursor, 'VALUES'))
    return {
      kind: 'values',
      rows: commaSeparated(cursor, (inner) => {
        expect(inner, 'ROW');
        return parenthesised(inner, (list) => commaSeparated(list, parseExpression));
      }),
    };
  return parseSelect(cursor);
};

const emptyBlock = (): SelectBlock => ({
  kind: 'select',
  distinct: false,
  calculateFoundRows: false,
  items: [],
  from: null,
  where: null,
  groupBy: [],
  rollup: false,
  having: null,
  windows: [],
});

const parseSelect = (cursor: Cursor): SelectBlock => {
  expect(cursor, 'SELECT');
  const block = emptyBlock();
  const options = [
    'ALL',
    'DISTINCT',
    'DISTINCTROW',
    'HIGH_PRIORITY',
    'STRAIGHT_JOIN',
    'SQL_SMALL_RESULT',
    'SQL_BIG_RESULT',
    'SQL_BUFFER_RESULT',
    'SQL_NO_CACHE',
    'SQL_CALC_FOUND_ROWS',
  ];
  for (let option = acceptOneOf(cursor, options); option !== null; option = acceptOneOf(cursor, options)) {
    if (option === 'DISTINCT' || option === 'DISTINCTROW') block.distinct = true;
    if (option === 'SQL_CALC_FOUND_ROWS') {
      block.calculateFoundRows = true;
      deprecate(
        cursor,
        'SQL_CALC_FOUND_ROWS is deprecated and will be removed in a future release. Consider using two separate queries instead.',
      );
    }
  }
  const firstItem = cursor.position;
  block.items = commaSeparated(cursor, (inner) => {
    // Only the first item may be a bare star.
    if (inner.position !== firstItem && atSymbol(inner, '*')) fail(inner);
    return parseItem(inner);
  });
  const into = parseInto(cursor);
  if (into) intoOfBlock.set(block, into);
  if (accept(cursor, 'FROM') && !accept(cursor, 'DUAL')) block.from = parseTableReferences(cursor);
  if (accept(cursor, 'WHERE')) block.where = parseExpression(cursor);
  if (accept(cursor, 'GROUP')) {
    expect(cursor, 'BY');
    block.groupBy = parseOrderList(cursor).map((item) => item.expression);
    if (accept(cursor, 'WITH')) {
      expect(cursor, 'ROLLUP');
      block.rollup = true;
    }
  }
  if (accept(cursor, 'HAVING')) block.having = parseExpression(cursor);
  if (accept(cursor, 'WINDOW'))
    block.windows = commaSeparated(cursor, (inner) => {
      const name = identifier(inner);
      expect(inner, 'AS');
      return { name, specification: parseWindow(inner) };
    });
  return block;
};

const parseItem = (cursor: Cursor): SelectItem => {
  if (acceptSymbol(cursor, '*')) return { kind: 'star', schema: null, table: null };
  if (atIdentifier(cursor) && atSymbol(cursor, '.', 1)) {
    if (atSymbol(cursor, '*', 2)) {
      const table = identifier(cursor);
      cursor.position += 2;
      return { kind: 'star', schema: null, table };
    }
    if (atSymbol(cursor, '.', 3) && atSymbol(cursor, '*', 4)) {
      const schema = identifier(cursor);
      expectSymbol(cursor, '.');
      const table = identifierAfterDot(cursor);
      cursor.position += 2;
      return { kind: 'star', schema, table };
    }
  }
  const start = peek(cursor).start;
  const expression = parseExpression(cursor);
  const text = textSince(cursor, start);
  if (accept(cursor, 'AS')) return { kind: 'expression', expression, alias: identifierOrString(cursor), text };
  const alias = peek(cursor).kind === 'string' || atIdentifier(cursor) ? identifierOrString(cursor) : null;
  return { kind: 'expression', expression, alias, text };
};

export const parseLimit = (cursor: Cursor): Limit | null => {
  if (!accept(cursor, 'LIMIT')) return null;
  const first = limitNumber(cursor);
  if (acceptSymbol(cursor, ',')) return { count: limitNumber(cursor), offset: first };
  return { count: first, offset: accept(cursor, 'OFFSET') ? limitNumber(cursor) : null };
};

const limitNumber = (cursor: Cursor) => {
  const { kind } = peek(cursor);
  if (kind !== 'integer' && kind !== 'parameter') fail(cursor);
  const token = advance(cursor);
  if (kind === 'parameter') return { kind: 'parameter' as const, index: cursor.parameterCount++ };
  return { kind: 'literal' as const, type: 'integer' as const, value: BigInt(token.text) };
};

const parseInto = (cursor: Cursor): string[] | null => {
  if (!atWords(cursor, 'INTO')) return null;
  expect(cursor, 'INTO');
  if (atOneOf(cursor, ['OUTFILE', 'DUMPFILE'])) return refuse(`SELECT … INTO ${peek(cursor).upper}`);
  return commaSeparated(cursor, (inner) => {
    if (peek(inner).kind !== 'variable') fail(inner);
    return advance(inner).text.toLowerCase();
  });
};

const parseLocking = (cursor: Cursor): LockingClause[] => {
  const clauses: LockingClause[] = [];
  for (;;) {
    if (accept(cursor, 'LOCK')) {
      expect(cursor, 'IN', 'SHARE', 'MODE');
      cursor.locksRows = true;
      clauses.push({ mode: 'share', tables: [], wait: 'wait' });
      continue;
    }
    if (!accept(cursor, 'FOR')) return clauses;
    cursor.locksRows = true;
    const mode = expectOneOf(cursor, ['UPDATE', 'SHARE']) === 'UPDATE' ? 'update' : 'share';
    const tables = accept(cursor, 'OF') ? commaSeparated(cursor, identifier) : [];
    const wait = accept(cursor, 'NOWAIT') ? 'nowait' : accept(cursor, 'SKIP', 'LOCKED') ? 'skip' : 'wait';
    clauses.push({ mode, tables, wait });
  }
};

export const parseTableReferences = (cursor: Cursor): TableReference => {
  let left = parseJoined(cursor);
  while (acceptSymbol(cursor, ','))
    left = { kind: 'join', type: 'inner', left, right: parseJoined(cursor), on: null, using: null, natural: false };
  return left;
};

const parseJoined = (cursor: Cursor): TableReference => {
  let left = parseFactor(cursor);
  for (;;) {
    const natural = accept(cursor, 'NATURAL');
    const side = acceptOneOf(cursor, ['LEFT', 'RIGHT']);
    if (side !== null) accept(cursor, 'OUTER');
    const inner = side === null && acceptOneOf(cursor, ['INNER', 'CROSS']) !== null;
    const straight = side === null && !inner && !natural && accept(cursor, 'STRAIGHT_JOIN');
    if (!straight && !accept(cursor, 'JOIN')) {
      if (natural || side !== null || inner) fail(cursor);
      return left;
    }
    const right = parseFactor(cursor);
    let on = null;
    let using: string[] | null = null;
    if (!natural) {
      if (accept(cursor, 'ON')) on = parseExpression(cursor);
      else if (accept(cursor, 'USING')) using = parenthesised(cursor, (list) => commaSeparated(list, identifier));
      else if (side !== null) {
        // a LEFT JOIN b JOIN c ON … ON …: the inner join comes first.
        const nested = continueJoin(cursor, right);
        expect(cursor, 'ON');
        left = {
          kind: 'join',
          type: side === 'LEFT' ? 'left' : 'right',
          left,
          right: nested,
          on: parseExpression(cursor),
          using: null,
          natural,
        };
        continue;
      }
    }
    left = {
      kind: 'join',
      type: side === 'LEFT' ? 'left' : side === 'RIGHT' ? 'right' : 'inner',
      left,
      right,
      on,
      using,
      natural,
    };
  }
};

const continueJoin = (cursor: Cursor, left: TableReference): TableReference => {
  accept(cursor, 'INNER');
  expect(cursor, 'JOIN');
  const right = parseFactor(cursor);
  expect(cursor, 'ON');
  return { kind: 'join', type: 'inner', left, right, on: parseExpression(cursor), using: null, natural: false };
};

const acceptAlias = (cursor: Cursor): string | null => {
  if (accept(cursor, 'AS')) return identifierOrString(cursor);
  return atIdentifier(cursor) ? identifier(cursor) : null;
};

const parseFactor = (cursor: Cursor): TableReference => {
  const lateral = accept(cursor, 'LATERAL');
  if (atSymbol(cursor, '(')) {
    // ((SELECT 1) AS a JOIN b) begins like a derived table and is a join.
    const nested = atSymbol(cursor, '(', 1);
    const derived =
      startsQuery(cursor) &&
      (nested
        ? attempt(
            cursor,
            (inner) => parseDerived(inner, lateral),
            () => true,
          )
        : parseDerived(cursor, lateral));
    if (derived) return derived;
    return parenthesised(cursor, parseTableReferences);
  }
  if (accept(cursor, 'JSON_TABLE')) return refuse('JSON_TABLE');
  // ODBC's { OJ … }
  if (acceptSymbol(cursor, '{')) {
    identifier(cursor);
    const inner = parseTableReferences(cursor);
    expectSymbol(cursor, '}');
    return inner;
  }
  const name = tableName(cursor);
  if (accept(cursor, 'PARTITION')) refuse('PARTITION');
  const alias = acceptAlias(cursor);
  return { kind: 'table', name, alias, hints: parseHints(cursor) };
};

const parseDerived = (cursor: Cursor, lateral: boolean): TableReference => {
  const query = parenthesised(cursor, parseQuery);
  const alias = acceptAlias(cursor) ?? '';
  const columns = atSymbol(cursor, '(') ? parenthesised(cursor, (list) => commaSeparated(list, identifier)) : [];
  return { kind: 'derived', query, alias, columns, lateral };
};

const parseHints = (cursor: Cursor): IndexHint[] => {
  const hints: IndexHint[] = [];
  while (atOneOf(cursor, ['USE', 'IGNORE', 'FORCE']) && ['INDEX', 'KEY'].includes(peek(cursor, 1).upper)) {
    const action = advance(cursor).upper as IndexHint['action'];
    advance(cursor);
    if (accept(cursor, 'FOR')) {
      if (!accept(cursor, 'JOIN')) {
        expectOneOf(cursor, ['ORDER', 'GROUP']);
        expect(cursor, 'BY');
      }
    }
    expectSymbol(cursor, '(');
    const indexes = atSymbol(cursor, ')')
      ? []
      : commaSeparated(cursor, (list) => (accept(list, 'PRIMARY') ? 'PRIMARY' : identifier(list)));
    expectSymbol(cursor, ')');
    hints.push({ action, indexes });
  }
  return hints;
};

export const parseOptionalOrder = (cursor: Cursor): OrderItem[] =>
  acceptBy(cursor, 'ORDER') ? parseOrderList(cursor) : [];
