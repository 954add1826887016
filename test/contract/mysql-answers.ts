import { readFileSync } from 'node:fs';
import mysql from 'mysql2';
import type { Connection, FieldPacket, ResultSetHeader } from 'mysql2/promise';

// Statements of mysql-statements/*.sql, and everything that a client sees of their answers: columns with all their metadata, rows as the server's
// text, counts, errors, warnings.

export type Statement = { name: string; session: string; sql: string };

/** A statement ends with `;` at the end of a line; one that begins with a comment of one letter belongs to the session of that letter. */
export const statementsOf = (file: URL): Statement[] => {
  const seen = new Map<string, number>();
  return readFileSync(file, 'utf8')
    .split(/;\n/)
    .map((text) => text.trim())
    .filter((text) => text !== '')
    .map((sql) => {
      const count = (seen.get(sql) ?? 0) + 1;
      seen.set(sql, count);
      return {
        name: count === 1 ? sql : `${sql} (${count})`,
        session: /^\/\* ([a-z]) \*\//.exec(sql)?.[1] ?? 'a',
        sql,
      };
    });
};

const flagNames: readonly [bit: number, name: string][] = [
  [1, 'NOT_NULL'],
  [2, 'PRI_KEY'],
  [4, 'UNIQUE_KEY'],
  [8, 'MULTIPLE_KEY'],
  [16, 'BLOB'],
  [32, 'UNSIGNED'],
  [64, 'ZEROFILL'],
  [256, 'ENUM'],
  [512, 'AUTO_INCREMENT'],
  [1024, 'TIMESTAMP'],
  [2048, 'SET'],
  [4096, 'NO_DEFAULT'],
  [8192, 'ON_UPDATE'],
];

const stringTypes = new Set(['STRING', 'VAR_STRING', 'BLOB', 'MEDIUM_BLOB', 'LONG_BLOB', 'TINY_BLOB', 'JSON']);

/**
 * Left out, because they tell whether the server took the value from a temporary table, or how far its parser had read, rather than anything about it:
 * the BINARY and NUM flags, the decimals of strings (0 or 31), INT for a computed BIGINT of few digits, the name in that table, blanks at a name's end.
 * The display width is compared of stored columns; of computed ones it is the server's estimate.
 */
const typeNames = mysql.Types as unknown as Record<number, string>;

const columnText = (field: FieldPacket): string => {
  const { columnLength, characterSet, decimals, schema, orgTable, table, orgName, name } = field as FieldPacket & {
    columnLength: number;
    characterSet: number;
  };
  const flags = flagNames.filter(([bit]) => ((field.flags as number) & bit) !== 0).map(([, flag]) => flag);
  const told = typeNames[field.columnType as number] ?? '';
  const typeName = orgTable === '' && told === 'LONG' ? 'LONGLONG' : told;
  const width = orgTable === '' ? '' : `(${columnLength})`;
  const scale = decimals && !stringTypes.has(typeName) ? `.${decimals}` : '';
  const type = `${typeName}${width}${scale}`;
  const origin = table === '' ? '' : `${schema}.${orgTable}.${orgName} AS ${table}`;
  return [name.trimEnd(), type, ...flags, `charset ${characterSet}`, origin].filter((part) => part !== '').join(' ');
};

// Their columns tell how the server keeps its own dictionary: only the names are compared.
const ofTheSystem =
  /^(?:\/\*.*?\*\/\s*)?(?:SHOW|DESC|DESCRIBE|EXPLAIN|CHECK|ANALYZE|OPTIMIZE)\b|(?:information_schema|performance_schema|mysql)\.\w/i;

const columnsText = (fields: readonly FieldPacket[], sql: string): string[] =>
  fields.map((field) => (ofTheSystem.test(sql) ? field.name : columnText(field)));

type Cell = { type: string; buffer(): Buffer | null };

/** Text as it is; bytes that are no text in hex. */
const cellText = (field: Cell): string | null => {
  const bytes = field.buffer();
  if (bytes === null) return null;
  const text = bytes.toString('utf8');
  return /[\u0000-\u0008\u000b-\u001f\ufffd]/.test(text) ? `0x${bytes.toString('hex')}` : text;
};

const warningsOf = async (connection: Connection): Promise<string[]> => {
  const [rows] = await connection.query({ sql: 'SHOW WARNINGS', rowsAsArray: true });
  return (rows as unknown as string[][]).map((row) => row.join(' '));
};

export type Answer = {
  columns?: string[];
  rows?: (string | null)[][];
  ok?: string;
  error?: string;
  warnings?: string[];
};

const resultOf = async (connection: Connection, sql: string): Promise<Answer> => {
  try {
    const [rows, fields] = await connection.query({ sql, rowsAsArray: true, typeCast: cellText as never });
    if (Array.isArray(rows)) return { columns: columnsText(fields, sql), rows: rows as unknown as (string | null)[][] };
    const { affectedRows, insertId, info, warningStatus } = rows as ResultSetHeader;
    return {
      ok: `affected ${affectedRows}, insert id ${insertId}, warnings ${warningStatus}${info ? `, ${info.trim()}` : ''}`,
    };
  } catch (error) {
    const { errno, sqlState, message } = error as { errno?: number; sqlState?: string; message: string };
    if (errno === undefined || sqlState === undefined) throw error;
    return { error: `${errno} (${sqlState}): ${message}` };
  }
};

export const answerOf = async (connection: Connection, sql: string): Promise<Answer> => {
  const result = await resultOf(connection, sql);
  if (/^(\/\*.*\*\/\s*)?SHOW (WARNINGS|ERRORS)/i.test(sql)) return result;
  const warnings = await warningsOf(connection);
  return warnings.length === 0 ? result : { ...result, warnings };
};
