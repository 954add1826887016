/** What Debezium knows of a column: read from DDL, kept in the schema history (io.debezium.relational.Column). */
export type Column = {
  name: string;
  /** java.sql.Types. */
  jdbcType: number;
  /** Upper case, with UNSIGNED and ZEROFILL: `INT UNSIGNED`. */
  typeName: string;
  typeExpression: string;
  charsetName: string | null;
  length: number | null;
  scale: number | null;
  optional: boolean;
  autoIncremented: boolean;
  generated: boolean;
  comment: string | null;
  hasDefaultValue: boolean;
  /** The default as text, null for DEFAULT NULL. */
  defaultValueExpression: string | null;
  /** Quoted as in the DDL: `'a'`; empty for other types. */
  enumValues: readonly string[];
};

export type TableId = { database: string; table: string };

export type Table = TableId & {
  defaultCharset: string | null;
  primaryKey: readonly string[];
  columns: readonly Column[];
  comment: string | null;
};

/** `"sales"."orders"`: how the history and the schema change topic name a table. */
export const quotedId = ({ database, table }: TableId): string =>
  `"${database.replaceAll('"', '""')}"."${table.replaceAll('"', '""')}"`;

export const dottedId = ({ database, table }: TableId): string => `${database}.${table}`;

export const backtickedId = ({ database, table }: TableId): string =>
  `\`${database.replaceAll('`', '``')}\`.\`${table.replaceAll('`', '``')}\``;

/** Everything that DDL changes: tables, default character sets of databases, variables that SET changed. */
export type TableCatalog = {
  tables: Map<string, Table>;
  databaseCharsets: Map<string, string>;
  variables: Map<string, string>;
};

export const newCatalog = (): TableCatalog => ({
  tables: new Map(),
  databaseCharsets: new Map(),
  variables: new Map(),
});

export const findTable = (catalog: TableCatalog, id: TableId): Table | undefined => catalog.tables.get(quotedId(id));

export const putTable = (catalog: TableCatalog, table: Table): void => {
  catalog.tables.set(quotedId(table), table);
};

export const dropTable = (catalog: TableCatalog, id: TableId): Table | undefined => {
  const table = findTable(catalog, id);
  catalog.tables.delete(quotedId(id));
  return table;
};
