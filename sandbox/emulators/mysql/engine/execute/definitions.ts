import { NotEmulated } from '../../../../core/not-emulated.ts';
import type {
  AlterAction,
  ColumnDefinition,
  ColumnPlace,
  CreateTableStatement,
  IndexDefinition,
  KeyPart,
  Statement as ParsedStatement,
  References,
  TableElement,
  TableName,
  TableOptions,
  WrittenExpression,
} from '../../../../wire/mysql-sql/ast.ts';
import { mysqlError } from '../../errors.ts';
import { requireSchemaPrivilege, requireTablePrivilege } from '../privileges.ts';
import { emptyFrame } from '../query/compiled.ts';
import { newCompiler } from '../query/compiler.ts';
import { compileScalar, converter } from '../query/expression.ts';
import { tableColumns } from '../query/from.ts';
import { planQuery } from '../query/plan.ts';
import { printExpression } from '../query/print.ts';
import { newScope } from '../query/scope.ts';
import type { Statement } from '../query/statement.ts';
import { type Database, findDatabase, findTable, isSystemSchema, referencingTables } from '../storage/catalog.ts';
import { listRange } from '../storage/ordered-map.ts';
import type {
  CheckSchema,
  ColumnDefault,
  ColumnSchema,
  ForeignKeyAction,
  ForeignKeySchema,
  IndexSchema,
  TableSchema,
} from '../storage/schema.ts';
import {
  addRecord,
  clusterKey,
  hasNullPart,
  indexKey,
  newTableData,
  pushVersion,
  type TableData,
  visibleRow,
} from '../storage/table-data.ts';
import { ownTable } from '../storage/table-locks.ts';
import { settled } from '../storage/transaction.ts';
import { duplicateError, indexOver } from '../storage/writes.ts';
import { type Collation, findCollation, utf8mb4 } from '../values/collation.ts';
import { resolveCollation, resolveType, typeText } from '../values/data-type.ts';
import { bigintType, type Datum, datetimeType, kindOf, type Row, type SqlType } from '../values/sql-type.ts';
import { bytesPerCharacter, storeValue } from '../values/store.ts';
import { globalValue, sessionValue } from '../variables/access.ts';

/**
 * A change of definitions, checked but not yet made: it is made when its statement is in the binlog.
 * `written` false means that nothing is to be logged (IF NOT EXISTS of what is there).
 */
export type DefinitionChange = {
  apply(): void;
  affectedRows: bigint;
  info: string;
  written: boolean /** Database the binlog names. */;
  database: string | null;
};

const nothing = (database: string | null = null): DefinitionChange => ({
  apply: () => undefined,
  affectedRows: 0n,
  info: '',
  written: false,
  database,
});

export const resolveName = (statement: Statement, name: TableName): { schema: string; name: string } => {
  const schema = name.schema ?? statement.session.database;
  if (schema === null) throw mysqlError('ER_NO_DB_ERROR');
  return { schema, name: name.name };
};

const checkName = (name: string): string => {
  if (name.length > 64) throw mysqlError('ER_TOO_LONG_IDENT', name);
  if (name === '' || name.endsWith(' ')) throw mysqlError('ER_WRONG_TABLE_NAME', name);
  return name;
};

const writableDatabase = (statement: Statement, schema: string): Database => {
  if (isSystemSchema(schema))
    throw mysqlError(
      'ER_DBACCESS_DENIED_ERROR',
      statement.session.account.user,
      statement.session.account.host,
      schema,
    );
  return findDatabase(statement.server.catalog, schema);
};

const own = (statement: Statement, schema: string, name: string): void => {
  const { session, server } = statement;
  if (session.lockedTables && session.lockedTables.get(`${schema}.${name}`) === undefined)
    throw mysqlError('ER_TABLE_NOT_LOCKED', name);
  if (session.lockedTables && session.lockedTables.get(`${schema}.${name}`) === false)
    throw mysqlError('ER_TABLE_NOT_LOCKED_FOR_WRITE', name);
  if (server.tableLocks.globalReaders.has(session.id)) throw mysqlError('ER_CANT_UPDATE_WITH_READLOCK');
  ownTable(server.tableLocks, session.id, `${schema}.${name}`);
};

const nextId = (statement: Statement): number => statement.server.catalog.nextTableId++;

// ---- columns

const isBlobLike = (type: SqlType): boolean => /text|blob|json/.test(type.base);

const isNow = (written: WrittenExpression['expression']): boolean => written.kind === 'call' && written.name === 'NOW';

const nowDigits = (written: WrittenExpression['expression']): number => {
  if (written.kind !== 'call') return 0;
  const [digits] = written.arguments;
  return digits?.kind === 'literal' && digits.type === 'integer' ? Number(digits.value) : 0;
};

const defaultOf = (
  definition: Pick<ColumnDefinition, 'name' | 'default' | 'autoIncrement'>,
  type: SqlType,
  nullable: boolean,
  statement: Statement,
): ColumnDefault => {
  const { default: written, name } = definition;
  const invalid = mysqlError('ER_INVALID_DEFAULT', name);
  if (!written) return { kind: 'none' };
  const { expression } = written;
  if (definition.autoIncrement) throw invalid;
  if (isNow(expression)) {
    if (!['datetime', 'timestamp'].includes(type.base) || nowDigits(expression) !== type.decimals) throw invalid;
    return { kind: 'now' };
  }
  if (expression.kind === 'literal') {
    if (expression.type === 'null') {
      if (!nullable) throw invalid;
      return { kind: 'value', value: null };
    }
    if (isBlobLike(type)) throw mysqlError('ER_BLOB_CANT_HAVE_DEFAULT', name);
    const compiled = compileScalar(expression, newCompiler(statement, newScope(null), 'default clause'));
    // A TIMESTAMP's default is kept in the words it was written in.
    const stored = { name, type: type.base === 'timestamp' ? datetimeType(type.decimals) : type };
    try {
      return {
        kind: 'value',
        value: storeValue(compiled.evaluate(emptyFrame()), compiled.type, stored, 1, {
          ...statement,
          strictWrite: true,
        }),
      };
    } catch {
      throw invalid;
    }
  }
  return { kind: 'expression', expression, text: printExpression(expression) };
};

const buildColumn = (
  definition: ColumnDefinition,
  table: { collation: Collation },
  statement: Statement,
  primary: boolean,
): ColumnSchema => {
  const type = resolveType(definition.type, definition.name, table.collation);
  const nullable = primary || definition.autoIncrement ? false : definition.nullable !== false;
  if (primary && definition.nullable === true) throw mysqlError('ER_PRIMARY_CANT_HAVE_NULL');
  if (definition.autoIncrement && kindOf(type) !== 'integer' && kindOf(type) !== 'double')
    throw mysqlError('ER_WRONG_FIELD_SPEC', definition.name);
  if (
    definition.onUpdate &&
    (!['datetime', 'timestamp'].includes(type.base) || nowDigits(definition.onUpdate) !== type.decimals)
  )
    throw mysqlError('ER_INVALID_ON_UPDATE', definition.name);
  if (definition.name.length > 64) throw mysqlError('ER_TOO_LONG_IDENT', definition.name);
  if (definition.name === '' || definition.name.endsWith(' '))
    throw mysqlError('ER_WRONG_COLUMN_NAME', definition.name);
  return {
    name: definition.name,
    type,
    nullable,
    default: defaultOf(definition, type, nullable, statement),
    onUpdateNow: definition.onUpdate !== null,
    autoIncrement: definition.autoIncrement,
    comment: definition.comment,
    invisible: definition.invisible,
    ownCollation: definition.type.charset !== null || definition.type.collation !== null,
  };
};

// ---- keys

const keyBytes = (type: SqlType, prefix: number | null): number => {
  const length = prefix ?? type.length;
  return kindOf(type) === 'string' ? length * bytesPerCharacter(type) : kindOf(type) === 'binary' ? length : 8;
};

const buildParts = (parts: readonly KeyPart[], columns: readonly ColumnSchema[]): IndexSchema['parts'] => {
  const seen = new Set<number>();
  return parts.map((part) => {
    const index = columns.findIndex((column) => column.name.toLowerCase() === part.column.toLowerCase());
    const column = columns[index];
    if (!column) throw mysqlError('ER_KEY_COLUMN_DOES_NOT_EXITS', part.column);
    if (seen.has(index)) throw mysqlError('ER_DUP_FIELDNAME', column.name);
    seen.add(index);
    const { type } = column;
    if (type.base === 'json') throw mysqlError('ER_JSON_USED_AS_KEY', column.name);
    const prefixable = kindOf(type) === 'string' || kindOf(type) === 'binary';
    if (isBlobLike(type) && part.length === null) throw mysqlError('ER_BLOB_KEY_WITHOUT_LENGTH', column.name);
    if (
      part.length !== null &&
      (!prefixable || type.base === 'enum' || type.base === 'set' || part.length > type.length || part.length === 0)
    )
      throw mysqlError('ER_WRONG_SUB_KEY');
    if (prefixable && keyBytes(type, part.length) > 3072) throw mysqlError('ER_TOO_LONG_KEY', 3072);
    return {
      column: index,
      prefixLength: part.length === null || part.length === type.length ? null : part.length,
      descending: part.descending,
    };
  });
};

const freeName = (wanted: string, taken: (name: string) => boolean): string => {
  if (!taken(wanted)) return wanted;
  for (let number = 2; ; number++) if (!taken(`${wanted}_${number}`)) return `${wanted}_${number}`;
};

const buildIndex = (
  definition: IndexDefinition,
  columns: readonly ColumnSchema[],
  indexes: readonly IndexSchema[],
  generated = false,
): IndexSchema => {
  const parts = buildParts(definition.parts, columns);
  const primary = definition.kind === 'primary';
  const taken = (name: string) => indexes.some((index) => index.name.toLowerCase() === name.toLowerCase());
  if (primary && taken('PRIMARY')) throw mysqlError('ER_MULTIPLE_PRI_KEY');
  if (!primary && definition.name?.toUpperCase() === 'PRIMARY')
    throw mysqlError('ER_WRONG_NAME_FOR_INDEX', definition.name);
  if (!primary && definition.name !== null && taken(definition.name))
    throw mysqlError('ER_DUP_KEYNAME', definition.name);
  const name = primary
    ? 'PRIMARY'
    : (definition.name ?? freeName(columns[parts[0]?.column ?? 0]?.name ?? 'key', taken));
  if (name.length > 64) throw mysqlError('ER_TOO_LONG_IDENT', name);
  return {
    name,
    unique: definition.kind !== 'index',
    primary,
    parts,
    comment: definition.comment,
    invisible: definition.invisible,
    generated,
  };
};

const blankIndex = (kind: IndexDefinition['kind'], column: string): IndexDefinition => ({
  kind,
  name: null,
  parts: [{ column, length: null, descending: false }],
  type: null,
  comment: '',
  invisible: false,
});

// ---- foreign keys and checks

const actionOf = (action: References['onDelete']): ForeignKeyAction => {
  if (action === 'SET DEFAULT') throw new NotEmulated('mysql', 'ON DELETE SET DEFAULT');
  return action ?? 'NO ACTION';
};

const compatible = (child: SqlType, parent: SqlType): boolean => {
  if (kindOf(child) === 'string' || kindOf(child) === 'binary')
    return kindOf(child) === kindOf(parent) && child.collation === parent.collation;
  return (
    child.base === parent.base &&
    child.unsigned === parent.unsigned &&
    (child.base !== 'decimal' || (child.length === parent.length && child.decimals === parent.decimals))
  );
};

type Draft = {
  schema: string;
  name: string;
  columns: ColumnSchema[];
  indexes: IndexSchema[];
  foreignKeys: ForeignKeySchema[];
  checks: CheckSchema[];
  collation: Collation;
  comment: string;
  rowFormat: string | null;
};

const constraintTaken = (statement: Statement, draft: Draft, name: string): boolean => {
  if (draft.foreignKeys.some((key) => key.name.toLowerCase() === name.toLowerCase())) return true;
  const database = statement.server.catalog.databases.get(draft.schema);
  return [...(database?.tables.values() ?? [])].some(
    (table) =>
      table.schema.name !== draft.name &&
      table.schema.foreignKeys.some((key) => key.name.toLowerCase() === name.toLowerCase()),
  );
};

const addForeignKey = (
  draft: Draft,
  element: { name: string | null; indexName: string | null; columns: readonly string[]; references: References },
  statement: Statement,
): void => {
  const columns = element.columns.map((name) => {
    const index = draft.columns.findIndex((column) => column.name.toLowerCase() === name.toLowerCase());
    if (index < 0) throw mysqlError('ER_KEY_COLUMN_DOES_NOT_EXITS', name);
    return index;
  });
  let number = 1;
  for (const key of draft.foreignKeys) {
    const match = new RegExp(`^${draft.name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}_ibfk_(\\d+)$`).exec(key.name);
    if (match) number = Math.max(number, Number(match[1]) + 1);
  }
  const name = element.name ?? `${draft.name}_ibfk_${number}`;
  if (constraintTaken(statement, draft, name)) throw mysqlError('ER_FK_DUP_NAME', name);
  const { references } = element;
  const parentSchema = references.table.schema ?? draft.schema;
  const parentTable = references.table.name;
  if (references.columns.length !== columns.length)
    throw mysqlError(
      'ER_WRONG_FK_DEF',
      element.name ?? 'foreign key without name',
      "Key reference and table reference don't match",
    );
  const self = parentSchema === draft.schema && parentTable === draft.name;
  const parent = self ? null : findTable(statement.server.catalog, parentSchema, parentTable);
  const checksOn = sessionValue(statement.server, statement.session, 'foreign_key_checks') === 'ON';
  if (!self && !parent && checksOn) throw mysqlError('ER_FK_CANNOT_OPEN_PARENT', parentTable);
  const parentShape = self ? draft : parent?.schema;
  if (parentShape) {
    const parentColumns = references.columns.map((column) => {
      const index = parentShape.columns.findIndex((candidate) => candidate.name.toLowerCase() === column.toLowerCase());
      if (index < 0) throw mysqlError('ER_FK_NO_COLUMN_PARENT', column, name, parentTable);
      return index;
    });
    columns.forEach((column, place) => {
      const [child, target] = [draft.columns[column], parentShape.columns[parentColumns[place] ?? -1]];
      if (child && target && !compatible(child.type, target.type))
        throw mysqlError('ER_FK_INCOMPATIBLE_COLUMNS', child.name, target.name, name);
    });
    const serving = indexOver({ schema: parentShape } as unknown as TableData, parentColumns);
    if (!serving) throw mysqlError('ER_FK_NO_INDEX_PARENT', name, parentTable);
    // restrict_fk_on_non_standard_key is ON: only a unique key may be referred to.
    if (
      !parentShape.indexes.some(
        (index) =>
          index.unique &&
          index.parts.length === parentColumns.length &&
          index.parts.every((part) => parentColumns.includes(part.column)),
      )
    ) {
      throw mysqlError('ER_FK_NO_UNIQUE_INDEX_PARENT', name, parentTable);
    }
  }
  const onDelete = actionOf(references.onDelete);
  const onUpdate = actionOf(references.onUpdate);
  if (onDelete === 'SET NULL' || onUpdate === 'SET NULL')
    for (const column of columns)
      if (draft.columns[column]?.nullable === false)
        throw mysqlError('ER_FK_COLUMN_NOT_NULL', draft.columns[column]?.name ?? '', name);
  draft.foreignKeys.push({
    name,
    columns,
    parentSchema,
    parentTable,
    parentColumns: references.columns.map((column) => canonicalColumn(parentShape, column)),
    onDelete,
    onUpdate,
  });
  if (indexOver({ schema: draft } as unknown as TableData, columns)) return;
  const definition: IndexDefinition = {
    ...blankIndex('index', ''),
    name: element.indexName ?? element.name ?? null,
    parts: columns.map((column) => ({ column: draft.columns[column]?.name ?? '', length: null, descending: false })),
  };
  draft.indexes.push(buildIndex(definition, draft.columns, draft.indexes, true));
};

const canonicalColumn = (table: { columns: readonly ColumnSchema[] } | undefined | null, name: string): string =>
  table?.columns.find((column) => column.name.toLowerCase() === name.toLowerCase())?.name ?? name;

const addCheck = (
  draft: Draft,
  element: { name: string | null; check: WrittenExpression; enforced: boolean },
  statement: Statement,
): void => {
  let number = 1;
  while (draft.checks.some((check) => check.name === `${draft.name}_chk_${number}`)) number++;
  const name = element.name ?? `${draft.name}_chk_${number}`;
  if (draft.checks.some((check) => check.name.toLowerCase() === name.toLowerCase()))
    throw mysqlError('ER_CHECK_CONSTRAINT_DUP_NAME', name);
  draft.checks.push({
    name,
    expression: element.check.expression,
    text: printExpression(element.check.expression),
    enforced: element.enforced,
  });
  checkColumns(draft, statement);
};

/** Every CHECK must still name columns that are there. */
const checkColumns = (draft: Draft, statement: Statement): void => {
  const scope = newScope(null);
  const shape = { schema: draft } as unknown as TableData;
  scope.sources.push({
    index: 0,
    name: draft.name,
    schema: draft.schema,
    columns: tableColumns(shape),
    table: shape,
    rows: null,
    nullable: false,
  });
  for (const check of draft.checks)
    compileScalar(check.expression, newCompiler(statement, scope, `check constraint ${check.name} expression`));
};

// ---- tables

const addElements = (draft: Draft, elements: readonly TableElement[], statement: Statement): void => {
  const primaryNames = new Set<string>();
  for (const element of elements) {
    if (element.kind === 'key' && element.index.kind === 'primary')
      for (const part of element.index.parts) primaryNames.add(part.column.toLowerCase());
    if (element.kind === 'column' && element.column.primaryKey) primaryNames.add(element.column.name.toLowerCase());
  }
  for (const element of elements) {
    if (element.kind !== 'column') continue;
    if (draft.columns.some((column) => column.name.toLowerCase() === element.column.name.toLowerCase()))
      throw mysqlError('ER_DUP_FIELDNAME', element.column.name);
    draft.columns.push(
      buildColumn(element.column, draft, statement, primaryNames.has(element.column.name.toLowerCase())),
    );
  }
  for (const element of elements) {
    if (element.kind === 'column') {
      if (element.column.primaryKey)
        draft.indexes.push(buildIndex(blankIndex('primary', element.column.name), draft.columns, draft.indexes));
      if (element.column.unique)
        draft.indexes.push(buildIndex(blankIndex('unique', element.column.name), draft.columns, draft.indexes));
    } else if (element.kind === 'key') draft.indexes.push(buildIndex(element.index, draft.columns, draft.indexes));
  }
  for (const element of elements) {
    if (element.kind === 'foreignKey') addForeignKey(draft, element, statement);
    if (element.kind === 'check') addCheck(draft, element, statement);
    // REFERENCES in a column definition is read and ignored, as InnoDB does it.
    if (element.kind === 'column') for (const check of element.column.checks) addCheck(draft, check, statement);
  }
};

const checkTable = (draft: Draft): void => {
  if (draft.columns.length === 0) throw mysqlError('ER_TABLE_MUST_HAVE_COLUMNS');
  if (draft.columns.length > 1017) throw mysqlError('ER_TOO_MANY_FIELDS');
  const rowBytes = draft.columns.reduce((sum, { type }) => {
    if (type.base !== 'varchar' && type.base !== 'varbinary') return sum;
    const bytes = type.length * (type.base === 'varchar' ? bytesPerCharacter(type) : 1);
    return sum + bytes + (bytes > 255 ? 2 : 1);
  }, 0);
  if (rowBytes > 65_535) throw mysqlError('ER_TOO_BIG_ROWSIZE', 65_535);
  const automatic = draft.columns
    .map((column, index) => ({ column, index }))
    .filter(({ column }) => column.autoIncrement);
  if (
    automatic.length > 1 ||
    automatic.some(({ index }) => !draft.indexes.some((key) => key.parts[0]?.column === index))
  )
    throw mysqlError('ER_WRONG_AUTO_KEY');
};

const engineOf = (options: TableOptions): void => {
  if (options.engine === undefined || options.engine.toLowerCase() === 'innodb') return;
  if (
    [
      'myisam',
      'memory',
      'csv',
      'archive',
      'blackhole',
      'merge',
      'federated',
      'ndb',
      'ndbcluster',
      'mrg_myisam',
      'performance_schema',
    ].includes(options.engine.toLowerCase())
  )
    throw new NotEmulated('mysql', `the storage engine ${options.engine}`);
  throw mysqlError('ER_UNKNOWN_STORAGE_ENGINE', options.engine);
};

const freeze = (draft: Draft, createdMs: number): TableSchema => ({ ...draft, createdMs });

const createdNow = (statement: Statement): number => Number(statement.nowMicroseconds / 1000n);

const install = (statement: Statement, table: TableData): void => {
  findDatabase(statement.server.catalog, table.schema.schema).tables.set(table.schema.name, table);
};

export const createTable = (statement: Statement, parsed: CreateTableStatement): DefinitionChange => {
  if (parsed.temporary) throw new NotEmulated('mysql', 'CREATE TEMPORARY TABLE');
  const { schema, name } = resolveName(statement, parsed.table);
  requireTablePrivilege(statement, 'CREATE', schema, name);
  const database = writableDatabase(statement, schema);
  checkName(name);
  own(statement, schema, name);
  if (database.tables.has(name) || database.views.has(name)) {
    const error = mysqlError('ER_TABLE_EXISTS_ERROR', name);
    if (!parsed.ifNotExists) throw error;
    statement.warn(error, 'Note');
    return nothing();
  }
  if (parsed.query) throw new NotEmulated('mysql', 'CREATE TABLE … SELECT');
  const draft = parsed.like ? likeDraft(statement, parsed.like, schema, name) : newDraft(statement, parsed, database);
  const table = newTableData(nextId(statement), freeze(draft, createdNow(statement)), statement.server.sequence);
  if (parsed.options.autoIncrement !== undefined)
    table.autoIncrement = parsed.options.autoIncrement > 0n ? parsed.options.autoIncrement : 1n;
  return {
    apply: () => install(statement, table),
    affectedRows: 0n,
    info: '',
    written: true,
    database: statement.session.database,
  };
};

const newDraft = (statement: Statement, parsed: CreateTableStatement, database: Database): Draft => {
  const { options } = parsed;
  engineOf(options);
  const draft: Draft = {
    schema: database.name,
    name: parsed.table.name,
    columns: [],
    indexes: [],
    foreignKeys: [],
    checks: [],
    collation: resolveCollation(options.charset ?? null, options.collation ?? null, database.collation),
    comment: options.comment ?? '',
    rowFormat: options.rowFormat ?? null,
  };
  addElements(draft, parsed.elements, statement);
  checkTable(draft);
  return draft;
};

const likeDraft = (statement: Statement, like: TableName, schema: string, name: string): Draft => {
  const source = resolveName(statement, like);
  requireTablePrivilege(statement, 'SELECT', source.schema, source.name);
  const table = findTable(statement.server.catalog, source.schema, source.name);
  if (!table) throw mysqlError('ER_NO_SUCH_TABLE', `${source.schema}.${source.name}`);
  const { createdMs: _created, ...rest } = table.schema;
  const checks = table.schema.checks.map((check, index) => ({ ...check, name: `${name}_chk_${index + 1}` }));
  // Foreign keys are not copied.
  return { ...rest, schema, name, columns: [...rest.columns], indexes: [...rest.indexes], foreignKeys: [], checks };
};

export const dropTables = (
  statement: Statement,
  parsed: Extract<ParsedStatement, { kind: 'dropTable' }>,
): DefinitionChange => {
  if (parsed.temporary) throw new NotEmulated('mysql', 'DROP TEMPORARY TABLE');
  const { catalog } = statement.server;
  const names = parsed.tables.map((table) => resolveName(statement, table));
  const missing: string[] = [];
  const found: TableData[] = [];
  for (const { schema, name } of names) {
    requireTablePrivilege(statement, 'DROP', schema, name);
    if (isSystemSchema(schema))
      throw mysqlError(
        'ER_DBACCESS_DENIED_ERROR',
        statement.session.account.user,
        statement.session.account.host,
        schema,
      );
    const table = findTable(catalog, schema, name);
    if (!table) {
      if (!catalog.databases.has(schema) && !parsed.ifExists) throw mysqlError('ER_BAD_DB_ERROR', schema);
      missing.push(`${schema}.${name}`);
      continue;
    }
    own(statement, schema, name);
    found.push(table);
  }
  if (missing.length > 0) {
    const error = mysqlError('ER_BAD_TABLE_ERROR', missing.join(','));
    if (!parsed.ifExists) throw error;
    for (const name of missing) statement.warn(mysqlError('ER_BAD_TABLE_ERROR', name), 'Note');
  }
  if (sessionValue(statement.server, statement.session, 'foreign_key_checks') === 'ON')
    for (const table of found) refuseReferenced(statement, table, found);
  return {
    apply: () => {
      for (const { schema } of found) catalog.databases.get(schema.schema)?.tables.delete(schema.name);
    },
    affectedRows: 0n,
    info: '',
    written: found.length > 0 || parsed.ifExists,
    database: statement.session.database,
  };
};

const refuseReferenced = (statement: Statement, table: TableData, leaving: readonly TableData[]): void => {
  const { schema, name } = table.schema;
  for (const child of referencingTables(statement.server.catalog, schema, name)) {
    if (leaving.includes(child)) continue;
    const key = child.schema.foreignKeys.find(
      (candidate) => candidate.parentSchema === schema && candidate.parentTable === name,
    );
    throw mysqlError('ER_FK_CANNOT_DROP_PARENT', name, key?.name ?? '', child.schema.name);
  }
};

export const truncateTable = (statement: Statement, name: TableName): DefinitionChange => {
  const resolved = resolveName(statement, name);
  requireTablePrivilege(statement, 'DROP', resolved.schema, resolved.name);
  writableDatabase(statement, resolved.schema);
  const table = findTable(statement.server.catalog, resolved.schema, resolved.name);
  if (!table) throw mysqlError('ER_NO_SUCH_TABLE', `${resolved.schema}.${resolved.name}`);
  own(statement, resolved.schema, resolved.name);
  const child = referencingTables(statement.server.catalog, resolved.schema, resolved.name).find(
    (other) => other !== table,
  );
  if (child && sessionValue(statement.server, statement.session, 'foreign_key_checks') === 'ON') {
    const key = child.schema.foreignKeys.find(
      (candidate) => candidate.parentSchema === resolved.schema && candidate.parentTable === resolved.name,
    );
    throw mysqlError(
      'ER_TRUNCATE_ILLEGAL_FK',
      `\`${child.schema.schema}\`.\`${child.schema.name}\`, CONSTRAINT \`${key?.name}\``,
    );
  }
  const empty = newTableData(nextId(statement), table.schema, statement.server.sequence);
  return {
    apply: () => install(statement, empty),
    affectedRows: 0n,
    info: '',
    written: true,
    database: statement.session.database,
  };
};

export const renameTables = (
  statement: Statement,
  pairs: readonly { from: TableName; to: TableName }[],
): DefinitionChange => {
  const { catalog } = statement.server;
  const moves: { from: { schema: string; name: string }; to: { schema: string; name: string } }[] = [];
  const gone = new Set<string>();
  const made = new Set<string>();
  for (const pair of pairs) {
    const [from, to] = [resolveName(statement, pair.from), resolveName(statement, pair.to)];
    requireTablePrivilege(statement, 'ALTER', from.schema, from.name);
    requireTablePrivilege(statement, 'DROP', from.schema, from.name);
    requireTablePrivilege(statement, 'CREATE', to.schema, to.name);
    writableDatabase(statement, from.schema);
    writableDatabase(statement, to.schema);
    const [fromKey, toKey] = [`${from.schema}.${from.name}`, `${to.schema}.${to.name}`];
    const exists = (key: string, place: { schema: string; name: string }) =>
      made.has(key) ||
      (!gone.has(key) &&
        (findTable(catalog, place.schema, place.name) !== undefined ||
          catalog.databases.get(place.schema)?.views.has(place.name) === true));
    if (!exists(fromKey, from)) throw mysqlError('ER_NO_SUCH_TABLE', fromKey);
    if (exists(toKey, to)) throw mysqlError('ER_TABLE_EXISTS_ERROR', to.name);
    checkName(to.name);
    own(statement, from.schema, from.name);
    gone.add(fromKey);
    made.delete(fromKey);
    made.add(toKey);
    gone.delete(toKey);
    moves.push({ from, to });
  }
  return {
    apply: () => {
      for (const { from, to } of moves) moveTable(statement, from, to);
    },
    affectedRows: 0n,
    info: '',
    written: true,
    database: statement.session.database,
  };
};

const moveTable = (
  statement: Statement,
  from: { schema: string; name: string },
  to: { schema: string; name: string },
): void => {
  const { catalog, sequence } = statement.server;
  const view = catalog.databases.get(from.schema)?.views.get(from.name);
  if (view) {
    catalog.databases.get(from.schema)?.views.delete(from.name);
    findDatabase(catalog, to.schema).views.set(to.name, { ...view, schema: to.schema, name: to.name });
    return;
  }
  const table = findTable(catalog, from.schema, from.name);
  if (!table) throw new Error(`${from.schema}.${from.name} is gone`);
  // Names that the server made from the table's name go along.
  const rename = (name: string, kind: string) =>
    name.startsWith(`${from.name}_${kind}_`) ? to.name + name.slice(from.name.length) : name;
  const schema: TableSchema = {
    ...table.schema,
    schema: to.schema,
    name: to.name,
    foreignKeys: table.schema.foreignKeys.map((key) => ({ ...key, name: rename(key.name, 'ibfk') })),
    checks: table.schema.checks.map((check) => ({ ...check, name: rename(check.name, 'chk') })),
  };
  catalog.databases.get(from.schema)?.tables.delete(from.name);
  install(statement, { ...table, id: nextId(statement), schema, definedAtSequence: sequence });
  for (const child of referencingTables(catalog, from.schema, from.name)) {
    const foreignKeys = child.schema.foreignKeys.map((key) =>
      key.parentSchema === from.schema && key.parentTable === from.name
        ? { ...key, parentSchema: to.schema, parentTable: to.name }
        : key,
    );
    install(statement, { ...child, schema: { ...child.schema, foreignKeys } });
  }
};

// ---- ALTER TABLE

/** Where each new column's values come from: a column of the old table, or its default. */
type ColumnSource = { from: number } | 'default';

type Alteration = {
  draft: Draft;
  sources: ColumnSource[];
  autoIncrement: bigint | null;
  renamed: { schema: string; name: string } | null;
};

const placeColumn = (
  alteration: Alteration,
  column: ColumnSchema,
  source: ColumnSource,
  place: ColumnPlace,
  at: number,
): void => {
  const { draft, sources } = alteration;
  let index = at;
  if (place === 'first') index = 0;
  else if (place !== null) {
    const after = draft.columns.findIndex((candidate) => candidate.name.toLowerCase() === place.after.toLowerCase());
    if (after < 0) throw mysqlError('ER_BAD_FIELD_ERROR', place.after, draft.name);
    index = after + 1;
  }
  draft.columns.splice(index, 0, column);
  sources.splice(index, 0, source);
  renumber(draft, (old) => (old >= index ? old + 1 : old));
};

/** Moves the column numbers in keys after columns came or went; null takes the part away. */
const renumber = (draft: Draft, map: (column: number) => number | null): void => {
  draft.indexes = draft.indexes.flatMap((index) => {
    const parts = index.parts.flatMap((part) => {
      const column = map(part.column);
      return column === null ? [] : [{ ...part, column }];
    });
    return parts.length === 0 ? [] : [{ ...index, parts }];
  });
  draft.foreignKeys = draft.foreignKeys.map((key) => ({
    ...key,
    columns: key.columns.map((column) => map(column) ?? -1),
  }));
};

const findColumnIndex = (draft: Draft, name: string): number => {
  const index = draft.columns.findIndex((column) => column.name.toLowerCase() === name.toLowerCase());
  if (index < 0) throw mysqlError('ER_BAD_FIELD_ERROR', name, draft.name);
  return index;
};

const isPrimaryColumn = (draft: Draft, index: number): boolean =>
  draft.indexes.some((key) => key.primary && key.parts.some((part) => part.column === index));

const columnKeys = (alteration: Alteration, definition: ColumnDefinition, statement: Statement): void => {
  const { draft } = alteration;
  if (definition.primaryKey)
    draft.indexes.push(buildIndex(blankIndex('primary', definition.name), draft.columns, draft.indexes));
  if (definition.unique)
    draft.indexes.push(buildIndex(blankIndex('unique', definition.name), draft.columns, draft.indexes));
  for (const check of definition.checks) addCheck(draft, check, statement);
};

const modifyColumn = (
  alteration: Alteration,
  action: Extract<AlterAction, { kind: 'modifyColumn' }>,
  statement: Statement,
): void => {
  const { draft, sources } = alteration;
  const index = findColumnIndex(draft, action.name);
  const { column: definition } = action;
  if (
    definition.name.toLowerCase() !== action.name.toLowerCase() &&
    draft.columns.some((column) => column.name.toLowerCase() === definition.name.toLowerCase())
  )
    throw mysqlError('ER_DUP_FIELDNAME', definition.name);
  const column = buildColumn(definition, draft, statement, isPrimaryColumn(draft, index) || definition.primaryKey);
  const old = draft.columns[index] as ColumnSchema;
  protectForeignKeys(statement, draft, old, column, index);
  const source = sources[index] as ColumnSource;
  if (action.place === null) {
    draft.columns[index] = column;
  } else {
    // Out of its old place and into the new one, its keys with it.
    draft.columns.splice(index, 1);
    sources.splice(index, 1);
    renumber(draft, (number) => (number === index ? -1 : number > index ? number - 1 : number));
    placeColumn(alteration, column, source, action.place, index);
    const at = draft.columns.indexOf(column);
    renumber(draft, (number) => (number === -1 ? at : number));
  }
  renameInChecks(draft, action.name, definition.name);
  columnKeys(alteration, definition, statement);
};

const protectForeignKeys = (
  statement: Statement,
  draft: Draft,
  old: ColumnSchema,
  next: ColumnSchema,
  index: number,
): void => {
  if (old.type === next.type || (compatible(old.type, next.type) && typeText(old.type) === typeText(next.type))) return;
  if (sessionValue(statement.server, statement.session, 'foreign_key_checks') !== 'ON') return;
  for (const key of draft.foreignKeys)
    if (key.columns.includes(index) && !compatible(old.type, next.type))
      throw mysqlError('ER_FK_COLUMN_CANNOT_CHANGE', old.name, key.name);
  for (const child of referencingTables(statement.server.catalog, draft.schema, draft.name))
    for (const key of child.schema.foreignKeys)
      if (
        key.parentTable === draft.name &&
        key.parentColumns.some((name) => name.toLowerCase() === old.name.toLowerCase()) &&
        !compatible(old.type, next.type)
      )
        throw mysqlError(
          'ER_FK_COLUMN_CANNOT_CHANGE_CHILD',
          old.name,
          key.name,
          `${child.schema.schema}.${child.schema.name}`,
        );
};

const renameInChecks = (draft: Draft, from: string, to: string): void => {
  if (from === to) return;
  const uses = draft.checks.some((check) => check.text.toLowerCase().includes(`\`${from.toLowerCase()}\``));
  if (uses) throw new NotEmulated('mysql', 'renaming a column that a CHECK constraint uses');
};

const dropColumn = (alteration: Alteration, name: string, statement: Statement): void => {
  const { draft, sources } = alteration;
  const index = draft.columns.findIndex((column) => column.name.toLowerCase() === name.toLowerCase());
  if (index < 0) throw mysqlError('ER_CANT_DROP_FIELD_OR_KEY', name);
  const key = draft.foreignKeys.find((candidate) => candidate.columns.includes(index));
  if (key) throw mysqlError('ER_FK_COLUMN_CANNOT_DROP', name, key.name);
  for (const child of referencingTables(statement.server.catalog, draft.schema, draft.name))
    for (const other of child.schema.foreignKeys)
      if (
        other.parentTable === draft.name &&
        other.parentColumns.some((column) => column.toLowerCase() === name.toLowerCase())
      )
        throw mysqlError('ER_FK_COLUMN_CANNOT_DROP_CHILD', name, other.name, child.schema.name);
  if (draft.columns.length === 1) throw mysqlError('ER_CANT_REMOVE_ALL_FIELDS');
  // A check of this column alone goes with it.
  const names = (text: string) =>
    new Set([...text.matchAll(/`([^`]+)`/g)].map(([, found = '']) => found.toLowerCase()));
  const check = draft.checks.find(({ text }) => names(text).has(name.toLowerCase()) && names(text).size > 1);
  if (check) throw mysqlError('ER_CHECK_CONSTRAINT_COLUMN_DROP', check.name, name);
  draft.checks = draft.checks.filter(({ text }) => !names(text).has(name.toLowerCase()));
  draft.columns.splice(index, 1);
  sources.splice(index, 1);
  renumber(draft, (number) => (number === index ? null : number > index ? number - 1 : number));
};

const dropIndexNamed = (draft: Draft, name: string): void => {
  const index = draft.indexes.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase());
  if (!index) throw mysqlError('ER_CANT_DROP_FIELD_OR_KEY', name);
  const indexes = draft.indexes.filter((candidate) => candidate !== index);
  for (const key of draft.foreignKeys)
    if (!indexOver({ schema: { ...draft, indexes } } as unknown as TableData, key.columns))
      throw mysqlError('ER_DROP_INDEX_FK', name);
  draft.indexes = indexes;
};

/** Other tables' foreign keys need an index that begins with the columns they refer to. */
const refuseLossOfParentKey = (draft: Draft, name: string, statement: Statement): void => {
  for (const child of referencingTables(statement.server.catalog, draft.schema, draft.name))
    for (const key of child.schema.foreignKeys) {
      if (key.parentTable !== draft.name || key.parentSchema !== draft.schema) continue;
      const columns = key.parentColumns.map((column) =>
        draft.columns.findIndex((candidate) => candidate.name.toLowerCase() === column.toLowerCase()),
      );
      if (!indexOver({ schema: draft } as unknown as TableData, columns)) throw mysqlError('ER_DROP_INDEX_FK', name);
    }
};

const dropForeignKeyNamed = (draft: Draft, name: string): void => {
  if (!draft.foreignKeys.some((key) => key.name.toLowerCase() === name.toLowerCase()))
    throw mysqlError('ER_CANT_DROP_FIELD_OR_KEY', name);
  draft.foreignKeys = draft.foreignKeys.filter((key) => key.name.toLowerCase() !== name.toLowerCase());
};

const dropConstraintNamed = (draft: Draft, name: string): void => {
  const same = (other: { name: string }) => other.name.toLowerCase() === name.toLowerCase();
  if (draft.foreignKeys.some(same)) {
    dropForeignKeyNamed(draft, name);
    return;
  }
  if (draft.checks.some(same)) {
    draft.checks = draft.checks.filter((check) => !same(check));
    return;
  }
  if (!draft.indexes.some((index) => index.unique && same(index))) throw mysqlError('ER_CONSTRAINT_NOT_FOUND', name);
  dropIndexNamed(draft, name);
};

type Actions = {
  readonly [K in AlterAction['kind']]: (
    alteration: Alteration,
    action: Extract<AlterAction, { kind: K }>,
    statement: Statement,
  ) => void;
};

const alterActions: Actions = {
  addColumn: (alteration, action, statement) => {
    const { draft } = alteration;
    if (draft.columns.some((column) => column.name.toLowerCase() === action.column.name.toLowerCase()))
      throw mysqlError('ER_DUP_FIELDNAME', action.column.name);
    placeColumn(
      alteration,
      buildColumn(action.column, draft, statement, action.column.primaryKey),
      'default',
      action.place,
      draft.columns.length,
    );
    columnKeys(alteration, action.column, statement);
  },
  modifyColumn,
  dropColumn: (alteration, action, statement) => dropColumn(alteration, action.name, statement),
  renameColumn: ({ draft }, action) => {
    const index = findColumnIndex(draft, action.from);
    if (
      action.to.toLowerCase() !== action.from.toLowerCase() &&
      draft.columns.some((column) => column.name.toLowerCase() === action.to.toLowerCase())
    )
      throw mysqlError('ER_DUP_FIELDNAME', action.to);
    draft.columns[index] = { ...(draft.columns[index] as ColumnSchema), name: action.to };
    renameInChecks(draft, action.from, action.to);
  },
  setDefault: ({ draft }, action, statement) => {
    const index = findColumnIndex(draft, action.column);
    const column = draft.columns[index] as ColumnSchema;
    const value = defaultOf(
      { name: column.name, default: action.default, autoIncrement: column.autoIncrement },
      column.type,
      column.nullable,
      statement,
    );
    draft.columns[index] = { ...column, default: value };
  },
  add: ({ draft }, { element }, statement) => {
    if (element.kind === 'key') {
      draft.indexes.push(buildIndex(element.index, draft.columns, draft.indexes));
      if (element.index.kind === 'primary')
        draft.columns = draft.columns.map((column, index) =>
          isPrimaryColumn(draft, index) ? { ...column, nullable: false } : column,
        );
    } else if (element.kind === 'foreignKey') addForeignKey(draft, element, statement);
    else addCheck(draft, element, statement);
  },
  dropIndex: ({ draft }, action, statement) => {
    dropIndexNamed(draft, action.name);
    refuseLossOfParentKey(draft, action.name, statement);
  },
  dropPrimaryKey: ({ draft }, _action, statement) => {
    dropIndexNamed(draft, 'PRIMARY');
    refuseLossOfParentKey(draft, 'PRIMARY', statement);
  },
  dropForeignKey: ({ draft }, action) => dropForeignKeyNamed(draft, action.name),
  dropCheck: ({ draft }, action) => {
    if (!draft.checks.some((check) => check.name.toLowerCase() === action.name.toLowerCase()))
      throw mysqlError('ER_CHECK_CONSTRAINT_NOT_FOUND', action.name);
    draft.checks = draft.checks.filter((check) => check.name.toLowerCase() !== action.name.toLowerCase());
  },
  dropConstraint: ({ draft }, action) => dropConstraintNamed(draft, action.name),
  renameIndex: ({ draft }, action) => {
    const index = draft.indexes.findIndex((candidate) => candidate.name.toLowerCase() === action.from.toLowerCase());
    if (index < 0) throw mysqlError('ER_KEY_DOES_NOT_EXITS', action.from, draft.name);
    if (draft.indexes.some((candidate) => candidate.name.toLowerCase() === action.to.toLowerCase()))
      throw mysqlError('ER_DUP_KEYNAME', action.to);
    draft.indexes[index] = { ...(draft.indexes[index] as IndexSchema), name: action.to };
  },
  renameTable: (alteration, action, statement) => {
    alteration.renamed = resolveName(statement, action.to);
  },
  convertCharset: ({ draft }, action) => {
    draft.collation = resolveCollation(action.charset, action.collation, draft.collation);
    draft.columns = draft.columns.map((column) =>
      kindOf(column.type) === 'string'
        ? { ...column, type: { ...column.type, collation: draft.collation }, ownCollation: false }
        : column,
    );
  },
  options: (alteration, { options }) => {
    engineOf(options);
    const { draft } = alteration;
    if (options.charset !== undefined || options.collation !== undefined)
      draft.collation = resolveCollation(options.charset ?? null, options.collation ?? null, draft.collation);
    if (options.comment !== undefined) draft.comment = options.comment;
    if (options.rowFormat !== undefined) draft.rowFormat = options.rowFormat;
    if (options.autoIncrement !== undefined) alteration.autoIncrement = options.autoIncrement;
  },
  nothing: () => undefined,
};

const runAction = <K extends AlterAction['kind']>(
  alteration: Alteration,
  action: Extract<AlterAction, { kind: K }>,
  statement: Statement,
): void => (alterActions[action.kind as K] as Actions[K])(alteration, action, statement);

const committed = (statement: Statement, table: TableData): Row[] => {
  const view = { sequence: statement.server.sequence, own: null };
  return listRange(table.rows, '', null).flatMap((record) => {
    const row = visibleRow(record, view);
    return row ? [row] : [];
  });
};

/** The table's rows under the new definition, checked against its keys. */
const rebuild = (statement: Statement, old: TableData, alteration: Alteration, schema: TableSchema): TableData => {
  const table = newTableData(nextId(statement), schema, statement.server.sequence);
  table.autoIncrement = alteration.autoIncrement ?? old.autoIncrement;
  const fill = fillers(statement, old, alteration, schema);
  const seen = schema.indexes.filter((index) => index.unique).map((index) => ({ index, keys: new Set<string>() }));
  let number = 0;
  for (const before of committed(statement, old)) {
    number++;
    const row = fill.map((filler) => filler(before, number));
    schema.columns.forEach((column, index) => {
      if (!column.autoIncrement) return;
      if (row[index] === null || row[index] === 0n) row[index] = table.autoIncrement++;
      else if ((row[index] as bigint) >= table.autoIncrement) table.autoIncrement = (row[index] as bigint) + 1n;
    });
    for (const { index, keys } of seen) {
      if (hasNullPart(index, row)) continue;
      const key = indexKey(index, row, schema);
      if (keys.has(key)) throw duplicateError(table, { index }, row);
      keys.add(key);
    }
    pushVersion(table, addRecord(table, clusterKey(table, row)), row, settled);
  }
  return table;
};

const fillers = (
  statement: Statement,
  old: TableData,
  alteration: Alteration,
  schema: TableSchema,
): ((before: Row, number: number) => Datum)[] =>
  schema.columns.map((column, index) => {
    const source = alteration.sources[index];
    if (source === undefined || source === 'default') return defaultFiller(statement, column);
    const previous = old.schema.columns[source.from] as ColumnSchema;
    // Two TIMESTAMPs hold UTC both; other types see what a session would.
    const same =
      previous.type.base === column.type.base && previous.type.base === 'timestamp'
        ? datetimeType(previous.type.decimals)
        : previous.type;
    const to =
      previous.type.base === 'timestamp' && column.type.base === 'timestamp'
        ? { name: column.name, type: datetimeType(column.type.decimals) }
        : column;
    return (before, number) => {
      const value = before[source.from] as Datum;
      if (value === null) {
        if (column.nullable || column.autoIncrement) return null;
        // Where the type changes too, the rows are copied, and the copy tells it as any write would.
        throw typeText(previous.type) === typeText(column.type)
          ? mysqlError('ER_DATA_TRUNCATED_NULL', column.name, number)
          : mysqlError('WARN_DATA_TRUNCATED', column.name, number);
      }
      if (previous.type === column.type) return value;
      return storeValue(value, same, to, number, statement);
    };
  });

const defaultFiller = (statement: Statement, column: ColumnSchema): (() => Datum) => {
  const { default: value } = column;
  if (value.kind === 'value') {
    const stored =
      column.type.base === 'timestamp' && value.value !== null
        ? storeValue(value.value, datetimeType(column.type.decimals), column, 1, statement)
        : value.value;
    return () => stored;
  }
  if (value.kind === 'expression' || value.kind === 'now') {
    const expression = value.kind === 'now' ? nowExpression(column.type.decimals) : value.expression;
    const compiled = compileScalar(expression, newCompiler(statement, newScope(null), 'default clause'));
    return () => storeValue(compiled.evaluate(emptyFrame()), compiled.type, column, 1, statement);
  }
  if (column.nullable || column.autoIncrement) return () => null;
  // A NOT NULL column without default gets its type's zero in old rows.
  const kind = kindOf(column.type);
  if (column.type.base === 'enum') return () => column.type.values[0] ?? '';
  const quiet = { ...statement, strictWrite: false, warn: () => undefined };
  if (kind === 'string' || kind === 'binary')
    return () => storeValue('', { ...column.type, base: 'varchar', length: 0 }, column, 1, quiet);
  if (kind === 'json') return () => 'null';
  return () => {
    if (kind === 'date' || kind === 'datetime') {
      if (statement.sqlMode.noZeroDate && statement.sqlMode.strict)
        throw mysqlError(
          'ER_INCORRECT_TEMPORAL',
          kind,
          kind === 'date' ? '0000-00-00' : '0000-00-00 00:00:00',
          column.name,
          1,
        );
      return column.type.base === 'date'
        ? '0000-00-00'
        : `0000-00-00 00:00:00${column.type.decimals ? `.${'0'.repeat(column.type.decimals)}` : ''}`;
    }
    return storeValue(0n, bigintType, column, 1, quiet);
  };
};

const nowExpression = (digits: number) => ({
  kind: 'call' as const,
  name: 'NOW',
  arguments: [{ kind: 'literal' as const, type: 'integer' as const, value: BigInt(digits) }],
  option: null,
  distinct: false,
  star: false,
  orderBy: [],
  separator: null,
  over: null,
});

export const alterTable = (
  statement: Statement,
  name: TableName,
  actions: readonly AlterAction[],
  privilege = 'ALTER',
): DefinitionChange => {
  const { schema, name: tableName } = resolveName(statement, name);
  requireTablePrivilege(statement, privilege, schema, tableName);
  writableDatabase(statement, schema);
  const old = findTable(statement.server.catalog, schema, tableName);
  if (!old) throw mysqlError('ER_NO_SUCH_TABLE', `${schema}.${tableName}`);
  own(statement, schema, tableName);
  const { createdMs, ...shape } = old.schema;
  const alteration: Alteration = {
    draft: {
      ...shape,
      columns: [...shape.columns],
      indexes: [...shape.indexes],
      foreignKeys: [...shape.foreignKeys],
      checks: [...shape.checks],
    },
    sources: shape.columns.map((_column, index) => ({ from: index })),
    autoIncrement: null,
    renamed: null,
  };
  // Columns first, keys after them: ADD INDEX may name a column that the same statement adds.
  const late = new Set<AlterAction['kind']>(['add', 'renameIndex', 'renameTable']);
  const early = new Set<AlterAction['kind']>([
    'dropIndex',
    'dropPrimaryKey',
    'dropForeignKey',
    'dropCheck',
    'dropConstraint',
  ]);
  const ordered = [
    ...actions.filter((action) => early.has(action.kind)),
    ...actions.filter((action) => !early.has(action.kind) && !late.has(action.kind)),
    ...actions.filter((action) => late.has(action.kind)),
  ];
  for (const action of ordered) runAction(alteration, action, statement);
  sortKeys(alteration.draft);
  checkTable(alteration.draft);
  checkColumns(alteration.draft, statement);
  const strict = { ...statement, strictWrite: statement.sqlMode.strict };
  const table = rebuild(strict, old, alteration, freeze(alteration.draft, createdMs));
  verifyRows(strict, table, old);
  const { renamed } = alteration;
  if (renamed && (renamed.name !== tableName || renamed.schema !== schema)) {
    writableDatabase(statement, renamed.schema);
    requireTablePrivilege(statement, 'CREATE', renamed.schema, renamed.name);
    if (findTable(statement.server.catalog, renamed.schema, renamed.name))
      throw mysqlError('ER_TABLE_EXISTS_ERROR', renamed.name);
  }
  // What needs the rows copied tells how many; what does not, 0 (ALGORITHM=INSTANT or INPLACE).
  const copies =
    alteration.draft.checks.length > old.schema.checks.length ||
    (actions.some(({ kind }) => kind === 'dropColumn') && alteration.draft.checks.length < old.schema.checks.length) ||
    actions.some((action) => copying(old, alteration, action));
  const affected = copies ? BigInt(table.rows.size) : 0n;
  return {
    apply: () => {
      install(statement, table);
      renameParents(statement, old, alteration);
      if (renamed) moveTable(statement, { schema, name: tableName }, renamed);
    },
    affectedRows: affected,
    info: actions.every((action) => action.kind === 'renameTable')
      ? ''
      : `Records: ${affected}  Duplicates: 0  Warnings: ${statement.session.warnings.length}`,
    written: true,
    database: statement.session.database,
  };
};

// The server keeps keys in this order: primary, unique without NULL, unique, others.
const sortKeys = (draft: Draft): void => {
  const rank = (index: IndexSchema): number => {
    if (index.primary) return 0;
    if (!index.unique) return 3;
    return index.parts.every((part) => draft.columns[part.column]?.nullable === false) ? 1 : 2;
  };
  draft.indexes = draft.indexes.toSorted((one, other) => rank(one) - rank(other));
};

const copying = (old: TableData, alteration: Alteration, action: AlterAction): boolean => {
  if (action.kind === 'modifyColumn') return changesType(old, alteration, action);
  if (action.kind === 'dropPrimaryKey') return !alteration.draft.indexes.some((index) => index.primary);
  if (action.kind === 'add') return action.element.kind === 'foreignKey';
  return action.kind === 'convertCharset';
};

const changesType = (
  old: TableData,
  alteration: Alteration,
  action: Extract<AlterAction, { kind: 'modifyColumn' }>,
): boolean => {
  const before = old.schema.columns.find((column) => column.name.toLowerCase() === action.name.toLowerCase());
  const after = alteration.draft.columns.find(
    (column) => column.name.toLowerCase() === action.column.name.toLowerCase(),
  );
  return !before || !after || typeText(before.type) !== typeText(after.type);
};

/** Foreign keys of other tables follow a renamed column. */
const renameParents = (statement: Statement, old: TableData, alteration: Alteration): void => {
  const names = new Map<string, string>();
  alteration.sources.forEach((source, index) => {
    if (source === 'default') return;
    const [before, after] = [old.schema.columns[source.from]?.name ?? '', alteration.draft.columns[index]?.name ?? ''];
    if (before !== after) names.set(before.toLowerCase(), after);
  });
  if (names.size === 0) return;
  for (const child of referencingTables(statement.server.catalog, old.schema.schema, old.schema.name)) {
    const foreignKeys = child.schema.foreignKeys.map((key) =>
      key.parentTable === old.schema.name
        ? { ...key, parentColumns: key.parentColumns.map((column) => names.get(column.toLowerCase()) ?? column) }
        : key,
    );
    install(statement, { ...child, schema: { ...child.schema, foreignKeys } });
  }
};

/** New checks and foreign keys must hold for the rows that are there. */
const verifyRows = (statement: Statement, table: TableData, old: TableData): void => {
  const { schema } = table;
  const addedChecks = schema.checks.filter(
    (check) => check.enforced && !old.schema.checks.some((other) => other.text === check.text),
  );
  const addedKeys = schema.foreignKeys.filter(
    (key) => !old.schema.foreignKeys.some((other) => other.name === key.name),
  );
  const rows = addedChecks.length > 0 || addedKeys.length > 0 ? committed(statement, table) : [];
  const scope = newScope(null);
  scope.sources.push({
    index: 0,
    name: schema.name,
    schema: schema.schema,
    columns: tableColumns(table),
    table,
    rows: null,
    nullable: false,
  });
  for (const check of addedChecks) {
    const compiled = compileScalar(check.expression, newCompiler(statement, scope, 'check constraint'));
    const isTruth = converter(compiled.type, bigintType, { statement });
    for (const row of rows)
      if (isTruth(compiled.evaluate({ ...emptyFrame(), rows: [row] })) === 0n)
        throw mysqlError('ER_CHECK_CONSTRAINT_VIOLATED', check.name);
  }
  if (sessionValue(statement.server, statement.session, 'foreign_key_checks') !== 'ON') return;
  for (const key of addedKeys) verifyForeignKey(statement, table, key, rows);
};

const verifyForeignKey = (
  statement: Statement,
  table: TableData,
  key: ForeignKeySchema,
  rows: readonly Row[],
): void => {
  const self = key.parentSchema === table.schema.schema && key.parentTable === table.schema.name;
  const parent = self ? table : findTable(statement.server.catalog, key.parentSchema, key.parentTable);
  if (!parent) return;
  const positions = key.parentColumns.map((name) =>
    parent.schema.columns.findIndex((column) => column.name.toLowerCase() === name.toLowerCase()),
  );
  const shape = (columns: readonly number[]): IndexSchema => ({
    name: '',
    unique: false,
    primary: false,
    comment: '',
    invisible: false,
    generated: false,
    parts: columns.map((column) => ({ column, prefixLength: null, descending: false })),
  });
  const parents = new Set(committed(statement, parent).map((row) => indexKey(shape(positions), row, parent.schema)));
  for (const row of rows) {
    if (key.columns.some((column) => row[column] === null)) continue;
    if (!parents.has(indexKey(shape(key.columns), row, table.schema)))
      throw mysqlError(
        'ER_NO_REFERENCED_ROW_2',
        `\`${table.schema.schema}\`.\`#sql-${table.id}\`, CONSTRAINT \`${key.name}\` FOREIGN KEY (${key.columns.map((column) => `\`${table.schema.columns[column]?.name}\``).join(', ')}) REFERENCES \`${key.parentTable}\` (${key.parentColumns.map((name) => `\`${name}\``).join(', ')})`,
      );
  }
};

// ---- databases and views

export const createDatabase = (
  statement: Statement,
  parsed: Extract<ParsedStatement, { kind: 'createDatabase' }>,
): DefinitionChange => {
  const { name } = parsed;
  requireSchemaPrivilege(statement, 'CREATE', name);
  if (name.length > 64) throw mysqlError('ER_TOO_LONG_IDENT', name);
  if (name === '') throw mysqlError('ER_WRONG_DB_NAME', name);
  const { catalog } = statement.server;
  if (catalog.databases.has(name) || isSystemSchema(name)) {
    const error = mysqlError('ER_DB_CREATE_EXISTS', name);
    if (!parsed.ifNotExists) throw error;
    statement.warn(error, 'Note');
    return { ...nothing(), affectedRows: 1n };
  }
  const fallback = findCollation(globalValue(statement.server, 'collation_server') ?? '') ?? utf8mb4;
  const collation = resolveCollation(parsed.charset, parsed.collation, fallback);
  return {
    apply: () => void catalog.databases.set(name, { name, collation, tables: new Map(), views: new Map() }),
    affectedRows: 1n,
    info: '',
    written: true,
    database: name,
  };
};

export const alterDatabase = (
  statement: Statement,
  parsed: Extract<ParsedStatement, { kind: 'alterDatabase' }>,
): DefinitionChange => {
  const name = parsed.name ?? statement.session.database;
  if (name === null) throw mysqlError('ER_NO_DB_ERROR');
  requireSchemaPrivilege(statement, 'ALTER', name);
  const database = writableDatabase(statement, name);
  const collation = resolveCollation(parsed.charset, parsed.collation, database.collation);
  return {
    apply: () => {
      database.collation = collation;
    },
    affectedRows: 1n,
    info: '',
    written: true,
    database: name,
  };
};

export const dropDatabase = (
  statement: Statement,
  parsed: Extract<ParsedStatement, { kind: 'dropDatabase' }>,
): DefinitionChange => {
  const { name } = parsed;
  requireSchemaPrivilege(statement, 'DROP', name);
  if (isSystemSchema(name))
    throw mysqlError('ER_DBACCESS_DENIED_ERROR', statement.session.account.user, statement.session.account.host, name);
  const { catalog } = statement.server;
  const database = catalog.databases.get(name);
  if (!database) {
    const error = mysqlError('ER_DB_DROP_EXISTS', name);
    if (!parsed.ifExists) throw error;
    statement.warn(error, 'Note');
    return nothing();
  }
  const tables = [...database.tables.values()];
  for (const table of tables) {
    own(statement, name, table.schema.name);
    if (sessionValue(statement.server, statement.session, 'foreign_key_checks') === 'ON')
      refuseReferenced(statement, table, tables);
  }
  return {
    apply: () => {
      catalog.databases.delete(name);
      for (const session of statement.server.sessions.values())
        if (session === statement.session && session.database === name) session.database = null;
    },
    affectedRows: BigInt(tables.length),
    info: '',
    written: true,
    database: name,
  };
};

export const createView = (
  statement: Statement,
  parsed: Extract<ParsedStatement, { kind: 'createView' }>,
): DefinitionChange => {
  const { schema, name } = resolveName(statement, parsed.name);
  requireTablePrivilege(statement, 'CREATE VIEW', schema, name);
  const database = writableDatabase(statement, schema);
  if (database.tables.has(name) || (database.views.has(name) && !parsed.orReplace))
    throw mysqlError('ER_TABLE_EXISTS_ERROR', name);
  // The query must hold now; what it selects is looked up again each time.
  const planned = planQuery(parsed.query, statement, null);
  if (parsed.columns.length > 0 && parsed.columns.length !== planned.columns.length)
    throw mysqlError('ER_VIEW_WRONG_LIST');
  const { account, database: current } = statement.session;
  return {
    apply: () =>
      void database.views.set(name, {
        schema,
        name,
        columns: parsed.columns,
        query: parsed.query,
        text: parsed.text,
        definer: `${account.user}@${account.host}`,
        defaultSchema: current,
      }),
    affectedRows: 0n,
    info: '',
    written: true,
    database: current,
  };
};

export const dropViews = (
  statement: Statement,
  parsed: Extract<ParsedStatement, { kind: 'dropView' }>,
): DefinitionChange => {
  const { catalog } = statement.server;
  const names = parsed.names.map((name) => resolveName(statement, name));
  const found: { schema: string; name: string }[] = [];
  for (const { schema, name } of names) {
    requireTablePrivilege(statement, 'DROP', schema, name);
    if (catalog.databases.get(schema)?.views.has(name)) found.push({ schema, name });
    else if (findTable(catalog, schema, name)) throw mysqlError('ER_WRONG_OBJECT', `${schema}.${name}`, 'VIEW');
    else {
      const error = mysqlError('ER_BAD_TABLE_ERROR', `${schema}.${name}`);
      if (!parsed.ifExists) throw error;
      statement.warn(error, 'Note');
    }
  }
  return {
    apply: () => {
      for (const { schema, name } of found) catalog.databases.get(schema)?.views.delete(name);
    },
    affectedRows: 0n,
    info: '',
    written: true,
    database: statement.session.database,
  };
};
