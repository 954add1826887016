import type { DuckDBConnection } from '@duckdb/node-api';
import type { Catalog, Draft } from '../catalog/catalog.ts';
import {
  type CatalogObject,
  physicalChanges,
  physicalSequence,
  physicalTable,
  type StreamObject,
  type TableObject,
} from '../catalog/objects.ts';
import type { Engine } from '../engine.ts';

/** Everything in a database or schema, however deep. */
export const contentsOf = (catalog: Catalog, object: CatalogObject): CatalogObject[] => {
  if (object.kind !== 'database' && object.kind !== 'schema') return [];
  const kinds = ['schema', 'table', 'view', 'stage', 'file-format', 'pipe', 'stream', 'task', 'sequence'] as const;
  const children = kinds.flatMap((kind): CatalogObject[] =>
    catalog.all(kind).filter(({ parent }) => parent === object.id),
  );
  return children.flatMap((child) => [child, ...contentsOf(catalog, child)]);
};

const breakStreams = (engine: Engine, draft: Draft, table: TableObject): void => {
  for (const stream of engine.streams.ofTable(table.id)) draft.put({ ...stream, broken: true });
};

const dropTableData = async (engine: Engine, draft: Draft, connection: DuckDBConnection, table: TableObject) => {
  breakStreams(engine, draft, table);
  await connection.run(`DROP TABLE IF EXISTS ${physicalTable(table)}`);
  await connection.run(`DROP TABLE IF EXISTS ${physicalChanges(table)}`);
  for (const { identity } of table.columns)
    if (identity) await connection.run(`DROP SEQUENCE IF EXISTS ${identity.sequence}`);
  await connection.run(`DELETE FROM sluicebox.loads WHERE table_id = ${table.id} AND pipe IS NULL`);
};

const dropStreamData = async (engine: Engine, connection: DuckDBConnection, stream: StreamObject) => {
  await connection.run(`DELETE FROM sluicebox.stream_offsets WHERE stream = ${stream.id}`);
  engine.streams.dropped(stream);
};

/** Takes one object out of the catalog, with what DuckDB keeps of it. */
export const dropObject = async (
  engine: Engine,
  draft: Draft,
  connection: DuckDBConnection,
  object: CatalogObject,
): Promise<void> => {
  draft.drop(object);
  if (object.kind === 'table') await dropTableData(engine, draft, connection, object);
  if (object.kind === 'stream') await dropStreamData(engine, connection, object);
  if (object.kind === 'sequence') await connection.run(`DROP SEQUENCE IF EXISTS ${physicalSequence(object)}`);
  if (object.kind === 'pipe') await connection.run(`DELETE FROM sluicebox.pipe_files WHERE pipe = ${object.id}`);
};

/** An object and everything in it. */
export const dropContents = async (
  engine: Engine,
  draft: Draft,
  connection: DuckDBConnection,
  object: CatalogObject,
): Promise<void> => {
  // Streams first: a table that goes breaks those that stay, and puts them into the catalog again.
  const contents = contentsOf(engine.catalog, object).sort(
    (left, right) => Number(right.kind !== 'stream') - Number(left.kind !== 'stream'),
  );
  for (const inner of contents) await dropObject(engine, draft, connection, inner);
  await dropObject(engine, draft, connection, object);
};

/** Temporary tables of a session that ended; without a session, of all before a restart, which the catalog does not know any more. */
export const dropTemporaryTables = async (engine: Engine, sessionId: string | undefined): Promise<void> => {
  const { catalog, store } = engine;
  const connection = await store.connect();
  try {
    if (sessionId === undefined) {
      const rows = await connection.runAndReadAll("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'store'");
      for (const [name] of rows.getRows()) {
        const known = catalog.byId('table', Number(String(name).slice(1)));
        if (!known) await connection.run(`DROP TABLE store.${String(name)}`);
      }
      return;
    }
    const tables = catalog.all('table').filter((table) => table.sessionId === sessionId);
    if (tables.length === 0) return;
    await catalog.change(connection, async (draft) => {
      for (const table of tables) await dropObject(engine, draft, connection, table);
    });
  } finally {
    connection.closeSync();
  }
};
