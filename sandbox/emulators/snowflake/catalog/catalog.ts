import type { DuckDBConnection } from '@duckdb/node-api';
import { createMutex } from '../storage/mutex.ts';
import { type CatalogKind, type CatalogObject, namespaceOf, type ObjectOf } from './objects.ts';

/** The changes of one DDL statement. They are seen by others once the statement's transaction is committed, all at once. */
export type Draft = {
  /** The next free number; numbers are never given twice. */
  newId(): number;
  put(object: CatalogObject): void;
  drop(object: CatalogObject): void;
};

export type Catalog = {
  byId<Kind extends CatalogKind>(kind: Kind, id: number): ObjectOf<Kind> | undefined;
  /** By exact name. A temporary table of the session hides a permanent one. */
  find<Kind extends CatalogKind>(
    kind: Kind,
    parent: number,
    name: string,
    sessionId?: string,
  ): ObjectOf<Kind> | undefined;
  /** Whatever has this name in the kind's namespace: a view stands in the way of a table. */
  occupant(kind: CatalogKind, parent: number, name: string, sessionId?: string): CatalogObject | undefined;
  all<Kind extends CatalogKind>(kind: Kind): ObjectOf<Kind>[];
  /** Grows with each change: what was worked out from the catalog before may be stale. */
  epoch(): number;
  /** Anything else that makes worked-out SQL stale, such as a stream's first change of an old row. */
  touch(): void;
  /** Called after each committed change, with the objects that are new or different and those that are gone. */
  onChange(listener: (put: readonly CatalogObject[], dropped: readonly CatalogObject[]) => void): void;
  /**
   * Runs a DDL statement in one transaction on the connection: `change` says what changes and runs DuckDB's DDL; the catalog's rows
   * are written with it. One DDL statement at a time: so what it found in the catalog is still so when it commits.
   */
  change<T>(connection: DuckDBConnection, change: (draft: Draft) => Promise<T>): Promise<T>;
};

const keyOf = (kind: CatalogKind, parent: number, name: string): string => `${namespaceOf(kind)}/${parent}/${name}`;

const isTemporary = (object: CatalogObject): boolean => object.kind === 'table' && object.sessionId !== undefined;

const objectKey = (object: CatalogObject): string =>
  object.kind === 'table' && object.sessionId !== undefined
    ? `${keyOf('table', object.parent, object.name)}@${object.sessionId}`
    : keyOf(object.kind, object.parent, object.name);

export const loadCatalog = async (connection: DuckDBConnection): Promise<Catalog> => {
  const byId = new Map<number, CatalogObject>();
  const byKey = new Map<string, CatalogObject>();
  const mutex = createMutex();
  const listeners: ((put: readonly CatalogObject[], dropped: readonly CatalogObject[]) => void)[] = [];
  let lastId = 0;
  let epoch = 0;

  const remember = (object: CatalogObject): void => {
    const before = byId.get(object.id);
    if (before && byKey.get(objectKey(before)) === before) byKey.delete(objectKey(before));
    byId.set(object.id, object);
    byKey.set(objectKey(object), object);
    lastId = Math.max(lastId, object.id);
  };
  const forget = (object: CatalogObject): void => {
    const known = byId.get(object.id);
    if (!known) return;
    byId.delete(object.id);
    if (byKey.get(objectKey(known)) === known) byKey.delete(objectKey(known));
  };

  const rows = await connection.runAndReadAll('SELECT definition FROM sluicebox.objects ORDER BY id');
  for (const [definition] of rows.getRows()) remember(JSON.parse(definition as string) as CatalogObject);
  const stored = await connection.runAndReadAll(
    "SELECT coalesce(max(CAST(regexp_extract(table_name, '[0-9]+') AS BIGINT)), 0) FROM duckdb_tables() WHERE schema_name = 'store'",
  );
  lastId = Math.max(lastId, Number(stored.getRows()[0]?.[0]));

  const occupant: Catalog['occupant'] = (kind, parent, name, sessionId) => {
    const key = keyOf(kind, parent, name);
    return (sessionId === undefined ? undefined : byKey.get(`${key}@${sessionId}`)) ?? byKey.get(key);
  };

  /** The catalog's rows and the commit, in one call. */
  const commitSql = (dropped: readonly CatalogObject[], put: readonly CatalogObject[]): string => {
    const stale = [...dropped, ...put].filter((object) => !isTemporary(object)).map(({ id }) => id);
    // The last word on an object counts: a table that is dropped breaks its streams, which may be dropped with it.
    const kept = [...new Map(put.map((object) => [object.id, object])).values()].filter(
      (object) => !isTemporary(object) && !dropped.some(({ id }) => id === object.id),
    );
    const rows = kept.map((object) => `(${object.id}, '${JSON.stringify(object).replaceAll("'", "''")}')`);
    return [
      ...(stale.length > 0 ? [`DELETE FROM sluicebox.objects WHERE id IN (${stale.join(', ')})`] : []),
      ...(rows.length > 0 ? [`INSERT INTO sluicebox.objects VALUES ${rows.join(', ')}`] : []),
      'COMMIT',
    ].join('; ');
  };

  return {
    byId: (kind, id) => {
      const object = byId.get(id);
      return object?.kind === kind ? (object as never) : undefined;
    },
    find: (kind, parent, name, sessionId) => {
      const object = occupant(kind, parent, name, sessionId);
      return object?.kind === kind ? (object as never) : undefined;
    },
    occupant,
    all: (kind) => [...byId.values()].filter((object): object is never => object.kind === kind),
    epoch: () => epoch,
    touch: () => {
      epoch++;
    },
    onChange: (listener) => void listeners.push(listener),
    change: (target, change) =>
      mutex(async () => {
        const put: CatalogObject[] = [];
        const dropped: CatalogObject[] = [];
        await target.run('BEGIN');
        try {
          const isDropped = ({ id }: CatalogObject): boolean => dropped.some((object) => object.id === id);
          const result = await change({
            newId: () => ++lastId,
            put: (object) => void put.push(object),
            drop: (object) => void dropped.push(object),
          });
          await target.run(commitSql(dropped, put));
          for (const object of dropped) forget(object);
          for (const object of put) if (!isDropped(object)) remember(object);
          epoch++;
          for (const listener of listeners) listener(put, dropped);
          return result;
        } catch (error) {
          await target.run('ROLLBACK').catch(() => {});
          throw error;
        }
      }),
  };
};
