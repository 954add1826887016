import { table } from '../execution.ts';
import type { Outcome } from '../queries.ts';
import { numberColumn } from '../results/rowtype.ts';

/** DML answers with one row of counts, each under Snowflake's own name. */
export const dmlResult = (statementTypeId: number, counts: Readonly<Record<string, number>>): Outcome => ({
  ...table(
    statementTypeId,
    Object.keys(counts).map((name) => ({ ...numberColumn(name, 19), nullable: false })),
    [Object.values(counts).map(String)],
  ),
  rowsChanged: Object.values(counts).reduce((sum, count) => sum + count, 0),
});
