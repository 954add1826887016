import { type Handler, scopeOf, table } from '../execution.ts';
import type { Row } from '../results/result.ts';
import { numberColumn, textColumn } from '../results/rowtype.ts';
import { StorageFailed, type StoredFile, storageError } from '../stages/object-storage.ts';
import { fileNameOf, type StagePlace, stagePlace } from '../stages/stage-location.ts';
import { filesAtMost, filteredFiles } from '../stages/staged-select.ts';
import { statementTypes } from '../statement-types.ts';

const label = (place: StagePlace, key: string): string =>
  place.location.kind === 's3' ? `s3://${place.location.bucket}/${key}` : fileNameOf(place, key);

const asStorage = (error: unknown): never => {
  throw error instanceof StorageFailed ? storageError(error) : error;
};

const found = async (
  place: StagePlace,
  list: Promise<StoredFile[]>,
  pattern: string | undefined,
): Promise<StoredFile[]> => filteredFiles(place, await list.catch(asStorage), pattern);

/** LIST @stage [PATTERN = '…']. */
export const list: Handler<'list'> = async (execution, { stage, pattern }) => {
  const { engine, session } = execution;
  const place = stagePlace(engine, scopeOf(execution), session.user, stage);
  const files = await found(place, engine.storage.list(place.location, filesAtMost), pattern);
  const rows = files.map(
    (file): Row => [label(place, file.key), String(file.sizeBytes), file.etag, new Date(file.modifiedMs).toUTCString()],
  );
  return table(
    statementTypes.list,
    [textColumn('name'), numberColumn('size'), textColumn('md5'), textColumn('last_modified')],
    rows,
  );
};

/** REMOVE @stage/path [PATTERN = '…']: of external stages too, as in Snowflake. */
export const remove: Handler<'remove'> = async (execution, { stage, pattern }) => {
  const { engine, session } = execution;
  const place = stagePlace(engine, scopeOf(execution), session.user, stage);
  const files = await found(place, engine.storage.list(place.location, filesAtMost), pattern);
  for (const { key } of files) await engine.storage.remove(place.location, key).catch(asStorage);
  const rows = files.map(({ key }): Row => [label(place, key), 'removed']);
  return table(statementTypes.remove, [textColumn('name'), textColumn('result')], rows);
};
