import type { FunctionCall, WindowSpecification } from '../../../../wire/mysql-sql/ast.ts';
import type { Datum, Row } from '../values/sql-type.ts';
import type { Compiled, Frame } from './compiled.ts';
import type { Scope, Source } from './scope.ts';
import type { Statement } from './statement.ts';

/** An aggregate of a query block: fed every row of a group, then asked for its value. */
export type Aggregate = { readonly start: () => Accumulator };
export type Accumulator = { add(frame: Frame): void; result(): Datum };

/** A window function of a block; its value per row is computed over all rows at once. */
export type WindowFunction = {
  readonly call: FunctionCall;
  readonly specification: WindowSpecification;
  readonly compute: (frames: readonly Frame[]) => Datum[];
};

/** A query ready to run over a frame of the block around it. */
export type PlannedQuery = {
  readonly columns: readonly { name: string; expression: Compiled }[];
  readonly correlated: boolean;
  run(outer: Frame | null, maximumRows?: number): Row[];
};

/** Where in a query an expression stands, and what it may use there. */
export type Compiler = {
  readonly statement: Statement;
  readonly scope: Scope;
  /** As error 1054 names it: 'field list', 'where clause'. */
  readonly clause: string;
  /** Where aggregates of the block are collected; null where none may stand. */
  readonly aggregates: Aggregate[] | null;
  readonly windows: WindowFunction[] | null;
  readonly namedWindows: ReadonlyMap<string, WindowSpecification>;
  /** An alias of the select list comes before a column of the same name: ORDER BY. */
  readonly aliasesFirst: boolean;
  /** GROUP BY items as printed, for GROUPING(); null where there is no ROLLUP. */
  readonly rolledUp: readonly string[] | null;
  /** Row that VALUES(c) of ON DUPLICATE KEY UPDATE means. */
  readonly inserted: Source | null;
  /** Target table of DEFAULT(c). */
  readonly target: Source | null;
};

export const newCompiler = (statement: Statement, scope: Scope, clause: string): Compiler => ({
  statement,
  scope,
  clause,
  aggregates: null,
  windows: null,
  namedWindows: new Map(),
  aliasesFirst: false,
  rolledUp: null,
  inserted: null,
  target: null,
});
