import type { Query } from '../../../wire/snowflake-sql/ast.ts';
import { type Execution, type Handler, outcome, read, table } from '../execution.ts';
import type { Outcome } from '../queries.ts';
import { createResolver, newUses } from '../resolver.ts';
import { collect, resultColumns } from '../results/query.ts';
import { parameterValue } from '../sessions/parameters.ts';
import { withStages } from '../stages/staged-select.ts';
import { statementTypes } from '../statement-types.ts';
import { translateQuery } from '../translate.ts';

/**
 * A query, from tables, views, streams, stages, INFORMATION_SCHEMA and table functions. It waits for no lock and sees what was
 * committed when it began; inside a transaction, what was committed when that began.
 */
export const selectQuery = async (execution: Execution, query: Query): Promise<Outcome> =>
  withStages(execution, query, async (stage) => {
    const uses = newUses();
    const translate = () =>
      translateQuery(query, createResolver(execution, uses, stage ? { stage } : {}), execution.text);
    const first = translate();
    if (execution.describeOnly) return table(statementTypes.select, resultColumns(first.columns), []);
    const { epoch } = execution.engine.catalog;
    const before = epoch();
    return read(execution, uses, async (connection) => {
      const translated = epoch() === before ? first : translate();
      const jsonIndent = Number(parameterValue(execution.session.parameters, 'JSON_INDENT'));
      const result = await collect(connection, translated, { folder: execution.resultFolder, jsonIndent });
      return outcome(statementTypes.select, result);
    });
  });

export const select: Handler<'select'> = (execution, statement) => selectQuery(execution, statement.query);
