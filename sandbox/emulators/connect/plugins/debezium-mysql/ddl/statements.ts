import { type Column, dropTable, findTable, putTable, type Table, type TableCatalog, type TableId } from '../tables.ts';
import { charsetOfCollationName, takeColumnDefinition } from './column-definition.ts';
import {
  atEnd,
  expectKeyword,
  peek,
  peekKeyword,
  readerOf,
  skipToComma,
  type Token,
  type TokenReader,
  take,
  takeIdentifier,
  takeKeywords,
  takeOneOf,
  takeParenthesized,
  UnparseableDdl,
} from './lexer.ts';

/** What a statement did to the catalog. `previous` is the old name of a renamed table. */
export type TableChange =
  | { type: 'CREATE'; table: Table }
  | { type: 'ALTER'; table: Table; previous?: TableId }
  | { type: 'DROP'; id: TableId }
  | { type: 'TRUNCATE'; id: TableId };

export type DdlResult = {
  kind: 'table' | 'database' | 'use' | 'set' | 'other';
  /** The database it belongs to. */
  database: string;
  changes: readonly TableChange[];
};

type Context = { catalog: TableCatalog; database: string; reader: TokenReader };

const takeTableId = ({ reader, database }: Context): TableId => {
  const first = takeIdentifier(reader);
  if (takeKeywords(reader, '.')) return { database: first, table: takeIdentifier(reader) };
  // `db`.`table` may come as one word: db.table is lexed as two words and a dot, so only the current database is left.
  return { database, table: first };
};

const serverCharset = (catalog: TableCatalog): string | null => catalog.variables.get('character_set_server') ?? null;

const charsetOfDatabase = ({ catalog }: Context, database: string): string | null =>
  catalog.databaseCharsets.get(database) ?? serverCharset(catalog);

type Draft = { -readonly [Name in keyof Table]: Table[Name] } & { columns: Column[]; primaryKey: string[] };

const draftOf = (table: Table): Draft => ({ ...table, columns: [...table.columns], primaryKey: [...table.primaryKey] });

const sameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

const indexOfColumn = (table: Draft, name: string): number =>
  table.columns.findIndex((column) => sameName(column.name, name));

const keyColumnNames = (inside: readonly Token[]): string[] => {
  const names: string[] = [];
  let fresh = true;
  let depth = 0;
  for (const token of inside) {
    if (token.kind === 'symbol' && token.keyword === '(') depth++;
    else if (token.kind === 'symbol' && token.keyword === ')') depth--;
    else if (token.kind === 'symbol' && token.keyword === ',' && depth === 0) fresh = true;
    else if (fresh && depth === 0 && token.kind !== 'symbol') {
      names.push(token.text);
      fresh = false;
    }
  }
  return names;
};

const setPrimaryKey = (table: Draft, names: readonly string[]): void => {
  table.primaryKey = names.map((name) => table.columns[indexOfColumn(table, name)]?.name ?? name);
  table.columns = table.columns.map((column) =>
    names.some((name) => sameName(name, column.name))
      ? { ...column, optional: false, ...withoutNullDefault(column) }
      : column,
  );
};

const withoutNullDefault = (column: Column): Partial<Column> =>
  column.hasDefaultValue && column.defaultValueExpression === null ? { hasDefaultValue: false } : {};

// A table without primary key is keyed by its first unique index whose columns are all NOT NULL.
const offerUniqueKey = (table: Draft, names: readonly string[]): void => {
  if (table.primaryKey.length > 0 || names.length === 0) return;
  const columns = names.map((name) => table.columns[indexOfColumn(table, name)]);
  if (columns.every((column) => column !== undefined && !column.optional)) setPrimaryKey(table, names);
};

const skipIndexName = (reader: TokenReader): void => {
  while (!atEnd(reader) && peekKeyword(reader) !== '(') take(reader);
};

/** A table constraint or index; true if there was one. */
const takeConstraint = (reader: TokenReader, table: Draft, later: (() => void)[]): boolean => {
  if (takeKeywords(reader, 'CONSTRAINT')) {
    if (!['PRIMARY', 'UNIQUE', 'FOREIGN', 'CHECK'].includes(peekKeyword(reader))) take(reader);
    return takeConstraint(reader, table, later);
  }
  if (takeKeywords(reader, 'PRIMARY', 'KEY')) {
    skipIndexName(reader);
    const names = keyColumnNames(takeParenthesized(reader));
    later.unshift(() => setPrimaryKey(table, names));
  } else if (takeKeywords(reader, 'UNIQUE')) {
    skipIndexName(reader);
    const names = keyColumnNames(takeParenthesized(reader));
    later.push(() => offerUniqueKey(table, names));
  } else if (!takesOtherIndex(reader)) return false;
  skipToComma(reader);
  return true;
};

const takesOtherIndex = (reader: TokenReader): boolean => {
  const [first, second, third] = [0, 1, 2].map((ahead) => peek(reader, ahead));
  if (first?.keyword === 'FOREIGN' || first?.keyword === 'CHECK') return true;
  if (first?.keyword === 'FULLTEXT' || first?.keyword === 'SPATIAL') return true;
  if (first?.keyword !== 'KEY' && first?.keyword !== 'INDEX') return false;
  // `key` and `index` unquoted are reserved words: an index follows, with or without a name.
  return second?.keyword === '(' || second?.keyword === 'USING' || third?.keyword === '(' || third?.keyword === 'USING';
};

const takeColumn = (context: Context, table: Draft, name: string, later: (() => void)[]): Column => {
  const { column, key } = takeColumnDefinition(context.reader, name, table.defaultCharset);
  if (key === 'primary') later.unshift(() => setPrimaryKey(table, [name]));
  if (key === 'unique') later.push(() => offerUniqueKey(table, [name]));
  return column;
};

const takeTableOptions = (reader: TokenReader, table: Draft): void => {
  while (!atEnd(reader)) {
    takeOneOf(reader, ',', 'DEFAULT');
    if (
      takeOneOf(reader, 'CHARSET') ||
      takeKeywords(reader, 'CHARACTER', 'SET') ||
      takeKeywords(reader, 'CHAR', 'SET')
    ) {
      takeOneOf(reader, '=');
      table.defaultCharset = take(reader).text.toLowerCase();
    } else if (takeKeywords(reader, 'COLLATE')) {
      takeOneOf(reader, '=');
      table.defaultCharset = charsetOfCollationName(take(reader).text);
    } else if (takeKeywords(reader, 'COMMENT')) {
      takeOneOf(reader, '=');
      table.comment = take(reader).text;
    } else if (!atEnd(reader)) take(reader);
  }
};

// Columns take the table's character set, which stands after them.
const findTableCharset = (reader: TokenReader): string | null => {
  const ahead: TokenReader = { ...reader };
  takeParenthesized(ahead);
  const probe: Draft = { database: '', table: '', defaultCharset: null, primaryKey: [], columns: [], comment: null };
  takeTableOptions(ahead, probe);
  return probe.defaultCharset;
};

const createTable = (context: Context): TableChange[] => {
  const { reader, catalog } = context;
  const ifNotExists = takeKeywords(reader, 'IF', 'NOT', 'EXISTS');
  const id = takeTableId(context);
  const existing = findTable(catalog, id);
  if (takeKeywords(reader, 'LIKE') || (peekKeyword(reader) === '(' && peekKeyword(reader, 1) === 'LIKE')) {
    takeKeywords(reader, '(', 'LIKE');
    const like = findTable(catalog, takeTableId(context));
    if (!like || (existing && ifNotExists)) return [];
    return [store(catalog, { ...like, ...id }, 'CREATE')];
  }
  if (peekKeyword(reader) !== '(')
    throw new UnparseableDdl('CREATE TABLE … SELECT without column definitions is not read');
  const defaultCharset = findTableCharset(reader) ?? charsetOfDatabase(context, id.database);
  const table: Draft = { ...id, defaultCharset, primaryKey: [], columns: [], comment: null };
  const later: (() => void)[] = [];
  expectKeyword(reader, '(');
  do {
    if (takeConstraint(reader, table, later)) continue;
    table.columns.push(takeColumn(context, table, takeIdentifier(reader), later));
  } while (takeKeywords(reader, ','));
  expectKeyword(reader, ')');
  takeTableOptions(reader, table);
  for (const act of later) act();
  return existing && ifNotExists ? [] : [store(catalog, table, 'CREATE')];
};

const store = (catalog: TableCatalog, table: Table, type: 'CREATE' | 'ALTER'): TableChange => {
  putTable(catalog, table);
  return { type, table };
};

const place = (context: Context, table: Draft, column: Column, at: number): void => {
  const { reader } = context;
  if (takeKeywords(reader, 'FIRST')) table.columns.splice(0, 0, column);
  else if (takeKeywords(reader, 'AFTER')) {
    const name = takeIdentifier(reader);
    const after = indexOfColumn(table, name);
    if (after < 0) throw new UnparseableDdl(`no column '${name}' to place '${column.name}' after`);
    table.columns.splice(after + 1, 0, column);
  } else table.columns.splice(at, 0, column);
};

// A statement that is read a second time finds its column there already.
const withoutColumn = (table: Draft, name: string): void => {
  table.columns = table.columns.filter((column) => !sameName(column.name, name));
};

const addColumn = (table: Draft, column: Column): void => {
  withoutColumn(table, column.name);
  table.columns.push(column);
};

const addColumns = (context: Context, table: Draft, later: (() => void)[]) => {
  const { reader } = context;
  takeOneOf(reader, 'COLUMN');
  takeKeywords(reader, 'IF', 'NOT', 'EXISTS');
  if (takeKeywords(reader, '(')) {
    do {
      if (!takeConstraint(reader, table, later))
        addColumn(table, takeColumn(context, table, takeIdentifier(reader), later));
    } while (takeKeywords(reader, ','));
    return expectKeyword(reader, ')');
  }
  const name = takeIdentifier(reader);
  const column = takeColumn(context, table, name, later);
  withoutColumn(table, name);
  place(context, table, column, table.columns.length);
};

const renameInKey = (table: Draft, from: string, to: string): void => {
  table.primaryKey = table.primaryKey.map((name) => (sameName(name, from) ? to : name));
};

const redefineColumn = (
  context: Context,
  table: Draft,
  oldName: string,
  newName: string,
  later: (() => void)[],
): void => {
  // A statement that is read a second time, after a restart at the transaction before it, finds the column under its new name.
  const at = indexOfColumn(table, indexOfColumn(table, oldName) < 0 ? newName : oldName);
  if (at < 0) throw new UnparseableDdl(`no column '${oldName}' in ${table.database}.${table.table}`);
  const column = takeColumn(context, table, newName, later);
  table.columns.splice(at, 1);
  renameInKey(table, oldName, newName);
  const keyed = table.primaryKey.some((name) => sameName(name, newName));
  place(context, table, keyed ? { ...column, optional: false } : column, at);
};

const dropPart = (reader: TokenReader, table: Draft) => {
  if (takeKeywords(reader, 'PRIMARY', 'KEY')) {
    table.primaryKey = [];
    return;
  }
  if (takeOneOf(reader, 'INDEX', 'KEY', 'CONSTRAINT', 'CHECK', 'PARTITION', 'FOREIGN')) return skipToComma(reader);
  takeOneOf(reader, 'COLUMN');
  takeKeywords(reader, 'IF', 'EXISTS');
  const name = takeIdentifier(reader);
  table.columns = table.columns.filter((column) => !sameName(column.name, name));
  table.primaryKey = table.primaryKey.filter((key) => !sameName(key, name));
  takeOneOf(reader, 'RESTRICT', 'CASCADE');
};

const alterDefault = (reader: TokenReader, table: Draft) => {
  takeOneOf(reader, 'COLUMN');
  if (takeOneOf(reader, 'INDEX', 'CHECK', 'CONSTRAINT')) return skipToComma(reader);
  const at = indexOfColumn(table, takeIdentifier(reader));
  const column = table.columns[at];
  if (!column) return skipToComma(reader);
  if (takeKeywords(reader, 'DROP', 'DEFAULT')) {
    table.columns[at] = { ...column, hasDefaultValue: false, defaultValueExpression: null };
  } else if (takeKeywords(reader, 'SET', 'DEFAULT')) {
    const sign = takeOneOf(reader, '-') ?? '';
    const token = peekKeyword(reader) === '(' ? undefined : take(reader);
    if (!token) takeParenthesized(reader);
    const text = !token || token.keyword === 'NULL' ? null : `${sign}${token.text}`;
    table.columns[at] = { ...column, hasDefaultValue: true, defaultValueExpression: text };
  } else skipToComma(reader);
};

type Alteration = { table: Draft; id: TableId };

const renamePart = (context: Context, alteration: Alteration) => {
  const { reader } = context;
  const { table } = alteration;
  if (takeKeywords(reader, 'COLUMN')) {
    const from = takeIdentifier(reader);
    expectKeyword(reader, 'TO');
    const to = takeIdentifier(reader);
    table.columns = table.columns.map((column) => (sameName(column.name, from) ? { ...column, name: to } : column));
    return renameInKey(table, from, to);
  }
  if (takeOneOf(reader, 'INDEX', 'KEY')) return skipToComma(reader);
  takeOneOf(reader, 'TO', 'AS', '=');
  alteration.id = takeTableId(context);
};

const alterPart = (context: Context, alteration: Alteration, later: (() => void)[]) => {
  const { reader } = context;
  const { table } = alteration;
  if (takeKeywords(reader, 'ADD')) {
    if (!takeConstraint(reader, table, later) && !takeOneOf(reader, 'PARTITION')) addColumns(context, table, later);
    return skipToComma(reader);
  }
  if (takeKeywords(reader, 'MODIFY')) {
    takeOneOf(reader, 'COLUMN');
    takeKeywords(reader, 'IF', 'EXISTS');
    const name = takeIdentifier(reader);
    return redefineColumn(context, table, name, name, later);
  }
  if (takeKeywords(reader, 'CHANGE')) {
    takeOneOf(reader, 'COLUMN');
    takeKeywords(reader, 'IF', 'EXISTS');
    const oldName = takeIdentifier(reader);
    return redefineColumn(context, table, oldName, takeIdentifier(reader), later);
  }
  if (takeKeywords(reader, 'DROP')) return dropPart(reader, table);
  if (takeKeywords(reader, 'ALTER')) return alterDefault(reader, table);
  if (takeKeywords(reader, 'RENAME')) return renamePart(context, alteration);
  if (takeKeywords(reader, 'CONVERT', 'TO')) return convertCharset(reader, table);
  return otherPart(reader, table);
};

const convertCharset = (reader: TokenReader, table: Draft): void => {
  takeOneOf(reader, 'CHARSET');
  takeKeywords(reader, 'CHARACTER', 'SET');
  const charset = take(reader).text.toLowerCase();
  table.defaultCharset = charset;
  table.columns = table.columns.map((column) =>
    column.charsetName === null ? column : { ...column, charsetName: charset },
  );
  skipToComma(reader);
};

// Options of the table; whatever changes no column is passed over (ENGINE, ORDER BY, partitions, locks, …).
const otherPart = (reader: TokenReader, table: Draft) => {
  takeOneOf(reader, 'DEFAULT');
  if (takeOneOf(reader, 'CHARSET') || takeKeywords(reader, 'CHARACTER', 'SET')) {
    takeOneOf(reader, '=');
    table.defaultCharset = take(reader).text.toLowerCase();
  } else if (takeKeywords(reader, 'COMMENT')) {
    takeOneOf(reader, '=');
    table.comment = take(reader).text;
  }
  skipToComma(reader);
};

const alterTable = (context: Context): TableChange[] => {
  const { reader, catalog } = context;
  takeKeywords(reader, 'IF', 'EXISTS');
  const id = takeTableId(context);
  const known = findTable(catalog, id);
  // A table that was never seen (of a database that is not captured) cannot be changed.
  if (!known) return [];
  const alteration: Alteration = { table: draftOf(known), id };
  const later: (() => void)[] = [];
  do alterPart(context, alteration, later);
  while (takeKeywords(reader, ',') || !atEnd(reader));
  for (const act of later) act();
  const renamed = alteration.id.table !== id.table || alteration.id.database !== id.database;
  if (renamed) dropTable(catalog, id);
  const table: Table = { ...alteration.table, ...alteration.id };
  putTable(catalog, table);
  return [{ type: 'ALTER', table, ...(renamed ? { previous: id } : {}) }];
};

const takeTableIds = (context: Context): TableId[] => {
  const ids: TableId[] = [];
  do ids.push(takeTableId(context));
  while (takeKeywords(context.reader, ','));
  return ids;
};

const dropTables = (context: Context): TableChange[] => {
  takeKeywords(context.reader, 'IF', 'EXISTS');
  return takeTableIds(context).map((id) => {
    dropTable(context.catalog, id);
    return { type: 'DROP', id };
  });
};

const renameTables = (context: Context): TableChange[] => {
  const { reader, catalog } = context;
  const changes: TableChange[] = [];
  do {
    const from = takeTableId(context);
    expectKeyword(reader, 'TO');
    const to = takeTableId(context);
    const table = dropTable(catalog, from);
    if (!table) continue;
    putTable(catalog, { ...table, ...to });
    changes.push({ type: 'ALTER', table: { ...table, ...to }, previous: from });
  } while (takeKeywords(reader, ','));
  return changes;
};

const truncateTable = (context: Context): TableChange[] => {
  takeOneOf(context.reader, 'TABLE');
  return [{ type: 'TRUNCATE', id: takeTableId(context) }];
};

// CREATE UNIQUE INDEX i ON t (a, b): may become the key of a table that has none.
const createIndex = (context: Context): TableChange[] => {
  const { reader, catalog } = context;
  const unique = takeKeywords(reader, 'UNIQUE');
  while (!atEnd(reader) && peekKeyword(reader) !== 'ON') take(reader);
  if (!unique || !takeKeywords(reader, 'ON')) return [];
  const known = findTable(catalog, takeTableId(context));
  if (!known) return [];
  const table = draftOf(known);
  offerUniqueKey(table, keyColumnNames(takeParenthesized(reader)));
  return table.primaryKey.length === known.primaryKey.length ? [] : [store(catalog, table, 'ALTER')];
};

const takeDatabaseOptions = ({ reader, catalog }: Context, name: string): void => {
  while (!atEnd(reader)) {
    takeOneOf(reader, 'DEFAULT');
    if (takeOneOf(reader, 'CHARSET') || takeKeywords(reader, 'CHARACTER', 'SET')) {
      takeOneOf(reader, '=');
      catalog.databaseCharsets.set(name, take(reader).text.toLowerCase());
    } else if (takeKeywords(reader, 'COLLATE')) {
      takeOneOf(reader, '=');
      catalog.databaseCharsets.set(name, charsetOfCollationName(take(reader).text));
    } else if (!atEnd(reader)) take(reader);
  }
};

const databaseStatement = (context: Context, verb: 'CREATE' | 'ALTER' | 'DROP'): DdlResult => {
  const { reader, catalog } = context;
  takeKeywords(reader, 'IF', 'NOT', 'EXISTS');
  takeKeywords(reader, 'IF', 'EXISTS');
  const name = takeIdentifier(reader);
  if (verb !== 'DROP') {
    takeDatabaseOptions(context, name);
    return { kind: 'database', database: name, changes: [] };
  }
  catalog.databaseCharsets.delete(name);
  const tables = [...catalog.tables.values()].filter((table) => table.database === name);
  for (const table of tables) dropTable(catalog, table);
  return { kind: 'database', database: name, changes: tables.map((table) => ({ type: 'DROP', id: table })) };
};

const setStatement = ({ reader, catalog, database }: Context): DdlResult => {
  while (!atEnd(reader)) {
    takeOneOf(reader, 'GLOBAL', 'SESSION', 'LOCAL', ',');
    const name = take(reader)
      .text.toLowerCase()
      .replace(/^@@(?:session\.|global\.)?/, '');
    if (!takeKeywords(reader, '=') && !takeKeywords(reader, ':', '=')) continue;
    if (peek(reader)) catalog.variables.set(name, take(reader).text);
  }
  return { kind: 'set', database, changes: [] };
};

const tableResult = (context: Context, changes: readonly TableChange[]): DdlResult => {
  const first = changes[0];
  const id = first === undefined ? undefined : 'table' in first ? first.table : first.id;
  return { kind: 'table', database: id?.database ?? context.database, changes };
};

const skipDefiner = (reader: TokenReader): void => {
  takeKeywords(reader, 'OR', 'REPLACE');
  takeOneOf(reader, 'TEMPORARY');
};

/**
 * Reads one DDL statement and changes the catalog as it says: CREATE, ALTER, DROP, RENAME and TRUNCATE TABLE, CREATE [UNIQUE] INDEX,
 * CREATE, ALTER and DROP DATABASE, USE, SET. All others (views, procedures, triggers, users, grants, …) change no table and are `other`.
 * Throws UnparseableDdl for a statement on tables that it cannot read.
 */
export const applyDdl = (catalog: TableCatalog, sql: string, database: string): DdlResult => {
  const reader = readerOf(sql);
  const context: Context = { catalog, database, reader };
  const verb = takeOneOf(reader, 'CREATE', 'ALTER', 'DROP', 'RENAME', 'TRUNCATE', 'USE', 'SET');
  skipDefiner(reader);
  const object = takeOneOf(reader, 'TABLE', 'TABLES', 'DATABASE', 'SCHEMA');
  const aboutTable = object === 'TABLE' || object === 'TABLES';
  if (verb === 'CREATE' && aboutTable) return tableResult(context, createTable(context));
  if (verb === 'ALTER' && aboutTable) return tableResult(context, alterTable(context));
  if (verb === 'DROP' && aboutTable) return tableResult(context, dropTables(context));
  if (verb === 'RENAME' && aboutTable) return tableResult(context, renameTables(context));
  if (verb === 'TRUNCATE') {
    reader.at = object === undefined ? reader.at : reader.at - 1;
    return tableResult(context, truncateTable(context));
  }
  if ((verb === 'CREATE' || verb === 'ALTER' || verb === 'DROP') && object !== undefined)
    return databaseStatement(context, verb);
  if (verb === 'CREATE' && ['UNIQUE', 'INDEX'].includes(peekKeyword(reader)))
    return tableResult(context, createIndex(context));
  if (verb === 'USE') return { kind: 'use', database: takeIdentifier(reader), changes: [] };
  if (verb === 'SET') return setStatement(context);
  return { kind: 'other', database, changes: [] };
};
