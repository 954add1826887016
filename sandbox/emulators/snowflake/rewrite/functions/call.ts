import { NotEmulated } from '../../../../core/not-emulated.ts';
import type { Expression, Frame, FrameBound, Window } from '../../../../wire/snowflake-sql/ast.ts';
import { unknownFunction } from '../errors.ts';
import { literalOf, translate } from '../expression.ts';
import { orderItems } from '../query.ts';
import type { Context } from '../scope.ts';
import type { Typed } from '../typed.ts';
import { exact } from '../typed.ts';
import { rules } from './index.ts';
import { refuseKnown } from './not-emulated.ts';
import { checkCount } from './signature.ts';

type FunctionExpression = Extract<Expression, { kind: 'function' }>;

const byName = new Map(rules.flatMap((rule) => rule.names.map((name) => [name, rule] as const)));

/** All functions by name: what SUPPORT.md lists. */
export const functionNames = (): string[] => [...byName.keys()].sort();

export const translateCall = (call: FunctionExpression, context: Context): Typed => {
  const name = call.name
    .map((part) => part.name)
    .join('.')
    .toUpperCase();
  const rule = byName.get(name);
  if (!rule) return fromSession(name, call, context);
  checkCount(rule, call, context);
  if (call.over && !rule.windowed) throw new NotEmulated('snowflake', `${name} as a window function`);
  return rule.translate(call, context, call.over ? windowSql(call.over, context) : '');
};

const fromSession = (name: string, call: FunctionExpression, context: Context): Typed => {
  const constants = call.arguments.map(({ value }) => translate(value, context).constant ?? null);
  const value = context.resolver.contextFunction?.(name, constants);
  if (!value) {
    refuseKnown(name);
    throw unknownFunction(name);
  }
  return literalOf(value, context);
};

const bound = (frameBound: FrameBound, context: Context): string => {
  if (frameBound.kind === 'current') return 'CURRENT ROW';
  const amount = frameBound.kind === 'unbounded' ? 'UNBOUNDED' : translate(frameBound.value, context).sql;
  return `${amount} ${frameBound.direction}`;
};

const frameSql = ({ unit, start, end }: Frame, context: Context): string =>
  end ? ` ${unit} BETWEEN ${bound(start, context)} AND ${bound(end, context)}` : ` ${unit} ${bound(start, context)}`;

const windowSql = ({ partitionBy, orderBy, frame }: Window, context: Context): string => {
  const parts = [
    partitionBy.length > 0 &&
      `PARTITION BY ${partitionBy.map((item) => exact(translate(item, context)).sql).join(', ')}`,
    orderBy.length > 0 && `ORDER BY ${orderItems(orderBy, context)}`,
  ];
  return ` OVER (${parts.filter(Boolean).join(' ')}${frame ? frameSql(frame, context) : ''})`;
};
