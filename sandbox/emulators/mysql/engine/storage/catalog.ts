import type { Query } from '../../../../wire/mysql-sql/ast.ts';
import { mysqlError } from '../../errors.ts';
import type { Collation } from '../values/collation.ts';
import type { TableData } from './table-data.ts';

export type View = {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly string[];
  readonly query: Query;
  readonly text: string;
  readonly definer: string;
  /** Database that unqualified names of the text mean. */
  readonly defaultSchema: string | null;
};

export type Database = {
  readonly name: string;
  collation: Collation;
  tables: Map<string, TableData>;
  views: Map<string, View>;
};

/** Every database of the server. Names are case-sensitive: lower_case_table_names is 0. */
export type Catalog = { databases: Map<string, Database>; nextTableId: number };

export const newCatalog = (): Catalog => ({ databases: new Map(), nextTableId: 100 });

export const systemSchemas = ['information_schema', 'performance_schema', 'mysql', 'sys'];
export const isSystemSchema = (name: string): boolean => systemSchemas.includes(name.toLowerCase());

export const findDatabase = (catalog: Catalog, name: string): Database => {
  const found = catalog.databases.get(name);
  if (!found) throw mysqlError('ER_BAD_DB_ERROR', name);
  return found;
};

export const findTable = (catalog: Catalog, schema: string, name: string): TableData | undefined =>
  catalog.databases.get(schema)?.tables.get(name);

export const requireTable = (catalog: Catalog, schema: string, name: string): TableData => {
  const table = findTable(catalog, schema, name);
  if (!table) throw mysqlError('ER_NO_SUCH_TABLE', `${schema}.${name}`);
  return table;
};

/** Tables whose foreign keys point at this one. */
export const referencingTables = (catalog: Catalog, schema: string, name: string): TableData[] => {
  const found: TableData[] = [];
  for (const database of catalog.databases.values())
    for (const table of database.tables.values())
      if (table.schema.foreignKeys.some((key) => key.parentSchema === schema && key.parentTable === name))
        found.push(table);
  return found;
};
