import { NotEmulated } from '../../core/not-emulated.ts';
import type { Argument, BinaryOperator, Expression, FunctionCall, Identifier, PathStep } from './ast.ts';
import {
  advance,
  attempt,
  type Cursor,
  chainLimit,
  commaList,
  expectOperator,
  expectString,
  expectWords,
  isWord,
  nested,
  peek,
  sees,
  seesAny,
  seesOperator,
  takes,
  takesAny,
  takesOperator,
  unexpected,
} from './cursor.ts';
import { bindNumber, isReserved, parseDataType, parseIdentifier, parseLabel, parseObjectName } from './names.ts';
import { parseQueryInParentheses, seesQueryInParentheses } from './queries.ts';
import { parseOver, parseWithinGroup } from './windows.ts';

export const parseExpression = (cursor: Cursor): Expression => nested(cursor, () => parseOr(cursor));

const parseOr = (cursor: Cursor): Expression => {
  let left = parseAnd(cursor);
  while (seesAny(cursor, 'OR')) left = joined(cursor, 'OR', left, parseAnd);
  return left;
};

const parseAnd = (cursor: Cursor): Expression => {
  let left = parseNot(cursor);
  while (seesAny(cursor, 'AND')) left = joined(cursor, 'AND', left, parseNot);
  return left;
};

const joined = (
  cursor: Cursor,
  operator: BinaryOperator,
  left: Expression,
  operand: (cursor: Cursor) => Expression,
): Expression => {
  advance(cursor);
  return { kind: 'binary', operator, left, right: operand(cursor), at: left.at };
};

const parseNot = (cursor: Cursor): Expression => {
  const { at } = peek(cursor);
  if (!takes(cursor, 'NOT')) return parsePredicate(cursor);
  return { kind: 'unary', operator: 'NOT', operand: nested(cursor, () => parseNot(cursor)), at };
};

const comparisons: Readonly<Record<string, BinaryOperator>> = {
  '=': '=',
  '<>': '<>',
  '!=': '<>',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
};

const parsePredicate = (cursor: Cursor): Expression => {
  let left = parseAdditive(cursor);
  for (;;) {
    const next = parsePredicateTail(cursor, left);
    if (!next) return left;
    left = next;
  }
};

const parsePredicateTail = (cursor: Cursor, left: Expression): Expression | undefined => {
  const token = peek(cursor);
  const at = left.at;
  if (token.type === 'operator') {
    const operator = comparisons[token.value];
    if (!operator) return undefined;
    advance(cursor);
    const quantifier = takesAny(cursor, 'ANY', 'ALL', 'SOME');
    if (quantifier) {
      const query = parseQueryInParentheses(cursor);
      return { kind: 'quantified', operator, left, quantifier: quantifier === 'ALL' ? 'ALL' : 'ANY', query, at };
    }
    return { kind: 'binary', operator, left, right: parseAdditive(cursor), at };
  }
  if (token.type !== 'word') return undefined;
  if (takes(cursor, 'IS')) return parseIs(cursor, left);
  const negated =
    token.value === 'NOT' && isWord(peek(cursor, 1), 'IN', 'LIKE', 'ILIKE', 'RLIKE', 'REGEXP', 'BETWEEN')
      ? takes(cursor, 'NOT')
      : false;
  if (takes(cursor, 'BETWEEN')) {
    const low = parseAdditive(cursor);
    expectWords(cursor, 'AND');
    return { kind: 'between', operand: left, low, high: parseAdditive(cursor), negated, at };
  }
  if (takes(cursor, 'IN')) return parseIn(cursor, left, negated);
  const operator = takesAny(cursor, 'LIKE', 'ILIKE', 'RLIKE', 'REGEXP');
  return operator ? parseLike(cursor, left, operator === 'REGEXP' ? 'RLIKE' : operator, negated) : undefined;
};

const parseIs = (cursor: Cursor, operand: Expression): Expression => {
  const negated = takes(cursor, 'NOT');
  const at = operand.at;
  if (takes(cursor, 'NULL')) return { kind: 'is-null', operand, negated, at };
  const value = takesAny(cursor, 'TRUE', 'FALSE');
  if (value) return { kind: 'is-boolean', operand, value: value === 'TRUE', negated, at };
  expectWords(cursor, 'DISTINCT', 'FROM');
  return { kind: 'is-distinct', left: operand, right: parseAdditive(cursor), negated, at };
};

const parseIn = (cursor: Cursor, operand: Expression, negated: boolean): Expression => {
  const at = operand.at;
  if (seesQueryInParentheses(cursor)) {
    return { kind: 'in-query', operand, query: parseQueryInParentheses(cursor), negated, at };
  }
  expectOperator(cursor, '(');
  const list = commaList(cursor, parseExpression);
  expectOperator(cursor, ')');
  return { kind: 'in', operand, list, negated, at };
};

const parseLike = (
  cursor: Cursor,
  operand: Expression,
  operator: 'LIKE' | 'ILIKE' | 'RLIKE',
  negated: boolean,
): Expression => {
  const quantifier = takesAny(cursor, 'ANY', 'ALL');
  let patterns: Expression[];
  if (quantifier && seesOperator(cursor, '(')) {
    expectOperator(cursor, '(');
    patterns = commaList(cursor, parseExpression);
    expectOperator(cursor, ')');
  } else patterns = [parseAdditive(cursor)];
  const escapeCharacter = takes(cursor, 'ESCAPE') ? parseAdditive(cursor) : undefined;
  return {
    kind: 'like',
    operator,
    operand,
    patterns,
    negated,
    at: operand.at,
    ...(quantifier ? { quantifier } : {}),
    ...(escapeCharacter ? { escape: escapeCharacter } : {}),
  };
};

/** A chain of operators of one rank, from the left. */
const parseChain = (
  cursor: Cursor,
  operators: readonly BinaryOperator[],
  operand: (cursor: Cursor) => Expression,
): Expression => {
  let left = operand(cursor);
  for (let length = 1; ; length++) {
    const operator = operators.find((each) => seesOperator(cursor, each));
    if (!operator) return left;
    if (length > chainLimit) throw unexpected(cursor);
    left = joined(cursor, operator, left, operand);
  }
};

const parseAdditive = (cursor: Cursor): Expression => parseChain(cursor, ['+', '-', '||'], parseMultiplicative);

const parseMultiplicative = (cursor: Cursor): Expression => parseChain(cursor, ['*', '/', '%'], parseUnary);

const parseUnary = (cursor: Cursor): Expression => {
  const token = peek(cursor);
  if (token.type === 'operator' && (token.value === '-' || token.value === '+')) {
    advance(cursor);
    return nested(cursor, () => ({
      kind: 'unary',
      operator: token.value === '-' ? '-' : '+',
      operand: parseUnary(cursor),
      at: token.at,
    }));
  }
  return parsePostfix(cursor);
};

const parsePostfix = (cursor: Cursor): Expression => {
  let operand = parsePrimary(cursor);
  for (;;) {
    const { at } = operand;
    if (takesOperator(cursor, '::')) operand = { kind: 'cast', operand, type: parseDataType(cursor), try: false, at };
    else if (seesOperator(cursor, ':') || seesOperator(cursor, '[')) operand = parsePath(cursor, operand);
    else if (takes(cursor, 'COLLATE')) operand = { kind: 'collate', operand, collation: expectString(cursor), at };
    else return operand;
  }
};

/** base:key.key[index]:"Key" – unquoted keys keep their case. */
const parsePath = (cursor: Cursor, base: Expression): Expression => {
  const steps: PathStep[] = [];
  for (;;) {
    if (takesOperator(cursor, '[')) {
      steps.push({ index: parseExpression(cursor) });
      expectOperator(cursor, ']');
    } else if (takesOperator(cursor, ':') || (steps.length > 0 && takesOperator(cursor, '.'))) {
      const key = peek(cursor);
      if (key.type !== 'word' && key.type !== 'quoted') throw unexpected(cursor);
      advance(cursor);
      steps.push({ key: key.type === 'quoted' ? key.value : key.text });
    } else return { kind: 'path', base, steps, at: base.at };
  }
};

const typedLiterals: Readonly<Record<string, string>> = {
  DATE: 'DATE',
  TIME: 'TIME',
  TIMESTAMP: 'TIMESTAMP',
  DATETIME: 'DATETIME',
  TIMESTAMP_NTZ: 'TIMESTAMP_NTZ',
  TIMESTAMP_LTZ: 'TIMESTAMP_LTZ',
  TIMESTAMP_TZ: 'TIMESTAMP_TZ',
};

/** Functions that are called without parentheses. */
const bareFunctions = new Set([
  'CURRENT_DATE',
  'CURRENT_TIME',
  'CURRENT_TIMESTAMP',
  'LOCALTIME',
  'LOCALTIMESTAMP',
  'CURRENT_USER',
]);
/** Reserved words that are functions when a parenthesis follows. */
const reservedFunctions = new Set(['LEFT', 'RIGHT', 'INSERT', 'LIKE', 'ILIKE', 'RLIKE', 'REGEXP', 'ANY', 'ALL']);

const parsePrimary = (cursor: Cursor): Expression => {
  const token = peek(cursor);
  const { at } = token;
  switch (token.type) {
    case 'string':
      advance(cursor);
      return { kind: 'string', value: token.value, at };
    case 'number':
      advance(cursor);
      return { kind: 'number', text: token.text, at };
    case 'position':
      advance(cursor);
      return { kind: 'position', index: Number(token.value), at };
    case 'variable':
      advance(cursor);
      return { kind: 'variable', name: token.value, at };
    case 'operator':
      return parseOperatorPrimary(cursor);
    case 'quoted':
      return parseNamed(cursor);
    case 'word':
      return parseWordPrimary(cursor);
    default:
      throw unexpected(cursor);
  }
};

const parseOperatorPrimary = (cursor: Cursor): Expression => {
  const token = peek(cursor);
  const { at } = token;
  switch (token.value) {
    case '(':
      return parseParentheses(cursor);
    case '*':
      advance(cursor);
      return parseStarOptions(cursor, { kind: 'star', at });
    case '?':
      advance(cursor);
      return { kind: 'bind', name: bindNumber(cursor, token), at };
    case ':': {
      advance(cursor);
      const name = peek(cursor);
      if (name.type !== 'number' && name.type !== 'word') throw unexpected(cursor);
      advance(cursor);
      return { kind: 'bind', name: name.value, at };
    }
    case '{':
      return parseObjectLiteral(cursor);
    case '[': {
      advance(cursor);
      const items = seesOperator(cursor, ']') ? [] : commaList(cursor, parseExpression);
      expectOperator(cursor, ']');
      return { kind: 'array', items, at };
    }
    default:
      throw unexpected(cursor);
  }
};

const parseObjectLiteral = (cursor: Cursor): Expression => {
  const { at } = advance(cursor);
  const entries = seesOperator(cursor, '}')
    ? []
    : commaList(cursor, (inner) => {
        const key = expectString(inner);
        expectOperator(inner, ':');
        return { key, value: parseExpression(inner) };
      });
  expectOperator(cursor, '}');
  return { kind: 'object', entries, at };
};

const parseParentheses = (cursor: Cursor): Expression => {
  const { at } = peek(cursor);
  const lambda = attempt(cursor, parseLambdaHead);
  if (lambda) return { kind: 'lambda', parameters: lambda, body: parseExpression(cursor), at };
  if (seesQueryInParentheses(cursor)) return { kind: 'subquery', query: parseQueryInParentheses(cursor), at };
  advance(cursor);
  const items = commaList(cursor, parseExpression);
  expectOperator(cursor, ')');
  const [only] = items;
  return items.length === 1 && only ? only : { kind: 'row', items, at };
};

/** (a, b int) -> */
const parseLambdaHead = (cursor: Cursor): Identifier[] | undefined => {
  expectOperator(cursor, '(');
  const parameters = commaList(cursor, (inner) => {
    const name = parseIdentifier(inner);
    if (peek(inner).type === 'word') parseDataType(inner);
    return name;
  });
  expectOperator(cursor, ')');
  return takesOperator(cursor, '->') ? parameters : undefined;
};

const parseWordPrimary = (cursor: Cursor): Expression => {
  const token = peek(cursor);
  const { at } = token;
  const literalType = typedLiterals[token.value];
  if (literalType && peek(cursor, 1).type === 'string') {
    advance(cursor);
    const value = advance(cursor);
    const operand: Expression = { kind: 'string', value: value.value, at: value.at };
    return { kind: 'cast', operand, type: { name: literalType, arguments: [] }, try: false, at };
  }
  if (token.value === 'INTERVAL' && peek(cursor, 1).type === 'string') return parseInterval(cursor);
  switch (token.value) {
    case 'NULL':
      advance(cursor);
      return { kind: 'null', at };
    case 'TRUE':
    case 'FALSE':
      advance(cursor);
      return { kind: 'boolean', value: token.value === 'TRUE', at };
    case 'CASE':
      return parseCase(cursor);
    case 'CAST':
    case 'TRY_CAST':
      return parseCast(cursor);
    case 'EXISTS':
      if (!seesOperator(cursor, '(', 1)) break;
      advance(cursor);
      return { kind: 'exists', query: parseQueryInParentheses(cursor), at };
    case 'EXTRACT':
      if (seesOperator(cursor, '(', 1)) return parseExtract(cursor);
      break;
    case 'POSITION':
      if (seesOperator(cursor, '(', 1)) return parseCall(cursor, [parseIdentifier(cursor)], at, parsePositionArguments);
      break;
    case 'TABLE':
      if (!seesOperator(cursor, '(', 1)) break;
      advance(cursor);
      advance(cursor);
      return closed(cursor, { kind: 'table', name: parseObjectName(cursor), at });
  }
  if (bareFunctions.has(token.value) && !seesOperator(cursor, '(', 1)) {
    advance(cursor);
    return { kind: 'function', name: [{ name: token.value, quoted: false }], arguments: [], bare: true, at };
  }
  if ((reservedFunctions.has(token.value) || bareFunctions.has(token.value)) && seesOperator(cursor, '(', 1)) {
    return parseCall(cursor, [parseLabel(cursor)], at);
  }
  if (isReserved(token)) throw unexpected(cursor);
  return parseNamed(cursor);
};

const closed = (cursor: Cursor, expression: Expression): Expression => {
  expectOperator(cursor, ')');
  return expression;
};

const intervalUnit = /^(YEAR|QUARTER|MONTH|WEEK|DAY|HOUR|MINUTE|SECOND|MILLISECOND|MICROSECOND|NANOSECOND)S?$/;

const parseInterval = (cursor: Cursor): Expression => {
  const { at } = advance(cursor);
  const amount = advance(cursor).value;
  const unit = peek(cursor);
  if (unit.type !== 'word' || !intervalUnit.test(unit.value)) return { kind: 'interval', value: amount, at };
  advance(cursor);
  return { kind: 'interval', value: `${amount} ${unit.value}`, at };
};

const parseCase = (cursor: Cursor): Expression => {
  const { at } = advance(cursor);
  const operand = seesAny(cursor, 'WHEN') ? undefined : parseExpression(cursor);
  const branches: { when: Expression; result: Expression }[] = [];
  do {
    expectWords(cursor, 'WHEN');
    const when = parseExpression(cursor);
    expectWords(cursor, 'THEN');
    branches.push({ when, result: parseExpression(cursor) });
  } while (seesAny(cursor, 'WHEN'));
  const otherwise = takes(cursor, 'ELSE') ? parseExpression(cursor) : undefined;
  expectWords(cursor, 'END');
  return { kind: 'case', branches, at, ...(operand ? { operand } : {}), ...(otherwise ? { otherwise } : {}) };
};

const parseCast = (cursor: Cursor): Expression => {
  const token = advance(cursor);
  expectOperator(cursor, '(');
  const operand = parseExpression(cursor);
  expectWords(cursor, 'AS');
  const type = parseDataType(cursor);
  return closed(cursor, { kind: 'cast', operand, type, try: token.value === 'TRY_CAST', at: token.at });
};

/** EXTRACT(part FROM x), as a call of EXTRACT('PART', x). */
const parseExtract = (cursor: Cursor): Expression => {
  const { at } = advance(cursor);
  expectOperator(cursor, '(');
  const part = peek(cursor);
  if (part.type !== 'word' && part.type !== 'string') throw unexpected(cursor);
  advance(cursor);
  expectWords(cursor, 'FROM');
  const value = parseExpression(cursor);
  const name = [{ name: 'EXTRACT', quoted: false }];
  const text: Expression = { kind: 'string', value: part.value, at: part.at };
  return closed(cursor, { kind: 'function', name, arguments: [{ value: text }, { value }], at });
};

/** POSITION(a IN b) is POSITION(a, b). */
const parsePositionArguments = (cursor: Cursor): Argument[] => {
  const needle = parseAdditive(cursor);
  if (takes(cursor, 'IN')) return [{ value: needle }, { value: parseExpression(cursor) }];
  const rest: Argument[] = [{ value: needle }];
  while (takesOperator(cursor, ',')) rest.push(parseArgument(cursor));
  return rest;
};

/** A column, a column of a table, a star of a table, a position of a table, a call or a lambda. */
const parseNamed = (cursor: Cursor): Expression => {
  const { at } = peek(cursor);
  const parts = [parseIdentifier(cursor)];
  if (peek(cursor).type === 'word' && seesOperator(cursor, '->', 1)) parseDataType(cursor);
  if (takesOperator(cursor, '->')) return { kind: 'lambda', parameters: parts, body: parseExpression(cursor), at };
  while (seesOperator(cursor, '.')) {
    const next = peek(cursor, 1);
    if (next.type === 'position') {
      cursor.index += 2;
      const [qualifier] = parts;
      return { kind: 'position', index: Number(next.value), at, ...(qualifier ? { qualifier } : {}) };
    }
    advance(cursor);
    if (takesOperator(cursor, '*')) return parseStarOptions(cursor, { kind: 'star', qualifier: parts, at });
    parts.push(parseLabel(cursor));
  }
  if (seesOperator(cursor, '(') && seesOperator(cursor, '+', 1) && seesOperator(cursor, ')', 2)) {
    throw new NotEmulated('snowflake', 'the join operator (+)');
  }
  if (seesOperator(cursor, '(')) return parseCall(cursor, parts, at);
  return { kind: 'column', parts, at };
};

type StarExpression = Extract<Expression, { kind: 'star' }>;

const oneOrMore = <T>(cursor: Cursor, item: (cursor: Cursor) => T): T[] => {
  if (!takesOperator(cursor, '(')) return [item(cursor)];
  const items = commaList(cursor, item);
  expectOperator(cursor, ')');
  return items;
};

const parseStarOptions = (cursor: Cursor, star: StarExpression): Expression => {
  const found: StarExpression = { ...star };
  if (seesAny(cursor, 'ILIKE') && peek(cursor, 1).type === 'string') {
    advance(cursor);
    found.ilike = expectString(cursor);
  }
  if (takesAny(cursor, 'EXCLUDE')) found.exclude = oneOrMore(cursor, parseIdentifier);
  if (sees(cursor, 'REPLACE') && seesOperator(cursor, '(', 1)) {
    advance(cursor);
    found.replace = oneOrMore(cursor, (inner) => {
      const expression = parseExpression(inner);
      expectWords(inner, 'AS');
      return { expression, name: parseIdentifier(inner) };
    });
  }
  if (takes(cursor, 'RENAME')) {
    found.rename = oneOrMore(cursor, (inner) => {
      const from = parseIdentifier(inner);
      expectWords(inner, 'AS');
      return { from, to: parseIdentifier(inner) };
    });
  }
  return found;
};

export const parseArgument = (cursor: Cursor): Argument => {
  const token = peek(cursor);
  if (token.type === 'word' && seesOperator(cursor, '=>', 1)) {
    cursor.index += 2;
    return { name: token.value, value: parseExpression(cursor) };
  }
  return { value: parseExpression(cursor) };
};

const parseArguments = (cursor: Cursor): Argument[] => commaList(cursor, parseArgument);

const parseCall = (
  cursor: Cursor,
  name: readonly Identifier[],
  at: number,
  readArguments: (cursor: Cursor) => Argument[] = parseArguments,
): Expression => {
  expectOperator(cursor, '(');
  const call: FunctionCall & { at: number } = { kind: 'function', name, arguments: [], at };
  if (takes(cursor, 'DISTINCT')) call.distinct = true;
  else takes(cursor, 'ALL');
  if (!seesOperator(cursor, ')')) call.arguments = readArguments(cursor);
  parseNulls(cursor, call);
  expectOperator(cursor, ')');
  const withinGroup = parseWithinGroup(cursor);
  if (withinGroup) call.withinGroup = withinGroup;
  if (isWord(peek(cursor, 2), 'OVER', 'IGNORE', 'RESPECT')) {
    if (takes(cursor, 'FROM', 'LAST')) call.fromLast = true;
    else takes(cursor, 'FROM', 'FIRST');
  }
  parseNulls(cursor, call);
  const over = parseOver(cursor);
  if (over) call.over = over;
  return call;
};

const parseNulls = (cursor: Cursor, call: FunctionCall): void => {
  if (takes(cursor, 'IGNORE', 'NULLS')) call.nulls = 'IGNORE';
  else if (takes(cursor, 'RESPECT', 'NULLS')) call.nulls = 'RESPECT';
};
