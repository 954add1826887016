import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import { answerOf } from '../duckdb-errors.ts';
import { SnowflakeError } from '../errors.ts';
import { type Execution, write } from '../execution.ts';
import { createResolver, newUses, noUses } from '../resolver.ts';
import { parameterValue } from '../sessions/parameters.ts';
import { StorageFailed, type StoredFile } from '../stages/object-storage.ts';
import { FileUnreadable } from '../stages/read-file.ts';
import type { FileRecord, ReadItem, RecordError } from '../stages/records.ts';
import { fileNameOf } from '../stages/stage-location.ts';
import { batchRelation, createBatch } from '../stages/staged-rows.ts';
import { stagedFile } from '../stages/staged-select.ts';
import { insertSql } from '../storage/table-sql.ts';
import { translateInsert } from '../translate.ts';
import type { LoadPlan } from './load-plan.ts';

/** What became of one file. */
export type FileOutcome = {
  file: StoredFile;
  status: 'LOADED' | 'PARTIALLY_LOADED' | 'LOAD_FAILED';
  rowsParsed: number;
  rowsLoaded: number;
  errors: number;
  errorLimit: number;
  first?: RecordError & { column?: string };
};

export type LoadFile = { file: StoredFile; read(): AsyncIterable<ReadItem[]> };

/** Runs in the transaction that adds the rows, before it commits: writes down what was loaded. */
export type Recorder = (connection: DuckDBConnection, outcomes: readonly FileOutcome[]) => Promise<void>;

/** What earlier attempts found out: they start anew without these files and rows. */
type Known = { skipped: Map<StoredFile, RecordError>; badRows: Map<StoredFile, Map<number, RecordError>> };

/** The attempt is undone and made again with what it taught. */
class StartAnew extends Error {}

type Progress = { rowsParsed: number; rowsLoaded: number; errors: RecordError[] };

type Batched = { records: readonly FileRecord[]; files: readonly number[]; parameters: Record<string, DuckDBValue> };

const attemptsAtMost = 10_000;

const limitOf = (plan: LoadPlan, rowsParsed: number): number => {
  if (plan.onError.kind === 'abort') return 1;
  if (plan.onError.kind === 'continue') return rowsParsed;
  const { errors, percent } = plan.onError;
  return percent ? Math.max(1, Math.ceil((rowsParsed * errors) / 100)) : errors;
};

const abortMessage = (plan: LoadPlan, file: StoredFile, error: RecordError & { column?: string }): SnowflakeError =>
  new SnowflakeError(
    error.code as '100069',
    `${error.message}\n  File '${fileNameOf(plan.place, file.key)}', line ${error.line}, character ${error.character}\n` +
      `  Row ${error.rowNumber}${error.column ? `, column ${error.column}` : ''}\n` +
      `  If you would like to continue loading when an error is encountered, use other values such as 'SKIP_FILE' or 'CONTINUE' for the ON_ERROR option. ` +
      `For more information on loading options, please run 'info loading_data' in a SQL client.`,
  );

const isOfTheData = (error: unknown): boolean => {
  const { answer, isBug } = answerOf(error);
  return !isBug && answer.code.startsWith('1');
};

/** Finds the rows of a batch that cannot be converted, by halving it until single rows are left. */
const findBadRows = async (
  connection: DuckDBConnection,
  plan: LoadPlan,
  select: string,
  batch: Batched,
  parametersOf: (from: number, to: number) => Record<string, DuckDBValue>,
): Promise<Map<number, SnowflakeError>> => {
  const bad = new Map<number, SnowflakeError>();
  const required = plan.table.columns.filter(({ nullable }) => !nullable);
  const check = async (from: number, to: number): Promise<SnowflakeError | undefined> => {
    try {
      await connection.run(`CREATE OR REPLACE TEMP TABLE sluicebox_trial AS ${select}`, parametersOf(from, to));
      for (const [index, column] of plan.table.columns.entries()) {
        if (!required.includes(column)) continue;
        const rows = await connection.runAndReadAll(
          `SELECT count(*) FROM temp.main.sluicebox_trial AS t(${plan.table.columns.map((_c, i) => `c${i}`).join(', ')}) WHERE c${index} IS NULL`,
        );
        if (Number(rows.getRows()[0]?.[0]) > 0) {
          return new SnowflakeError('100072', `NULL result in a non-nullable column`);
        }
      }
      return undefined;
    } catch (error) {
      const { answer, isBug } = answerOf(error);
      if (isBug || !answer.code.startsWith('1')) throw error;
      return answer;
    }
  };
  const search = async (from: number, to: number): Promise<void> => {
    const error = await check(from, to);
    if (!error) return;
    if (to - from === 1) {
      bad.set(from, error);
      return;
    }
    const middle = (from + to) >> 1;
    await search(from, middle);
    await search(middle, to);
  };
  await search(0, batch.records.length);
  await connection.run('DROP TABLE IF EXISTS temp.main.sluicebox_trial');
  return bad;
};

const unreadable = (error: FileUnreadable | StorageFailed): RecordError => ({
  code: '100096',
  message: error.message,
  line: 0,
  character: 0,
  rowNumber: 0,
});

/**
 * Loads files in one transaction with what `record` writes. The first attempt trusts the data; what it finds wrong is left out of the
 * next one, as ON_ERROR says. Throws for ABORT_STATEMENT, and for storage that does not answer.
 */
export const loadFiles = async (
  execution: Execution,
  plan: LoadPlan,
  files: readonly LoadFile[],
  record: Recorder,
): Promise<FileOutcome[]> => {
  const relation = batchRelation(plan.format, plan.positions);
  const { select } = translateInsert(
    plan.insert,
    createResolver(execution, newUses(), { stage: () => relation }),
    execution.text,
  );
  const known: Known = { skipped: new Map(), badRows: new Map() };
  const scanStartedMs = execution.engine.clock.nowMs();
  const staged = files.map(({ file }) => stagedFile(plan.place, file, scanStartedMs));

  const learnBadRows = async (batch: Batched): Promise<void> => {
    const trial = createBatch(plan.format, () => staged);
    const parametersOf = (from: number, to: number): Record<string, DuckDBValue> => {
      trial.clear();
      for (let index = from; index < to; index++)
        trial.add(batch.records[index] as FileRecord, batch.files[index] as number);
      return trial.parameters();
    };
    // Trials fail, and a failure would end a transaction: they have a connection of their own.
    const connection = await execution.engine.store.connect();
    await connection.run(`SET TimeZone = '${parameterValue(execution.session.parameters, 'TIMEZONE')}'`);
    const bad = await findBadRows(connection, plan, select, batch, parametersOf).finally(() => connection.closeSync());
    for (const [index, error] of bad) {
      const { file } = files[batch.files[index] as number] as LoadFile;
      const { rowNumber, line } = batch.records[index] as FileRecord;
      const rows = known.badRows.get(file) ?? new Map<number, RecordError>();
      rows.set(rowNumber, { code: error.code, message: error.message, line, character: 1, rowNumber });
      known.badRows.set(file, rows);
    }
    if (bad.size === 0) throw new Error('a batch failed to load, and each of its rows alone did not');
  };

  const attempt = async (
    connection: DuckDBConnection,
    insert: (batch: Batched) => Promise<number>,
  ): Promise<FileOutcome[]> => {
    const progress = files.map((): Progress => ({ rowsParsed: 0, rowsLoaded: 0, errors: [] }));
    const batch = createBatch(plan.format, () => staged);
    const flush = async (): Promise<void> => {
      if (batch.records.length === 0) return;
      const taken: Batched = { records: batch.records, files: batch.fileIndexes, parameters: batch.parameters() };
      await insert(taken);
      for (const index of taken.files) (progress[index] as Progress).rowsLoaded++;
      batch.clear();
    };
    const skip = (file: StoredFile, error: RecordError): never => {
      if (plan.onError.kind === 'abort') throw abortMessage(plan, file, error);
      known.skipped.set(file, error);
      throw new StartAnew();
    };
    for (const [index, { file, read }] of files.entries()) {
      const own = progress[index] as Progress;
      const skippedFor = known.skipped.get(file);
      if (skippedFor) {
        own.errors.push(skippedFor);
        continue;
      }
      const bad = known.badRows.get(file);
      const firstRecord = batch.records.length;
      let flushed = false;
      const fail = (error: RecordError): void => {
        own.errors.push(error);
        if (plan.onError.kind === 'continue') return;
        if (plan.onError.kind === 'abort') throw abortMessage(plan, file, error);
      };
      try {
        for await (const items of read()) {
          for (const item of items) {
            own.rowsParsed++;
            if ('error' in item) {
              fail(item.error);
              continue;
            }
            const badRow = bad?.get(item.record.rowNumber);
            if (badRow) {
              fail(badRow);
              continue;
            }
            batch.add(item.record, index);
            if (batch.isFull()) {
              await flush();
              flushed = true;
            }
          }
        }
      } catch (error) {
        if (error instanceof FileUnreadable) skip(file, unreadable(error));
        if (error instanceof StorageFailed && !error.isTransient) skip(file, unreadable(error));
        throw error;
      }
      const tooMany = plan.onError.kind === 'skip-file' && own.errors.length >= limitOf(plan, own.rowsParsed);
      if (tooMany && own.errors.length > 0) {
        if (flushed) skip(file, own.errors[0] as RecordError);
        batch.records.length = firstRecord;
        batch.fileIndexes.length = firstRecord;
        known.skipped.set(file, own.errors[0] as RecordError);
      }
    }
    await flush();
    const outcomes = files.map(({ file }, index): FileOutcome => {
      const { rowsParsed, rowsLoaded, errors } = progress[index] as Progress;
      const [first] = errors;
      const wasSkipped = known.skipped.has(file);
      return {
        file,
        status:
          wasSkipped || (errors.length > 0 && rowsLoaded === 0)
            ? 'LOAD_FAILED'
            : errors.length > 0
              ? 'PARTIALLY_LOADED'
              : 'LOADED',
        rowsParsed,
        rowsLoaded,
        errors: errors.length,
        errorLimit: limitOf(plan, rowsParsed),
        ...(first ? { first } : {}),
      };
    });
    await record(connection, outcomes);
    return outcomes;
  };

  for (let attempts = 0; attempts < attemptsAtMost; attempts++) {
    let failedBatch: Batched | undefined;
    try {
      return await write(execution, { tableId: plan.table.id, mode: 'append' }, noUses, (writing) =>
        attempt(writing.connection, async (batch) => {
          try {
            return (await writing.connection.run(insertSql(plan.table, select), batch.parameters)).rowsChanged;
          } catch (error) {
            if (!isOfTheData(error)) throw error;
            failedBatch = batch;
            throw new StartAnew();
          }
        }),
      );
    } catch (error) {
      if (!(error instanceof StartAnew)) throw error;
      if (failedBatch) await learnBadRows(failedBatch);
    }
  }
  throw new Error(`a load did not settle within ${attemptsAtMost} attempts`);
};
