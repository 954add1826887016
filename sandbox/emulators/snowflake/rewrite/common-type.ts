import { float, isSemiStructured, isTimestamp, number, text, variant } from './data-types.ts';
import type { Typed } from './typed.ts';
import type { SqlType } from './types.ts';

const commonNumber = (
  left: { precision: number; scale: number },
  right: { precision: number; scale: number },
): SqlType => {
  const scale = Math.max(left.scale, right.scale);
  const leading = Math.max(left.precision - left.scale, right.precision - right.scale);
  return number(Math.min(38, leading + scale), Math.min(scale, 38));
};

const timestampRank = ['date', 'timestamp_ntz', 'timestamp_ltz', 'timestamp_tz'];

/** The type that both turn into side by side: in CASE, COALESCE, UNION, comparisons. Text gives way to whatever stands beside it. */
export const commonType = (left: SqlType, right: SqlType): SqlType => {
  if (left.kind === 'number' && right.kind === 'number') return commonNumber(left, right);
  if (left.kind === 'text' && right.kind === 'text') {
    return left.length !== undefined && right.length !== undefined
      ? { kind: 'text', length: Math.max(left.length, right.length) }
      : text;
  }
  if (left.kind === right.kind) {
    return 'scale' in left && 'scale' in right && left.scale < right.scale ? right : left;
  }
  if (isSemiStructured(left) || isSemiStructured(right)) return variant;
  if (left.kind === 'text') return widened(right);
  if (right.kind === 'text') return widened(left);
  if ((left.kind === 'number' && right.kind === 'float') || (left.kind === 'float' && right.kind === 'number'))
    return float;
  if ((left.kind === 'date' || isTimestamp(left)) && (right.kind === 'date' || isTimestamp(right))) {
    return timestampRank.indexOf(left.kind) > timestampRank.indexOf(right.kind) ? left : right;
  }
  if (left.kind === 'boolean' || right.kind === 'boolean') return { kind: 'boolean' };
  return text;
};

/** Text may hold a number wider than the one beside it. */
const widened = (type: SqlType): SqlType => (type.kind === 'number' ? number(38, Math.max(type.scale, 5)) : type);

export const commonTypeOf = (values: readonly Typed[]): SqlType => {
  const types = values.filter((value) => !value.isNull).map((value) => value.type);
  return types.length === 0 ? text : types.reduce(commonType);
};
