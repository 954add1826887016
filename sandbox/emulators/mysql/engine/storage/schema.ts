import type { Expression } from '../../../../wire/mysql-sql/ast.ts';
import type { Collation } from '../values/collation.ts';
import type { Datum, SqlType } from '../values/sql-type.ts';

export type ColumnDefault =
  | { kind: 'none' }
  | { kind: 'value'; value: Datum }
  /** CURRENT_TIMESTAMP with the column's digits. */
  | { kind: 'now' }
  | { kind: 'expression'; expression: Expression; text: string };

export type ColumnSchema = {
  readonly name: string;
  readonly type: SqlType;
  readonly nullable: boolean;
  readonly default: ColumnDefault;
  readonly onUpdateNow: boolean;
  readonly autoIncrement: boolean;
  readonly comment: string;
  readonly invisible: boolean;
  /** The charset was written, not taken from the table: SHOW CREATE TABLE shows it. */
  readonly ownCollation: boolean;
};

export type IndexPart = { readonly column: number; readonly prefixLength: number | null; readonly descending: boolean };

export type IndexSchema = {
  readonly name: string;
  readonly unique: boolean;
  readonly primary: boolean;
  readonly parts: readonly IndexPart[];
  readonly comment: string;
  readonly invisible: boolean;
  /** Made for a foreign key; a wider index replaces it. */
  readonly generated: boolean;
};

export type ForeignKeyAction = 'NO ACTION' | 'RESTRICT' | 'CASCADE' | 'SET NULL';

export type ForeignKeySchema = {
  readonly name: string;
  readonly columns: readonly number[];
  readonly parentSchema: string;
  readonly parentTable: string;
  readonly parentColumns: readonly string[];
  readonly onDelete: ForeignKeyAction;
  readonly onUpdate: ForeignKeyAction;
};

export type CheckSchema = {
  readonly name: string;
  readonly expression: Expression;
  readonly text: string;
  readonly enforced: boolean;
};

/** A table's definition; a change makes a new one. */
export type TableSchema = {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly ColumnSchema[];
  readonly indexes: readonly IndexSchema[];
  readonly foreignKeys: readonly ForeignKeySchema[];
  readonly checks: readonly CheckSchema[];
  readonly collation: Collation;
  readonly comment: string;
  readonly rowFormat: string | null;
  readonly createdMs: number;
};

export const columnIndex = (table: TableSchema, name: string): number => {
  const wanted = name.toLowerCase();
  return table.columns.findIndex((column) => column.name.toLowerCase() === wanted);
};
