import { physicalTable, type TableColumn } from '../catalog/objects.ts';
import { duckdbType } from '../types.ts';
import { rowColumn, versionColumn, versionVariable } from './store.ts';

export const quotedName = (name: string): string => `"${name.replaceAll('"', '""')}"`;

const columnSql = ({ name, type, nullable }: TableColumn): string =>
  `${quotedName(name)} ${duckdbType(type)}${nullable ? '' : ' NOT NULL'}`;

/**
 * The DuckDB table of a Snowflake table, without defaults: INSERT gives every value, those of the hidden columns too. (A default that calls
 * a function cannot be bound when DuckDB replays its log after a crash.)
 */
export const createTableSql = (table: { id: number }, columns: readonly TableColumn[]): string =>
  `CREATE TABLE ${physicalTable(table)} (${columns.map(columnSql).join(', ')}, ${versionColumn} BIGINT, ${rowColumn} BIGINT)`;

/** Adds the rows of a query that gives every column of the users', in order. */
export const insertSql = (table: { id: number; columns: readonly { name: string }[] }, select: string): string => {
  const columns = table.columns.map(({ name }) => quotedName(name)).join(', ');
  return `INSERT INTO ${physicalTable(table)} (${columns}, ${versionColumn}, ${rowColumn})
    SELECT new_rows.*, CAST(getvariable('${versionVariable}') AS BIGINT), nextval('sluicebox.row_numbers')
    FROM (${select}) AS new_rows`;
};
