import { unsupportedFeature } from '../errors.ts';
import { type Handler, read, table } from '../execution.ts';
import { createResolver, newUses } from '../resolver.ts';
import { textColumn } from '../results/rowtype.ts';
import { statementTypes } from '../statement-types.ts';
import { translateQuery } from '../translate.ts';

/** EXPLAIN [USING TEXT] of a query: the plan that really runs, DuckDB's, as one column of text. Other formats and statements are refused. */
export const explain: Handler<'explain'> = async (execution, { statement, format }) => {
  if (statement.kind !== 'select') throw unsupportedFeature(`EXPLAIN ${statement.kind.toUpperCase()}`);
  if (format === 'JSON') throw unsupportedFeature('EXPLAIN USING JSON');
  const uses = newUses();
  const { sql } = translateQuery(statement.query, createResolver(execution, uses), execution.text);
  return read(execution, uses, async (connection) => {
    const rows = (await connection.runAndReadAll(`EXPLAIN ${sql}`)).getRows();
    const lines = rows.flatMap((row) => String(row.at(-1)).split('\n'));
    return table(
      statementTypes.explain,
      [textColumn('content')],
      lines.map((line) => [line]),
    );
  });
};
