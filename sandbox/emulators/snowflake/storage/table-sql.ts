import { physicalTable, type TableColumn } from '../catalog/objects.ts';
import { duckdbType } from '../types.ts';
import { versionVariable } from './store.ts';

export const quotedName = (name: string): string => `"${name.replaceAll('"', '""')}"`;

const columnSql = ({ name, type, nullable }: TableColumn): string =>
  `${quotedName(name)} ${duckdbType(type)}${nullable ? '' : ' NOT NULL'}`;

/** The DuckDB table of a Snowflake table. Defaults of users' columns are given by INSERT; those of the hidden ones are DuckDB's. */
export const createTableSql = (table: { id: number }, columns: readonly TableColumn[]): string =>
  `CREATE TABLE ${physicalTable(table)} (${columns.map(columnSql).join(', ')},
    "$version" BIGINT DEFAULT CAST(getvariable('${versionVariable}') AS BIGINT),
    "$row" BIGINT DEFAULT nextval('sluicebox.row_numbers'))`;
