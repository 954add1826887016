import { closeSync, openSync, readSync } from 'node:fs';
import { NotEmulated } from '../../../../core/not-emulated.ts';
import type { EventBody } from '../../../../wire/mysql/binlog/event.ts';
import { readFile } from '../../../../wire/mysql/binlog/file.ts';
import type { Expression, Query, SelectItem, ShowStatement, TableReference } from '../../../../wire/mysql-sql/ast.ts';
import { mysqlError } from '../../errors.ts';
import { likePattern } from '../functions/patterns.ts';
import { columnExtra, columnKey, processRows, systemTableNames } from '../information-schema/tables.ts';
import {
  deniedSchema,
  globalPrivileges,
  maySeeSchema,
  maySeeTable,
  mayUseSchema,
  requireGlobalPrivilege,
  requireTablePrivilege,
} from '../privileges.ts';
import { type Compiled, constant, emptyFrame } from '../query/compiled.ts';
import { newCompiler } from '../query/compiler.ts';
import { compileCondition } from '../query/expression.ts';
import { planQuery } from '../query/plan.ts';
import { newScope } from '../query/scope.ts';
import type { Statement } from '../query/statement.ts';
import { findDatabase, findTable, isSystemSchema } from '../storage/catalog.ts';
import type { TableData } from '../storage/table-data.ts';
import { utf8mb3 } from '../values/collation.ts';
import { typeText } from '../values/data-type.ts';
import { quoteName } from '../values/names.ts';
import {
  bigintType,
  type Datum,
  kindOf,
  type Row,
  type SqlType,
  stringType,
  unsignedBigintType,
} from '../values/sql-type.ts';
import { globalValue, sessionValue } from '../variables/access.ts';
import { allVariables } from '../variables/definitions.ts';
import { statusVariables } from '../variables/status.ts';
import { createUserText, grantsOf } from './account-changes.ts';
import { createTableText, printDefault } from './show-create.ts';

/** A result made of rows: columns by name and type. */
export type Listing = { columns: { name: string; expression: Compiled }[]; rows: Row[] };

const text = (length = 64): SqlType => stringType(length, utf8mb3);

/** 'Name Other:n': columns of text, or of whole numbers with :n. */
const listing = (names: readonly string[], rows: Row[]): Listing => ({
  columns: names.map((item) => {
    const [name = '', kind] = item.split(':');
    const type = kind === 'n' ? unsignedBigintType : kind === 'i' ? bigintType : text(kind ? Number(kind) : 64);
    return { name, expression: { ...constant(null, type, 3), nullable: true } };
  }),
  rows,
});

const filterBy = (statement: Statement, show: ShowStatement, list: Listing, likeColumn = 0): Listing => {
  const { like, where } = show.filter;
  if (like !== null) {
    const matches = likePattern(like, '\\', utf8mb3);
    return { ...list, rows: list.rows.filter((row) => matches(String(row[likeColumn] ?? ''))) };
  }
  if (where === null) return list;
  const scope = newScope(null);
  scope.sources.push({
    index: 0,
    name: '',
    schema: '',
    table: null,
    rows: null,
    nullable: false,
    columns: list.columns.map(({ name, expression }) => ({
      name,
      type: expression.type,
      nullable: true,
      orgName: name,
      orgTable: '',
      flags: 0,
      hidden: false,
      noDefault: false,
    })),
  });
  const { holds } = compileCondition(where, newCompiler(statement, scope, 'where clause'));
  return { ...list, rows: list.rows.filter((row) => holds({ ...emptyFrame(), rows: [row] })) };
};

const schemaOf = (statement: Statement, show: ShowStatement): string => {
  const schema = show.schema ?? statement.session.database;
  if (schema === null) throw mysqlError('ER_NO_DB_ERROR');
  if (!isSystemSchema(schema)) findDatabase(statement.server.catalog, schema);
  if (!mayUseSchema(statement, schema)) throw deniedSchema(statement, schema);
  return schema;
};

const tableOf = (
  statement: Statement,
  show: Pick<ShowStatement, 'table'>,
): { schema: string; name: string; table: TableData | null } => {
  const name = show.table?.name ?? '';
  const schema = show.table?.schema ?? statement.session.database;
  if (schema === null) throw mysqlError('ER_NO_DB_ERROR');
  if (isSystemSchema(schema)) return { schema, name, table: null };
  const table = findTable(statement.server.catalog, schema, name) ?? null;
  const view = statement.server.catalog.databases.get(schema)?.views.has(name) === true;
  if (!maySeeTable(statement, schema, name)) requireTablePrivilege(statement, 'SELECT', schema, name);
  if (!statement.server.catalog.databases.has(schema)) throw mysqlError('ER_BAD_DB_ERROR', schema);
  if (!table && !view) throw mysqlError('ER_NO_SUCH_TABLE', `${schema}.${name}`);
  return { schema, name, table };
};

const names = (spec: string): string[] => spec.trim().split(/\s*\|\s*/);

/** Columns of what is no stored table: of its query. */
const queryColumnsOf = (
  statement: Statement,
  schema: string,
  name: string,
): { name: string; type: SqlType; nullable: boolean }[] => {
  const from: TableReference = { kind: 'table', name: { schema, name }, alias: null, hints: [] };
  const items: SelectItem[] = [{ kind: 'star', schema: null, table: null }];
  const body = {
    kind: 'select' as const,
    distinct: false,
    calculateFoundRows: false,
    items,
    from,
    where: null,
    groupBy: [] as Expression[],
    rollup: false,
    having: null,
    windows: [],
  };
  const query: Query = { kind: 'query', with: null, body, orderBy: [], limit: null, locking: [], into: null };
  return planQuery(query, statement, null).columns.map(({ name: column, expression }) => ({
    name: column,
    type: expression.type,
    nullable: expression.nullable,
  }));
};

const showColumns = (statement: Statement, show: ShowStatement): Listing => {
  const { schema, name, table } = tableOf(statement, show);
  const rows: Row[] = table
    ? table.schema.columns.map((column, index) => {
        const { type } = column;
        const plain = [
          column.name,
          typeText(type),
          column.nullable ? 'YES' : 'NO',
          columnKey(table.schema, index),
          printDefault(column),
          columnExtra(column),
        ];
        const [field, typeName, ...rest] = plain as [string, string, ...Datum[]];
        return show.full
          ? [
              field,
              typeName,
              kindOf(type) === 'string' ? type.collation.name : null,
              ...rest,
              'select,insert,update,references',
              column.comment,
            ]
          : plain;
      })
    : queryColumnsOf(statement, schema, name).map(({ name: column, type, nullable }) =>
        show.full
          ? [
              column,
              typeText(type),
              kindOf(type) === 'string' ? type.collation.name : null,
              nullable ? 'YES' : 'NO',
              '',
              null,
              '',
              'select',
              '',
            ]
          : [column, typeText(type), nullable ? 'YES' : 'NO', '', null, ''],
      );
  const head = show.full
    ? 'Field | Type:2048 | Collation | Null | Key | Default:2048 | Extra:256 | Privileges:154 | Comment:1024'
    : 'Field | Type:2048 | Null | Key | Default:2048 | Extra:256';
  return filterBy(statement, show, listing(names(head), rows));
};

export const describeTable = (
  statement: Statement,
  table: { schema: string | null; name: string },
  column: string | null,
): Listing => showColumns(statement, { ...emptyShow, what: 'COLUMNS', table, filter: { like: column, where: null } });

const emptyShow: ShowStatement = {
  kind: 'show',
  what: '',
  full: false,
  extended: false,
  scope: null,
  schema: null,
  table: null,
  account: null,
  logName: null,
  position: null,
  limit: null,
  filter: { like: null, where: null },
};

const showIndex = (statement: Statement, show: ShowStatement): Listing => {
  const { table } = tableOf(statement, show);
  const rows = (table?.schema.indexes ?? []).flatMap((index) =>
    index.parts.map((part, place): Row => {
      const column = table?.schema.columns[part.column];
      return [
        table?.schema.name ?? '',
        index.unique ? 0n : 1n,
        index.name,
        BigInt(place + 1),
        column?.name ?? '',
        part.descending ? 'D' : 'A',
        BigInt(table?.rows.size ?? 0),
        part.prefixLength === null ? null : BigInt(part.prefixLength),
        null,
        column?.nullable ? 'YES' : '',
        'BTREE',
        '',
        index.comment,
        index.invisible ? 'NO' : 'YES',
        null,
      ];
    }),
  );
  return filterBy(
    statement,
    show,
    listing(
      names(
        'Table | Non_unique:i | Key_name | Seq_in_index:n | Column_name | Collation | Cardinality:i | Sub_part:i | Packed | Null | Index_type | Comment | Index_comment:2048 | Visible | Expression:2048',
      ),
      rows,
    ),
    2,
  );
};

const showTables = (statement: Statement, show: ShowStatement): Listing => {
  const schema = schemaOf(statement, show);
  const database = statement.server.catalog.databases.get(schema);
  const all: Row[] = database
    ? [
        ...[...database.tables.keys()]
          .filter((name) => maySeeTable(statement, schema, name))
          .map((name): Row => [name, 'BASE TABLE']),
        ...[...database.views.keys()]
          .filter((name) => maySeeTable(statement, schema, name))
          .map((name): Row => [name, 'VIEW']),
      ]
    : systemTableNames(schema.toLowerCase()).map(
        (name): Row => [name, schema.toLowerCase() === 'information_schema' ? 'SYSTEM VIEW' : 'BASE TABLE'],
      );
  all.sort((one, other) => (String(one[0]) < String(other[0]) ? -1 : 1));
  const name = `Tables_in_${schema}${show.filter.like === null ? '' : ` (${show.filter.like})`}`;
  const list: Listing = {
    columns: [
      { name, expression: { ...constant('', text()), nullable: false } },
      ...(show.full ? [{ name: 'Table_type', expression: constant('', text(11)) }] : []),
    ],
    rows: show.full ? all : all.map(([first]) => [first as Datum]),
  };
  return filterBy(statement, show, list);
};

const showTableStatus = (statement: Statement, show: ShowStatement): Listing => {
  const schema = schemaOf(statement, show);
  const database = statement.server.catalog.databases.get(schema);
  const rows = [...(database?.tables.values() ?? [])]
    .filter((table) => maySeeTable(statement, schema, table.schema.name))
    .sort((one, other) => (one.schema.name < other.schema.name ? -1 : 1))
    .map(
      ({ schema: table, rows: records, autoIncrement }): Row => [
        table.name,
        'InnoDB',
        10n,
        'Dynamic',
        BigInt(records.size),
        records.size ? BigInt(Math.floor(16384 / records.size)) : 0n,
        16384n,
        0n,
        0n,
        0n,
        table.columns.some((column) => column.autoIncrement) ? autoIncrement : null,
        new Date(table.createdMs).toISOString().slice(0, 19).replace('T', ' '),
        null,
        null,
        table.collation.name,
        null,
        '',
        table.comment,
      ],
    );
  const views = [...(database?.views.values() ?? [])].map(
    (view): Row => [view.name, ...new Array<null>(16).fill(null), 'VIEW'],
  );
  return filterBy(
    statement,
    show,
    listing(
      names(
        'Name | Engine | Version:i | Row_format | Rows:n | Avg_row_length:n | Data_length:n | Max_data_length:n | Index_length:n | Data_free:n | Auto_increment:n | Create_time | Update_time | Check_time | Collation | Checksum:i | Create_options:256 | Comment:2048',
      ),
      [...rows, ...views],
    ),
  );
};

const variableRows = (statement: Statement, show: ShowStatement): Row[] => {
  const { server, session } = statement;
  const global = show.scope === 'GLOBAL';
  return allVariables()
    .filter((definition) => !global || definition.scope !== 'session')
    .map((definition) => [
      definition.name,
      (global ? globalValue(server, definition.name) : sessionValue(server, session, definition.name)) ?? '',
    ]);
};

const showCreateTable = (statement: Statement, show: ShowStatement): Listing => {
  const { schema, name, table } = tableOf(statement, show);
  if (table && show.what === 'CREATE TABLE')
    return listing(names('Table | Create Table:1024'), [[table.schema.name, createTableText(table)]]);
  const view = statement.server.catalog.databases.get(schema)?.views.get(name);
  if (!view)
    throw table
      ? mysqlError('ER_WRONG_OBJECT', `${schema}.${name}`, 'VIEW')
      : new NotEmulated('mysql', `SHOW CREATE TABLE ${schema}.${name}`);
  const [user = '', host = ''] = view.definer.split('@');
  const definition = `CREATE ALGORITHM=UNDEFINED DEFINER=${quoteName(user)}@${quoteName(host)} SQL SECURITY DEFINER VIEW ${quoteName(name)}${view.columns.length ? ` (${view.columns.map(quoteName).join(',')})` : ''} AS ${view.text}`;
  return listing(names('View | Create View:1024 | character_set_client | collation_connection'), [
    [name, definition, 'utf8mb4', 'utf8mb4_0900_ai_ci'],
  ]);
};

const showCreateDatabase = (statement: Statement, show: ShowStatement): Listing => {
  const name = show.schema ?? '';
  if (!isSystemSchema(name)) findDatabase(statement.server.catalog, name);
  if (!mayUseSchema(statement, name)) throw deniedSchema(statement, name);
  const collation = statement.server.catalog.databases.get(name)?.collation ?? utf8mb3;
  const collate = collation.isDefault && collation.charset !== 'utf8mb4' ? '' : ` COLLATE ${collation.name}`;
  return listing(names('Database | Create Database:1024'), [
    [
      name,
      `CREATE DATABASE ${quoteName(name)} /*!40100 DEFAULT CHARACTER SET ${collation.charset}${collate} */ /*!80016 DEFAULT ENCRYPTION='N' */`,
    ],
  ]);
};

const warningRows = (statement: Statement, onlyErrors: boolean, limit: ShowStatement['limit']): Row[] => {
  const all = statement.session.warnings
    .filter(({ level }) => !onlyErrors || level === 'Error')
    .map(({ level, error }): Row => [level, BigInt(error.errno), error.message]);
  if (!limit) return all;
  const number = (expression: Expression | null) =>
    expression?.kind === 'literal' && expression.type === 'integer' ? Number(expression.value) : 0;
  return all.slice(number(limit.offset), number(limit.offset) + number(limit.count));
};

const eventNames: Readonly<Record<string, string>> = {
  'format-description': 'Format_desc',
  rotate: 'Rotate',
  'previous-gtids': 'Previous_gtids',
  gtid: 'Gtid',
  query: 'Query',
  'table-map': 'Table_map',
  xid: 'Xid',
  'rows-query': 'Rows_query',
  stop: 'Stop',
};

const eventName = (body: EventBody): string => {
  if (body.kind === 'rows')
    return body.change === 'write' ? 'Write_rows' : body.change === 'delete' ? 'Delete_rows' : 'Update_rows';
  return eventNames[body.kind] ?? 'Unknown';
};

const eventInfo = (body: EventBody): string => {
  switch (body.kind) {
    case 'format-description':
      return `Server ver: ${body.serverVersion}, Binlog ver: ${body.binlogVersion}`;
    case 'rotate':
      return `${body.file};pos=${body.position}`;
    case 'gtid':
      return `SET @@SESSION.GTID_NEXT= '${body.uuid}:${body.number}'`;
    case 'query':
      return body.query === 'BEGIN'
        ? 'BEGIN'
        : `${body.database === '' ? '' : `use ${quoteName(body.database)}; `}${body.query}`;
    case 'table-map':
      return `table_id: ${body.tableId} (${body.database}.${body.table})`;
    case 'rows':
      return `table_id: ${body.tableId} flags: ${body.flags & 1 ? 'STMT_END_F ' : ''}USE_SQL_FOREIGN_KEY_F`;
    case 'xid':
      return `COMMIT /* xid=${body.xid} */`;
    case 'rows-query':
      return `# ${body.query}`;
    default:
      return '';
  }
};

const showBinlogEvents = (statement: Statement, show: ShowStatement): Listing => {
  requireGlobalPrivilege(statement, 'REPLICATION SLAVE');
  const { binlog } = statement.server;
  const files = binlog.files();
  const file = show.logName === null ? files[0] : files.find(({ name }) => name === show.logName);
  if (!file) throw mysqlError('ER_ERROR_WHEN_EXECUTING_COMMAND', 'SHOW BINLOG EVENTS', 'Could not find target log');
  const bytes = Buffer.alloc(file.sizeBytes);
  const descriptor = openSync(binlog.path(file.name), 'r');
  readSync(descriptor, bytes, 0, bytes.length, 0);
  closeSync(descriptor);
  const number = (expression: Expression | null) =>
    expression?.kind === 'literal' && expression.type === 'integer' ? Number(expression.value) : 0;
  const skip = show.limit ? number(show.limit.offset) : 0;
  const count = show.limit ? number(show.limit.count) : Number.POSITIVE_INFINITY;
  const from = Number(show.position ?? 4n);
  const rows: Row[] = [];
  let index = 0;
  for (const { position, header, body } of readFile(bytes)) {
    if (position < from || index++ < skip) continue;
    if (rows.length >= count) break;
    const info = body.kind === 'previous-gtids' ? previousText(bytes, position) : eventInfo(body);
    rows.push([
      file.name,
      BigInt(position),
      eventName(body),
      BigInt(header.serverId),
      BigInt(header.nextPosition),
      info,
    ]);
  }
  return listing(names('Log_name | Pos:n | Event_type | Server_id:n | End_log_pos:n | Info:2048'), rows);
};

const previousText = (bytes: Buffer, position: number): string => {
  for (const event of readFile(bytes))
    if (event.position === position && event.body.kind === 'previous-gtids') return formatGtids(event.body.gtids);
  return '';
};

const formatGtids = (gtids: ReadonlyMap<string, readonly { first: bigint; last: bigint }[]>): string =>
  [...gtids]
    .map(
      ([uuid, intervals]) =>
        `${uuid}${intervals.map(({ first, last }) => `:${first}${last > first ? `-${last}` : ''}`).join('')}`,
    )
    .join(',');

type Show = (statement: Statement, show: ShowStatement) => Listing;

const informationSchema =
  (table: string, columns: readonly (readonly [source: string, name: string])[]): Show =>
  (statement, show) => {
    const items = columns.map(
      ([source, alias]): SelectItem => ({
        kind: 'expression',
        expression: { kind: 'column', schema: null, table: null, name: source },
        alias,
        text: source,
      }),
    );
    const from: TableReference = {
      kind: 'table',
      name: { schema: 'information_schema', name: table },
      alias: null,
      hints: [],
    };
    const body = {
      kind: 'select' as const,
      distinct: false,
      calculateFoundRows: false,
      items,
      from,
      where: null,
      groupBy: [] as Expression[],
      rollup: false,
      having: null,
      windows: [],
    };
    const planned = planQuery(
      {
        kind: 'query',
        with: null,
        body,
        orderBy: [{ expression: { kind: 'literal', type: 'integer', value: 1n }, descending: false }],
        limit: null,
        locking: [],
        into: null,
      },
      statement,
      null,
    );
    return filterBy(statement, show, { columns: [...planned.columns], rows: planned.run(null) });
  };

/** The one list: what is shown, by its words. */
const shows: Readonly<Record<string, Show>> = {
  DATABASES: (statement, show) => {
    const all = [
      ...statement.server.catalog.databases.keys(),
      'information_schema',
      'mysql',
      'performance_schema',
      'sys',
    ]
      .filter((name) => maySeeSchema(statement, name))
      .sort();
    const name = `Database${show.filter.like === null ? '' : ` (${show.filter.like})`}`;
    return filterBy(statement, show, {
      columns: [{ name, expression: constant('', text()) }],
      rows: all.map((database) => [database]),
    });
  },
  TABLES: showTables,
  'TABLE STATUS': showTableStatus,
  'OPEN TABLES': (statement, show) => {
    const rows = [...statement.server.catalog.databases.values()].flatMap((database) =>
      [...database.tables.keys()].map((table): Row => [database.name, table, 0n, 0n]),
    );
    return filterBy(
      statement,
      show,
      listing(
        names('Database | Table | In_use:i | Name_locked:i'),
        rows.filter(([schema]) => show.schema === null || schema === show.schema),
      ),
      1,
    );
  },
  TRIGGERS: () =>
    listing(
      names(
        'Trigger | Event | Table | Statement:2048 | Timing | Created | sql_mode:256 | Definer:256 | character_set_client | collation_connection | Database Collation',
      ),
      [],
    ),
  EVENTS: () =>
    listing(
      names(
        'Db | Name | Definer:256 | Time zone | Type | Execute at | Interval value | Interval field | Starts | Ends | Status | Originator:n | character_set_client | collation_connection | Database Collation',
      ),
      [],
    ),
  'PROCEDURE STATUS': () =>
    listing(
      names(
        'Db | Name | Type | Language | Definer:256 | Modified | Created | Security_type | Comment:1024 | character_set_client | collation_connection | Database Collation',
      ),
      [],
    ),
  'FUNCTION STATUS': () =>
    listing(
      names(
        'Db | Name | Type | Language | Definer:256 | Modified | Created | Security_type | Comment:1024 | character_set_client | collation_connection | Database Collation',
      ),
      [],
    ),
  COLUMNS: showColumns,
  INDEX: showIndex,
  VARIABLES: (statement, show) =>
    filterBy(statement, show, listing(names('Variable_name | Value:1024'), variableRows(statement, show))),
  STATUS: (statement, show) =>
    filterBy(statement, show, listing(names('Variable_name | Value:1024'), statusVariables(statement.server))),
  COLLATION: informationSchema('COLLATIONS', [
    ['COLLATION_NAME', 'Collation'],
    ['CHARACTER_SET_NAME', 'Charset'],
    ['ID', 'Id'],
    ['IS_DEFAULT', 'Default'],
    ['IS_COMPILED', 'Compiled'],
    ['SORTLEN', 'Sortlen'],
    ['PAD_ATTRIBUTE', 'Pad_attribute'],
  ]),
  'CHARACTER SET': informationSchema('CHARACTER_SETS', [
    ['CHARACTER_SET_NAME', 'Charset'],
    ['DESCRIPTION', 'Description'],
    ['DEFAULT_COLLATE_NAME', 'Default collation'],
    ['MAXLEN', 'Maxlen'],
  ]),
  ENGINES: informationSchema('ENGINES', [
    ['ENGINE', 'Engine'],
    ['SUPPORT', 'Support'],
    ['COMMENT', 'Comment'],
    ['TRANSACTIONS', 'Transactions'],
    ['XA', 'XA'],
    ['SAVEPOINTS', 'Savepoints'],
  ]),
  PLUGINS: () =>
    listing(names('Name | Status | Type | Library | License'), [
      ['caching_sha2_password', 'ACTIVE', 'AUTHENTICATION', null, 'GPL'],
      ['InnoDB', 'ACTIVE', 'STORAGE ENGINE', null, 'GPL'],
    ]),
  PRIVILEGES: () =>
    listing(
      names('Privilege | Context | Comment:256'),
      globalPrivileges.map((name): Row => [name[0] + name.slice(1).toLowerCase(), 'Server Admin', '']),
    ),
  PROCESSLIST: (statement, show) =>
    listing(
      names('Id:n | User | Host:261 | db | Command | Time:i | State | Info:2048'),
      processRows(statement, show.full),
    ),
  WARNINGS: (statement, show) =>
    listing(names('Level | Code:n | Message:512'), warningRows(statement, false, show.limit)),
  ERRORS: (statement, show) => listing(names('Level | Code:n | Message:512'), warningRows(statement, true, show.limit)),
  'COUNT WARNINGS': (statement) => ({
    columns: [{ name: '@@session.warning_count', expression: constant(0n, unsignedBigintType) }],
    rows: [[BigInt(statement.session.warnings.length)]],
  }),
  'COUNT ERRORS': (statement) => ({
    columns: [{ name: '@@session.error_count', expression: constant(0n, unsignedBigintType) }],
    rows: [[BigInt(statement.session.warnings.filter(({ level }) => level === 'Error').length)]],
  }),
  'BINARY LOGS': (statement) => {
    requireGlobalPrivilege(statement, 'SUPER', 'REPLICATION CLIENT');
    return listing(
      names('Log_name | File_size:n | Encrypted'),
      statement.server.binlog.files().map(({ name, sizeBytes }): Row => [name, BigInt(sizeBytes), 'No']),
    );
  },
  'BINARY LOG STATUS': (statement) => {
    requireGlobalPrivilege(statement, 'SUPER', 'REPLICATION CLIENT');
    const { file, offset, executedGtids } = statement.server.binlog.position();
    return listing(names('File | Position:n | Binlog_Do_DB | Binlog_Ignore_DB | Executed_Gtid_Set:2048'), [
      [file, BigInt(offset), '', '', executedGtids],
    ]);
  },
  'BINLOG EVENTS': showBinlogEvents,
  REPLICAS: (statement) => {
    requireGlobalPrivilege(statement, 'REPLICATION SLAVE');
    return listing(names('Server_Id:n | Host | Port:n | Source_Id:n | Replica_UUID'), []);
  },
  'REPLICA STATUS': (statement) => {
    requireGlobalPrivilege(statement, 'SUPER', 'REPLICATION CLIENT');
    return listing(names('Replica_IO_State | Source_Host | Source_User | Source_Port:n'), []);
  },
  'CREATE TABLE': showCreateTable,
  'CREATE VIEW': showCreateTable,
  'CREATE DATABASE': showCreateDatabase,
  'CREATE USER': (statement, show) => {
    const { account, text: definition } = createUserText(statement, show.account ?? 'current');
    return {
      columns: [{ name: `CREATE USER for ${account}`, expression: constant('', text(1024)) }],
      rows: [[definition]],
    };
  },
  GRANTS: (statement, show) => {
    const account = show.account ?? 'current';
    const name =
      account === 'current' ? { user: statement.session.account.user, host: statement.session.account.host } : account;
    const rows = grantsOf(statement, account).map((line): Row => [line]);
    return { columns: [{ name: `Grants for ${name.user}@${name.host}`, expression: constant('', text(1024)) }], rows };
  },
};

export const executeShow = (statement: Statement, show: ShowStatement): Listing => {
  const run = shows[show.what];
  if (!run) throw new NotEmulated('mysql', `SHOW ${show.what}`);
  return run(statement, show);
};
