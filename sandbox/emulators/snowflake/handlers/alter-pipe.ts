import { findObject, needObject } from '../catalog/names.ts';
import type { PipeObject } from '../catalog/objects.ts';
import { invalidValue } from '../errors.ts';
import { define, type Execution, type Handler, scopeOf, table } from '../execution.ts';
import { fileKey, loadedFiles } from '../loads/load-history.ts';
import { booleanOption, checkOptions, textOption } from '../options.ts';
import type { Outcome } from '../queries.ts';
import { textColumn } from '../results/rowtype.ts';
import type { Location } from '../stages/object-storage.ts';
import { StorageFailed, storageError } from '../stages/object-storage.ts';
import { filesAtMost, filteredFiles } from '../stages/staged-select.ts';
import { statementTypes } from '../statement-types.ts';
import { executed } from './ddl-result.ts';

/** REFRESH looks no further back than this. Source: Snowflake's ALTER PIPE. */
const refreshMs = 7 * 24 * 60 * 60 * 1000;

const below = (location: Location, prefix: string): Location => ({
  ...location,
  prefix: `${location.prefix}${prefix}`,
});

const refresh = async (
  execution: Execution,
  pipe: PipeObject,
  action: { prefix?: string; modifiedAfter?: string },
): Promise<Outcome> => {
  const { engine, session } = execution;
  const plan = engine.pipes.plan(pipe);
  const afterMs = action.modifiedAfter === undefined ? 0 : Date.parse(action.modifiedAfter);
  if (Number.isNaN(afterMs)) throw invalidValue(action.modifiedAfter as string, 'MODIFIED_AFTER');
  const sinceMs = Math.max(afterMs, engine.clock.nowMs() - refreshMs);
  const listed = await engine.storage.list(below(plan.place.location, action.prefix ?? ''), filesAtMost);
  const recent = filteredFiles(plan.place, listed, plan.pattern).filter(({ modifiedMs }) => modifiedMs >= sinceMs);
  const loaded = await loadedFiles(engine, await session.connection(), plan.table.id);
  const wanted = recent.filter(({ key, etag }) => !loaded.has(fileKey(plan.place.label, key, etag)));
  const sent = await engine.pipes.enqueue(pipe, wanted);
  const rows = sent.map(({ key }) => [key.slice(plan.place.stageRoot.length), 'SENT']);
  return table(statementTypes.ddl, [textColumn('File'), textColumn('Status')], rows);
};

/** ALTER PIPE … SET PIPE_EXECUTION_PAUSED, COMMENT; UNSET; REFRESH [PREFIX = '…'] [MODIFIED_AFTER = '…']. */
export const alterPipe: Handler<'alter-pipe'> = async (execution, statement) => {
  const scope = scopeOf(execution);
  if (statement.ifExists && !findObject(scope, 'pipe', statement.name)) return executed();
  const pipe = needObject(scope, 'pipe', statement.name);
  const { action } = statement;
  if (action.kind === 'refresh') {
    return refresh(execution, pipe, action).catch((error: unknown) => {
      throw error instanceof StorageFailed ? storageError(error) : error;
    });
  }
  const unset = action.kind === 'unset' ? action.names : [];
  const options = action.kind === 'set' ? action.options : {};
  checkOptions(options, 'PIPE', ['PIPE_EXECUTION_PAUSED', 'COMMENT'], ['ERROR_INTEGRATION']);
  const paused = unset.includes('PIPE_EXECUTION_PAUSED') ? false : booleanOption(options, 'PIPE_EXECUTION_PAUSED');
  const comment = unset.includes('COMMENT') ? '' : textOption(options, 'COMMENT');
  await define(execution, async (draft) => {
    draft.put({ ...pipe, ...(paused === undefined ? {} : { paused }), ...(comment === undefined ? {} : { comment }) });
  });
  return executed();
};
