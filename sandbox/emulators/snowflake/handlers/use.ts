import { findObject } from '../catalog/names.ts';
import { objectDoesNotExist, SnowflakeError, unsupportedFeature } from '../errors.ts';
import { type Handler, scopeOf, status } from '../execution.ts';
import { settledName } from '../resolver.ts';
import { statementTypes } from '../statement-types.ts';

const roles = ['ACCOUNTADMIN', 'SYSADMIN', 'SECURITYADMIN', 'USERADMIN', 'PUBLIC'];

/** USE DATABASE, SCHEMA, WAREHOUSE; USE ROLE for the built-in roles, which may all do everything here. */
export const use: Handler<'use'> = async (execution, statement) => {
  const { session, engine } = execution;
  const scope = scopeOf(execution);
  const done = (type: number) => status('Statement executed successfully.', type);
  if (statement.object === 'SECONDARY ROLES') return done(statementTypes.use);
  const name = settledName(execution, statement.name);
  switch (statement.object) {
    case 'DATABASE': {
      const database = findObject(scope, 'database', name);
      if (!database) throw objectDoesNotExist();
      session.database = database.name;
      session.schema = engine.catalog.find('schema', database.id, 'PUBLIC')?.name;
      return done(statementTypes.useDatabase);
    }
    case 'SCHEMA': {
      const schema = findObject(scope, 'schema', name);
      if (!schema) throw objectDoesNotExist();
      session.database = engine.catalog.byId('database', schema.parent)?.name;
      session.schema = schema.name;
      return done(statementTypes.useSchema);
    }
    case 'WAREHOUSE': {
      const warehouse = findObject(scope, 'warehouse', name);
      if (!warehouse) throw objectDoesNotExist();
      session.warehouse = warehouse.name;
      return done(statementTypes.useWarehouse);
    }
    case 'ROLE': {
      const role = name.parts.at(-1)?.name ?? '';
      if (!roles.includes(role)) {
        throw new SnowflakeError(
          '002043',
          `SQL compilation error:\nObject does not exist, or operation cannot be performed.`,
        );
      }
      session.role = role;
      return done(statementTypes.use);
    }
    default:
      throw unsupportedFeature(`USE ${statement.object}`);
  }
};
