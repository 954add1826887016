import { isUtf8 } from 'node:buffer';
import type {
  BinaryOperator,
  Expression,
  FunctionCall,
  OrderItem,
  WindowFrameBound,
  WindowSpecification,
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
  deprecateFor,
  expect,
  expectOneOf,
  expectSymbol,
  fail,
  identifier,
  identifierAfterDot,
  parenthesised,
  peek,
  refuse,
  stringLiteral,
} from './cursor.ts';
import { charsetName, parseCastType } from './data-types.ts';
import { parseQuery, startsQuery } from './queries.ts';
import { reservedWords } from './reserved-words.ts';

const comparisons: Readonly<Record<string, BinaryOperator>> = {
  '=': '=',
  '<=>': '<=>',
  '>=': '>=',
  '>': '>',
  '<=': '<=',
  '<': '<',
  '<>': '<>',
  '!=': '<>',
};

export const intervalUnits = [
  'MICROSECOND',
  'SECOND',
  'MINUTE',
  'HOUR',
  'DAY',
  'WEEK',
  'MONTH',
  'QUARTER',
  'YEAR',
  'SECOND_MICROSECOND',
  'MINUTE_MICROSECOND',
  'MINUTE_SECOND',
  'HOUR_MICROSECOND',
  'HOUR_SECOND',
  'HOUR_MINUTE',
  'DAY_MICROSECOND',
  'DAY_SECOND',
  'DAY_MINUTE',
  'DAY_HOUR',
  'YEAR_MONTH',
];

const binary = (operator: BinaryOperator, left: Expression, right: Expression): Expression => ({
  kind: 'binary',
  operator,
  left,
  right,
});

export const call = (name: string, items: Expression[], extra: Partial<FunctionCall> = {}): FunctionCall => ({
  kind: 'call',
  name,
  arguments: items,
  option: null,
  distinct: false,
  star: false,
  orderBy: [],
  separator: null,
  over: null,
  ...extra,
});

export const parseExpression = (cursor: Cursor): Expression => deeper(cursor, () => parseOr(cursor));

const parseOr = (cursor: Cursor): Expression => {
  let left = parseXor(cursor);
  for (;;) {
    const bars = !cursor.pipesAsConcat && atSymbol(cursor, '||');
    if (bars) deprecateFor(cursor, '|| as a synonym for OR', 'OR');
    if (accept(cursor, 'OR') || (bars && acceptSymbol(cursor, '||'))) left = binary('OR', left, parseXor(cursor));
    else return left;
  }
};

const parseXor = (cursor: Cursor): Expression => {
  let left = parseAnd(cursor);
  while (accept(cursor, 'XOR')) left = binary('XOR', left, parseAnd(cursor));
  return left;
};

const parseAnd = (cursor: Cursor): Expression => {
  let left = parseNot(cursor);
  for (;;) {
    if (atSymbol(cursor, '&&')) deprecateFor(cursor, '&&', 'AND');
    if (!accept(cursor, 'AND') && !acceptSymbol(cursor, '&&')) return left;
    left = binary('AND', left, parseNot(cursor));
  }
};

const parseNot = (cursor: Cursor): Expression => {
  if (accept(cursor, 'NOT'))
    return deeper(cursor, () => ({ kind: 'unary', operator: 'NOT', operand: parseNot(cursor) }));
  const operand = parseComparison(cursor);
  return parseIsTruth(cursor, operand);
};

const parseIsTruth = (cursor: Cursor, operand: Expression): Expression => {
  if (!atWords(cursor, 'IS')) return operand;
  expect(cursor, 'IS');
  const negated = accept(cursor, 'NOT');
  if (accept(cursor, 'TRUE')) return parseIsTruth(cursor, { kind: 'isTruth', operand, truth: true, negated });
  if (accept(cursor, 'FALSE')) return parseIsTruth(cursor, { kind: 'isTruth', operand, truth: false, negated });
  if (accept(cursor, 'UNKNOWN')) return parseIsTruth(cursor, { kind: 'isTruth', operand, truth: null, negated });
  return fail(cursor);
};

const atIsNull = (cursor: Cursor): boolean => atWords(cursor, 'IS', 'NULL') || atWords(cursor, 'IS', 'NOT', 'NULL');

const parseComparison = (cursor: Cursor): Expression => {
  let left = parsePredicate(cursor);
  for (;;) {
    const token = peek(cursor);
    if (atIsNull(cursor)) {
      expect(cursor, 'IS');
      const negated = accept(cursor, 'NOT');
      expect(cursor, 'NULL');
      left = { kind: 'isNull', operand: left, negated };
      continue;
    }
    const operator = token.kind === 'operator' ? comparisons[token.text] : undefined;
    if (operator === undefined) return left;
    advance(cursor);
    const quantifier = acceptOneOf(cursor, ['ALL', 'ANY', 'SOME']);
    if (quantifier !== null) {
      const query = parenthesised(cursor, parseQuery);
      left = { kind: 'quantified', operator, quantifier: quantifier === 'ALL' ? 'ALL' : 'ANY', operand: left, query };
    } else left = binary(operator, left, parsePredicate(cursor));
  }
};

const parsePredicate = (cursor: Cursor): Expression => {
  const operand = parseBitOr(cursor);
  const negated =
    atWords(cursor, 'NOT') && ['IN', 'BETWEEN', 'LIKE', 'REGEXP', 'RLIKE'].includes(peek(cursor, 1).upper);
  if (negated) expect(cursor, 'NOT');
  if (accept(cursor, 'IN')) {
    expectSymbol(cursor, '(');
    if (startsQuery(cursor)) {
      const query = parseQuery(cursor);
      expectSymbol(cursor, ')');
      return { kind: 'inQuery', operand, query, negated };
    }
    const items = commaSeparated(cursor, parseExpression);
    expectSymbol(cursor, ')');
    return { kind: 'in', operand, items, negated };
  }
  if (accept(cursor, 'BETWEEN')) {
    const low = parseBitOr(cursor);
    expect(cursor, 'AND');
    return { kind: 'between', operand, low, high: parsePredicate(cursor), negated };
  }
  if (accept(cursor, 'SOUNDS')) {
    expect(cursor, 'LIKE');
    return binary('=', call('SOUNDEX', [operand]), call('SOUNDEX', [parseBitOr(cursor)]));
  }
  if (accept(cursor, 'LIKE')) {
    const pattern = parseSimple(cursor);
    return { kind: 'like', operand, pattern, escape: accept(cursor, 'ESCAPE') ? parseSimple(cursor) : null, negated };
  }
  if (acceptOneOf(cursor, ['REGEXP', 'RLIKE']))
    return { kind: 'regexp', operand, pattern: parseBitOr(cursor), negated };
  if (accept(cursor, 'MEMBER')) {
    accept(cursor, 'OF');
    return call('MEMBER OF', [operand, parenthesised(cursor, parseExpression)]);
  }
  return operand;
};

const parseBitOr = (cursor: Cursor): Expression => {
  let left = parseBitAnd(cursor);
  while (acceptSymbol(cursor, '|')) left = binary('|', left, parseBitAnd(cursor));
  return left;
};

const parseBitAnd = (cursor: Cursor): Expression => {
  let left = parseShift(cursor);
  while (acceptSymbol(cursor, '&')) left = binary('&', left, parseShift(cursor));
  return left;
};

const parseShift = (cursor: Cursor): Expression => {
  let left = parseSum(cursor);
  for (;;) {
    if (acceptSymbol(cursor, '<<')) left = binary('<<', left, parseSum(cursor));
    else if (acceptSymbol(cursor, '>>')) left = binary('>>', left, parseSum(cursor));
    else return left;
  }
};

const parseInterval = (cursor: Cursor): { amount: Expression; unit: string } => {
  expect(cursor, 'INTERVAL');
  const amount = parseExpression(cursor);
  return { amount, unit: expectOneOf(cursor, intervalUnits) };
};

const parseSum = (cursor: Cursor): Expression => {
  // INTERVAL 1 DAY + x
  if (atWords(cursor, 'INTERVAL') && !(atSymbol(cursor, '(', 1) && !intervalFollowsParenthesis(cursor))) {
    const { amount, unit } = parseInterval(cursor);
    expectSymbol(cursor, '+');
    return { kind: 'interval', operand: parseProduct(cursor), amount, unit, subtract: false };
  }
  let left = parseProduct(cursor);
  for (;;) {
    const operator = atSymbol(cursor, '+') ? '+' : atSymbol(cursor, '-') ? '-' : null;
    if (operator === null) return left;
    advance(cursor);
    if (atWords(cursor, 'INTERVAL'))
      left = { kind: 'interval', operand: left, ...parseInterval(cursor), subtract: operator === '-' };
    else left = binary(operator, left, parseProduct(cursor));
  }
};

// INTERVAL(1, 2, 3) is a function, INTERVAL (1) DAY is not.
const intervalFollowsParenthesis = (cursor: Cursor): boolean => {
  let depth = 0;
  for (let ahead = 1; ; ahead++) {
    const token = peek(cursor, ahead);
    if (token.kind === 'end') return false;
    if (token.kind !== 'operator') continue;
    if (token.text === '(') depth++;
    else if (token.text === ')' && --depth === 0) return intervalUnits.includes(peek(cursor, ahead + 1).upper);
  }
};

const parseProduct = (cursor: Cursor): Expression => {
  let left = parseXorBits(cursor);
  for (;;) {
    if (acceptSymbol(cursor, '*')) left = binary('*', left, parseXorBits(cursor));
    else if (acceptSymbol(cursor, '/')) left = binary('/', left, parseXorBits(cursor));
    else if (acceptSymbol(cursor, '%') || accept(cursor, 'MOD')) left = binary('%', left, parseXorBits(cursor));
    else if (accept(cursor, 'DIV')) left = binary('DIV', left, parseXorBits(cursor));
    else return left;
  }
};

const parseXorBits = (cursor: Cursor): Expression => {
  let left = parseSimple(cursor);
  while (acceptSymbol(cursor, '^')) left = binary('^', left, parseSimple(cursor));
  return left;
};

/** simple_expr of MySQL's grammar: prefix operators, a primary, COLLATE. */
const parseSimple = (cursor: Cursor): Expression => {
  let operand = deeper(cursor, () => parsePrefix(cursor));
  for (;;) {
    if (accept(cursor, 'COLLATE')) operand = { kind: 'collate', operand, collation: charsetName(cursor) };
    else if (cursor.pipesAsConcat && acceptSymbol(cursor, '||'))
      operand = call('CONCAT', [operand, parsePrefix(cursor)]);
    else return operand;
  }
};

const escapes: Readonly<Record<string, 'date' | 'time' | 'timestamp'>> = { D: 'date', T: 'time', TS: 'timestamp' };

/** ODBC's {d '…'}, {t '…'} and {ts '…'}. */
const parseEscape = (cursor: Cursor): Expression => {
  advance(cursor);
  const type = escapes[peek(cursor).upper] ?? fail(cursor);
  advance(cursor);
  const value = stringLiteral(cursor);
  expectSymbol(cursor, '}');
  return { kind: 'literal', type, value };
};

const parsePrefix = (cursor: Cursor): Expression => {
  const token = peek(cursor);
  if (token.kind === 'operator') {
    if (token.text === '-' || token.text === '+' || token.text === '~' || token.text === '!') {
      if (token.text === '!') deprecateFor(cursor, '!', 'NOT');
      advance(cursor);
      const operand = parseSimple(cursor);
      if (token.text === '-') return negate(operand);
      return { kind: 'unary', operator: token.text, operand };
    }
    if (token.text === '(') return parseParenthesis(cursor);
    if (token.text === '{') return parseEscape(cursor);
    if (token.text === '@@') return parseSystemVariable(cursor);
    return fail(cursor);
  }
  if (token.kind === 'word') {
    if (token.upper === 'BINARY') {
      deprecateFor(cursor, 'BINARY expr', 'CAST');
      advance(cursor);
      return { kind: 'unary', operator: 'BINARY', operand: parseSimple(cursor) };
    }
    return parseWord(cursor);
  }
  return parseLiteralOrName(cursor);
};

// A literal takes its sign, so that -9223372036854775808 stays an integer.
const negate = (operand: Expression): Expression => {
  if (operand.kind === 'literal') {
    if (operand.type === 'integer') return { ...operand, value: -operand.value };
    if (operand.type === 'decimal')
      return { ...operand, value: operand.value.startsWith('-') ? operand.value.slice(1) : `-${operand.value}` };
    if (operand.type === 'double') return { ...operand, value: -operand.value };
  }
  return { kind: 'unary', operator: '-', operand };
};

const parseParenthesis = (cursor: Cursor): Expression => {
  expectSymbol(cursor, '(');
  if (startsQuery(cursor)) {
    // ((SELECT 1) + 1) begins like a query and is none.
    const nested = atSymbol(cursor, '(');
    const query = nested ? attempt(cursor, parseQuery, (after) => atSymbol(after, ')')) : parseQuery(cursor);
    if (query) {
      expectSymbol(cursor, ')');
      return { kind: 'subquery', query };
    }
  }
  const items = commaSeparated(cursor, parseExpression);
  expectSymbol(cursor, ')');
  return items.length === 1 ? (items[0] as Expression) : { kind: 'row', items };
};

const parseSystemVariable = (cursor: Cursor): Expression => {
  expectSymbol(cursor, '@@');
  const first = identifierAfterDot(cursor);
  const scope = first.toUpperCase();
  if (atSymbol(cursor, '.')) {
    advance(cursor);
    const name = identifierAfterDot(cursor);
    if (scope === 'GLOBAL') return { kind: 'systemVariable', scope: 'GLOBAL', name: name.toLowerCase() };
    if (scope === 'SESSION' || scope === 'LOCAL')
      return { kind: 'systemVariable', scope: 'SESSION', name: name.toLowerCase() };
    return { kind: 'systemVariable', scope: null, name: `${first}.${name}`.toLowerCase() };
  }
  return { kind: 'systemVariable', scope: null, name: first.toLowerCase() };
};

const hexBytes = (digits: string): Uint8Array => Buffer.from(digits.length % 2 ? `0${digits}` : digits, 'hex');

const bitBytes = (digits: string): Uint8Array => {
  const bytes = new Uint8Array(Math.ceil(digits.length / 8));
  const padded = digits.padStart(bytes.length * 8, '0');
  for (let index = 0; index < bytes.length; index++)
    bytes[index] = Number.parseInt(padded.slice(index * 8, index * 8 + 8), 2);
  return bytes;
};

const parseLiteralOrName = (cursor: Cursor): Expression => {
  const token = peek(cursor);
  switch (token.kind) {
    case 'string':
      return parseString(cursor, null);
    case 'integer':
      advance(cursor);
      return { kind: 'literal', type: 'integer', value: BigInt(token.text) };
    case 'decimal':
      advance(cursor);
      return { kind: 'literal', type: 'decimal', value: token.text };
    case 'float':
      advance(cursor);
      return { kind: 'literal', type: 'double', value: Number(token.text) };
    case 'hex':
      advance(cursor);
      return { kind: 'literal', type: 'bytes', value: hexBytes(token.text), charset: null, notation: 'hex' };
    case 'bit':
      advance(cursor);
      return { kind: 'literal', type: 'bytes', value: bitBytes(token.text), charset: null, notation: 'bit' };
    case 'parameter':
      advance(cursor);
      return { kind: 'parameter', index: cursor.parameterCount++ };
    case 'variable':
      advance(cursor);
      if (atSymbol(cursor, ':='))
        deprecate(
          cursor,
          "Setting user variables within expressions is deprecated and will be removed in a future release. Consider alternatives: 'SET variable=expression, ...', or 'SELECT expression(s) INTO variables(s)'.",
        );
      if (acceptSymbol(cursor, ':='))
        return { kind: 'assignment', name: token.text.toLowerCase(), value: parseExpression(cursor) };
      return { kind: 'userVariable', name: token.text.toLowerCase() };
    case 'quoted':
      return parseNameOrCall(cursor);
    default:
      return fail(cursor);
  }
};

const parseString = (cursor: Cursor, charset: string | null): Expression => {
  let text = '';
  while (peek(cursor).kind === 'string') text += advance(cursor).text;
  if (charset === 'binary') {
    const value = Buffer.from(text, cursor.bytes ? 'latin1' : 'utf8');
    return { kind: 'literal', type: 'bytes', value, charset, notation: 'introducer' };
  }
  if (!cursor.bytes) return { kind: 'literal', type: 'string', value: text, charset };
  // Bytes that are no text, as clients and dumps write BLOB values.
  const bytes = Buffer.from(text, 'latin1');
  if (!isUtf8(bytes)) return { kind: 'literal', type: 'bytes', value: bytes, charset, notation: 'introducer' };
  return { kind: 'literal', type: 'string', value: bytes.toString('utf8'), charset };
};

/** `a`, `t.a`, `db.t.a`, or a stored function `db.f(…)`. */
const parseNameOrCall = (cursor: Cursor): Expression => {
  const first = advance(cursor).text;
  if (!acceptSymbol(cursor, '.')) {
    if (atSymbol(cursor, '(')) return refuse(`the function ${first}`);
    return parseArrow(cursor, { kind: 'column', schema: null, table: null, name: first });
  }
  const second = identifierAfterDot(cursor);
  if (atSymbol(cursor, '(')) return refuse(`the stored function ${first}.${second}`);
  if (!acceptSymbol(cursor, '.'))
    return parseArrow(cursor, { kind: 'column', schema: null, table: first, name: second });
  return parseArrow(cursor, { kind: 'column', schema: first, table: second, name: identifierAfterDot(cursor) });
};

const parseArrow = (cursor: Cursor, column: Expression): Expression => {
  const unquote = atSymbol(cursor, '->>');
  if (!unquote && !atSymbol(cursor, '->')) return column;
  advance(cursor);
  const path: Expression = { kind: 'literal', type: 'string', value: stringLiteral(cursor), charset: null };
  return binary(unquote ? '->>' : '->', column, path);
};

const temporalLiterals: Readonly<Record<string, 'date' | 'time' | 'timestamp'>> = {
  DATE: 'date',
  TIME: 'time',
  TIMESTAMP: 'timestamp',
};

/** Functions that are written without parentheses when they have no argument. */
const bareFunctions: Readonly<Record<string, string>> = {
  CURRENT_DATE: 'CURDATE',
  CURRENT_TIME: 'CURTIME',
  CURRENT_TIMESTAMP: 'NOW',
  LOCALTIME: 'NOW',
  LOCALTIMESTAMP: 'NOW',
  UTC_DATE: 'UTC_DATE',
  UTC_TIME: 'UTC_TIME',
  UTC_TIMESTAMP: 'UTC_TIMESTAMP',
  CURRENT_USER: 'CURRENT_USER',
};

/** Reserved words that are functions when a parenthesis follows. */
const reservedFunctions = new Set([
  'IF',
  'LEFT',
  'RIGHT',
  'REPLACE',
  'INSERT',
  'REPEAT',
  'MOD',
  'CHAR',
  'DATABASE',
  'SCHEMA',
  'INTERVAL',
  'CUME_DIST',
  'DENSE_RANK',
  'FIRST_VALUE',
  'LAG',
  'LAST_VALUE',
  'LEAD',
  'NTH_VALUE',
  'NTILE',
  'PERCENT_RANK',
  'RANK',
  'ROW_NUMBER',
  'GROUPING',
]);

const parseWord = (cursor: Cursor): Expression => {
  const token = peek(cursor);
  const word = token.upper;
  switch (word) {
    case 'NULL':
      advance(cursor);
      return { kind: 'literal', type: 'null' };
    case 'TRUE':
    case 'FALSE':
      advance(cursor);
      return { kind: 'literal', type: 'boolean', value: word === 'TRUE' };
    case 'CASE':
      return parseCase(cursor);
    case 'EXISTS':
      advance(cursor);
      return { kind: 'exists', query: parenthesised(cursor, parseQuery) };
    case 'CAST':
      return parseCast(cursor);
    case 'CONVERT':
      return parseConvert(cursor);
    case 'DEFAULT':
      advance(cursor);
      return atSymbol(cursor, '(')
        ? { kind: 'default', column: parenthesised(cursor, columnName) }
        : { kind: 'default', column: null };
    case 'VALUES':
      deprecate(
        cursor,
        "'VALUES function' is deprecated and will be removed in a future release. Please use an alias (INSERT INTO ... VALUES (...) AS alias) and replace VALUES(col) in the ON DUPLICATE KEY UPDATE clause with alias.col instead",
      );
      advance(cursor);
      return { kind: 'insertedValue', column: parenthesised(cursor, columnName) };
    case 'ROW':
      advance(cursor);
      return { kind: 'row', items: parenthesised(cursor, (inner) => commaSeparated(inner, parseExpression)) };
    case 'MATCH':
      return refuse('MATCH … AGAINST');
    default:
  }
  const next = peek(cursor, 1);
  if (next.kind === 'string') {
    if (word.startsWith('_')) {
      advance(cursor);
      return parseString(cursor, token.text.slice(1).toLowerCase());
    }
    if (word === 'N') {
      advance(cursor);
      return parseString(cursor, 'utf8mb3');
    }
    const temporal = temporalLiterals[word];
    if (temporal) {
      advance(cursor);
      return { kind: 'literal', type: temporal, value: stringLiteral(cursor) };
    }
  }
  if (word.startsWith('_') && (next.kind === 'hex' || next.kind === 'bit')) {
    advance(cursor);
    advance(cursor);
    const value = next.kind === 'hex' ? hexBytes(next.text) : bitBytes(next.text);
    const charset = token.text.slice(1).toLowerCase();
    if (charset === 'binary') return { kind: 'literal', type: 'bytes', value, charset, notation: 'introducer' };
    return { kind: 'literal', type: 'string', value: Buffer.from(value).toString('utf8'), charset };
  }
  const bare = bareFunctions[word];
  if (bare) {
    advance(cursor);
    return call(bare, acceptSymbol(cursor, '(') ? callArguments(cursor) : []);
  }
  if (atSymbol(cursor, '(', 1) && (!reservedWords.has(word) || reservedFunctions.has(word))) {
    advance(cursor);
    return parseCall(cursor, word);
  }
  if (!atIdentifier(cursor)) return fail(cursor);
  return parseNameOrCall(cursor);
};

const columnName = (cursor: Cursor): string => {
  let name = identifier(cursor);
  while (acceptSymbol(cursor, '.')) name = identifierAfterDot(cursor);
  return name;
};

const parseCase = (cursor: Cursor): Expression => {
  expect(cursor, 'CASE');
  const operand = atWords(cursor, 'WHEN') ? null : parseExpression(cursor);
  const branches: { when: Expression; result: Expression }[] = [];
  while (accept(cursor, 'WHEN')) {
    const when = parseExpression(cursor);
    expect(cursor, 'THEN');
    branches.push({ when, result: parseExpression(cursor) });
  }
  if (branches.length === 0) fail(cursor);
  const otherwise = accept(cursor, 'ELSE') ? parseExpression(cursor) : null;
  expect(cursor, 'END');
  return { kind: 'case', operand, branches, otherwise };
};

const parseCast = (cursor: Cursor): Expression => {
  expect(cursor, 'CAST');
  expectSymbol(cursor, '(');
  const operand = parseExpression(cursor);
  if (accept(cursor, 'AT')) refuse('CAST … AT TIME ZONE');
  expect(cursor, 'AS');
  const type = parseCastType(cursor);
  if (accept(cursor, 'ARRAY')) refuse('CAST … AS … ARRAY');
  expectSymbol(cursor, ')');
  return { kind: 'cast', operand, type, array: false };
};

const parseConvert = (cursor: Cursor): Expression => {
  expect(cursor, 'CONVERT');
  expectSymbol(cursor, '(');
  const operand = parseExpression(cursor);
  if (accept(cursor, 'USING')) {
    const charset = charsetName(cursor);
    expectSymbol(cursor, ')');
    return { kind: 'convertUsing', operand, charset };
  }
  expectSymbol(cursor, ',');
  const type = parseCastType(cursor);
  expectSymbol(cursor, ')');
  return { kind: 'cast', operand, type, array: false };
};

const callArguments = (cursor: Cursor): Expression[] => {
  if (acceptSymbol(cursor, ')')) return [];
  const items = commaSeparated(cursor, parseExpression);
  expectSymbol(cursor, ')');
  return items;
};

/** Calls whose arguments are not just a list. The name is already taken, the parenthesis is not. */
const parseCall = (cursor: Cursor, name: string): Expression => {
  const special = specialCalls[name];
  if (special) return special(cursor, name);
  expectSymbol(cursor, '(');
  return call(name, callArguments(cursor), { over: parseOver(cursor) });
};

type SpecialCall = (cursor: Cursor, name: string) => Expression;

const aggregate: SpecialCall = (cursor, name) => {
  expectSymbol(cursor, '(');
  if (name === 'COUNT' && acceptSymbol(cursor, '*')) {
    expectSymbol(cursor, ')');
    return call(name, [], { star: true, over: parseOver(cursor) });
  }
  const distinct = accept(cursor, 'DISTINCT');
  if (!distinct) accept(cursor, 'ALL');
  const items = commaSeparated(cursor, parseExpression);
  expectSymbol(cursor, ')');
  return call(name, items, { distinct, over: parseOver(cursor) });
};

const groupConcat: SpecialCall = (cursor, name) => {
  expectSymbol(cursor, '(');
  const distinct = accept(cursor, 'DISTINCT');
  const items = commaSeparated(cursor, parseExpression);
  const orderBy = acceptBy(cursor, 'ORDER') ? parseOrderList(cursor) : [];
  const separator = accept(cursor, 'SEPARATOR') ? stringLiteral(cursor) : null;
  expectSymbol(cursor, ')');
  return call(name, items, { distinct, orderBy, separator });
};

const dateArithmetic: SpecialCall = (cursor, name) => {
  expectSymbol(cursor, '(');
  const operand = parseExpression(cursor);
  expectSymbol(cursor, ',');
  const subtract = name === 'DATE_SUB' || name === 'SUBDATE';
  const days = (name === 'ADDDATE' || name === 'SUBDATE') && !atWords(cursor, 'INTERVAL');
  const { amount, unit } = days ? { amount: parseExpression(cursor), unit: 'DAY' } : parseInterval(cursor);
  expectSymbol(cursor, ')');
  return { kind: 'interval', operand, amount, unit, subtract };
};

const substring: SpecialCall = (cursor) => {
  expectSymbol(cursor, '(');
  const items = [parseExpression(cursor)];
  if (accept(cursor, 'FROM')) {
    items.push(parseExpression(cursor));
    if (accept(cursor, 'FOR')) items.push(parseExpression(cursor));
  } else while (acceptSymbol(cursor, ',')) items.push(parseExpression(cursor));
  expectSymbol(cursor, ')');
  return call('SUBSTRING', items);
};

const withUnit: SpecialCall = (cursor, name) => {
  expectSymbol(cursor, '(');
  const unit = advance(cursor).upper.replace(/^SQL_TSI_/, '');
  if (!intervalUnits.includes(unit)) fail(cursor, peek(cursor, -1));
  if (name === 'EXTRACT') expect(cursor, 'FROM');
  else expectSymbol(cursor, ',');
  const items = commaSeparated(cursor, parseExpression);
  expectSymbol(cursor, ')');
  return call(name, items, { option: unit });
};

const specialCalls: Readonly<Record<string, SpecialCall>> = {
  COUNT: aggregate,
  SUM: aggregate,
  AVG: aggregate,
  MIN: aggregate,
  MAX: aggregate,
  BIT_AND: aggregate,
  BIT_OR: aggregate,
  BIT_XOR: aggregate,
  STD: aggregate,
  STDDEV: aggregate,
  STDDEV_POP: aggregate,
  STDDEV_SAMP: aggregate,
  VARIANCE: aggregate,
  VAR_POP: aggregate,
  VAR_SAMP: aggregate,
  ANY_VALUE: aggregate,
  JSON_ARRAYAGG: aggregate,
  JSON_OBJECTAGG: aggregate,
  GROUP_CONCAT: groupConcat,
  DATE_ADD: dateArithmetic,
  DATE_SUB: dateArithmetic,
  ADDDATE: dateArithmetic,
  SUBDATE: dateArithmetic,
  SUBSTRING: substring,
  SUBSTR: substring,
  MID: substring,
  EXTRACT: withUnit,
  TIMESTAMPADD: withUnit,
  TIMESTAMPDIFF: withUnit,
  POSITION: (cursor) => {
    expectSymbol(cursor, '(');
    const needle = parseBitOr(cursor);
    expect(cursor, 'IN');
    const items = [needle, parseExpression(cursor)];
    expectSymbol(cursor, ')');
    return call('LOCATE', items);
  },
  TRIM: (cursor) => {
    expectSymbol(cursor, '(');
    const side = acceptOneOf(cursor, ['BOTH', 'LEADING', 'TRAILING']);
    if (side !== null && accept(cursor, 'FROM')) {
      const items = [parseExpression(cursor)];
      expectSymbol(cursor, ')');
      return call('TRIM', items, { option: side });
    }
    const first = parseExpression(cursor);
    const items = accept(cursor, 'FROM') ? [parseExpression(cursor), first] : side === null ? [first] : fail(cursor);
    expectSymbol(cursor, ')');
    return call('TRIM', items, { option: side ?? 'BOTH' });
  },
  CHAR: (cursor) => {
    expectSymbol(cursor, '(');
    const items = commaSeparated(cursor, parseExpression);
    const option = accept(cursor, 'USING') ? charsetName(cursor) : null;
    expectSymbol(cursor, ')');
    return call('CHAR', items, { option });
  },
  GET_FORMAT: (cursor) => {
    expectSymbol(cursor, '(');
    const option = expectOneOf(cursor, ['DATE', 'TIME', 'DATETIME', 'TIMESTAMP']);
    expectSymbol(cursor, ',');
    const items = [parseExpression(cursor)];
    expectSymbol(cursor, ')');
    return call('GET_FORMAT', items, { option });
  },
  JSON_VALUE: () => refuse('JSON_VALUE'),
  WEIGHT_STRING: () => refuse('WEIGHT_STRING'),
};

export const parseOrderList = (cursor: Cursor): OrderItem[] =>
  commaSeparated(cursor, (inner) => {
    const expression = parseExpression(inner);
    return { expression, descending: acceptOneOf(inner, ['ASC', 'DESC']) === 'DESC' };
  });

const parseOver = (cursor: Cursor): FunctionCall['over'] => {
  if (atOneOf(cursor, ['RESPECT', 'IGNORE']) && peek(cursor, 1).upper === 'NULLS') {
    if (advance(cursor).upper === 'IGNORE') refuse('IGNORE NULLS');
    advance(cursor);
  }
  if (!accept(cursor, 'OVER')) return null;
  if (!atSymbol(cursor, '(')) return identifier(cursor);
  return parseWindow(cursor);
};

/** `( [name] [PARTITION BY …] [ORDER BY …] [ROWS …] )` */
export const parseWindow = (cursor: Cursor): WindowSpecification => {
  expectSymbol(cursor, '(');
  const base = atIdentifier(cursor) && peek(cursor).upper !== 'PARTITION' ? identifier(cursor) : null;
  const partitionBy = acceptBy(cursor, 'PARTITION') ? commaSeparated(cursor, parseExpression) : [];
  const orderBy = acceptBy(cursor, 'ORDER') ? parseOrderList(cursor) : [];
  const unit = acceptOneOf(cursor, ['ROWS', 'RANGE', 'GROUPS']);
  if (unit === 'GROUPS') refuse('window frames of GROUPS');
  let frame: WindowSpecification['frame'] = null;
  if (unit !== null) {
    if (accept(cursor, 'BETWEEN')) {
      const start = parseBound(cursor);
      expect(cursor, 'AND');
      frame = { unit: unit as 'ROWS' | 'RANGE', start, end: parseBound(cursor) };
    } else frame = { unit: unit as 'ROWS' | 'RANGE', start: parseBound(cursor), end: { kind: 'currentRow' } };
  }
  expectSymbol(cursor, ')');
  return { base, partitionBy, orderBy, frame };
};

const parseBound = (cursor: Cursor): WindowFrameBound => {
  if (accept(cursor, 'CURRENT')) {
    expect(cursor, 'ROW');
    return { kind: 'currentRow' };
  }
  if (accept(cursor, 'UNBOUNDED'))
    return {
      kind:
        expectOneOf(cursor, ['PRECEDING', 'FOLLOWING']) === 'PRECEDING' ? 'unboundedPreceding' : 'unboundedFollowing',
    };
  const isInterval = accept(cursor, 'INTERVAL');
  const expression = parseExpression(cursor);
  const unit = isInterval ? advance(cursor).upper : null;
  return {
    kind: expectOneOf(cursor, ['PRECEDING', 'FOLLOWING']) === 'PRECEDING' ? 'preceding' : 'following',
    expression,
    unit,
  };
};
