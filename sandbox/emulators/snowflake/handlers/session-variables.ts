import type { Query } from '../../../wire/snowflake-sql/ast.ts';
import { type Handler, read, status } from '../execution.ts';
import { createResolver, newUses } from '../resolver.ts';
import { encoder } from '../results/encode.ts';
import { statementTypes } from '../statement-types.ts';
import { translateQuery } from '../translate.ts';

const done = () => status('Statement executed successfully.', statementTypes.control);

/** SET name = expression [, …]: worked out now, kept for the session. */
export const set: Handler<'set'> = async (execution, statement) => {
  const { session } = execution;
  const query: Query = {
    kind: 'query',
    at: statement.at,
    end: execution.text.length,
    body: {
      kind: 'select',
      at: statement.at,
      distinct: false,
      items: statement.variables.map(({ value }) => ({ expression: value, text: 'value' })),
      from: [],
    },
  };
  const uses = newUses();
  const { sql, columns } = translateQuery(query, createResolver(execution, uses), execution.text);
  await read(execution, uses, async (connection) => {
    const row = (await connection.runAndReadAll(sql)).getRows()[0] ?? [];
    statement.variables.forEach(({ name }, index) => {
      const type = columns[index]?.type ?? { kind: 'text' };
      session.variables.set(name.toUpperCase(), { type, value: encoder(type, 0)(row[index] ?? null) });
    });
  });
  return done();
};

/** UNSET name [, …]. */
export const unset: Handler<'unset'> = async ({ session }, statement) => {
  for (const name of statement.variables) session.variables.delete(name.toUpperCase());
  return done();
};
