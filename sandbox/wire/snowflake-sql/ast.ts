/**
 * Snowflake's SQL as values. Offsets (`at`) count characters from the start of the text given to the parser.
 * Identifiers are already folded: an unquoted one is upper case, a quoted one as written.
 */

export type Identifier = { name: string; quoted: boolean };

/** Up to three parts (database.schema.name). `dynamic` is the argument of IDENTIFIER(…) when it is not a literal; parts are then empty. */
export type ObjectName = { parts: readonly Identifier[]; at: number; dynamic?: Expression };

/** A type as written: NUMBER(10,2) is {name: 'NUMBER', arguments: [10, 2]}; the name is upper case, without synonyms resolved. */
export type DataType = { name: string; arguments: readonly number[]; element?: DataType };

// ── Expressions ─────────────────────────────────────────────────────────────────────────────────────────────────────

type At = { at: number };

export type Expression = At &
  (
    | { kind: 'string'; value: string }
    /** The digits as written: they may be exact beyond a double. */
    | { kind: 'number'; text: string }
    | { kind: 'boolean'; value: boolean }
    | { kind: 'null' }
    | { kind: 'interval'; value: string }
    | { kind: 'column'; parts: readonly Identifier[] }
    /** $1 or t.$1 */
    | { kind: 'position'; index: number; qualifier?: Identifier }
    /** $name, a session variable */
    | { kind: 'variable'; name: string }
    /** ? (counted from 1) or :name or :1 */
    | { kind: 'bind'; name: string }
    | Star
    | { kind: 'path'; base: Expression; steps: readonly PathStep[] }
    | { kind: 'cast'; operand: Expression; type: DataType; try: boolean }
    | { kind: 'unary'; operator: '-' | '+' | 'NOT'; operand: Expression }
    | { kind: 'binary'; operator: BinaryOperator; left: Expression; right: Expression }
    | { kind: 'is-null'; operand: Expression; negated: boolean }
    | { kind: 'is-boolean'; operand: Expression; value: boolean; negated: boolean }
    | { kind: 'is-distinct'; left: Expression; right: Expression; negated: boolean }
    | { kind: 'between'; operand: Expression; low: Expression; high: Expression; negated: boolean }
    | { kind: 'in'; operand: Expression; list: readonly Expression[]; negated: boolean }
    | { kind: 'in-query'; operand: Expression; query: Query; negated: boolean }
    | Like
    | { kind: 'quantified'; operator: BinaryOperator; left: Expression; quantifier: 'ANY' | 'ALL'; query: Query }
    | { kind: 'exists'; query: Query }
    | { kind: 'subquery'; query: Query }
    | { kind: 'row'; items: readonly Expression[] }
    | {
        kind: 'case';
        operand?: Expression;
        branches: readonly { when: Expression; result: Expression }[];
        otherwise?: Expression;
      }
    | FunctionCall
    | { kind: 'object'; entries: readonly { key: string; value: Expression }[] }
    | { kind: 'array'; items: readonly Expression[] }
    | { kind: 'lambda'; parameters: readonly Identifier[]; body: Expression }
    | { kind: 'collate'; operand: Expression; collation: string }
    /** A query as an argument in parentheses of its own is 'subquery'; TABLE(name) as an argument is this. */
    | { kind: 'table'; name: ObjectName }
  );

export type BinaryOperator = '+' | '-' | '*' | '/' | '%' | '||' | '=' | '<>' | '<' | '<=' | '>' | '>=' | 'AND' | 'OR';

export type PathStep = { key: string } | { index: Expression };

export type Star = {
  kind: 'star';
  qualifier?: readonly Identifier[];
  exclude?: readonly Identifier[];
  rename?: readonly { from: Identifier; to: Identifier }[];
  replace?: readonly { expression: Expression; name: Identifier }[];
  ilike?: string;
};

export type Like = {
  kind: 'like';
  operator: 'LIKE' | 'ILIKE' | 'RLIKE';
  operand: Expression;
  /** One for the plain form; with a quantifier, each of the list. */
  patterns: readonly Expression[];
  quantifier?: 'ANY' | 'ALL';
  escape?: Expression;
  negated: boolean;
};

export type Argument = { name?: string; value: Expression };

export type FunctionCall = {
  kind: 'function';
  name: readonly Identifier[];
  arguments: readonly Argument[];
  distinct?: true;
  /** COUNT(*) has a star among its arguments; a bare CURRENT_TIMESTAMP has none and no parentheses. */
  bare?: true;
  withinGroup?: readonly OrderItem[];
  nulls?: 'IGNORE' | 'RESPECT';
  fromLast?: true;
  over?: Window;
};

export type Window = { partitionBy: readonly Expression[]; orderBy: readonly OrderItem[]; frame?: Frame };
export type Frame = { unit: 'ROWS' | 'RANGE'; start: FrameBound; end?: FrameBound };
export type FrameBound =
  | { kind: 'unbounded'; direction: 'PRECEDING' | 'FOLLOWING' }
  | { kind: 'current' }
  | { kind: 'offset'; value: Expression; direction: 'PRECEDING' | 'FOLLOWING' };

export type OrderItem = { expression: Expression; descending: boolean; nulls?: 'FIRST' | 'LAST' };

// ── Queries ─────────────────────────────────────────────────────────────────────────────────────────────────────────

export type Query = At & {
  kind: 'query';
  with?: { recursive: boolean; ctes: readonly CommonTable[] };
  body: QueryBody;
  orderBy?: readonly OrderItem[] | 'ALL';
  limit?: Expression;
  offset?: Expression;
  /** End (exclusive) of the query's text. */
  end: number;
};

export type CommonTable = { name: Identifier; columns?: readonly Identifier[]; query: Query };

export type QueryBody =
  | Select
  | Query
  | (At & { kind: 'values'; rows: readonly (readonly Expression[])[] })
  | (At & {
      kind: 'set';
      operator: 'UNION' | 'EXCEPT' | 'INTERSECT';
      all: boolean;
      byName: boolean;
      left: QueryBody;
      right: QueryBody;
    });

export type Select = At & {
  kind: 'select';
  distinct: boolean;
  top?: Expression;
  items: readonly SelectItem[];
  from: readonly TableReference[];
  where?: Expression;
  groupBy?: GroupBy;
  having?: Expression;
  qualify?: Expression;
};

/** A star stands in `expression`, without alias. `text` is the expression as written: upper case, it names a column without alias. */
export type SelectItem = { expression: Expression; alias?: Identifier; text: string };

export type GroupBy = { kind: 'all' } | { kind: 'items'; items: readonly GroupItem[] };
export type GroupItem =
  | { kind: 'expression'; expression: Expression }
  | { kind: 'CUBE' | 'ROLLUP' | 'GROUPING SETS'; sets: readonly (readonly Expression[])[] };

type Aliased = At & { alias?: Identifier; columnAliases?: readonly Identifier[] };

export type TableReference =
  | (Aliased & {
      kind: 'table';
      name: ObjectName;
      timeTravel?: TimeTravel;
      changes?: { information: 'DEFAULT' | 'APPEND_ONLY'; from: TimeTravel; to?: TimeTravel };
      sample?: Sample;
    })
  | (Aliased & { kind: 'derived'; query: Query; lateral: boolean; sample?: Sample })
  | (Aliased & { kind: 'values-table'; rows: readonly (readonly Expression[])[] })
  | (Aliased & {
      kind: 'table-function';
      /** FLATTEN, GENERATOR, RESULT_SCAN, INFORMATION_SCHEMA.COPY_HISTORY … */
      name: readonly Identifier[];
      arguments: readonly Argument[];
      lateral: boolean;
    })
  | (Aliased & { kind: 'stage-table'; stage: StageReference; options: Options })
  | (Aliased & {
      kind: 'pivot';
      source: TableReference;
      aggregate: Expression;
      column: Identifier;
      values: PivotValues;
    })
  | (Aliased & {
      kind: 'unpivot';
      source: TableReference;
      value: Identifier;
      name: Identifier;
      columns: readonly { name: Identifier; alias?: Identifier }[];
      includeNulls: boolean;
    })
  | Join;

export type PivotValues =
  | { kind: 'list'; items: readonly { value: Expression; alias?: Identifier }[] }
  | { kind: 'any' }
  | { kind: 'query'; query: Query };

export type Join = At & {
  kind: 'join';
  type: 'INNER' | 'LEFT' | 'RIGHT' | 'FULL' | 'CROSS' | 'ASOF';
  natural: boolean;
  left: TableReference;
  right: TableReference;
  on?: Expression;
  using?: readonly Identifier[];
  matchCondition?: Expression;
};

export type TimeTravel = {
  direction: 'AT' | 'BEFORE';
  point: 'TIMESTAMP' | 'OFFSET' | 'STATEMENT' | 'STREAM';
  value: Expression;
};
export type Sample = { method: 'BERNOULLI' | 'SYSTEM'; size: Expression; rows: boolean; seed?: Expression };

/** @name/path, @db.schema.name/path, @%table/path, @~/path. The path has no leading slash; '' when absent. */
export type StageReference = At & {
  kind: 'stage';
  owner: 'named' | 'table' | 'user';
  name?: ObjectName;
  path: string;
};

// ── Options: NAME = value lists of DDL and COPY ─────────────────────────────────────────────────────────────────────

/** By upper-case name. */
export type Options = Readonly<Record<string, OptionValue>>;
export type OptionValue =
  | { kind: 'string'; value: string }
  | { kind: 'number'; value: number }
  | { kind: 'boolean'; value: boolean }
  /** A bare word or dotted name, upper case unless quoted: XSMALL, CASE_INSENSITIVE, db.schema.format */
  | { kind: 'word'; value: string; name: ObjectName }
  | { kind: 'list'; items: readonly OptionValue[] }
  | { kind: 'options'; options: Options }
  | { kind: 'variable'; expression: Expression };

// ── Statements ──────────────────────────────────────────────────────────────────────────────────────────────────────

export type Statement = At &
  (
    | QueryStatement
    | Insert
    | MultiInsert
    | Update
    | Delete
    | Merge
    | { kind: 'truncate'; table: ObjectName; ifExists: boolean }
    | CreateTable
    | CreateView
    | CreateObject
    | CreateStage
    | CreatePipe
    | CreateStream
    | CreateTask
    | CreateSequence
    | AlterTable
    | AlterTask
    | AlterPipe
    | AlterObject
    | AlterSession
    | Drop
    | { kind: 'undrop'; object: ObjectKind; name: ObjectName }
    | { kind: 'describe'; object: ObjectKind | 'RESULT'; name: ObjectName; type?: string }
    | Show
    | { kind: 'use'; object: 'DATABASE' | 'SCHEMA' | 'WAREHOUSE' | 'ROLE' | 'SECONDARY ROLES'; name: ObjectName }
    | { kind: 'set'; variables: readonly { name: string; value: Expression }[] }
    | { kind: 'unset'; variables: readonly string[] }
    | { kind: 'begin'; name?: string }
    | { kind: 'commit' }
    | { kind: 'rollback' }
    | { kind: 'execute-task'; task: ObjectName; retryLast: boolean }
    | { kind: 'execute-immediate'; source: Expression; using: readonly Expression[] }
    /** BEGIN … END, DECLARE … BEGIN … END: Snowflake Scripting, kept as text. */
    | { kind: 'script'; text: string }
    | CopyIntoTable
    | CopyIntoLocation
    | { kind: 'put'; file: string; stage: StageReference; options: Options }
    | { kind: 'get'; stage: StageReference; file: string; options: Options }
    | { kind: 'list'; stage: StageReference; pattern?: string }
    | { kind: 'remove'; stage: StageReference; pattern?: string }
    | GrantOrRevoke
    | {
        kind: 'comment';
        ifExists: boolean;
        object: ObjectKind | 'COLUMN';
        /** Of a column, the last part is the column. */
        name: ObjectName;
        comment: string;
      }
    | { kind: 'call'; name: ObjectName; arguments: readonly Argument[] }
    | { kind: 'explain'; format: 'TABULAR' | 'JSON' | 'TEXT'; statement: Statement }
    /** A statement that Snowflake has and this parser only knows by name, such as 'CREATE MASKING POLICY'. */
    | { kind: 'other'; name: string; text: string }
  );

export type QueryStatement = { kind: 'select'; query: Query };

export type Insert = {
  kind: 'insert';
  overwrite: boolean;
  table: ObjectName;
  columns?: readonly Identifier[];
  /** VALUES may hold DEFAULT, which is a column named DEFAULT, unquoted. */
  source: Query;
};

export type MultiInsert = { kind: 'multi-insert'; text: string };

export type Assignment = { column: Identifier; qualifier?: Identifier; value: Expression };

export type Update = {
  kind: 'update';
  table: ObjectName;
  alias?: Identifier;
  assignments: readonly Assignment[];
  from: readonly TableReference[];
  where?: Expression;
};

export type Delete = {
  kind: 'delete';
  table: ObjectName;
  alias?: Identifier;
  using: readonly TableReference[];
  where?: Expression;
};

export type Merge = {
  kind: 'merge';
  table: ObjectName;
  alias?: Identifier;
  source: TableReference;
  on: Expression;
  clauses: readonly MergeClause[];
};

export type MergeClause =
  | { kind: 'update'; condition?: Expression; assignments: readonly Assignment[] }
  | { kind: 'update-all'; condition?: Expression }
  | { kind: 'delete'; condition?: Expression }
  | { kind: 'insert'; condition?: Expression; columns?: readonly Identifier[]; values: readonly Expression[] }
  | { kind: 'insert-all'; condition?: Expression };

type Creation = { orReplace: boolean; ifNotExists: boolean; name: ObjectName };

export type ColumnDefinition = At & {
  name: Identifier;
  /** Absent only in CREATE TABLE (a, b) AS SELECT. */
  type?: DataType;
  notNull: boolean;
  default?: Expression;
  /** The text of the default, for DESCRIBE. */
  defaultText?: string;
  identity?: { start: number; increment: number; order?: boolean };
  collation?: string;
  comment?: string;
  constraints: readonly Constraint[];
};

export type Constraint = {
  name?: Identifier;
  type: 'PRIMARY KEY' | 'UNIQUE' | 'FOREIGN KEY' | 'CHECK';
  columns: readonly Identifier[];
  references?: { table: ObjectName; columns: readonly Identifier[] };
};

export type CreateTable = Creation & {
  kind: 'create-table';
  persistence: 'PERMANENT' | 'TRANSIENT' | 'TEMPORARY';
  /** EXTERNAL, DYNAMIC, HYBRID, ICEBERG or EVENT tables: known, to be refused by name. */
  variety?: 'EXTERNAL' | 'DYNAMIC' | 'HYBRID' | 'ICEBERG' | 'EVENT';
  columns: readonly ColumnDefinition[];
  constraints: readonly Constraint[];
  clusterBy?: readonly Expression[];
  options: Options;
  as?: Query;
  like?: ObjectName;
  clone?: { source: ObjectName; timeTravel?: TimeTravel };
  /** CREATE TABLE … USING TEMPLATE (query) */
  template?: Query;
};

export type CreateView = Creation & {
  kind: 'create-view';
  secure: boolean;
  recursive: boolean;
  materialized: boolean;
  temporary: boolean;
  columns?: readonly { name: Identifier; comment?: string }[];
  options: Options;
  query: Query;
  /** The text after AS. */
  queryText: string;
};

/** Objects that are a name and options. */
export type CreateObject = Creation & {
  kind: 'create-object';
  object:
    | 'DATABASE'
    | 'SCHEMA'
    | 'WAREHOUSE'
    | 'FILE FORMAT'
    | 'STORAGE INTEGRATION'
    | 'NOTIFICATION INTEGRATION'
    | 'TAG'
    | 'ROLE'
    | 'USER';
  temporary: boolean;
  transient: boolean;
  clone?: { source: ObjectName; timeTravel?: TimeTravel };
  options: Options;
};

export type CreateStage = Creation & {
  kind: 'create-stage';
  temporary: boolean;
  clone?: { source: ObjectName };
  /** URL, STORAGE_INTEGRATION, FILE_FORMAT, DIRECTORY, COPY_OPTIONS, … */
  options: Options;
};

export type CreatePipe = Creation & {
  kind: 'create-pipe';
  /** AUTO_INGEST, AWS_SNS_TOPIC, ERROR_INTEGRATION, INTEGRATION, COMMENT */
  options: Options;
  copy: CopyIntoTable;
  /** The text after AS, as SHOW PIPES gives it in `definition`. */
  copyText: string;
};

export type CreateStream = Creation & {
  kind: 'create-stream';
  source: { object: 'TABLE' | 'EXTERNAL TABLE' | 'STAGE' | 'VIEW'; name: ObjectName };
  timeTravel?: TimeTravel;
  clone?: { source: ObjectName };
  /** APPEND_ONLY, INSERT_ONLY, SHOW_INITIAL_ROWS, COMMENT */
  options: Options;
};

export type CreateTask = Creation & {
  kind: 'create-task';
  /** WAREHOUSE, SCHEDULE, CONFIG, USER_TASK_…, SUSPEND_TASK_AFTER_NUM_FAILURES, FINALIZE (a word), session parameters, … */
  options: Options;
  after: readonly ObjectName[];
  when?: Expression;
  whenText?: string;
  clone?: { source: ObjectName };
  /** Absent only of a clone. */
  body?: Statement;
  bodyText: string;
};

export type CreateSequence = Creation & {
  kind: 'create-sequence';
  start: number;
  increment: number;
  order?: boolean;
  comment?: string;
};

export type ObjectKind =
  | 'DATABASE'
  | 'SCHEMA'
  | 'TABLE'
  | 'VIEW'
  | 'MATERIALIZED VIEW'
  | 'EXTERNAL TABLE'
  | 'DYNAMIC TABLE'
  | 'STAGE'
  | 'FILE FORMAT'
  | 'PIPE'
  | 'STREAM'
  | 'TASK'
  | 'SEQUENCE'
  | 'WAREHOUSE'
  | 'INTEGRATION'
  | 'STORAGE INTEGRATION'
  | 'NOTIFICATION INTEGRATION'
  | 'USER'
  | 'ROLE'
  | 'TAG'
  | 'FUNCTION'
  | 'PROCEDURE'
  | 'ACCOUNT';

export type AlterTable = {
  kind: 'alter-table';
  ifExists: boolean;
  /** ALTER VIEW gives 'VIEW'. */
  object: 'TABLE' | 'VIEW';
  name: ObjectName;
  action: AlterTableAction;
};

export type AlterTableAction =
  | { kind: 'add-columns'; ifNotExists: boolean; columns: readonly ColumnDefinition[] }
  | { kind: 'drop-columns'; ifExists: boolean; columns: readonly Identifier[] }
  | { kind: 'rename-column'; from: Identifier; to: Identifier }
  | { kind: 'alter-columns'; changes: readonly ColumnChange[] }
  | { kind: 'rename'; to: ObjectName }
  | { kind: 'swap'; with: ObjectName }
  | { kind: 'add-constraint'; constraint: Constraint }
  | { kind: 'drop-constraint'; text: string }
  | { kind: 'cluster'; by: readonly Expression[] }
  | { kind: 'drop-cluster' }
  | { kind: 'recluster'; operation: 'SUSPEND' | 'RESUME' }
  | { kind: 'set'; options: Options }
  | { kind: 'unset'; names: readonly string[] }
  | { kind: 'other'; name: string };

export type ColumnChange = { column: Identifier } & (
  | { kind: 'type'; type: DataType }
  | { kind: 'set-not-null' }
  | { kind: 'drop-not-null' }
  | { kind: 'set-default'; value: Expression }
  | { kind: 'drop-default' }
  | { kind: 'comment'; comment: string }
);

export type AlterTask = {
  kind: 'alter-task';
  ifExists: boolean;
  name: ObjectName;
  action:
    | { kind: 'resume' }
    | { kind: 'suspend' }
    | { kind: 'add-after'; tasks: readonly ObjectName[] }
    | { kind: 'remove-after'; tasks: readonly ObjectName[] }
    | { kind: 'set'; options: Options }
    | { kind: 'unset'; names: readonly string[] }
    | { kind: 'modify-as'; body: Statement; bodyText: string }
    | { kind: 'modify-when'; when: Expression; whenText: string }
    | { kind: 'remove-when' };
};

export type AlterPipe = {
  kind: 'alter-pipe';
  ifExists: boolean;
  name: ObjectName;
  action:
    | { kind: 'refresh'; prefix?: string; modifiedAfter?: string }
    | { kind: 'set'; options: Options }
    | { kind: 'unset'; names: readonly string[] };
};

export type AlterObject = {
  kind: 'alter-object';
  object: ObjectKind;
  ifExists: boolean;
  /** Empty for ALTER ACCOUNT and ALTER WAREHOUSE without a name. */
  name: ObjectName;
  action:
    | { kind: 'rename'; to: ObjectName }
    | { kind: 'swap'; with: ObjectName }
    | { kind: 'set'; options: Options }
    | { kind: 'unset'; names: readonly string[] }
    /** RESUME, SUSPEND, REFRESH, ABORT ALL QUERIES, … */
    | { kind: 'other'; name: string };
};

export type AlterSession = {
  kind: 'alter-session';
  action: { kind: 'set'; options: Options } | { kind: 'unset'; names: readonly string[] };
};

export type Drop = {
  kind: 'drop';
  object: ObjectKind;
  ifExists: boolean;
  name: ObjectName;
  behavior?: 'CASCADE' | 'RESTRICT';
};

export type Show = {
  kind: 'show';
  /** As written, upper case: TABLES, PIPES, FILE FORMATS, PARAMETERS, … */
  objects: string;
  terse: boolean;
  history: boolean;
  like?: string;
  in?: { scope: string; name?: ObjectName };
  startsWith?: string;
  limit?: { rows: number; from?: string };
};

export type CopyIntoTable = At & {
  kind: 'copy-into-table';
  table: ObjectName;
  columns?: readonly Identifier[];
  from: StageReference | (At & { kind: 'location'; url: string }) | Query;
  /** FILES (list), PATTERN, FILE_FORMAT (options, or word/string), ON_ERROR, FORCE, PURGE, VALIDATION_MODE, … */
  options: Options;
};

export type CopyIntoLocation = {
  kind: 'copy-into-location';
  to: StageReference | (At & { kind: 'location'; url: string });
  from: ObjectName | Query;
  partitionBy?: Expression;
  options: Options;
};

export type GrantOrRevoke = {
  kind: 'grant' | 'revoke';
  /** 'SELECT', 'ROLE analyst', … as written. */
  privileges: string;
  on?: { object: string; name?: ObjectName };
  to?: { object: 'ROLE' | 'USER' | 'SHARE'; name: ObjectName };
  text: string;
};
