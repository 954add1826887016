import type { DuckDBConnection } from '@duckdb/node-api';
import type { Options, Query, StageReference, TableReference } from '../../../wire/snowflake-sql/ast.ts';
import type { NameScope } from '../catalog/names.ts';
import { SnowflakeError } from '../errors.ts';
import { type Execution, scopeOf } from '../execution.ts';
import { textOption } from '../options.ts';
import type { StageRelation } from '../resolver.ts';
import type { Relation } from '../rewrite/types.ts';
import { type FileFormat, fileFormatOf, resolvedFormatOptions } from './file-format.ts';
import { StorageFailed, type StoredFile, storageError } from './object-storage.ts';
import { findNodes, highestPosition } from './positions.ts';
import { FileUnreadable, readItems } from './read-file.ts';
import { fileNameOf, type StagePlace, stagePlace } from './stage-location.ts';
import { batchSql, createBatch, type StagedFile, stagedColumns } from './staged-rows.ts';

type StageTable = Extract<TableReference, { kind: 'stage-table' }>;

export const filesAtMost = 100_000;

export const filteredFiles = (
  place: StagePlace,
  files: readonly StoredFile[],
  pattern: string | undefined,
): StoredFile[] => {
  if (pattern === undefined) return [...files];
  // PATTERN looks at the path behind the stage's own, and must match all of it. Source: Snowflake's "Querying data in staged files".
  const expression = new RegExp(`^(?:${pattern})$`);
  return files.filter(({ key }) => expression.test(key.slice(place.stageRoot.length)) || expression.test(key));
};

/** The file format that a stage is read in: the statement's, else the stage's own. */
export const formatOf = (scope: NameScope, place: StagePlace, options: Options): FileFormat =>
  fileFormatOf(resolvedFormatOptions(scope, options['FILE_FORMAT'] ?? place.fileFormat['FILE_FORMAT']));

export const stagedFile = (place: StagePlace, file: StoredFile, nowMs: number): StagedFile => ({
  fileName: fileNameOf(place, file.key),
  contentKey: file.etag,
  modifiedMs: file.modifiedMs,
  scanStartedMs: nowMs,
});

const fillTable = async (
  { engine }: Execution,
  connection: DuckDBConnection,
  place: StagePlace,
  format: FileFormat,
  input: { table: string; count: number; pattern: string | undefined },
): Promise<void> => {
  const files = filteredFiles(place, await engine.storage.list(place.location, filesAtMost), input.pattern);
  const staged: StagedFile[] = [];
  const batch = createBatch(format, () => staged);
  const flush = async (): Promise<void> => {
    if (batch.records.length === 0) return;
    await connection.run(`INSERT INTO ${input.table} FROM ${batchSql(format, input.count)}`, batch.parameters());
    batch.clear();
  };
  for (const [index, file] of files.entries()) {
    staged.push(stagedFile(place, file, engine.clock.nowMs()));
    for await (const items of readItems(engine.storage.read(place.location, file.key), format)) {
      for (const item of items) {
        if ('error' in item) {
          throw new SnowflakeError(
            '100069',
            `${item.error.message}\n  File '${fileNameOf(place, file.key)}', line ${item.error.line}, character ${item.error.character}`,
          );
        }
        batch.add(item.record, index);
        if (batch.isFull()) await flush();
      }
    }
  }
  await flush();
};

const emptyTableSql = (table: string, format: FileFormat, count: number): string => {
  const types: Record<string, string> = {
    METADATA$FILE_ROW_NUMBER: 'DECIMAL(38,0)',
    METADATA$FILE_LAST_MODIFIED: 'TIMESTAMP',
    METADATA$START_SCAN_TIME: 'TIMESTAMPTZ',
  };
  const columns = stagedColumns(format, count).map(({ name }) => `"${name}" ${types[name] ?? 'VARCHAR'}`);
  return `CREATE OR REPLACE TEMP TABLE ${table} (${columns.join(', ')})`;
};

const keyOf = (reference: StageReference): string =>
  JSON.stringify([reference.owner, reference.name?.parts, reference.path]);

/**
 * Makes the stages that a query reads into tables of this connection for as long as the query runs. Without stages it runs it at once.
 */
export const withStages = async <T>(
  execution: Execution,
  query: Query,
  action: (stage: StageRelation | undefined) => Promise<T>,
): Promise<T> => {
  const stageTables = findNodes<StageTable>(query, 'stage-table');
  if (stageTables.length === 0) return action(undefined);
  const connection = await execution.session.connection();
  const { transaction } = execution.session;
  if (transaction) transaction.holdsStage = true;
  const scope = scopeOf(execution);
  const count = Math.max(1, highestPosition(query));
  const relations = new Map<string, Relation>();
  const tables: string[] = [];
  try {
    for (const { stage, options } of stageTables) {
      const place = stagePlace(execution.engine, scope, execution.session.user, stage);
      const format = formatOf(scope, place, options);
      const table = `temp.main.sluicebox_staged_${tables.length}`;
      tables.push(table);
      await connection.run(emptyTableSql(table, format, count));
      if (!execution.describeOnly) {
        await fillTable(execution, connection, place, format, {
          table,
          count,
          pattern: textOption(options, 'PATTERN'),
        });
      }
      relations.set(keyOf(stage), { sql: table, columns: stagedColumns(format, count) });
    }
    return await action((reference) => relations.get(keyOf(reference)));
  } catch (error) {
    if (error instanceof StorageFailed) throw storageError(error);
    if (error instanceof FileUnreadable) throw new SnowflakeError('100096', error.message);
    throw error;
  } finally {
    if (transaction) transaction.holdsStage = false;
    for (const table of tables) await connection.run(`DROP TABLE IF EXISTS ${table}`).catch(() => {});
  }
};
