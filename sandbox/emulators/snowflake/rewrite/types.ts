import type { ObjectName, Options, StageReference } from '../../../wire/snowflake-sql/ast.ts';

/**
 * A Snowflake type. What DuckDB stores for each:
 * number(p,s) DECIMAL(p,s) · float DOUBLE · text VARCHAR · binary BLOB · boolean BOOLEAN · date DATE · time TIME ·
 * timestamp_ntz TIMESTAMP · timestamp_ltz TIMESTAMPTZ · timestamp_tz STRUCT(utc TIMESTAMP, offset_minutes INTEGER) ·
 * variant, object, array VARCHAR holding compact JSON with sorted keys (the text `null` is JSON's null, NULL is SQL's).
 * Fractions of a second are kept to the microsecond; `scale` is how many digits are kept and shown.
 */
export type SqlType =
  | { kind: 'number'; precision: number; scale: number }
  | { kind: 'float' }
  | { kind: 'text'; length?: number }
  | { kind: 'binary' }
  | { kind: 'boolean' }
  | { kind: 'date' }
  | { kind: 'time'; scale: number }
  | { kind: 'timestamp_ntz'; scale: number }
  | { kind: 'timestamp_ltz'; scale: number }
  | { kind: 'timestamp_tz'; scale: number }
  | { kind: 'variant' }
  | { kind: 'object' }
  | { kind: 'array' };

export type Column = {
  /** As Snowflake knows it: folded. */
  name: string;
  type: SqlType;
  /** The column of the DuckDB relation, unquoted; the same as name when absent. */
  physical?: string;
  nullable?: boolean;
  /** Reachable by name but not part of `*`: METADATA$FILENAME of a stage. (A stream's METADATA$ columns are part of it.) */
  hidden?: true;
  /** For INSERT without this column: DuckDB SQL, already cast to the column's type. NULL when absent. */
  defaultSql?: string;
};

/** What a table reference stands for. */
export type Relation = {
  /** Fit to stand in FROM: a quoted name, or a query in parentheses. */
  sql: string;
  columns: readonly Column[];
  /** A physical column that identifies a row, for UPDATE, DELETE and MERGE. */
  rowId?: string;
};

export type Constant = string | number | bigint | boolean | null;

/** A value known before the query runs: a bind, a session variable, CURRENT_USER(). The text is as Snowflake's driver sends it. */
export type TypedValue = { type: SqlType; value: string | null };

/** All that translation asks of the session. Every answer is synchronous and has no effects. */
export type Resolver = {
  /** A table, view or stream, or undefined: then 002003. Throw another error to answer that one instead. */
  relation(name: ObjectName): Relation | undefined;
  /** A stage as a table. Positions $1, $2, … are columns named '$1', '$2'; METADATA$ columns are hidden ones. */
  stage?(stage: StageReference, options: Options): Relation | undefined;
  /** RESULT_SCAN and INFORMATION_SCHEMA's functions. The name is upper case and dotted; arguments are constants. */
  tableFunction?(
    name: string,
    positional: readonly Constant[],
    named: Readonly<Record<string, Constant>>,
  ): Relation | undefined;
  /** DuckDB SQL for <sequence>.NEXTVAL. */
  nextValue?(sequence: ObjectName): string | undefined;
  /** ? binds are named '1', '2', …; undefined: not bound. */
  bind?(name: string): TypedValue | undefined;
  variable?(name: string): TypedValue | undefined;
  /** CURRENT_USER, CURRENT_DATABASE, SYSTEM$STREAM_HAS_DATA, …: the name is upper case; undefined: unknown function. */
  contextFunction?(name: string, arguments_: readonly Constant[]): TypedValue | undefined;
  /** When the statement began: microseconds since 1970 UTC. */
  now: bigint;
  /** The session's TIMEZONE; DuckDB's own setting TimeZone must be the same. */
  timezone: string;
  /** WEEK_START: 0 (as ISO) or 1 Monday … 7 Sunday. Default 0. */
  weekStart?: number;
};

/** A query for DuckDB. `columns[i]` describes the i-th result column, which DuckDB may know by another name. */
export type Translated = { sql: string; columns: readonly Column[] };

/** INSERT as the rows it adds: `select` gives every column of the target, in order, cast to its type. */
export type TranslatedInsert = { target: Relation; table: ObjectName; overwrite: boolean; select: string };

/**
 * UPDATE, DELETE and MERGE as the rows they change. `delta` selects
 *   action  'INSERT' | 'UPDATE' | 'DELETE'
 *   row_id  the target's rowId, NULL for INSERT
 *   then every column of the target, in order: of INSERT the new row, of UPDATE the new values of the `assigned` columns.
 * A row_id that stands twice means a nondeterministic MERGE: 100090; of an UPDATE, any of the rows wins.
 */
export type TranslatedChange = {
  target: Relation;
  /** The columns that UPDATE or a clause of MERGE sets; of an updated row the others hold anything. */
  assigned: ReadonlySet<string>;
  table: ObjectName;
  delta: string;
  nondeterministic: 'error' | 'any';
};
