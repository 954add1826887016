import { physicalType } from './data-types.ts';
import { quoteText } from './text.ts';
import type { Constant, SqlType } from './types.ts';

/** DuckDB SQL for one value, and what Snowflake knows of it. */
export type Typed = {
  sql: string;
  type: SqlType;
  /** The literal NULL, which takes any type. */
  isNull?: true;
  /** Numbers only: DuckDB's type is not DECIMAL(precision, scale) but an integer one or a wider decimal. */
  loose?: true;
  /** Known before the query runs. */
  constant?: Constant;
  /** A path into JSON, so that a cast of it can extract text at once. */
  path?: { base: string; path: string };
  nullable?: boolean;
};

/** With the very physical type that its Snowflake type says. */
export const exact = (value: Typed): Typed => {
  if (!value.loose) return value;
  const { loose: _, ...rest } = value;
  return { ...rest, sql: `CAST(${value.sql} AS ${physicalType(value.type)})` };
};

export const nullOf = (type: SqlType): Typed => ({
  sql: `CAST(NULL AS ${physicalType(type)})`,
  type,
  isNull: true,
  constant: null,
});

export const textConstant = (value: string): Typed => ({
  sql: quoteText(value),
  type: { kind: 'text', length: Math.max(1, value.length) },
  constant: value,
});
