import { commitOpenTransaction, type Handler, status } from '../execution.ts';
import { statementTypes } from '../statement-types.ts';

const done = status('Statement executed successfully.', statementTypes.transaction);

/** BEGIN: opens a transaction; one that is open already goes on, as in Snowflake. */
export const begin: Handler<'begin'> = async ({ engine, session }, statement) => {
  session.transaction ??= engine.transactions.begin(true, statement.name);
  return done;
};

/** COMMIT: also without an open transaction, as in Snowflake. */
export const commit: Handler<'commit'> = async (execution) => {
  await commitOpenTransaction(execution);
  return done;
};

/** ROLLBACK: also without an open transaction. */
export const rollback: Handler<'rollback'> = async ({ engine, session }) => {
  const { transaction } = session;
  session.transaction = undefined;
  if (transaction) await engine.transactions.rollback(transaction, await session.connection());
  return done;
};
