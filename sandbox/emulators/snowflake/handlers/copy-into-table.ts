import { SnowflakeError, unsupportedFeature } from '../errors.ts';
import { type Execution, type Handler, outcome, scopeOf, status, table } from '../execution.ts';
import { type FileOutcome, type LoadFile, loadFiles } from '../loads/load-files.ts';
import { fileKey, loadedFiles, recordLoads } from '../loads/load-history.ts';
import { type LoadPlan, loadPlan } from '../loads/load-plan.ts';
import type { Outcome } from '../queries.ts';
import { createResolver, newUses, settledName } from '../resolver.ts';
import { collect } from '../results/query.ts';
import type { Row } from '../results/result.ts';
import { numberColumn, textColumn } from '../results/rowtype.ts';
import { StorageFailed, type StoredFile, storageError } from '../stages/object-storage.ts';
import { readItems } from '../stages/read-file.ts';
import { fileNameOf, type StagePlace } from '../stages/stage-location.ts';
import { filesAtMost, filteredFiles, withStages } from '../stages/staged-select.ts';
import { statementTypes } from '../statement-types.ts';
import { translateQuery } from '../translate.ts';

const resultColumns = [
  textColumn('file'),
  textColumn('status'),
  numberColumn('rows_parsed'),
  numberColumn('rows_loaded'),
  numberColumn('error_limit'),
  numberColumn('errors_seen'),
  textColumn('first_error'),
  numberColumn('first_error_line'),
  numberColumn('first_error_character'),
  textColumn('first_error_column_name'),
];

const fileLabel = (place: StagePlace, key: string): string =>
  place.location.kind === 's3' ? `s3://${place.location.bucket}/${key}` : fileNameOf(place, key);

const resultRow = (plan: LoadPlan, { file, status: state, ...load }: FileOutcome): Row => [
  fileLabel(plan.place, file.key),
  state,
  String(load.rowsParsed),
  String(load.rowsLoaded),
  String(load.errorLimit),
  String(load.errors),
  load.first?.message ?? null,
  load.first ? String(load.first.line) : null,
  load.first ? String(load.first.character) : null,
  load.first?.column ?? null,
];

/** The files that FILES names: an absent one is an error of the statement. */
const namedFiles = async ({ engine }: Execution, plan: LoadPlan, names: readonly string[]): Promise<StoredFile[]> => {
  const { location } = plan.place;
  const root = location.prefix === '' || location.prefix.endsWith('/') ? location.prefix : `${location.prefix}/`;
  return Promise.all(
    names.map(async (name) => {
      const file = await engine.storage.find(location, `${root}${name}`);
      if (file) return file;
      throw new SnowflakeError(
        '091016',
        `Remote file '${fileLabel(plan.place, `${root}${name}`)}' was not found. There are several potential causes. The file might not exist. The required credentials may be missing or invalid. If you are running a copy command, please make sure files are not deleted when they are being loaded or files are not being loaded into two different tables concurrently with auto purge option.`,
      );
    }),
  );
};

const chosenFiles = async (execution: Execution, plan: LoadPlan): Promise<StoredFile[]> => {
  const { engine, session } = execution;
  const found = plan.files
    ? await namedFiles(execution, plan, plan.files)
    : filteredFiles(plan.place, await engine.storage.list(plan.place.location, filesAtMost), plan.pattern);
  const known = plan.force ? new Set<string>() : await loadedFiles(engine, await session.connection(), plan.table.id);
  const fresh = found.filter(({ key, etag }) => !known.has(fileKey(plan.place.label, key, etag)));
  if (plan.sizeLimit === undefined) return fresh;
  let total = 0;
  return fresh.filter(({ sizeBytes }) => {
    const fits = total < (plan.sizeLimit as number);
    total += sizeBytes;
    return fits;
  });
};

const purge = async ({ engine }: Execution, plan: LoadPlan, outcomes: readonly FileOutcome[]): Promise<void> => {
  for (const { file, status: state } of outcomes) {
    // Snowflake says nothing of a file that it cannot remove.
    if (state === 'LOADED') await engine.storage.remove(plan.place.location, file.key).catch(() => {});
  }
};

/** VALIDATION_MODE: nothing is loaded; the answer is the rows, or the errors. */
const validate = async (execution: Execution, plan: LoadPlan, mode: string): Promise<Outcome> => {
  const rows = /^RETURN_(\d+)_ROWS$/.exec(mode);
  if (!rows) throw unsupportedFeature(`VALIDATION_MODE = ${mode}`);
  const query = { ...plan.insert.source, limit: { kind: 'number' as const, text: rows[1] as string, at: 0 } };
  return withStages(execution, query, async (stage) => {
    const translated = translateQuery(
      query,
      createResolver(execution, newUses(), stage ? { stage } : {}),
      execution.text,
    );
    const result = await collect(await execution.session.connection(), translated, {
      folder: execution.resultFolder,
      jsonIndent: 2,
    });
    return outcome(statementTypes.copy, result);
  });
};

/**
 * COPY INTO a table from a stage: CSV and JSON, with a transformation or without, FILES, PATTERN, ON_ERROR, FORCE, PURGE, SIZE_LIMIT,
 * MATCH_BY_COLUMN_NAME (JSON), RETURN_FAILED_ONLY, VALIDATION_MODE = RETURN_n_ROWS. A file that the table's history knows by path and
 * content is passed over. LOAD_UNCERTAIN_FILES has no effect: no load here is uncertain.
 */
export const copyIntoTable: Handler<'copy-into-table'> = async (execution, given) => {
  const { engine, session } = execution;
  const statement = { ...given, table: settledName(execution, given.table) };
  const plan = loadPlan(engine, scopeOf(execution), session.user, statement, { kind: 'abort' });
  if (plan.validationMode !== undefined) return validate(execution, plan, plan.validationMode);
  try {
    const files = await chosenFiles(execution, plan);
    if (files.length === 0) return status('Copy executed with 0 files processed.', statementTypes.copy);
    const loads = files.map(
      (file): LoadFile => ({
        file,
        read: () => readItems(engine.storage.read(plan.place.location, file.key), plan.format),
      }),
    );
    const outcomes = await loadFiles(execution, plan, loads, (connection, done) =>
      recordLoads(engine, connection, plan, done),
    );
    if (plan.purge) await purge(execution, plan, outcomes);
    const shown = plan.returnFailedOnly ? outcomes.filter(({ status: state }) => state !== 'LOADED') : outcomes;
    return {
      ...table(
        statementTypes.copy,
        resultColumns,
        shown.map((load) => resultRow(plan, load)),
      ),
      rowsChanged: outcomes.reduce((sum, { rowsLoaded }) => sum + rowsLoaded, 0),
    };
  } catch (error) {
    if (error instanceof StorageFailed) throw storageError(error);
    throw error;
  }
};
