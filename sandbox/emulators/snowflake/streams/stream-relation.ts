import { physicalChanges, physicalTable, type StreamObject, type TableObject } from '../catalog/objects.ts';
import type { Column, Relation } from '../rewrite/types.ts';
import { rowColumn, versionColumn } from '../storage/store.ts';

/** The connection's variables between which a stream is read: after the first, up to and with the second. */
export const fromVariable = (stream: { id: number }): string => `stream_${stream.id}_from`;
export const toVariable = (stream: { id: number }): string => `stream_${stream.id}_to`;

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

const metadataColumns: readonly Column[] = [
  { name: 'METADATA$ACTION', type: { kind: 'text' }, nullable: true },
  { name: 'METADATA$ISUPDATE', type: { kind: 'boolean' }, nullable: true },
  { name: 'METADATA$ROW_ID', type: { kind: 'text' }, nullable: true },
];

type Parts = { columns: string; table: string; changes: string; from: string; to: string; rowId: string };

const metadata = (parts: Parts, action: 'INSERT' | 'DELETE', isUpdate: string): string =>
  `'${action}' AS "METADATA$ACTION", ${isUpdate} AS "METADATA$ISUPDATE", ${parts.rowId} AS "METADATA$ROW_ID"`;

/** Nothing but new rows since the offset: a range of the newest rows of the table. */
const onlyNewRows = (parts: Parts): string => `(
  SELECT ${parts.columns}, ${metadata(parts, 'INSERT', 'false')} FROM ${parts.table}
  WHERE ${versionColumn} > ${parts.from} AND ${versionColumn} <= ${parts.to})`;

/** Each new row as it was inserted, though it was changed or deleted since. */
const everyInsertedRow = (parts: Parts): string => `(
  WITH replaced AS (
    SELECT * FROM ${parts.changes}
    WHERE ${versionColumn} > ${parts.from} AND ${versionColumn} <= ${parts.to}
    QUALIFY row_number() OVER (PARTITION BY ${rowColumn} ORDER BY "$order") = 1)
  SELECT ${parts.columns}, ${metadata(parts, 'INSERT', 'false')} FROM ${parts.table}
  WHERE ${versionColumn} > ${parts.from} AND ${versionColumn} <= ${parts.to}
    AND ${rowColumn} NOT IN (SELECT ${rowColumn} FROM replaced)
  UNION ALL
  SELECT ${parts.columns}, ${metadata(parts, 'INSERT', 'false')} FROM replaced)`;

/** The net change: the rows as they were at the offset against the rows as they are. */
const netChange = (parts: Parts, names: readonly string[]): string => {
  const differs = names.map((name) => `o.${name} IS DISTINCT FROM n.${name}`).join(' OR ');
  return `(
  WITH first_image AS (
    SELECT * FROM ${parts.changes}
    WHERE "$change" > ${parts.from} AND "$change" <= ${parts.to}
    QUALIFY row_number() OVER (PARTITION BY ${rowColumn} ORDER BY "$order") = 1),
  old_image AS (SELECT * FROM first_image WHERE ${versionColumn} <= ${parts.from}),
  new_image AS (
    SELECT * FROM ${parts.table}
    WHERE (${versionColumn} > ${parts.from} OR ${rowColumn} IN (SELECT ${rowColumn} FROM first_image))
      AND ${versionColumn} <= ${parts.to}),
  updated AS (
    SELECT o.${rowColumn} FROM old_image o JOIN new_image n ON o.${rowColumn} = n.${rowColumn} WHERE ${differs}),
  unchanged AS (
    SELECT o.${rowColumn} FROM old_image o JOIN new_image n ON o.${rowColumn} = n.${rowColumn} WHERE NOT (${differs}))
  SELECT ${parts.columns}, ${metadata(parts, 'INSERT', `${rowColumn} IN (SELECT ${rowColumn} FROM updated)`)} FROM new_image
  WHERE ${rowColumn} NOT IN (SELECT ${rowColumn} FROM unchanged)
  UNION ALL
  SELECT ${parts.columns}, ${metadata(parts, 'DELETE', `${rowColumn} IN (SELECT ${rowColumn} FROM updated)`)} FROM old_image
  WHERE ${rowColumn} NOT IN (SELECT ${rowColumn} FROM unchanged))`;
};

/**
 * A stream as a relation. Sources: an append-only stream returns each inserted row, even one deleted since; a standard one the net
 * change, an update as a DELETE and an INSERT, both METADATA$ISUPDATE.
 */
export const streamRelation = (stream: StreamObject, table: TableObject, hasChanges: boolean): Relation => {
  const names = table.columns.map((column) => quoted(column.name));
  const parts: Parts = {
    columns: names.join(', '),
    table: physicalTable(table),
    changes: physicalChanges(table),
    from: `getvariable('${fromVariable(stream)}')`,
    to: `getvariable('${toVariable(stream)}')`,
    rowId: `sha1('${table.id}/' || ${rowColumn})`,
  };
  const sql = !hasChanges ? onlyNewRows(parts) : stream.appendOnly ? everyInsertedRow(parts) : netChange(parts, names);
  return {
    sql,
    columns: [...table.columns.map(({ name, type }) => ({ name, type, nullable: true })), ...metadataColumns],
  };
};
