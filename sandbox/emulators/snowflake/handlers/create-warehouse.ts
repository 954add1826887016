import type { Options } from '../../../wire/snowflake-sql/ast.ts';
import { creationTarget } from '../catalog/names.ts';
import type { WarehouseObject } from '../catalog/objects.ts';
import { invalidValue } from '../errors.ts';
import { define, type Execution, type StatementOf, scopeOf, status } from '../execution.ts';
import { booleanOption, checkOptions, numberOption, textOption } from '../options.ts';
import type { Outcome } from '../queries.ts';
import { existsAlready } from './ddl-result.ts';

const sizes = ['XSMALL', 'SMALL', 'MEDIUM', 'LARGE', 'XLARGE', 'XXLARGE', 'XXXLARGE', 'X4LARGE', 'X5LARGE', 'X6LARGE'];
const shownSizes = [
  'X-Small',
  'Small',
  'Medium',
  'Large',
  'X-Large',
  '2X-Large',
  '3X-Large',
  '4X-Large',
  '5X-Large',
  '6X-Large',
];

export const warehouseOptions = [
  'WAREHOUSE_TYPE',
  'WAREHOUSE_SIZE',
  'MAX_CLUSTER_COUNT',
  'MIN_CLUSTER_COUNT',
  'SCALING_POLICY',
  'AUTO_SUSPEND',
  'AUTO_RESUME',
  'INITIALLY_SUSPENDED',
  'COMMENT',
  'STATEMENT_TIMEOUT_IN_SECONDS',
  'STATEMENT_QUEUED_TIMEOUT_IN_SECONDS',
  'MAX_CONCURRENCY_LEVEL',
  'ENABLE_QUERY_ACCELERATION',
  'QUERY_ACCELERATION_MAX_SCALE_FACTOR',
  'WAIT_FOR_COMPLETION',
];

const sizeOf = (text: string): string => {
  const plain = text
    .toUpperCase()
    .replaceAll('-', '')
    .replace(/^2X/, 'XX')
    .replace(/^3X/, 'XXX')
    .replace(/^([456])X/, 'X$1');
  const index = sizes.indexOf(plain);
  if (index < 0) throw invalidValue(text, 'WAREHOUSE_SIZE');
  return shownSizes[index] as string;
};

/** What the options change; of a warehouse only what is shown differs, as all run on this one machine. */
export const warehouseChanges = (options: Options): Partial<WarehouseObject> => {
  checkOptions(options, 'WAREHOUSE', warehouseOptions);
  const size = textOption(options, 'WAREHOUSE_SIZE');
  const suspend = textOption(options, 'AUTO_SUSPEND');
  const autoResume = booleanOption(options, 'AUTO_RESUME');
  const minimum = numberOption(options, 'MIN_CLUSTER_COUNT');
  const maximum = numberOption(options, 'MAX_CLUSTER_COUNT');
  const comment = textOption(options, 'COMMENT');
  return {
    ...(size === undefined ? {} : { size: sizeOf(size) }),
    ...(suspend === undefined ? {} : { autoSuspendSeconds: /^null$/i.test(suspend) ? 0 : Number(suspend) }),
    ...(autoResume === undefined ? {} : { autoResume }),
    ...(minimum === undefined ? {} : { minimumClusters: minimum }),
    ...(maximum === undefined ? {} : { maximumClusters: maximum }),
    ...(comment === undefined ? {} : { comment }),
  };
};

/** CREATE WAREHOUSE: a name that sessions and tasks ask for; it becomes the session's. It does no work: DuckDB does. */
export const createWarehouse = async (
  execution: Execution,
  statement: StatementOf<'create-object'>,
): Promise<Outcome> => {
  const { engine, session } = execution;
  const changes = warehouseChanges(statement.options);
  const target = creationTarget(scopeOf(execution), 'warehouse', statement);
  if (target.existing && statement.ifNotExists) return existsAlready(target.name);
  await define(execution, async (draft) => {
    if (target.existing) draft.drop(target.existing);
    draft.put({
      kind: 'warehouse',
      id: draft.newId(),
      name: target.name,
      parent: 0,
      createdMs: engine.clock.nowMs(),
      comment: '',
      size: 'X-Small',
      type: 'STANDARD',
      state: booleanOption(statement.options, 'INITIALLY_SUSPENDED') ? 'SUSPENDED' : 'STARTED',
      autoSuspendSeconds: 600,
      autoResume: true,
      minimumClusters: 1,
      maximumClusters: 1,
      resumedMs: engine.clock.nowMs(),
      ...changes,
    });
  });
  session.warehouse = target.name;
  return status(`Warehouse ${target.name} successfully created.`);
};
