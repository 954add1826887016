import type { Query } from '../../../../wire/mysql-sql/ast.ts';
import { mysqlError } from '../../errors.ts';
import { isSystemSchema } from '../storage/catalog.ts';
import type { TableData } from '../storage/table-data.ts';
import type { Row, SqlType } from '../values/sql-type.ts';
import type { Compiled, Frame } from './compiled.ts';

export type SourceColumn = {
  readonly name: string;
  readonly type: SqlType;
  readonly nullable: boolean;
  readonly orgName: string;
  readonly orgTable: string;
  /** Of a derived table's column: the schema of the stored column behind it. */
  readonly orgSchema?: string;
  readonly flags: number;
  readonly hidden: boolean;
  readonly noDefault: boolean;
};

/** A table, view, derived table or CTE in FROM. */
export type Source = {
  readonly index: number;
  /** Its alias, or name. */
  readonly name: string;
  /** '' for what is no stored table. */
  readonly schema: string;
  readonly columns: readonly SourceColumn[];
  readonly table: TableData | null;
  /** Rows of what is no stored table. */
  readonly rows: ((outer: Frame | null) => readonly Row[]) | null;
  /** On the inner side of an outer join: its columns may be null. */
  nullable: boolean;
};

export type CommonTableDefinition = {
  readonly name: string;
  readonly columns: readonly string[];
  readonly query: Query;
  readonly recursive: boolean;
  /** Scope of the WITH clause, where the names in the query are looked up. */
  readonly scope: Scope | null;
  /** While a recursive one is computed: its columns and the rows of the last round. */
  working: { columns: readonly SourceColumn[]; rows: readonly Row[] } | null;
  result: { columns: readonly SourceColumn[]; rows: () => readonly Row[] } | null;
};

/** A name that USING or NATURAL JOIN made one column of two. */
export type MergedColumn = {
  readonly name: string;
  readonly expression: Compiled;
  readonly members: readonly (readonly [source: number, column: number])[];
};

/** Names that a query block knows. */
export type Scope = {
  readonly parent: Scope | null;
  readonly sources: Source[];
  readonly merged: MergedColumn[];
  aliases: Map<string, Compiled> | null;
  /** CTEs declared here, by lower-case name. */
  readonly commonTables: Map<string, CommonTableDefinition>;
  /** Set when something in here reads a row of a block around it. */
  correlated: boolean;
};

export const newScope = (parent: Scope | null): Scope => ({
  parent,
  sources: [],
  merged: [],
  aliases: null,
  commonTables: new Map(),
  correlated: false,
});

export const findCommonTable = (scope: Scope | null, name: string): CommonTableDefinition | null => {
  for (let current = scope; current; current = current.parent) {
    const found = current.commonTables.get(name.toLowerCase());
    if (found) return found;
  }
  return null;
};

export type ColumnReference = { source: Source; column: number };

// Names of tables and aliases count by case (lower_case_table_names is 0), except those of the system's own tables.
const isNamed = (source: Source, name: string): boolean =>
  source.name === name || (isSystemSchema(source.schema) && source.name.toLowerCase() === name.toLowerCase());

/** Where a column is in this block alone; throws 1052 when that is not clear. */
export const findColumn = (
  scope: Scope,
  schema: string | null,
  table: string | null,
  name: string,
  clause: string,
): ColumnReference | MergedColumn | null => {
  const wanted = name.toLowerCase();
  if (table === null) {
    const merged = scope.merged.find((column) => column.name.toLowerCase() === wanted);
    if (merged) return merged;
  }
  let found: ColumnReference | null = null;
  for (const source of scope.sources) {
    if (table !== null && !isNamed(source, table)) continue;
    if (schema !== null && source.schema !== schema) continue;
    const column = source.columns.findIndex((candidate) => candidate.name.toLowerCase() === wanted);
    if (column < 0) continue;
    if (found) throw mysqlError('ER_NON_UNIQ_ERROR', [table, name].filter((part) => part !== null).join('.'), clause);
    found = { source, column };
  }
  return found;
};

export const sourceNamed = (scope: Scope, schema: string | null, name: string): Source | undefined =>
  scope.sources.find((source) => isNamed(source, name) && (schema === null || source.schema === schema));
