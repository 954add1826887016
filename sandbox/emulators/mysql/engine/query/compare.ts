import { mysqlError } from '../../errors.ts';
import type { ValueContext } from '../context.ts';
import { binaryCollation, type Collation, compareStrings, utf8mb4 } from '../values/collation.ts';
import { toBytes, toDatetime, toDecimal, toJson, toNumber, toText, toTime } from '../values/convert.ts';
import { compareDecimals, type Decimal } from '../values/decimal.ts';
import { compareJson } from '../values/json.ts';
import { type Datum, kindOf, type SqlType } from '../values/sql-type.ts';
import { readTime, timeToMicroseconds } from '../values/temporal.ts';
import type { Compiled } from './compiled.ts';

/** Orders two values, neither of them null. */
export type Comparator = (left: Datum, right: Datum) => number;

const describe = (collation: Collation, coercibility: number): string =>
  `${collation.name},${['EXPLICIT', 'NONE', 'IMPLICIT', 'SYSCONST', 'COERCIBLE', 'NUMERIC', 'IGNORABLE'][coercibility]}`;

/** The collation that operands of one operation share (reference manual, "Collation Coercibility in Expressions"). */
export const sharedCollation = (inputs: readonly Compiled[], operation: string): Collation => {
  let best: Compiled | null = null;
  for (const input of inputs) {
    const kind = kindOf(input.type);
    if (kind === 'binary') return binaryCollation;
    if (kind !== 'string' && kind !== 'json') continue;
    if (best === null || input.coercibility < best.coercibility) best = input;
    else if (input.coercibility === best.coercibility && input.type.collation !== best.type.collation)
      best = stronger(best, input, operation);
  }
  return best?.type.collation ?? utf8mb4;
};

const stronger = (one: Compiled, other: Compiled, operation: string): Compiled => {
  const [first, second] = [one.type.collation, other.type.collation];
  if (one.coercibility > 2) return one;
  // A character set that holds the other one wins, a _bin collation over its set's others.
  if (first.charset !== second.charset)
    return first.charset.startsWith('utf8mb4') || second.charset === 'ascii' ? one : other;
  if (one.coercibility !== 0 && first.kind === 'binary') return one;
  if (one.coercibility !== 0 && second.kind === 'binary') return other;
  throw mysqlError(
    'ER_CANT_AGGREGATE_2COLLATIONS',
    ...describe(first, one.coercibility).split(','),
    ...describe(second, other.coercibility).split(','),
    operation,
  );
};

const compareNumbers = (left: number, right: number): number => (left < right ? -1 : left > right ? 1 : 0);
const compareText = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);

const integers: Comparator = (left, right) => {
  const [one, other] = [left as bigint, right as bigint];
  return one < other ? -1 : one > other ? 1 : 0;
};

// Canonical texts order as the moments do once both have six digits.
const padded = (text: string): string => {
  if (text.length === 10) return `${text} 00:00:00.000000`;
  return text.length === 19 ? `${text}.000000` : text.padEnd(26, '0');
};

const asMoment = (value: Datum, type: SqlType, context: ValueContext): string => {
  const kind = kindOf(type);
  if (kind === 'date' || kind === 'datetime') return padded(value as string);
  const moment = toDatetime(value, type, 6, context);
  if (moment && moment.problem === null) return moment.text;
  const text = toText(value, type) ?? '';
  if (kind === 'string') throw mysqlError('ER_INCORRECT_TEMPORAL_LITERAL', /:/.test(text) ? 'DATETIME' : 'DATE', text);
  return moment?.text ?? '';
};

const asTime = (value: Datum, type: SqlType): number => {
  const time = toTime(value, type, 6);
  return time ? timeToMicroseconds(readTime(time.text)) : 0;
};

/** How values of these two types compare (reference manual, "Type Conversion in Expression Evaluation"). */
export const comparator = (left: Compiled, right: Compiled, operation: string, context: ValueContext): Comparator => {
  const [one, other] = [left.type, right.type];
  const [kind, otherKind] = [kindOf(one), kindOf(other)];
  const either = (wanted: string) => kind === wanted || otherKind === wanted;
  const temporal = (candidate: string) => candidate === 'date' || candidate === 'datetime';
  const numeric = (candidate: string) => candidate === 'integer' || candidate === 'decimal' || candidate === 'double';
  if (kind === 'null' || otherKind === 'null') return () => 0;
  if (kind === 'integer' && otherKind === 'integer') return integers;
  if (either('json')) return (a, b) => compareJson(toJson(a, one), toJson(b, other));
  if (temporal(kind) || temporal(otherKind)) {
    if (temporal(kind) && temporal(otherKind)) {
      if (one.decimals === other.decimals && kind === otherKind) return (a, b) => compareText(a as string, b as string);
      return (a, b) => compareText(padded(a as string), padded(b as string));
    }
    if (!numeric(kind) && !numeric(otherKind) && !either('binary'))
      return (a, b) => compareText(asMoment(a, one, context), asMoment(b, other, context));
  }
  if (either('time') && !numeric(kind) && !numeric(otherKind))
    return (a, b) => compareNumbers(asTime(a, one), asTime(b, other));
  if (one.hexadecimal && numeric(otherKind))
    return (a, b) => compareNumbers(toNumber(a, one, context) ?? 0, toNumber(b, other, context) ?? 0);
  if (either('binary') && !numeric(kind) && !numeric(otherKind))
    return (a, b) => Buffer.compare(toBytes(a, one) as Uint8Array, toBytes(b, other) as Uint8Array);
  if (kind === 'string' && otherKind === 'string') {
    const collation = sharedCollation([left, right], operation);
    return (a, b) => compareStrings(a as string, b as string, collation);
  }
  const exact = (candidate: string) => candidate === 'integer' || candidate === 'decimal';
  if (
    (exact(kind) || temporal(kind) || kind === 'time') &&
    (exact(otherKind) || temporal(otherKind) || otherKind === 'time')
  )
    return (a, b) => compareDecimals(toDecimal(a, one, context) as Decimal, toDecimal(b, other, context) as Decimal);
  return (a, b) => compareNumbers(toNumber(a, one, context) as number, toNumber(b, other, context) as number);
};

/** Are a column and a value compared as the column's own type orders, so that an index on it serves? */
export const comparesAsColumn = (column: SqlType, value: SqlType): boolean => {
  const [kind, other] = [kindOf(column), kindOf(value)];
  if (column.base === 'enum' || column.base === 'set' || kind === 'json' || other === 'json') return false;
  if (kind === other) return kind !== 'string' || value.base !== 'enum';
  if (kind === 'integer') return other === 'decimal' || other === 'double' || other === 'string';
  if (kind === 'decimal') return other === 'integer';
  if (kind === 'double') return other === 'integer' || other === 'decimal' || other === 'string';
  if (kind === 'date' || kind === 'datetime') return other === 'string' || other === 'date' || other === 'datetime';
  if (kind === 'time') return other === 'string';
  return false;
};
