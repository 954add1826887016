import { castTo } from '../casts.ts';
import { commonType } from '../common-type.ts';
import { boolean, count, float } from '../data-types.ts';
import { unsupportedFeature } from '../errors.ts';
import { translate } from '../expression.ts';
import type { Context } from '../scope.ts';
import { exact, type Typed } from '../typed.ts';
import { argument, type Call, type FunctionRule } from './signature.ts';

const windowFunction = (
  names: string,
  least: number,
  most: number,
  translateCall: FunctionRule['translate'],
): FunctionRule => ({
  names: names.split(' '),
  least,
  most,
  windowed: true,
  translate: (call, context, over) => {
    if (over === '') throw unsupportedFeature(`${call.name.at(-1)?.name} without OVER`);
    return translateCall(call, context, over);
  },
});

const ranking = (name: string): FunctionRule =>
  windowFunction(name, 0, 0, (_call, _context, over) => ({
    sql: `${name.toLowerCase()}()${over}`,
    type: count,
    loose: true,
    nullable: false,
  }));

const share = (name: string): FunctionRule =>
  windowFunction(name, 0, 0, (_call, _context, over) => ({ sql: `${name.toLowerCase()}()${over}`, type: float }));

const nulls = (call: Call): string => (call.nulls === 'IGNORE' ? ' IGNORE NULLS' : '');

/** LAG(x, offset, otherwise) */
const neighbour = (name: string): FunctionRule =>
  windowFunction(name, 1, 3, (call, context, over) => {
    const value = exact(translate(argument(call, 0), context));
    const offset = call.arguments[1] ? `, CAST(${translate(argument(call, 1), context).sql} AS BIGINT)` : '';
    const otherwise = call.arguments[2] ? translate(argument(call, 2), context) : undefined;
    const type = otherwise && !otherwise.isNull ? commonType(value.type, otherwise.type) : value.type;
    const last = otherwise ? `, ${castTo(otherwise, type, context.resolver).sql}` : '';
    return {
      sql: `${name.toLowerCase()}(${castTo(value, type, context.resolver).sql}${offset}${last}${nulls(call)})${over}`,
      type,
    };
  });

/** Of FIRST_VALUE and its like the window is the whole partition unless a frame is given. */
const wholePartition = (call: Call, over: string): string =>
  call.over?.frame ? over : over.replace(/\)$/, ' ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)');

const positional = (name: string, least: number): FunctionRule =>
  windowFunction(name, least, least, (call, context, over) => {
    const value: Typed = exact(translate(argument(call, 0), context));
    if (call.fromLast) throw unsupportedFeature('FROM LAST');
    const at = least === 2 ? `, CAST(${translate(argument(call, 1), context).sql} AS BIGINT)` : '';
    return {
      sql: `${name.toLowerCase()}(${value.sql}${at}${nulls(call)})${wholePartition(call, over)}`,
      type: value.type,
    };
  });

const ratioToReport = windowFunction('RATIO_TO_REPORT', 1, 1, (call, context, over) => {
  const value = castTo(translate(argument(call, 0), context), float, context.resolver);
  return { sql: `(${value.sql} / nullif(sum(${value.sql})${over}, 0))`, type: float };
});

const isTrue = (call: Call, context: Context): string =>
  castTo(translate(argument(call, 0), context), boolean, context.resolver).sql;

/** Counts, up to the current row, the rows that are true. */
const conditionalTrueEvent = windowFunction('CONDITIONAL_TRUE_EVENT', 1, 1, (call, context, over) => ({
  sql: `count(CASE WHEN ${isTrue(call, context)} THEN 1 END)${over.replace(/\)$/, ' ROWS UNBOUNDED PRECEDING)')}`,
  type: count,
  loose: true,
}));

export const windows: readonly FunctionRule[] = [
  ranking('ROW_NUMBER'),
  ranking('RANK'),
  ranking('DENSE_RANK'),
  share('PERCENT_RANK'),
  share('CUME_DIST'),
  windowFunction('NTILE', 1, 1, (call, context, over) => ({
    sql: `ntile(CAST(${translate(argument(call, 0), context).sql} AS BIGINT))${over}`,
    type: count,
    loose: true,
  })),
  neighbour('LAG'),
  neighbour('LEAD'),
  positional('FIRST_VALUE', 1),
  positional('LAST_VALUE', 1),
  positional('NTH_VALUE', 2),
  ratioToReport,
  conditionalTrueEvent,
];
