import type { Datum, Row, SqlType } from '../values/sql-type.ts';

/** What an expression is evaluated over: one row of each source of its query block, and the block around it. */
export type Frame = {
  /** By source; null where an outer join found nothing. */
  rows: (Row | null)[];
  readonly outer: Frame | null;
  aggregates: readonly Datum[];
  windows: readonly Datum[];
  /** Of a row that WITH ROLLUP adds: how many of the GROUP BY items still count. */
  kept?: number;
};

/** Where a column comes from, for the result's metadata. */
export type Origin = {
  schema: string;
  table: string;
  orgTable: string;
  orgName: string;
  flags: number;
  noDefault: boolean;
};

/** How strongly an expression's collation holds against another's: 0 explicit, 2 column, 4 literal, 5 number, 6 NULL. */
export type Coercibility = 0 | 2 | 3 | 4 | 5 | 6;

/** An expression ready to run. */
export type Compiled = {
  readonly type: SqlType;
  readonly nullable: boolean;
  readonly coercibility: Coercibility;
  /** Bit n: it reads source n of its own block. */
  readonly sources: number;
  /** It reads rows of a block around it. */
  readonly outer: boolean;
  /** Its value may differ from row to row though it reads none (RAND, UUID, an assignment, an aggregate). */
  readonly volatile: boolean;
  readonly evaluate: (frame: Frame) => Datum;
  readonly origin?: Origin;
  /** Of a row constructor: its items. */
  readonly items?: readonly Compiled[];
};

export const isConstant = (expression: Compiled): boolean =>
  expression.sources === 0 && !expression.outer && !expression.volatile;

export const emptyFrame = (outer: Frame | null = null): Frame => ({ rows: [], outer, aggregates: [], windows: [] });

/** An expression made of others: it reads what they read. */
export const derive = (
  type: SqlType,
  inputs: readonly Compiled[],
  evaluate: (frame: Frame) => Datum,
  extra: Partial<Compiled> = {},
): Compiled => {
  let sources = 0;
  let outer = false;
  let volatile = false;
  let nullable = false;
  let coercibility: Coercibility = 4;
  for (const input of inputs) {
    sources |= input.sources;
    outer ||= input.outer;
    volatile ||= input.volatile;
    nullable ||= input.nullable;
    if (input.coercibility < coercibility) coercibility = input.coercibility;
  }
  return { type, nullable, coercibility, sources, outer, volatile, evaluate, ...extra };
};

export const constant = (value: Datum, type: SqlType, coercibility: Coercibility = 4): Compiled => ({
  type,
  nullable: value === null,
  coercibility,
  sources: 0,
  outer: false,
  volatile: false,
  evaluate: () => value,
});
