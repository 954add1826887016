import { SnowflakeError } from '../errors.ts';
import { commitOpenTransaction, type Handler, status } from '../execution.ts';
import { optionText } from '../options.ts';
import { checkedParameter, isParameter } from '../sessions/parameters.ts';
import { statementTypes } from '../statement-types.ts';

/** ALTER SESSION SET | UNSET. A parameter that the emulator does not follow is refused by name, unless set to what it is. */
export const alterSession: Handler<'alter-session'> = async (execution, { action }) => {
  const { session } = execution;
  if (action.kind === 'set') {
    const checked = Object.entries(action.options).map(
      ([name, value]) => [name, checkedParameter(name, optionText(value))] as const,
    );
    for (const [name, value] of checked) {
      session.parameters.set(name, value);
      if (name === 'AUTOCOMMIT' && value === true) await commitOpenTransaction(execution);
    }
  } else {
    for (const name of action.names) {
      if (!isParameter(name))
        throw new SnowflakeError('002140', `SQL compilation error:\ninvalid parameter '${name}'`, '42601');
      session.parameters.delete(name);
    }
  }
  return status('Statement executed successfully.', statementTypes.alterSession);
};
