/** A name as written: `schema.table` or `table`. */
export type TableName = { schema: string | null; name: string };

export type Literal =
  | { kind: 'literal'; type: 'null' }
  | { kind: 'literal'; type: 'boolean'; value: boolean }
  | { kind: 'literal'; type: 'integer'; value: bigint }
  /** Exact digits as written: '0.10'. */
  | { kind: 'literal'; type: 'decimal'; value: string }
  | { kind: 'literal'; type: 'double'; value: number }
  /** `charset` is that of the introducer, or null. */
  | { kind: 'literal'; type: 'string'; value: string; charset: string | null }
  | {
      kind: 'literal';
      type: 'bytes';
      value: Uint8Array;
      charset: string | null;
      notation: 'hex' | 'bit' | 'introducer';
    }
  | { kind: 'literal'; type: 'date' | 'time' | 'timestamp'; value: string };

export type OrderItem = { expression: Expression; descending: boolean };

export type WindowFrameBound =
  | { kind: 'unboundedPreceding' }
  | { kind: 'preceding'; expression: Expression; unit: string | null }
  | { kind: 'currentRow' }
  | { kind: 'following'; expression: Expression; unit: string | null }
  | { kind: 'unboundedFollowing' };

export type WindowSpecification = {
  base: string | null;
  partitionBy: Expression[];
  orderBy: OrderItem[];
  frame: { unit: 'ROWS' | 'RANGE'; start: WindowFrameBound; end: WindowFrameBound } | null;
};

export type FunctionCall = {
  kind: 'call';
  /** Upper case. */
  name: string;
  arguments: Expression[];
  /** A keyword that goes with the call: a unit (DAY), a side (LEADING), a date format type. */
  option: string | null;
  distinct: boolean;
  star: boolean;
  orderBy: OrderItem[];
  separator: string | null;
  over: WindowSpecification | string | null;
};

export type Expression =
  | Literal
  | { kind: 'parameter'; index: number }
  | { kind: 'column'; schema: string | null; table: string | null; name: string }
  | { kind: 'userVariable'; name: string }
  | { kind: 'assignment'; name: string; value: Expression }
  | { kind: 'systemVariable'; scope: 'GLOBAL' | 'SESSION' | null; name: string }
  | { kind: 'unary'; operator: '-' | '+' | '~' | '!' | 'NOT' | 'BINARY'; operand: Expression }
  | { kind: 'binary'; operator: BinaryOperator; left: Expression; right: Expression }
  | { kind: 'isNull'; operand: Expression; negated: boolean }
  | { kind: 'isTruth'; operand: Expression; truth: boolean | null; negated: boolean }
  | { kind: 'between'; operand: Expression; low: Expression; high: Expression; negated: boolean }
  | { kind: 'in'; operand: Expression; items: Expression[]; negated: boolean }
  | { kind: 'inQuery'; operand: Expression; query: Query; negated: boolean }
  | { kind: 'quantified'; operator: BinaryOperator; quantifier: 'ANY' | 'ALL'; operand: Expression; query: Query }
  | { kind: 'like'; operand: Expression; pattern: Expression; escape: Expression | null; negated: boolean }
  | { kind: 'regexp'; operand: Expression; pattern: Expression; negated: boolean }
  | { kind: 'exists'; query: Query }
  | { kind: 'subquery'; query: Query }
  | { kind: 'row'; items: Expression[] }
  | {
      kind: 'case';
      operand: Expression | null;
      branches: { when: Expression; result: Expression }[];
      otherwise: Expression | null;
    }
  | { kind: 'cast'; operand: Expression; type: DataType; array: boolean }
  | { kind: 'convertUsing'; operand: Expression; charset: string }
  | { kind: 'collate'; operand: Expression; collation: string }
  | { kind: 'interval'; operand: Expression; amount: Expression; unit: string; subtract: boolean }
  | { kind: 'default'; column: string | null }
  | { kind: 'insertedValue'; column: string }
  | FunctionCall;

export type BinaryOperator =
  | 'OR'
  | 'XOR'
  | 'AND'
  | '='
  | '<=>'
  | '>='
  | '>'
  | '<='
  | '<'
  | '<>'
  | '|'
  | '&'
  | '<<'
  | '>>'
  | '+'
  | '-'
  | '*'
  | '/'
  | 'DIV'
  | '%'
  | '^'
  | '->'
  | '->>';

/** A type as written; `name` is canonical and lower case ('int', 'varchar', 'double'). */
export type DataType = {
  name: string;
  /** Length, precision or fraction digits, whichever the type takes first. */
  length: number | null;
  decimals: number | null;
  unsigned: boolean;
  zerofill: boolean;
  /** Members of ENUM and SET. */
  values: string[];
  charset: string | null;
  collation: string | null;
  /** The BINARY attribute: the charset's _bin collation. */
  binary: boolean;
};

export type SelectItem =
  | { kind: 'star'; schema: string | null; table: string | null }
  | {
      kind: 'expression';
      expression: Expression;
      alias: string | null /** Its text, which names the column. */;
      text: string;
    };

export type IndexHint = { action: 'USE' | 'IGNORE' | 'FORCE'; indexes: string[] };

export type TableReference =
  | { kind: 'table'; name: TableName; alias: string | null; hints: IndexHint[] }
  | { kind: 'derived'; query: Query; alias: string; columns: string[]; lateral: boolean }
  | {
      kind: 'join';
      type: 'inner' | 'left' | 'right';
      left: TableReference;
      right: TableReference;
      on: Expression | null;
      using: string[] | null;
      natural: boolean;
    };

export type LockingClause = { mode: 'update' | 'share'; tables: string[]; wait: 'wait' | 'nowait' | 'skip' };

export type Limit = { count: Expression; offset: Expression | null };

export type CommonTable = { name: string; columns: string[]; query: Query };

export type SelectBlock = {
  kind: 'select';
  distinct: boolean;
  calculateFoundRows: boolean;
  items: SelectItem[];
  from: TableReference | null;
  where: Expression | null;
  groupBy: Expression[];
  rollup: boolean;
  having: Expression | null;
  windows: { name: string; specification: WindowSpecification }[];
};

export type ValuesBlock = { kind: 'values'; rows: Expression[][] };

export type SetOperation = {
  kind: 'set';
  operator: 'UNION' | 'EXCEPT' | 'INTERSECT';
  all: boolean;
  left: QueryBody;
  right: QueryBody;
};

export type QueryBody = SelectBlock | ValuesBlock | SetOperation | Query;

export type IntoVariables = string[];

export type Query = {
  kind: 'query';
  with: { recursive: boolean; tables: CommonTable[] } | null;
  body: QueryBody;
  orderBy: OrderItem[];
  limit: Limit | null;
  locking: LockingClause[];
  into: IntoVariables | null;
};

export type Assignment = { column: { schema: string | null; table: string | null; name: string }; value: Expression };

export type InsertStatement = {
  kind: 'insert';
  replace: boolean;
  ignore: boolean;
  table: TableName;
  columns: string[] | null;
  source: { kind: 'values'; rows: Expression[][] } | { kind: 'query'; query: Query };
  /** Alias of the new row, for ON DUPLICATE KEY UPDATE. */
  alias: { name: string; columns: string[] } | null;
  onDuplicate: Assignment[] | null;
};

export type UpdateStatement = {
  kind: 'update';
  with: Query['with'];
  ignore: boolean;
  from: TableReference;
  assignments: Assignment[];
  where: Expression | null;
  orderBy: OrderItem[];
  limit: Limit | null;
};

export type DeleteStatement = {
  kind: 'delete';
  with: Query['with'];
  ignore: boolean;
  /** Null for the single-table form, whose table is `from`. */
  targets: TableName[] | null;
  from: TableReference;
  where: Expression | null;
  orderBy: OrderItem[];
  limit: Limit | null;
};

export type KeyPart = { column: string; length: number | null; descending: boolean };

export type ReferentialAction = 'RESTRICT' | 'CASCADE' | 'SET NULL' | 'NO ACTION' | 'SET DEFAULT';

export type References = {
  table: TableName;
  columns: string[];
  onDelete: ReferentialAction | null;
  onUpdate: ReferentialAction | null;
};

/** Where an expression stands in the text; it is kept as written, for SHOW CREATE TABLE. */
export type WrittenExpression = { expression: Expression; text: string };

export type ColumnDefinition = {
  name: string;
  type: DataType;
  nullable: boolean | null;
  default: WrittenExpression | null;
  onUpdate: Expression | null;
  autoIncrement: boolean;
  primaryKey: boolean;
  unique: boolean;
  comment: string;
  invisible: boolean;
  checks: { name: string | null; check: WrittenExpression; enforced: boolean }[];
  references: References | null;
};

export type IndexDefinition = {
  kind: 'primary' | 'unique' | 'index';
  name: string | null;
  parts: KeyPart[];
  type: string | null;
  comment: string;
  invisible: boolean;
};

export type TableElement =
  | { kind: 'column'; column: ColumnDefinition }
  | { kind: 'key'; index: IndexDefinition }
  | { kind: 'foreignKey'; name: string | null; indexName: string | null; columns: string[]; references: References }
  | { kind: 'check'; name: string | null; check: WrittenExpression; enforced: boolean };

export type TableOptions = {
  engine?: string;
  charset?: string;
  collation?: string;
  comment?: string;
  autoIncrement?: bigint;
  rowFormat?: string;
};

export type ColumnPlace = 'first' | { after: string } | null;

export type AlterAction =
  | { kind: 'addColumn'; column: ColumnDefinition; place: ColumnPlace }
  | { kind: 'modifyColumn'; name: string; column: ColumnDefinition; place: ColumnPlace }
  | { kind: 'dropColumn'; name: string }
  | { kind: 'renameColumn'; from: string; to: string }
  | { kind: 'setDefault'; column: string; default: WrittenExpression | null }
  | { kind: 'add'; element: Exclude<TableElement, { kind: 'column' }> }
  | { kind: 'dropIndex'; name: string }
  | { kind: 'dropPrimaryKey' }
  | { kind: 'dropForeignKey'; name: string }
  | { kind: 'dropCheck'; name: string }
  | { kind: 'dropConstraint'; name: string }
  | { kind: 'renameIndex'; from: string; to: string }
  | { kind: 'renameTable'; to: TableName }
  | { kind: 'convertCharset'; charset: string; collation: string | null }
  | { kind: 'options'; options: TableOptions }
  | { kind: 'nothing' };

export type CreateTableStatement = {
  kind: 'createTable';
  temporary: boolean;
  ifNotExists: boolean;
  table: TableName;
  like: TableName | null;
  elements: TableElement[];
  options: TableOptions;
  query: Query | null;
};

export type AccountName = { user: string; host: string } | 'current';

export type UserAuthentication = {
  account: AccountName;
  plugin: string | null;
  /** IDENTIFIED BY. */
  password: string | null;
  /** IDENTIFIED WITH … AS: what the server stores. */
  hash: string | null;
};

export type Privilege = { name: string; columns: string[] };

export type PrivilegeLevel = { schema: string | null; table: string | null };

export type SetItem =
  | { kind: 'user'; name: string; value: Expression }
  | {
      kind: 'system';
      scope: 'GLOBAL' | 'SESSION' | 'PERSIST' | null;
      name: string;
      value: Expression | { kind: 'default' };
    }
  | { kind: 'names'; charset: string | null; collation: string | null }
  | { kind: 'characterSet'; charset: string | null }
  | { kind: 'transaction'; scope: 'GLOBAL' | 'SESSION' | null; isolation: string | null; readOnly: boolean | null }
  | { kind: 'password'; account: AccountName; password: string };

export type ShowFilter = { like: string | null; where: Expression | null };

export type ShowStatement = {
  kind: 'show';
  /** What is shown: 'DATABASES', 'TABLES', 'CREATE TABLE', … */
  what: string;
  full: boolean;
  extended: boolean;
  scope: 'GLOBAL' | 'SESSION' | null;
  schema: string | null;
  table: TableName | null;
  account: AccountName | null;
  /** SHOW BINLOG EVENTS IN. */
  logName: string | null;
  position: bigint | null;
  limit: Limit | null;
  filter: ShowFilter;
};

export type Statement =
  | Query
  | InsertStatement
  | UpdateStatement
  | DeleteStatement
  | CreateTableStatement
  | { kind: 'alterTable'; table: TableName; actions: AlterAction[] }
  | { kind: 'dropTable'; temporary: boolean; ifExists: boolean; tables: TableName[] }
  | { kind: 'truncate'; table: TableName }
  | { kind: 'renameTable'; pairs: { from: TableName; to: TableName }[] }
  | { kind: 'createIndex'; table: TableName; index: IndexDefinition }
  | { kind: 'dropIndex'; table: TableName; name: string }
  | { kind: 'createDatabase'; ifNotExists: boolean; name: string; charset: string | null; collation: string | null }
  | { kind: 'alterDatabase'; name: string | null; charset: string | null; collation: string | null }
  | { kind: 'dropDatabase'; ifExists: boolean; name: string }
  | { kind: 'createView'; orReplace: boolean; name: TableName; columns: string[]; query: Query; text: string }
  | { kind: 'dropView'; ifExists: boolean; names: TableName[] }
  | { kind: 'createUser'; ifNotExists: boolean; users: UserAuthentication[]; locked: boolean | null }
  | { kind: 'alterUser'; ifExists: boolean; users: UserAuthentication[]; locked: boolean | null }
  | { kind: 'dropUser'; ifExists: boolean; users: AccountName[] }
  | { kind: 'renameUser'; pairs: { from: AccountName; to: AccountName }[] }
  | { kind: 'grant'; privileges: Privilege[]; level: PrivilegeLevel; users: AccountName[]; grantOption: boolean }
  | { kind: 'revoke'; ifExists: boolean; privileges: Privilege[]; level: PrivilegeLevel; users: AccountName[] }
  | { kind: 'use'; database: string }
  | { kind: 'set'; items: SetItem[] }
  | ShowStatement
  | { kind: 'describe'; table: TableName; column: string | null }
  | { kind: 'explain'; format: string | null; analyze: boolean; statement: Statement }
  | { kind: 'begin'; readOnly: boolean | null; consistentSnapshot: boolean }
  | { kind: 'commit'; chain: boolean; release: boolean }
  | { kind: 'rollback'; chain: boolean; release: boolean }
  | { kind: 'savepoint'; name: string }
  | { kind: 'rollbackTo'; name: string }
  | { kind: 'releaseSavepoint'; name: string }
  | { kind: 'lockTables'; tables: { name: TableName; alias: string | null; write: boolean }[] }
  | { kind: 'unlockTables' }
  | { kind: 'flush'; what: 'TABLES' | 'READ LOCK' | 'LOGS' | 'PRIVILEGES' | 'STATUS'; tables: TableName[] }
  | { kind: 'purgeLogs'; to: string | null; before: Expression | null }
  | { kind: 'resetLogs' }
  | { kind: 'kill'; query: boolean; id: Expression }
  | { kind: 'call'; name: TableName }
  | { kind: 'prepare'; name: string; source: Expression }
  | { kind: 'executePrepared'; name: string; variables: string[] }
  | { kind: 'deallocate'; name: string }
  | { kind: 'do'; expressions: Expression[] }
  | { kind: 'maintain'; operation: 'ANALYZE' | 'CHECK' | 'OPTIMIZE'; tables: TableName[] };

export type ParsedStatement = {
  statement: Statement;
  /** The statement's own text, without what follows it. */
  text: string;
  parameterCount: number;
  /** Some query in it has FOR UPDATE, FOR SHARE or LOCK IN SHARE MODE. */
  locksRows: boolean;
  /** What is to be warned of in its spelling. */
  deprecated: readonly { readonly errno: number; readonly text: string }[];
};
