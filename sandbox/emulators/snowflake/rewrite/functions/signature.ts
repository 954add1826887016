import type { FunctionCall } from '../../../../wire/snowflake-sql/ast.ts';
import { asText, asVariant, castTo, isTime, wallClockOf } from '../casts.ts';
import {
  array,
  boolean,
  date,
  float,
  isSemiStructured,
  number,
  object,
  timestampNtz,
  typeName,
} from '../data-types.ts';
import { invalidArgumentCount, invalidArgumentTypes, tooManyArguments } from '../errors.ts';
import { translate } from '../expression.ts';
import { type Context, placeOf } from '../scope.ts';
import { exact, type Typed } from '../typed.ts';
import type { SqlType } from '../types.ts';

export type Call = FunctionCall & { at: number };

/** One function: how many arguments, and what it becomes. `over` is the window with its word, or ''. */
export type FunctionRule = {
  names: readonly string[];
  least: number;
  most: number;
  /** May stand with OVER. */
  windowed?: true;
  translate: (call: Call, context: Context, over: string) => Typed;
};

/**
 * How each argument is prepared before it is put into the SQL:
 * t text · n number (exact) · i integer (BIGINT) · f float · b boolean · d date · s wall-clock timestamp · v variant · a array · o object · x as it is
 * A question mark makes it and those after it optional, a star lets the last one repeat.
 */
export type Signature = string;

const prepare = (code: string, value: Typed, context: Context, name: string): Typed => {
  const session = context.resolver;
  switch (code) {
    case 't':
      return asText(value, session);
    case 'n':
      return value.type.kind === 'number' || value.type.kind === 'float'
        ? exact(value)
        : castTo(value, numericFor(value), session);
    case 'i':
      return { ...value, sql: `CAST(${numberOf(value, session).sql} AS BIGINT)` };
    case 'f':
      return castTo(value, float, session);
    case 'b':
      return castTo(value, boolean, session);
    case 'd':
      return castTo(value, date, session);
    case 's':
      return isTime(value.type)
        ? { sql: wallClockOf(value, session), type: timestampNtz }
        : castTo(value, timestampNtz, session);
    case 'v':
      return asVariant(value, session);
    case 'a':
    case 'o':
      if (!isSemiStructured(value.type) && !value.isNull) throw invalidArgumentTypes(name, typeName(value.type));
      return value.type.kind === 'variant' && !value.isNull
        ? value
        : castTo(value, code === 'a' ? array : object, session);
    default:
      return value;
  }
};

const numericFor = (value: Typed): SqlType =>
  isSemiStructured(value.type) ? float : number(38, value.type.kind === 'text' ? 5 : 0);
const numberOf = (value: Typed, session: Context['resolver']): Typed =>
  value.type.kind === 'number' || value.type.kind === 'float' ? value : castTo(value, number(38, 0), session);

const readSignature = (signature: Signature): { codes: string[]; least: number; most: number } => {
  const codes = signature.replace(/[?*]/g, '').split('');
  const optional = signature.indexOf('?');
  const variadic = signature.endsWith('*');
  return {
    codes,
    least: optional < 0 ? codes.length : signature.slice(0, optional).replace(/\*/g, '').length,
    most: variadic ? 10_000 : codes.length,
  };
};

export const argumentsOf = (call: Call, signature: Signature, context: Context): Typed[] => {
  const { codes } = readSignature(signature);
  const name = call.name.at(-1)?.name ?? '';
  return call.arguments.map(({ value }, index) =>
    prepare(codes[Math.min(index, codes.length - 1)] ?? 'x', translate(value, context), context, name),
  );
};

type Result = SqlType | ((values: readonly Typed[]) => SqlType);
type Build = (sqls: readonly string[], values: readonly Typed[], context: Context) => string;

/** A function whose arguments and result have fixed types. `loose`: the result is an integer to DuckDB. */
export const rule = (
  names: string,
  signature: Signature,
  result: Result,
  build: Build,
  loose = false,
): FunctionRule => {
  const { least, most } = readSignature(signature);
  return {
    names: names.split(' '),
    least,
    most,
    translate: (call, context) => {
      const values = argumentsOf(call, signature, context);
      const sql = build(
        values.map((value) => value.sql),
        values,
        context,
      );
      const type = typeof result === 'function' ? result(values) : result;
      return loose ? { sql, type, loose } : { sql, type };
    },
  };
};

/** A function that reads its call itself. */
export const special = (
  names: string,
  least: number,
  most: number,
  translateCall: (call: Call, context: Context) => Typed,
): FunctionRule => ({ names: names.split(' '), least, most, translate: translateCall });

export const checkCount = (found: FunctionRule, call: Call, context: Context): void => {
  const got = call.arguments.length;
  const shown = `${call.name.at(-1)?.name}`;
  if (got < found.least) throw invalidArgumentCount(shown, found.least, got, placeOf(context, call.at));
  if (got > found.most) throw tooManyArguments(shown, found.most, got, placeOf(context, call.at));
};

/** The n-th argument, untranslated. */
export const argument = (call: Call, index: number) => {
  const value = call.arguments[index]?.value;
  if (!value) throw new Error(`${call.name.at(-1)?.name} has been checked to have argument ${index}`);
  return value;
};
