import { mysqlError } from '../../errors.ts';
import type { Server, SessionState } from '../server-state.ts';
import { defaultCollation } from '../values/collation.ts';
import { parseDecimal } from '../values/decimal.ts';
import {
  bigintType,
  booleanType,
  type Datum,
  decimalType,
  doubleType,
  type SqlType,
  stringType,
  unsignedBigintType,
} from '../values/sql-type.ts';
import { findVariable, type VariableDefinition } from './definitions.ts';

/** The global value as text. */
export const globalValue = (server: Server, name: string): string | null => {
  const definition = findVariable(name);
  if (!definition) throw mysqlError('ER_UNKNOWN_SYSTEM_VARIABLE', name);
  if (definition.read) return definition.read(server, null);
  const set = server.globals.get(definition.name);
  return set === undefined ? definition.value : set;
};

/** The session's value as text; where there is none, the global one. */
export const sessionValue = (server: Server, session: SessionState, name: string): string | null => {
  const definition = findVariable(name);
  if (!definition) throw mysqlError('ER_UNKNOWN_SYSTEM_VARIABLE', name);
  if (definition.read) return definition.read(server, session);
  const own = definition.scope === 'global' ? undefined : session.variables.get(definition.name);
  return own === undefined ? globalValue(server, definition.name) : own;
};

const text = stringType(16_383, defaultCollation('utf8mb3'));

const typeOf = (definition: VariableDefinition): SqlType => {
  switch (definition.type) {
    case 'boolean':
      return booleanType;
    case 'integer':
      return definition.signed ? bigintType : unsignedBigintType;
    case 'double':
      return doubleType;
    default:
      return text;
  }
};

const datumOf = (value: string | null, definition: VariableDefinition): Datum => {
  if (value === null) return null;
  if (definition.type === 'boolean') return value === 'ON' || value === 'YES' ? 1n : 0n;
  if (definition.type === 'integer') return BigInt(value);
  return definition.type === 'double' ? Number(value) : value;
};

/** @@name, as an expression has it: ON is 1, numbers are numbers. */
export const systemVariableDatum = (
  server: Server,
  session: SessionState,
  scope: 'GLOBAL' | 'SESSION' | null,
  name: string,
): { value: Datum; type: SqlType } => {
  const definition = findVariable(name);
  if (!definition) throw mysqlError('ER_UNKNOWN_SYSTEM_VARIABLE', name);
  if (scope === 'GLOBAL' && definition.scope === 'session')
    throw mysqlError('ER_INCORRECT_GLOBAL_LOCAL_VAR', definition.name, 'SESSION');
  if (scope === 'SESSION' && definition.scope === 'global')
    throw mysqlError('ER_INCORRECT_GLOBAL_LOCAL_VAR', definition.name, 'GLOBAL');
  const value = scope === 'GLOBAL' ? globalValue(server, name) : sessionValue(server, session, name);
  if (definition.name === 'timestamp' && value !== null) {
    const exact = parseDecimal(value);
    if (exact) return { value: exact, type: decimalType(17, exact.scale) };
  }
  return { value: datumOf(value, definition), type: typeOf(definition) };
};
