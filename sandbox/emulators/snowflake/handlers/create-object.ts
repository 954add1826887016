import { unsupportedFeature } from '../errors.ts';
import type { Execution, Handler, StatementOf } from '../execution.ts';
import type { Outcome } from '../queries.ts';
import { createDatabase, createSchema } from './create-database.ts';
import { createFileFormat } from './create-file-format.ts';
import { createIntegration } from './create-integration.ts';
import { createWarehouse } from './create-warehouse.ts';

type Create = StatementOf<'create-object'>;

/** The objects that are a name and options. Roles, users, tags and notification integrations are refused by name. */
export const creatableObjects: Readonly<
  Partial<Record<Create['object'], (execution: Execution, statement: Create) => Promise<Outcome>>>
> = {
  DATABASE: createDatabase,
  SCHEMA: createSchema,
  WAREHOUSE: createWarehouse,
  'FILE FORMAT': createFileFormat,
  'STORAGE INTEGRATION': createIntegration,
};

export const createObject: Handler<'create-object'> = async (execution, statement) => {
  const create = creatableObjects[statement.object];
  if (!create) throw unsupportedFeature(`CREATE ${statement.object}`);
  return create(execution, statement);
};
