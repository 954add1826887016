import type { OrderItem } from '../../../../wire/mysql-sql/ast.ts';
import { mysqlError } from '../../errors.ts';
import { keyPart } from '../values/key.ts';
import type { Datum } from '../values/sql-type.ts';
import type { Compiled, Frame } from './compiled.ts';
import type { Compiler } from './compiler.ts';
import { compileScalar } from './expression.ts';

export type SortKey = { readonly expression: Compiled; readonly descending: boolean; key(frame: Frame): string };

/** ORDER BY: a whole number names an item of the select list by its place. */
export const compileOrder = (
  items: readonly OrderItem[],
  compiler: Compiler,
  selected: readonly Compiled[],
): SortKey[] =>
  items.map(({ expression, descending }) => {
    let compiled: Compiled;
    if (expression.kind === 'literal' && expression.type === 'integer') {
      const place = selected[Number(expression.value) - 1];
      if (!place) throw mysqlError('ER_BAD_FIELD_ERROR', String(expression.value), compiler.clause);
      compiled = place;
    } else compiled = compileScalar(expression, { ...compiler, aliasesFirst: true });
    return { expression: compiled, descending, key: (frame) => keyPart(compiled.evaluate(frame), compiled.type) };
  });

export const compareFrames = (
  left: readonly string[],
  right: readonly string[],
  order: readonly { descending: boolean }[],
): number => {
  for (let index = 0; index < order.length; index++) {
    const [one, other] = [left[index] as string, right[index] as string];
    if (one === other) continue;
    const smaller = one < other;
    return smaller === (order[index] as { descending: boolean }).descending ? 1 : -1;
  }
  return 0;
};

/** A key that is equal exactly for equal values: DISTINCT, GROUP BY, UNION. */
export const rowKey = (values: readonly Datum[], columns: readonly Compiled[]): string => {
  let key = '';
  for (let index = 0; index < values.length; index++)
    key += keyPart(values[index] as Datum, (columns[index] as Compiled).type);
  return key;
};
