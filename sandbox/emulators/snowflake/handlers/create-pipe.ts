import type { Options } from '../../../wire/snowflake-sql/ast.ts';
import { creationTarget } from '../catalog/names.ts';
import { SnowflakeError, unsupportedFeature } from '../errors.ts';
import { define, type Handler, scopeOf, status } from '../execution.ts';
import { loadPlan } from '../loads/load-plan.ts';
import { booleanOption, checkOptions, textOption } from '../options.ts';
import { createResolver, newUses } from '../resolver.ts';
import { batchRelation } from '../stages/staged-rows.ts';
import { translateInsert } from '../translate.ts';
import { existsAlready } from './ddl-result.ts';
import { dropObject } from './drop-contents.ts';

/** COPY options that a pipe does not take. Source: Snowflake's CREATE PIPE, "Usage notes". */
const refusedInPipes = [
  'FILES',
  'SIZE_LIMIT',
  'PURGE',
  'FORCE',
  'RETURN_FAILED_ONLY',
  'VALIDATION_MODE',
  'LOAD_UNCERTAIN_FILES',
];

const checkCopyOptions = (options: Options): void => {
  for (const name of refusedInPipes) {
    if (options[name] === undefined) continue;
    if (options[name].kind === 'boolean' && options[name].value === false) continue;
    throw new SnowflakeError(
      '090214',
      `SQL compilation error:\nCOPY option ${name} is not supported in a pipe definition.`,
    );
  }
  if (textOption(options, 'ON_ERROR')?.toUpperCase() === 'ABORT_STATEMENT') {
    throw new SnowflakeError(
      '090214',
      'SQL compilation error:\nON_ERROR = ABORT_STATEMENT is not supported in a pipe definition.',
    );
  }
};

/**
 * CREATE [OR REPLACE] PIPE … AS COPY INTO. AUTO_INGEST pipes are fed by S3's events, the others by ALTER PIPE … REFRESH. A replaced pipe
 * starts without memory of the files that were loaded. Notification and error integrations are refused by name.
 */
export const createPipe: Handler<'create-pipe'> = async (execution, statement) => {
  const { engine, session } = execution;
  checkOptions(
    statement.options,
    'PIPE',
    ['AUTO_INGEST', 'COMMENT'],
    ['AWS_SNS_TOPIC', 'ERROR_INTEGRATION', 'INTEGRATION'],
  );
  checkCopyOptions(statement.copy.options);
  const scope = scopeOf(execution);
  const target = creationTarget(scope, 'pipe', statement);
  if (target.existing && statement.ifNotExists) return existsAlready(target.name);
  const plan = loadPlan(engine, scope, session.user, statement.copy, { kind: 'skip-file', errors: 1, percent: false });
  const autoIngest = booleanOption(statement.options, 'AUTO_INGEST') ?? false;
  if (!plan.place.stage) throw unsupportedFeature('pipes on table and user stages');
  if (autoIngest && plan.place.location.kind !== 's3') {
    throw new SnowflakeError('090214', 'SQL compilation error:\nAUTO_INGEST = TRUE needs an external stage.');
  }
  const stageId = plan.place.stage.id;
  // The COPY is checked now, not when the first file comes.
  const relation = batchRelation(plan.format, plan.positions);
  translateInsert(plan.insert, createResolver(execution, newUses(), { stage: () => relation }), execution.text);
  await define(execution, async (draft, connection) => {
    if (target.existing) await dropObject(engine, draft, connection, target.existing);
    draft.put({
      kind: 'pipe',
      id: draft.newId(),
      name: target.name,
      parent: target.parent,
      createdMs: engine.clock.nowMs(),
      comment: textOption(statement.options, 'COMMENT') ?? '',
      definition: statement.copyText,
      autoIngest,
      paused: false,
      stageId,
      tableId: plan.table.id,
    });
  });
  return status(`Pipe ${target.name} successfully created.`);
};
