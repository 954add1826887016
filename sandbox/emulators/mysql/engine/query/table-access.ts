import { mysqlError } from '../../errors.ts';
import { type LockMode, lockRow, tryLock } from '../storage/locks.ts';
import { listRange } from '../storage/ordered-map.ts';
import type { IndexSchema } from '../storage/schema.ts';
import {
  currentRow,
  indexKeyPart,
  newestRow,
  type TableData,
  type TableRecord,
  visibleRow,
} from '../storage/table-data.ts';
import { afterPrefix } from '../values/key.ts';
import { type Datum, kindOf, type Row, type SqlType } from '../values/sql-type.ts';
import { storeValue } from '../values/store.ts';
import { comparesAsColumn } from './compare.ts';
import type { Compiled, Frame } from './compiled.ts';
import type { ReadMode, Statement } from './statement.ts';

/** Rows of a table that a statement locks as it reads them. */
export type Locking = {
  mode: LockMode;
  wait: 'wait' | 'nowait' | 'skip';
  /** What the statement does to the table, when that is not SELECT. */
  privilege?: 'UPDATE' | 'DELETE';
};

/** A condition `column operator value` that an index can serve; the value is known before the table is read. */
export type Restriction = {
  readonly column: number;
  readonly operator: '=' | '<' | '<=' | '>' | '>=' | 'in';
  readonly values: readonly Compiled[];
};

/** How the rows of a table are found. */
export type AccessPath = {
  readonly index: IndexSchema | null;
  readonly equal: readonly Restriction[];
  readonly range: readonly Restriction[];
};

const fullScan: AccessPath = { index: null, equal: [], range: [] };

const serves = (
  table: TableData,
  restriction: Restriction,
  part: { column: number; prefixLength: number | null },
): boolean => {
  const column = table.schema.columns[part.column];
  if (!column || restriction.column !== part.column) return false;
  return restriction.values.every(
    (value) => comparesAsColumn(column.type, value.type) && sameOrder(column.type, value.type, value.coercibility),
  );
};

// A text compared by another collation than the column's orders otherwise.
const sameOrder = (column: SqlType, value: SqlType, coercibility: number): boolean =>
  kindOf(column) !== 'string' ||
  kindOf(value) !== 'string' ||
  coercibility >= 3 ||
  value.collation === column.collation;

/** The index that leaves the fewest rows, as far as that shows without statistics: most equal parts, unique before not. */
export const chooseAccess = (table: TableData, restrictions: readonly Restriction[]): AccessPath => {
  let best: AccessPath = fullScan;
  let bestScore = 0;
  for (const index of table.schema.indexes) {
    const equal: Restriction[] = [];
    for (const part of index.parts) {
      const found = restrictions.find(
        (item) =>
          (item.operator === '=' || (item.operator === 'in' && !equal.some((other) => other.operator === 'in'))) &&
          serves(table, item, part),
      );
      if (!found) break;
      equal.push(found);
      // A prefix only narrows down.
      if (part.prefixLength !== null) break;
    }
    const next = index.parts[equal.length];
    const range =
      next && next.prefixLength === null && !next.descending
        ? restrictions.filter((item) => item.operator !== '=' && item.operator !== 'in' && serves(table, item, next))
        : [];
    const whole = equal.length === index.parts.length && index.unique;
    const score = equal.length * 10 + (range.length > 0 ? 4 : 0) + (whole ? 5 : 0) + (index.primary ? 1 : 0);
    if ((equal.length > 0 || range.length > 0) && score > bestScore) {
      best = { index, equal, range };
      bestScore = score;
    }
  }
  return best;
};

/** The value as the column would hold it; undefined when it cannot be held exactly, and the index does not serve. */
const asKey = (
  value: Datum,
  from: SqlType,
  table: TableData,
  column: number,
  statement: Statement,
): Datum | undefined => {
  const definition = table.schema.columns[column];
  if (!definition || value === null) return undefined;
  const to = definition.type;
  if (
    kindOf(from) === kindOf(to) &&
    to.base !== 'timestamp' &&
    to.base !== 'decimal' &&
    kindOf(to) !== 'datetime' &&
    kindOf(to) !== 'time'
  ) {
    // Trailing blanks and cut lengths do not matter to the key of a text; numbers out of range find nothing by themselves.
    return value;
  }
  try {
    let exact = true;
    const stored = storeValue(value, from, definition, 1, {
      ...statement,
      strictWrite: true,
      warn: () => {
        exact = false;
      },
    });
    return exact ? stored : undefined;
  } catch {
    return undefined;
  }
};

type KeyRange = readonly [low: string, high: string | null];

/** Ranges of index keys, or null when only a scan finds every row. */
const keyRanges = (table: TableData, path: AccessPath, frame: Frame, statement: Statement): KeyRange[] | null => {
  const { index } = path;
  if (!index) return null;
  let prefixes = [''];
  for (let place = 0; place < path.equal.length; place++) {
    const restriction = path.equal[place] as Restriction;
    const part = index.parts[place] as IndexSchema['parts'][number];
    const { type } = table.schema.columns[part.column] as { type: SqlType };
    const parts: string[] = [];
    for (const input of restriction.values) {
      const value = input.evaluate(frame);
      if (value === null) continue;
      const key = asKey(value, input.type, table, part.column, statement);
      if (key === undefined) return null;
      parts.push(indexKeyPart(key, part, type));
    }
    const known = [...new Set(parts)].sort();
    prefixes = prefixes.flatMap((prefix) => known.map((key) => prefix + key));
    if (prefixes.length > 10_000) return null;
  }
  if (path.range.length === 0) return prefixes.map((prefix) => [prefix, afterPrefix(prefix)]);
  const part = index.parts[path.equal.length] as IndexSchema['parts'][number];
  const { type } = table.schema.columns[part.column] as { type: SqlType };
  // NULL sorts first and meets no range.
  let low = '\u0001';
  let high: string | null = null;
  for (const restriction of path.range) {
    const [input] = restriction.values;
    const value = input?.evaluate(frame) ?? null;
    if (!input || value === null) return [];
    const key = asKey(value, input.type, table, part.column, statement);
    if (key === undefined) continue;
    const bound = indexKeyPart(key, part, type);
    if (restriction.operator === '>=' && bound > low) low = bound;
    if (restriction.operator === '>' && bound > low) low = bound;
    if (restriction.operator === '<' && (high === null || bound < high)) high = bound;
    if (restriction.operator === '<=' && (high === null || afterPrefix(bound) < high)) high = afterPrefix(bound);
  }
  const prefix = prefixes[0];
  if (prefix === undefined) return [];
  return prefixes.map((start) => [start + low, high === null ? afterPrefix(start) : start + high]);
};

const entriesOf = (table: TableData, index: IndexSchema | null) =>
  index === null || index.primary
    ? table.rows
    : (table.secondary.find((candidate) => candidate.schema === index)?.entries ?? table.rows);

/** Records that may match, each once, in the order of the index. */
export const candidateRecords = (
  table: TableData,
  path: AccessPath,
  frame: Frame,
  statement: Statement,
): readonly TableRecord[] => {
  const ranges = keyRanges(table, path, frame, statement);
  if (ranges === null) return listRange(table.rows, '', null);
  const entries = entriesOf(table, path.index);
  if (ranges.length === 1) {
    const [low, high] = ranges[0] as KeyRange;
    const found = listRange(entries, low, high);
    return path.index?.primary ? found : unique(found);
  }
  return unique(ranges.flatMap(([low, high]) => listRange(entries, low, high)));
};

// A row whose key changed stands in the index under both, while someone may still see the old one.
const unique = (records: TableRecord[]): TableRecord[] => (records.length < 2 ? records : [...new Set(records)]);

export const readRow = (record: TableRecord, read: ReadMode): Row | null => {
  if (read.kind === 'view') return visibleRow(record, read.view);
  return read.kind === 'current' ? currentRow(record, read.transaction) : newestRow(record);
};

/** Locks a record for the statement; false when it is to be skipped. Throws RowLocked where it must wait. */
export const lockRecord = (table: TableData, record: TableRecord, locking: Locking, statement: Statement): boolean => {
  const { transaction } = statement.session;
  if (!transaction) throw new Error('a locking read outside of a transaction');
  if (locking.wait === 'wait') {
    lockRow(record, `${table.schema.schema}.${table.schema.name}`, transaction, locking.mode);
    return true;
  }
  const blocked = tryLock(record, table.schema.name, transaction, locking.mode);
  if (!blocked) return true;
  if (locking.wait === 'nowait') throw mysqlError('ER_LOCK_NOWAIT');
  return false;
};
