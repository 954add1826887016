import type { Identifier, ObjectName } from '../../../wire/snowflake-sql/ast.ts';
import {
  alreadyExists,
  doesNotExist,
  noCurrentDatabase,
  noCurrentSchema,
  objectDoesNotExist,
  SnowflakeError,
} from '../errors.ts';
import type { Catalog } from './catalog.ts';
import {
  type CatalogKind,
  type CatalogObject,
  type DatabaseObject,
  kindLabel,
  type ObjectOf,
  type SchemaObject,
} from './objects.ts';

/** What names are looked up against: the catalog, and where the session stands in it. */
export type NameScope = {
  catalog: Catalog;
  sessionId: string;
  /** Names; they may name what does not exist (any more). */
  database: string | undefined;
  schema: string | undefined;
  /** The statement's first word, for the error of a session without a database. */
  command: string;
};

const namesOf = (name: ObjectName): string[] => {
  if (name.dynamic) throw new SnowflakeError('001003', 'SQL compilation error:\nIDENTIFIER() was not resolved.');
  return name.parts.map((part: Identifier) => part.name);
};

/** Printed as Snowflake prints it in messages: quoted where it must be. */
export const quotedIfNeeded = (name: string): string =>
  /^[A-Z_][A-Z0-9_$]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;

export const nameText = (name: ObjectName): string => namesOf(name).map(quotedIfNeeded).join('.');

export const databaseNamed = (scope: NameScope, name: string | undefined): DatabaseObject => {
  const wanted = name ?? scope.database;
  if (wanted === undefined) throw noCurrentDatabase(scope.command);
  const database = scope.catalog.find('database', 0, wanted);
  if (!database) throw doesNotExist('Database', quotedIfNeeded(wanted));
  return database;
};

export const schemaNamed = (scope: NameScope, parts: readonly string[]): SchemaObject => {
  const [name, databaseName] = [parts.at(-1), parts.at(-2)];
  if (name === undefined) {
    const database = databaseNamed(scope, undefined);
    if (scope.schema === undefined) throw noCurrentSchema(scope.command);
    const schema = scope.catalog.find('schema', database.id, scope.schema);
    if (!schema) throw doesNotExist('Schema', `${quotedIfNeeded(database.name)}.${quotedIfNeeded(scope.schema)}`);
    return schema;
  }
  const database = databaseNamed(scope, databaseName);
  const schema = scope.catalog.find('schema', database.id, name);
  if (!schema) throw doesNotExist('Schema', `${quotedIfNeeded(database.name)}.${quotedIfNeeded(name)}`);
  return schema;
};

const accountKinds: ReadonlySet<CatalogKind> = new Set(['database', 'warehouse', 'integration']);

/** Where an object of this name is or would be: its parent's id and its own name. */
export const placeOf = (scope: NameScope, kind: CatalogKind, name: ObjectName): { parent: number; name: string } => {
  const parts = namesOf(name);
  const own = parts.at(-1) as string;
  if (accountKinds.has(kind)) return { parent: 0, name: own };
  if (kind === 'schema') return { parent: databaseNamed(scope, parts.at(-2)).id, name: own };
  return { parent: schemaNamed(scope, parts.slice(0, -1)).id, name: own };
};

export const findObject = <Kind extends CatalogKind>(
  scope: NameScope,
  kind: Kind,
  name: ObjectName,
): ObjectOf<Kind> | undefined => {
  const place = placeOf(scope, kind, name);
  return scope.catalog.find(kind, place.parent, place.name, scope.sessionId);
};

/** 'DB.SCHEMA.NAME', as messages and results print a full name. */
export const fullName = (catalog: Catalog, object: CatalogObject): string => {
  if (object.parent === 0) return quotedIfNeeded(object.name);
  const { database, schema } = whereabouts(catalog, object);
  return [database, object.kind === 'schema' ? undefined : schema, object.name]
    .filter((part) => part !== undefined)
    .map((part) => quotedIfNeeded(part as string))
    .join('.');
};

export const whereabouts = (catalog: Catalog, object: CatalogObject): { database: string; schema: string } => {
  if (object.kind === 'schema') {
    return { database: catalog.byId('database', object.parent)?.name ?? '', schema: object.name };
  }
  const schema = catalog.byId('schema', object.parent);
  const database = schema && catalog.byId('database', schema.parent);
  return { database: database?.name ?? '', schema: schema?.name ?? '' };
};

/** The object or Snowflake's 002003 (002043 for a database or schema, as its USE and DROP answer). */
export const needObject = <Kind extends CatalogKind>(
  scope: NameScope,
  kind: Kind,
  name: ObjectName,
): ObjectOf<Kind> => {
  const found = findObject(scope, kind, name);
  if (found) return found;
  if (accountKinds.has(kind) || kind === 'schema') {
    if (kind === 'integration') throw doesNotExist('Integration', nameText(name));
    throw objectDoesNotExist();
  }
  throw doesNotExist(kindLabel[kind], nameText(name));
};

export type CreationTarget = { parent: number; name: string; existing: CatalogObject | undefined };

/** Looks where a new object would go. Throws 002002 when the name is taken and neither OR REPLACE nor IF NOT EXISTS allows that. */
export const creationTarget = (
  scope: NameScope,
  kind: CatalogKind,
  creation: { name: ObjectName; orReplace: boolean; ifNotExists: boolean },
): CreationTarget => {
  const place = placeOf(scope, kind, creation.name);
  const existing = scope.catalog.occupant(
    kind,
    place.parent,
    place.name,
    kind === 'table' ? scope.sessionId : undefined,
  );
  if (!existing) return { ...place, existing };
  if (existing.kind !== kind) {
    throw new SnowflakeError(
      '002002',
      `SQL compilation error:\nObject '${nameText(creation.name)}' already exists as ${kindLabel[existing.kind].toUpperCase()}`,
    );
  }
  if (!creation.orReplace && !creation.ifNotExists) throw alreadyExists(nameText(creation.name));
  return { ...place, existing };
};
