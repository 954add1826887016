import type { Column, Relation, SqlType } from '../rewrite/types.ts';
import { duckdbType } from '../types.ts';

/** Rows that are known here, as a relation that DuckDB can query. */
export type Value = string | number | boolean | null;
export type Timestamp = { ms: number } | null;
export type KnownColumn = { name: string; type: SqlType };

export const text = (name: string): KnownColumn => ({ name, type: { kind: 'text' } });
export const number = (name: string): KnownColumn => ({ name, type: { kind: 'number', precision: 38, scale: 0 } });
export const ltz = (name: string): KnownColumn => ({ name, type: { kind: 'timestamp_ltz', scale: 3 } });

const literal = (value: Value | Timestamp): string => {
  if (value === null) return 'NULL';
  if (typeof value === 'object') return `make_timestamptz(${Math.round(value.ms * 1000)}::BIGINT)`;
  if (typeof value === 'string') return `'${value.replaceAll("'", "''")}'`;
  return String(value);
};

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

const described = (columns: readonly KnownColumn[]): Column[] =>
  columns.map(({ name, type }) => ({ name, type, nullable: true }));

export const relationOfRows = (
  columns: readonly KnownColumn[],
  rows: readonly (readonly (Value | Timestamp)[])[],
): Relation => {
  const casts = columns.map(({ name, type }, index) => `CAST(c${index} AS ${duckdbType(type)}) AS ${quoted(name)}`);
  const names = columns.map((_column, index) => `c${index}`).join(', ');
  const values =
    rows.length > 0
      ? rows.map((row) => `(${row.map(literal).join(', ')})`).join(', ')
      : `(${columns.map(() => 'NULL').join(', ')})`;
  const none = rows.length === 0 ? ' WHERE false' : '';
  return {
    sql: `(SELECT ${casts.join(', ')} FROM (VALUES ${values}) AS v(${names})${none})`,
    columns: described(columns),
  };
};

/** A query of ours over the system tables, whose columns come in this order. */
export const relationOfQuery = (columns: readonly KnownColumn[], items: readonly string[], from: string): Relation => {
  const casts = columns.map(
    ({ name, type }, index) => `CAST(${items[index]} AS ${duckdbType(type)}) AS ${quoted(name)}`,
  );
  return { sql: `(SELECT ${casts.join(', ')} FROM ${from})`, columns: described(columns) };
};
