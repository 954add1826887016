import type { Frame, FrameBound, OrderItem, Window } from './ast.ts';
import { type Cursor, commaList, expectOperator, expectWords, seesOperator, takes, takesAny } from './cursor.ts';
import { parseExpression } from './expressions.ts';

export const parseOrderItem = (cursor: Cursor): OrderItem => {
  const expression = parseExpression(cursor);
  const descending = takesAny(cursor, 'ASC', 'DESC') === 'DESC';
  if (!takes(cursor, 'NULLS')) return { expression, descending };
  const nulls = takesAny(cursor, 'FIRST');
  if (!nulls) expectWords(cursor, 'LAST');
  return { expression, descending, nulls: nulls ?? 'LAST' };
};

export const parseOrderBy = (cursor: Cursor): OrderItem[] => commaList(cursor, parseOrderItem);

/** WITHIN GROUP (ORDER BY …) */
export const parseWithinGroup = (cursor: Cursor): OrderItem[] | undefined => {
  if (!takes(cursor, 'WITHIN', 'GROUP')) return undefined;
  expectOperator(cursor, '(');
  expectWords(cursor, 'ORDER', 'BY');
  const items = parseOrderBy(cursor);
  expectOperator(cursor, ')');
  return items;
};

/** OVER (PARTITION BY … ORDER BY … ROWS BETWEEN … AND …) */
export const parseOver = (cursor: Cursor): Window | undefined => {
  if (!takes(cursor, 'OVER')) return undefined;
  expectOperator(cursor, '(');
  const partitionBy = takes(cursor, 'PARTITION', 'BY') ? commaList(cursor, parseExpression) : [];
  const orderBy = takes(cursor, 'ORDER', 'BY') ? parseOrderBy(cursor) : [];
  const frame = seesOperator(cursor, ')') ? undefined : parseFrame(cursor);
  expectOperator(cursor, ')');
  return { partitionBy, orderBy, ...(frame ? { frame } : {}) };
};

const parseFrame = (cursor: Cursor): Frame => {
  const unit = takesAny(cursor, 'ROWS') ?? 'RANGE';
  if (unit === 'RANGE') expectWords(cursor, 'RANGE');
  if (!takes(cursor, 'BETWEEN')) return { unit, start: parseBound(cursor) };
  const start = parseBound(cursor);
  expectWords(cursor, 'AND');
  return { unit, start, end: parseBound(cursor) };
};

const parseBound = (cursor: Cursor): FrameBound => {
  if (takes(cursor, 'CURRENT', 'ROW')) return { kind: 'current' };
  const unbounded = takes(cursor, 'UNBOUNDED');
  const value = unbounded ? undefined : parseExpression(cursor);
  const preceding = takesAny(cursor, 'PRECEDING');
  if (!preceding) expectWords(cursor, 'FOLLOWING');
  const direction = preceding ?? 'FOLLOWING';
  return value ? { kind: 'offset', value, direction } : { kind: 'unbounded', direction };
};
