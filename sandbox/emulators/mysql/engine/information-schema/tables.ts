import { NotEmulated } from '../../../../core/not-emulated.ts';
import { MysqlError, mysqlError } from '../../errors.ts';
import { printDefault } from '../execute/show-create.ts';
import { maySeeSchema, maySeeTable } from '../privileges.ts';
import type { PlannedQuery } from '../query/compiler.ts';
import { planQuery } from '../query/plan.ts';
import type { SourceColumn } from '../query/scope.ts';
import type { Statement } from '../query/statement.ts';
import type { Server } from '../server-state.ts';
import type { TableSchema } from '../storage/schema.ts';
import type { TableData } from '../storage/table-data.ts';
import { allCharsets, allCollations, utf8mb3 } from '../values/collation.ts';
import { typeText } from '../values/data-type.ts';
import {
  bigintType,
  type Datum,
  datetimeType,
  doubleType,
  kindOf,
  type Row,
  type SqlType,
  stringType,
  unsignedBigintType,
} from '../values/sql-type.ts';
import { bytesPerCharacter } from '../values/store.ts';
import { formatDatetime, fromEpochMicroseconds } from '../values/temporal.ts';
import { globalValue, sessionValue } from '../variables/access.ts';
import { allVariables } from '../variables/definitions.ts';
import { statusVariables } from '../variables/status.ts';

type Cell = string | bigint | number | null;
type Build = (statement: Statement) => Cell[][];
type SystemTable = { columns: readonly SourceColumn[]; build: Build };

const text = (length: number): SqlType => stringType(length, utf8mb3);

const types: Readonly<Record<string, SqlType>> = {
  s: text(64),
  l: text(2048),
  t: stringType(4_194_303, utf8mb3),
  n: unsignedBigintType,
  i: bigintType,
  d: datetimeType(0),
  f: doubleType,
};

/** 'NAME:s OTHER:n?': columns with a letter for the type and ? where NULL may stand. */
const columns = (spec: string, table: string): SourceColumn[] =>
  spec
    .trim()
    .split(/\s+/)
    .map((item) => {
      const [name = '', kind = 's'] = item.split(':');
      return {
        name,
        type: types[kind[0] ?? 's'] ?? text(64),
        nullable: kind.endsWith('?'),
        orgName: name,
        orgTable: table,
        flags: kind.endsWith('?') ? 0 : 1,
        hidden: false,
        noDefault: false,
      };
    });

const datetime = (ms: number): string => formatDatetime(fromEpochMicroseconds(BigInt(Math.floor(ms)) * 1000n), 0);

const number = (value: number): bigint => BigInt(value);

const visibleDatabases = (statement: Statement) =>
  [...statement.server.catalog.databases.values()]
    .filter((database) => maySeeSchema(statement, database.name))
    .sort((one, other) => (one.name < other.name ? -1 : 1));

const visibleTables = (statement: Statement): TableData[] =>
  visibleDatabases(statement).flatMap((database) =>
    [...database.tables.values()]
      .filter((table) => maySeeTable(statement, database.name, table.schema.name))
      .sort((one, other) => (one.schema.name < other.schema.name ? -1 : 1)),
  );

const visibleViews = (statement: Statement) =>
  visibleDatabases(statement).flatMap((database) =>
    [...database.views.values()].filter((view) => maySeeTable(statement, database.name, view.name)),
  );

export const columnKey = (table: TableSchema, column: number): string => {
  if (table.indexes.some((index) => index.primary && index.parts.some((part) => part.column === column))) return 'PRI';
  if (table.indexes.some((index) => index.unique && index.parts.length === 1 && index.parts[0]?.column === column))
    return 'UNI';
  return table.indexes.some((index) => index.parts[0]?.column === column) ? 'MUL' : '';
};

export const columnExtra = (column: TableSchema['columns'][number]): string => {
  const parts: string[] = [];
  if (column.autoIncrement) parts.push('auto_increment');
  if (column.default.kind === 'now' || column.default.kind === 'expression') parts.push('DEFAULT_GENERATED');
  if (column.onUpdateNow)
    parts.push(`on update CURRENT_TIMESTAMP${column.type.decimals ? `(${column.type.decimals})` : ''}`);
  if (column.invisible) parts.push('INVISIBLE');
  return parts.join(' ');
};

const precision = (type: SqlType): [number: bigint | null, scale: bigint | null] => {
  if (type.base === 'decimal') return [number(type.length), number(type.decimals)];
  if (type.base === 'bit') return [number(type.length), null];
  if (kindOf(type) === 'double')
    return [
      number(type.explicitLength ?? (type.base === 'float' ? 12 : 22)),
      type.decimals < 31 ? number(type.decimals) : null,
    ];
  const digits: Partial<Record<SqlType['base'], number>> = {
    tinyint: 3,
    smallint: 5,
    mediumint: 7,
    int: 10,
    bigint: type.unsigned ? 20 : 19,
  };
  const found = digits[type.base];
  return found === undefined ? [null, null] : [number(found), 0n];
};

const isTextual = (type: SqlType): boolean => kindOf(type) === 'string' || kindOf(type) === 'binary';

const octets = (type: SqlType): bigint =>
  number(
    /text|blob/.test(type.base) ? type.length : type.length * (kindOf(type) === 'string' ? bytesPerCharacter(type) : 1),
  );

const columnRows: Build = (statement) => [...tableColumnRows(statement), ...viewColumnRows(statement)];

const viewColumnRows: Build = (statement) =>
  visibleViews(statement).flatMap((view) => {
    const inner = { ...statement, session: { ...statement.session, database: view.defaultSchema } };
    // A view whose tables are gone has no columns to tell of.
    const planned = plannedView(view, inner);
    return (planned?.columns ?? []).map(({ name, expression }, index): Cell[] => {
      const { type } = expression;
      const [digits, scale] = precision(type);
      const string = kindOf(type) === 'string';
      return [
        'def',
        view.schema,
        view.name,
        view.columns[index] ?? name,
        number(index + 1),
        null,
        expression.nullable ? 'YES' : 'NO',
        type.base,
        isTextual(type) ? number(type.length) : null,
        isTextual(type) ? octets(type) : null,
        digits,
        scale,
        ['time', 'datetime', 'timestamp'].includes(type.base) ? number(type.decimals) : null,
        string ? type.collation.charset : null,
        string ? type.collation.name : null,
        typeText(type),
        '',
        '',
        'select,insert,update,references',
        '',
        '',
        null,
      ];
    });
  });

const plannedView = (view: ReturnType<typeof visibleViews>[number], statement: Statement): PlannedQuery | null => {
  try {
    return planQuery(view.query, statement, null);
  } catch (error) {
    if (error instanceof MysqlError) return null;
    throw error;
  }
};

const tableColumnRows: Build = (statement) =>
  visibleTables(statement).flatMap(({ schema: table }) =>
    table.columns.map((column, index): Cell[] => {
      const { type } = column;
      const [digits, scale] = precision(type);
      const string = kindOf(type) === 'string';
      const temporal = ['time', 'datetime', 'timestamp'].includes(type.base);
      return [
        'def',
        table.schema,
        table.name,
        column.name,
        number(index + 1),
        printDefault(column),
        column.nullable ? 'YES' : 'NO',
        type.base,
        isTextual(type) ? number(type.length) : null,
        isTextual(type) ? octets(type) : null,
        digits,
        scale,
        temporal ? number(type.decimals) : null,
        string ? type.collation.charset : null,
        string ? type.collation.name : null,
        typeText(type),
        columnKey(table, index),
        columnExtra(column),
        'select,insert,update,references',
        column.comment,
        '',
        null,
      ];
    }),
  );

const tableRows: Build = (statement) => [
  ...visibleTables(statement).map(({ schema: table, rows, autoIncrement }): Cell[] => [
    'def',
    table.schema,
    table.name,
    'BASE TABLE',
    'InnoDB',
    10n,
    rowFormat(table),
    number(rows.size),
    rows.size ? number(Math.floor(16384 / rows.size)) : 0n,
    16384n,
    0n,
    number(16384 * table.indexes.filter((index) => !index.primary).length),
    0n,
    table.columns.some((column) => column.autoIncrement) ? autoIncrement : null,
    datetime(table.createdMs),
    null,
    null,
    table.collation.name,
    null,
    table.rowFormat ? `row_format=${table.rowFormat}` : '',
    table.comment,
  ]),
  ...visibleViews(statement).map((view): Cell[] => [
    'def',
    view.schema,
    view.name,
    'VIEW',
    null,
    null,
    null,
    null,
    null,
    null,
    null,
    null,
    null,
    null,
    null,
    null,
    null,
    null,
    null,
    null,
    'VIEW',
  ]),
  ...[...systemTables.keys()].map((key): Cell[] => {
    const [schema = '', name = ''] = key.split('.');
    return [
      'def',
      schema,
      name,
      schema === 'information_schema' ? 'SYSTEM VIEW' : 'BASE TABLE',
      null,
      10n,
      null,
      0n,
      0n,
      0n,
      0n,
      0n,
      0n,
      null,
      null,
      null,
      null,
      null,
      null,
      '',
      '',
    ];
  }),
];

const rowFormat = (table: TableSchema): string => {
  const name = table.rowFormat ?? 'DYNAMIC';
  return name === 'DEFAULT' ? 'Dynamic' : name[0] + name.slice(1).toLowerCase();
};

const distinctCount = (table: TableData): bigint => number(table.rows.size);

const statisticsRows: Build = (statement) =>
  visibleTables(statement).flatMap((table) =>
    table.schema.indexes.flatMap((index) =>
      index.parts.map((part, place): Cell[] => {
        const column = table.schema.columns[part.column];
        return [
          'def',
          table.schema.schema,
          table.schema.name,
          index.unique ? 0n : 1n,
          table.schema.schema,
          index.name,
          number(place + 1),
          column?.name ?? '',
          part.descending ? 'D' : 'A',
          distinctCount(table),
          part.prefixLength === null ? null : number(part.prefixLength),
          null,
          column?.nullable ? 'YES' : '',
          'BTREE',
          '',
          index.comment,
          index.invisible ? 'NO' : 'YES',
          null,
        ];
      }),
    ),
  );

const keyRows: Build = (statement) =>
  visibleTables(statement).flatMap(({ schema: table }) => [
    ...table.indexes
      .filter((index) => index.unique)
      .flatMap((index) =>
        index.parts.map((part, place): Cell[] => [
          'def',
          table.schema,
          index.name,
          'def',
          table.schema,
          table.name,
          table.columns[part.column]?.name ?? '',
          number(place + 1),
          null,
          null,
          null,
          null,
        ]),
      ),
    ...table.foreignKeys.flatMap((key) =>
      key.columns.map((column, place): Cell[] => [
        'def',
        table.schema,
        key.name,
        'def',
        table.schema,
        table.name,
        table.columns[column]?.name ?? '',
        number(place + 1),
        number(place + 1),
        key.parentSchema,
        key.parentTable,
        key.parentColumns[place] ?? '',
      ]),
    ),
  ]);

const constraintRows: Build = (statement) =>
  visibleTables(statement).flatMap(({ schema: table }) => [
    ...table.indexes
      .filter((index) => index.unique)
      .map((index): Cell[] => [
        'def',
        table.schema,
        index.name,
        table.schema,
        table.name,
        index.primary ? 'PRIMARY KEY' : 'UNIQUE',
        'YES',
      ]),
    ...table.foreignKeys.map((key): Cell[] => [
      'def',
      table.schema,
      key.name,
      table.schema,
      table.name,
      'FOREIGN KEY',
      'YES',
    ]),
    ...table.checks.map((check): Cell[] => [
      'def',
      table.schema,
      check.name,
      table.schema,
      table.name,
      'CHECK',
      check.enforced ? 'YES' : 'NO',
    ]),
  ]);

const referentialRows: Build = (statement) =>
  visibleTables(statement).flatMap(({ schema: table }) =>
    table.foreignKeys.map((key): Cell[] => [
      'def',
      table.schema,
      key.name,
      'def',
      key.parentSchema,
      parentKeyName(statement.server, key),
      'NONE',
      key.onUpdate,
      key.onDelete,
      table.name,
      key.parentTable,
    ]),
  );

const parentKeyName = (server: Server, key: TableSchema['foreignKeys'][number]): string | null => {
  const parent = server.catalog.databases.get(key.parentSchema)?.tables.get(key.parentTable);
  const matches = parent?.schema.indexes.find(
    (index) =>
      index.unique &&
      key.parentColumns.every(
        (name, place) =>
          parent.schema.columns[index.parts[place]?.column ?? -1]?.name.toLowerCase() === name.toLowerCase(),
      ),
  );
  return matches?.name ?? null;
};

export const processRows = (statement: Statement, full: boolean): Cell[][] => {
  const { server, session } = statement;
  const all = session.account.global.has('PROCESS');
  return [...server.sessions.values()]
    .filter((other) => all || other.account.user === session.account.user)
    .sort((one, other) => one.id - other.id)
    .map((other) => [
      number(other.id),
      other.options.user,
      `${other.options.host}:${other.options.port}`,
      other.database,
      other.command,
      number(Math.max(0, Math.floor((server.clock.nowMs() - other.commandSinceMs) / 1000))),
      other.state,
      other.info === null ? null : full ? other.info : other.info.slice(0, 100),
    ]);
};

const privilegeRows: Build = (statement) =>
  [...statement.server.accounts.accounts.values()]
    .filter((account) => account === statement.session.account || statement.session.account.global.has('SELECT'))
    .flatMap((account) => {
      const granted = [...account.global].filter((privilege) => privilege !== 'GRANT OPTION');
      return (granted.length > 0 ? granted : ['USAGE']).map((privilege): Cell[] => [
        `'${account.user}'@'${account.host}'`,
        'def',
        privilege,
        account.global.has('GRANT OPTION') ? 'YES' : 'NO',
      ]);
    });

const schemaRows: Build = (statement) => [
  ...['information_schema', 'mysql', 'performance_schema', 'sys']
    .filter((name) => maySeeSchema(statement, name))
    .map((name): Cell[] => [
      'def',
      name,
      name === 'information_schema' ? 'utf8mb3' : 'utf8mb4',
      name === 'information_schema' ? 'utf8mb3_general_ci' : 'utf8mb4_0900_ai_ci',
      null,
      'NO',
    ]),
  ...visibleDatabases(statement).map((database): Cell[] => [
    'def',
    database.name,
    database.collation.charset,
    database.collation.name,
    null,
    'NO',
  ]),
];

const engines: readonly Cell[][] = [
  ['InnoDB', 'DEFAULT', 'Supports transactions, row-level locking, and foreign keys', 'YES', 'YES', 'YES'],
];

const none: Build = () => [];

const definitions: readonly (readonly [name: string, columns: string, build: Build])[] = [
  [
    'information_schema.SCHEMATA',
    'CATALOG_NAME:s SCHEMA_NAME:s DEFAULT_CHARACTER_SET_NAME:s DEFAULT_COLLATION_NAME:s SQL_PATH:s? DEFAULT_ENCRYPTION:s',
    schemaRows,
  ],
  [
    'information_schema.TABLES',
    'TABLE_CATALOG:s TABLE_SCHEMA:s TABLE_NAME:s TABLE_TYPE:s ENGINE:s? VERSION:i? ROW_FORMAT:s? TABLE_ROWS:n? AVG_ROW_LENGTH:n? DATA_LENGTH:n? MAX_DATA_LENGTH:n? INDEX_LENGTH:n? DATA_FREE:n? AUTO_INCREMENT:n? CREATE_TIME:d? UPDATE_TIME:d? CHECK_TIME:d? TABLE_COLLATION:s? CHECKSUM:i? CREATE_OPTIONS:l? TABLE_COMMENT:l',
    tableRows,
  ],
  [
    'information_schema.COLUMNS',
    'TABLE_CATALOG:s TABLE_SCHEMA:s TABLE_NAME:s COLUMN_NAME:s? ORDINAL_POSITION:n COLUMN_DEFAULT:t? IS_NULLABLE:s DATA_TYPE:t? CHARACTER_MAXIMUM_LENGTH:i? CHARACTER_OCTET_LENGTH:i? NUMERIC_PRECISION:n? NUMERIC_SCALE:n? DATETIME_PRECISION:n? CHARACTER_SET_NAME:s? COLLATION_NAME:s? COLUMN_TYPE:t COLUMN_KEY:s EXTRA:s? PRIVILEGES:l? COLUMN_COMMENT:t GENERATION_EXPRESSION:t SRS_ID:n?',
    columnRows,
  ],
  [
    'information_schema.STATISTICS',
    'TABLE_CATALOG:s TABLE_SCHEMA:s TABLE_NAME:s NON_UNIQUE:i INDEX_SCHEMA:s INDEX_NAME:s? SEQ_IN_INDEX:n COLUMN_NAME:s? COLLATION:s? CARDINALITY:i? SUB_PART:i? PACKED:s? NULLABLE:s INDEX_TYPE:s COMMENT:s INDEX_COMMENT:l IS_VISIBLE:s EXPRESSION:t?',
    statisticsRows,
  ],
  [
    'information_schema.KEY_COLUMN_USAGE',
    'CONSTRAINT_CATALOG:s CONSTRAINT_SCHEMA:s CONSTRAINT_NAME:s? TABLE_CATALOG:s TABLE_SCHEMA:s TABLE_NAME:s COLUMN_NAME:s? ORDINAL_POSITION:n POSITION_IN_UNIQUE_CONSTRAINT:n? REFERENCED_TABLE_SCHEMA:s? REFERENCED_TABLE_NAME:s? REFERENCED_COLUMN_NAME:s?',
    keyRows,
  ],
  [
    'information_schema.TABLE_CONSTRAINTS',
    'CONSTRAINT_CATALOG:s CONSTRAINT_SCHEMA:s CONSTRAINT_NAME:s? TABLE_SCHEMA:s TABLE_NAME:s CONSTRAINT_TYPE:s ENFORCED:s',
    constraintRows,
  ],
  [
    'information_schema.REFERENTIAL_CONSTRAINTS',
    'CONSTRAINT_CATALOG:s CONSTRAINT_SCHEMA:s CONSTRAINT_NAME:s? UNIQUE_CONSTRAINT_CATALOG:s UNIQUE_CONSTRAINT_SCHEMA:s UNIQUE_CONSTRAINT_NAME:s? MATCH_OPTION:s UPDATE_RULE:s DELETE_RULE:s TABLE_NAME:s REFERENCED_TABLE_NAME:s',
    referentialRows,
  ],
  [
    'information_schema.CHECK_CONSTRAINTS',
    'CONSTRAINT_CATALOG:s CONSTRAINT_SCHEMA:s CONSTRAINT_NAME:s CHECK_CLAUSE:t',
    (statement) =>
      visibleTables(statement).flatMap(({ schema }) =>
        schema.checks.map((check): Cell[] => ['def', schema.schema, check.name, check.text]),
      ),
  ],
  [
    'information_schema.VIEWS',
    'TABLE_CATALOG:s TABLE_SCHEMA:s TABLE_NAME:s VIEW_DEFINITION:t? CHECK_OPTION:s? IS_UPDATABLE:s? DEFINER:l? SECURITY_TYPE:s? CHARACTER_SET_CLIENT:s COLLATION_CONNECTION:s',
    (statement) =>
      visibleViews(statement).map((view): Cell[] => [
        'def',
        view.schema,
        view.name,
        view.text,
        'NONE',
        'NO',
        view.definer,
        'DEFINER',
        'utf8mb4',
        'utf8mb4_0900_ai_ci',
      ]),
  ],
  [
    'information_schema.ENGINES',
    'ENGINE:s SUPPORT:s COMMENT:l TRANSACTIONS:s? XA:s? SAVEPOINTS:s?',
    () => engines.map((row) => [...row]),
  ],
  [
    'information_schema.COLLATIONS',
    'COLLATION_NAME:s CHARACTER_SET_NAME:s ID:n IS_DEFAULT:s IS_COMPILED:s SORTLEN:n PAD_ATTRIBUTE:s',
    () =>
      allCollations().map((item): Cell[] => [
        item.name,
        item.charset,
        number(item.id),
        item.isDefault ? 'Yes' : '',
        'Yes',
        item.name.includes('0900') ? 0n : 1n,
        item.pad,
      ]),
  ],
  [
    'information_schema.CHARACTER_SETS',
    'CHARACTER_SET_NAME:s DEFAULT_COLLATE_NAME:s DESCRIPTION:l MAXLEN:n',
    () =>
      allCharsets().map((item): Cell[] => [item.name, item.defaultCollation, item.description, number(item.maxLength)]),
  ],
  [
    'information_schema.COLLATION_CHARACTER_SET_APPLICABILITY',
    'COLLATION_NAME:s CHARACTER_SET_NAME:s',
    () => allCollations().map((item): Cell[] => [item.name, item.charset]),
  ],
  [
    'information_schema.PROCESSLIST',
    'ID:n USER:s HOST:l DB:s? COMMAND:s TIME:i STATE:s? INFO:t?',
    (statement) => processRows(statement, true),
  ],
  ['information_schema.USER_PRIVILEGES', 'GRANTEE:l TABLE_CATALOG:s PRIVILEGE_TYPE:s IS_GRANTABLE:s', privilegeRows],
  [
    'information_schema.SCHEMA_PRIVILEGES',
    'GRANTEE:l TABLE_CATALOG:s TABLE_SCHEMA:s PRIVILEGE_TYPE:s IS_GRANTABLE:s',
    ({ session: { account } }) =>
      [...account.schemas].flatMap(([schema, privileges]) =>
        [...privileges]
          .filter((privilege) => privilege !== 'GRANT OPTION')
          .map((privilege): Cell[] => [
            `'${account.user}'@'${account.host}'`,
            'def',
            schema,
            privilege,
            privileges.has('GRANT OPTION') ? 'YES' : 'NO',
          ]),
      ),
  ],
  [
    'information_schema.TABLE_PRIVILEGES',
    'GRANTEE:l TABLE_CATALOG:s TABLE_SCHEMA:s TABLE_NAME:s PRIVILEGE_TYPE:s IS_GRANTABLE:s',
    none,
  ],
  [
    'information_schema.COLUMN_PRIVILEGES',
    'GRANTEE:l TABLE_CATALOG:s TABLE_SCHEMA:s TABLE_NAME:s COLUMN_NAME:s PRIVILEGE_TYPE:s IS_GRANTABLE:s',
    none,
  ],
  [
    'information_schema.ROUTINES',
    'SPECIFIC_NAME:s ROUTINE_CATALOG:s ROUTINE_SCHEMA:s ROUTINE_NAME:s ROUTINE_TYPE:s DATA_TYPE:t? CHARACTER_MAXIMUM_LENGTH:i? DTD_IDENTIFIER:t? ROUTINE_BODY:s ROUTINE_DEFINITION:t? EXTERNAL_NAME:s? EXTERNAL_LANGUAGE:s PARAMETER_STYLE:s IS_DETERMINISTIC:s SQL_DATA_ACCESS:s SQL_PATH:s? SECURITY_TYPE:s CREATED:d LAST_ALTERED:d SQL_MODE:l ROUTINE_COMMENT:t DEFINER:l CHARACTER_SET_CLIENT:s COLLATION_CONNECTION:s DATABASE_COLLATION:s',
    none,
  ],
  [
    'information_schema.PARAMETERS',
    'SPECIFIC_CATALOG:s SPECIFIC_SCHEMA:s SPECIFIC_NAME:s ORDINAL_POSITION:n PARAMETER_MODE:s? PARAMETER_NAME:s? DATA_TYPE:t DTD_IDENTIFIER:t ROUTINE_TYPE:s',
    none,
  ],
  [
    'information_schema.TRIGGERS',
    'TRIGGER_CATALOG:s TRIGGER_SCHEMA:s TRIGGER_NAME:s EVENT_MANIPULATION:s EVENT_OBJECT_CATALOG:s EVENT_OBJECT_SCHEMA:s EVENT_OBJECT_TABLE:s ACTION_ORDER:n ACTION_CONDITION:s? ACTION_STATEMENT:t ACTION_ORIENTATION:s ACTION_TIMING:s CREATED:d SQL_MODE:l DEFINER:l CHARACTER_SET_CLIENT:s COLLATION_CONNECTION:s DATABASE_COLLATION:s',
    none,
  ],
  [
    'information_schema.EVENTS',
    'EVENT_CATALOG:s EVENT_SCHEMA:s EVENT_NAME:s DEFINER:l TIME_ZONE:s EVENT_BODY:s EVENT_DEFINITION:t EVENT_TYPE:s EXECUTE_AT:d? INTERVAL_VALUE:l? INTERVAL_FIELD:s? SQL_MODE:l STARTS:d? ENDS:d? STATUS:s ON_COMPLETION:s CREATED:d LAST_ALTERED:d LAST_EXECUTED:d? EVENT_COMMENT:l ORIGINATOR:n CHARACTER_SET_CLIENT:s COLLATION_CONNECTION:s DATABASE_COLLATION:s',
    none,
  ],
  [
    'information_schema.PARTITIONS',
    'TABLE_CATALOG:s TABLE_SCHEMA:s TABLE_NAME:s PARTITION_NAME:s? SUBPARTITION_NAME:s? PARTITION_ORDINAL_POSITION:n? PARTITION_METHOD:s? PARTITION_EXPRESSION:l? PARTITION_DESCRIPTION:t? TABLE_ROWS:n? PARTITION_COMMENT:l',
    (statement) =>
      visibleTables(statement).map(({ schema, rows }): Cell[] => [
        'def',
        schema.schema,
        schema.name,
        null,
        null,
        null,
        null,
        null,
        null,
        number(rows.size),
        '',
      ]),
  ],
  [
    'information_schema.PLUGINS',
    'PLUGIN_NAME:s PLUGIN_VERSION:s PLUGIN_STATUS:s PLUGIN_TYPE:s PLUGIN_DESCRIPTION:t',
    () => [
      [
        'binlog',
        '1.0',
        'ACTIVE',
        'STORAGE ENGINE',
        'This is a pseudo storage engine to represent the binlog in a transaction',
      ],
      ['caching_sha2_password', '1.1', 'ACTIVE', 'AUTHENTICATION', 'Caching sha2 authentication'],
      ['InnoDB', '8.4', 'ACTIVE', 'STORAGE ENGINE', 'Supports transactions, row-level locking, and foreign keys'],
    ],
  ],
  ['information_schema.KEYWORDS', 'WORD:s RESERVED:i', none],
  [
    'information_schema.INNODB_TRX',
    'trx_id:n trx_state:s trx_started:d trx_requested_lock_id:s? trx_wait_started:d? trx_weight:n trx_mysql_thread_id:n trx_query:l? trx_isolation_level:s trx_rows_locked:n trx_rows_modified:n',
    ({ server }) =>
      [...server.openTransactions].map((transaction): Cell[] => [
        number(transaction.id),
        transaction.waitingFor ? 'LOCK WAIT' : 'RUNNING',
        datetime(transaction.startedMs),
        null,
        null,
        number(transaction.undo.length),
        number(transaction.threadId),
        null,
        transaction.isolation.replaceAll('-', ' '),
        number(transaction.locks.size),
        number(transaction.undo.length),
      ]),
  ],
  [
    'performance_schema.global_variables',
    'VARIABLE_NAME:s VARIABLE_VALUE:l?',
    ({ server }) =>
      allVariables()
        .filter((item) => item.scope !== 'session')
        .map((item): Cell[] => [item.name, globalValue(server, item.name)]),
  ],
  [
    'performance_schema.session_variables',
    'VARIABLE_NAME:s VARIABLE_VALUE:l?',
    ({ server, session }) =>
      allVariables().map((item): Cell[] => [item.name, sessionValue(server, session, item.name)]),
  ],
  ['performance_schema.global_status', 'VARIABLE_NAME:s VARIABLE_VALUE:l?', ({ server }) => statusVariables(server)],
  ['performance_schema.session_status', 'VARIABLE_NAME:s VARIABLE_VALUE:l?', ({ server }) => statusVariables(server)],
  [
    'performance_schema.processlist',
    'ID:n USER:s HOST:l DB:s? COMMAND:s TIME:i STATE:s? INFO:t?',
    (statement) => processRows(statement, true),
  ],
  [
    'performance_schema.replication_group_members',
    'CHANNEL_NAME:s MEMBER_ID:s MEMBER_HOST:s MEMBER_PORT:i? MEMBER_STATE:s MEMBER_ROLE:s MEMBER_VERSION:s',
    none,
  ],
  [
    'mysql.user',
    'Host:s User:s plugin:s authentication_string:l? account_locked:s',
    ({ server }) =>
      [...server.accounts.accounts.values()].map((account): Cell[] => [
        account.host,
        account.user,
        account.plugin,
        '',
        account.locked ? 'Y' : 'N',
      ]),
  ],
];

const systemTables = new Map<string, SystemTable>(
  definitions.map(([name, spec, build]) => [name, { columns: columns(spec, name.split('.')[1] ?? ''), build }]),
);
const byLowerCase = new Map([...systemTables].map(([name, table]) => [name.toLowerCase(), table]));

const toDatum = (cell: Cell, column: SourceColumn): Datum =>
  typeof cell === 'bigint' && kindOf(column.type) === 'string' ? String(cell) : cell;

/** A table of information_schema, performance_schema or mysql as a source: its columns, and its rows as they are now. */
export const informationSchemaTable = (
  schema: string,
  name: string,
  statement: Statement,
): { columns: readonly SourceColumn[]; rows: () => readonly Row[] } => {
  const found = byLowerCase.get(`${schema}.${name.toLowerCase()}`);
  if (!found) {
    if (schema === 'information_schema') throw mysqlError('ER_UNKNOWN_TABLE', name.toUpperCase(), 'information_schema');
    throw new NotEmulated('mysql', `the table ${schema}.${name}`);
  }
  if (schema === 'mysql' && !statement.session.account.global.has('SELECT'))
    throw mysqlError(
      'ER_TABLEACCESS_DENIED_ERROR',
      'SELECT',
      statement.session.account.user,
      statement.session.account.host,
      name,
    );
  let rows: readonly Row[] | null = null;
  return {
    columns: found.columns,
    rows: () => {
      rows ??= found
        .build(statement)
        .map((row) => row.map((cell, index) => toDatum(cell, found.columns[index] as SourceColumn)));
      return rows;
    },
  };
};

/** Names of the tables of a system schema, for SHOW TABLES. */
export const systemTableNames = (schema: string): string[] =>
  [...systemTables.keys()]
    .filter((name) => name.startsWith(`${schema}.`))
    .map((name) => name.slice(schema.length + 1))
    .sort();
