import type { FunctionCall } from '../../../../wire/mysql-sql/ast.ts';
import type { Compiled } from '../query/compiled.ts';
import { derive } from '../query/compiled.ts';
import type { Compiler } from '../query/compiler.ts';
import { toInteger, toNumber, toText } from '../values/convert.ts';
import type { Datum, SqlType } from '../values/sql-type.ts';

export type FunctionDefinition = {
  readonly minimum: number;
  readonly maximum: number;
  readonly build: (inputs: readonly Compiled[], call: FunctionCall, compiler: Compiler) => Compiled;
};

export type FunctionList = Readonly<Record<string, FunctionDefinition>>;

export const define = (minimum: number, maximum: number, build: FunctionDefinition['build']): FunctionDefinition => ({
  minimum,
  maximum,
  build,
});

/** Evaluates all arguments; NULL in any of them makes the result NULL. */
export const strict = (
  type: SqlType,
  inputs: readonly Compiled[],
  compute: (values: Exclude<Datum, null>[]) => Datum,
  extra: Partial<Compiled> = {},
): Compiled =>
  derive(
    type,
    inputs,
    (frame) => {
      const values: Exclude<Datum, null>[] = [];
      for (const input of inputs) {
        const value = input.evaluate(frame);
        if (value === null) return null;
        values.push(value);
      }
      return compute(values);
    },
    extra,
  );

/** The argument at that place; its presence was checked by the count. */
export const at = (inputs: readonly Compiled[], index: number): Compiled => {
  const input = inputs[index];
  if (!input) throw new Error(`argument ${index} is missing`);
  return input;
};

export const text = (value: Datum, input: Compiled): string => toText(value, input.type) ?? '';
export const integer = (value: Datum, input: Compiled, compiler: Compiler): bigint =>
  toInteger(value, input.type, compiler.statement) ?? 0n;
export const number = (value: Datum, input: Compiled, compiler: Compiler): number =>
  toNumber(value, input.type, compiler.statement) ?? 0;
