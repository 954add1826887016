import type { Expression } from '../../../wire/snowflake-sql/ast.ts';
import { asText, castTo } from './casts.ts';
import { isSemiStructured, number, typeName, variant } from './data-types.ts';
import { invalidArgumentTypes } from './errors.ts';
import { translate } from './expression.ts';
import { type Context, placeOf } from './scope.ts';
import { quoteText } from './text.ts';
import type { Typed } from './typed.ts';

/** A key inside a JSON path of DuckDB. One with a quote in it cannot be written so, and is looked up by sb_get. */
const keyStep = (key: string): string | undefined =>
  key.includes('"') || key.includes('\\') || key === '' ? undefined : `."${key}"`;

/**
 * record:a.b[0] – a missing key or index is NULL, JSON's null stays 'null', keys keep their case, what is no object has no keys.
 * Steps that are known become one JSON path, so that a cast of it extracts at once.
 */
export const translatePath = ({ base, steps, at }: Extract<Expression, { kind: 'path' }>, context: Context): Typed => {
  let current = translate(base, context);
  if (!isSemiStructured(current.type)) {
    if (!current.isNull) throw invalidArgumentTypes('GET', `${typeName(current.type)}, VARCHAR`, placeOf(context, at));
    return current;
  }
  for (const step of steps) {
    if ('key' in step) current = getKey(current, step.key);
    else current = getIndex(current, translate(step.index, context), context);
  }
  return current;
};

const extended = (value: Typed, step: string): Typed => {
  const base = value.path?.base ?? value.sql;
  const path = value.path ? `${value.path.path.slice(0, -1)}${step.replaceAll("'", "''")}'` : quoteText(`$${step}`);
  return { sql: `CAST(json_extract(${base}, ${path}) AS VARCHAR)`, type: variant, path: { base, path } };
};

export const getKey = (value: Typed, key: string): Typed => {
  const step = keyStep(key);
  return step ? extended(value, step) : { sql: `sb_get(${value.sql}, ${quoteText(key)})`, type: variant };
};

/** v[0] is an element, v['key'] a key; which it is of a computed one only the value tells. */
export const getIndex = (value: Typed, index: Typed, context: Context): Typed => {
  if (typeof index.constant === 'string' && index.type.kind === 'text') return getKey(value, index.constant);
  if (typeof index.constant === 'number' && index.constant >= 0) return extended(value, `[${index.constant}]`);
  if (index.type.kind === 'number' || index.type.kind === 'float') {
    const position = castTo(index, number(18), context.resolver).sql;
    return {
      sql: `CASE WHEN ${position} >= 0 THEN CAST(json_extract(${value.sql}, '$[' || ${position} || ']') AS VARCHAR) END`,
      type: variant,
    };
  }
  return { sql: `sb_get(${value.sql}, ${asText(index, context.resolver).sql})`, type: variant };
};
