import type {
  Assignment,
  Delete,
  Expression,
  Merge,
  MergeClause,
  ObjectName,
  TableReference,
  Update,
} from '../../../wire/snowflake-sql/ast.ts';
import { insertColumnMismatch, invalidIdentifier } from './errors.ts';
import { condition, translate } from './expression.ts';
import { relationOf, translateTable } from './from.ts';
import { defaultOf, stored, targetColumns } from './insert.ts';
import { newContext } from './query.ts';
import { type Context, freshName, type Source, type SourceColumn, typedOf } from './scope.ts';
import { quoteName } from './text.ts';
import type { Column, Relation, Resolver, TranslatedChange } from './types.ts';

/** UPDATE, DELETE and MERGE, as the rows they change. */
export const translateChange = (
  statement: Update | Delete | Merge,
  resolver: Resolver,
  source = '',
): TranslatedChange => {
  const context = newContext(resolver, source);
  switch (statement.kind) {
    case 'update':
      return translateUpdate(statement, context);
    case 'delete':
      return translateDelete(statement, context);
    case 'merge':
      return translateMerge(statement, context);
  }
};

/** A value for each column of the target; undefined where nobody will read it. */
type Cells = readonly (string | undefined)[];

type Target = { relation: Relation; columns: readonly Column[]; name: string; source: Source; rowId: string };

const openTarget = (table: ObjectName, alias: { name: string } | undefined, context: Context): Target => {
  const relation = relationOf(table, context);
  if (!relation.rowId) throw new Error('the target of a change has a rowId');
  const name = quoteName(freshName(context));
  const columns = relation.columns.filter((column) => !column.hidden);
  const sources = columns.map(
    (column): SourceColumn => ({
      name: column.name,
      type: column.type,
      sql: `${name}.${quoteName(column.physical ?? column.name)}`,
    }),
  );
  const qualifier = alias ? [alias.name] : table.parts.map((part) => part.name);
  return { relation, columns, name, source: { qualifier, columns: sources }, rowId: `${name}.${relation.rowId}` };
};

const physical = (column: Column): string => quoteName(column.physical ?? column.name);

/** The target joined with the tables of FROM or USING. */
const joinedWith = (
  target: Target,
  tables: readonly TableReference[],
  context: Context,
): { from: string; inside: Context } => {
  let sources: readonly Source[] = [target.source];
  const sqls = [`${target.relation.sql} AS ${target.name}`];
  for (const table of tables) {
    const from = translateTable(table, context, sources);
    sources = [...sources, ...from.sources];
    sqls.push(from.sql);
  }
  return { from: sqls.join(', '), inside: { ...context, scope: { sources, parent: context.scope } } };
};

const isDefault = (expression: Expression): boolean =>
  expression.kind === 'column' &&
  expression.parts.length === 1 &&
  expression.parts[0]?.name === 'DEFAULT' &&
  !expression.parts[0].quoted;

/** Each assigned column's new value; what no clause assigns stays as it is in the table, and its value is not asked for. */
const newRow = (
  target: Target,
  assignments: readonly Assignment[],
  assigned: ReadonlySet<string>,
  inside: Context,
): Cells => {
  for (const { column } of assignments) {
    if (!target.columns.some(({ name }) => name === column.name)) throw invalidIdentifier(column.name);
  }
  return target.columns.map((column, index) => {
    const assignment = assignments.find((each) => each.column.name === column.name);
    if (!assignment) return assigned.has(column.name) ? target.source.columns[index]?.sql : undefined;
    const { value } = assignment;
    return isDefault(value) ? defaultOf(column) : stored(translate(value, inside), column, inside);
  });
};

const namesOf = (assignments: readonly Assignment[]): ReadonlySet<string> =>
  new Set(assignments.map(({ column }) => column.name));

const named = (values: Cells, target: Target): string[] =>
  values.map((value, index) => `${value ?? 'NULL'} AS ${physical(target.columns[index] as Column)}`);

const noCells = (target: Target): Cells => target.columns.map(() => undefined);

const where = (expression: Expression | undefined, inside: Context): string =>
  expression ? ` WHERE ${condition(expression, inside)}` : '';

const translateUpdate = (statement: Update, context: Context): TranslatedChange => {
  const target = openTarget(statement.table, statement.alias, context);
  const { from, inside } = joinedWith(target, statement.from, context);
  const assigned = namesOf(statement.assignments);
  const items = named(newRow(target, statement.assignments, assigned, inside), target);
  return {
    target: target.relation,
    assigned,
    table: statement.table,
    nondeterministic: 'any',
    delta: `SELECT 'UPDATE' AS action, ${target.rowId} AS row_id, ${items.join(', ')} FROM ${from}${where(statement.where, inside)}`,
  };
};

/** A row that several rows of USING match is deleted once. */
const translateDelete = (statement: Delete, context: Context): TranslatedChange => {
  const target = openTarget(statement.table, statement.alias, context);
  const { from, inside } = joinedWith(target, statement.using, context);
  const select = `SELECT 'DELETE' AS action, ${target.rowId} AS row_id, ${named(noCells(target), target).join(', ')} FROM ${from}${where(statement.where, inside)}`;
  const once = statement.using.length > 0 ? ' QUALIFY row_number() OVER (PARTITION BY row_id) = 1' : '';
  return {
    target: target.relation,
    assigned: new Set(),
    table: statement.table,
    nondeterministic: 'any',
    delta: once ? `SELECT * FROM (${select})${once}` : select,
  };
};

// ── MERGE ───────────────────────────────────────────────────────────────────────────────────────────────────────────

const mark = 'sb_matched';

/**
 * The source is joined from the left, so that its rows without a match are there to be inserted. The first WHEN whose condition holds
 * decides; a row that none takes is left out. As Snowflake does, only clauses that act count: a row matched twice but changed once is fine.
 */
const translateMerge = (statement: Merge, context: Context): TranslatedChange => {
  const target = openTarget(statement.table, statement.alias, context);
  const source = translateTable(statement.source, context, []);
  const inside: Context = { ...context, scope: { sources: [target.source, ...source.sources], parent: context.scope } };
  const onlySource: Context = { ...context, scope: { sources: source.sources, parent: context.scope } };
  const matched = `${target.name}.${mark}`;
  const assigned = new Set(
    statement.clauses.flatMap((clause) => {
      if (clause.kind === 'update-all') return target.columns.map(({ name }) => name);
      return clause.kind === 'update' ? [...namesOf(clause.assignments)] : [];
    }),
  );
  const clauses = statement.clauses.map((clause) =>
    mergeClause(clause, { target, source: source.sources, assigned, inside, onlySource }),
  );
  const test = ({ clause, when }: MergeAction): string =>
    `${isInsert(clause) ? `${matched} IS NULL` : `${matched} IS NOT NULL`}${when ? ` AND ${when}` : ''}`;
  // The clause that decides is found once; the cells refer to it by its name.
  const clause = quoteName(freshName(context));
  const decided = `CASE ${clauses.map((action, index) => `WHEN ${test(action)} THEN ${index}`).join(' ')} END`;
  const byClause = (values: Cells): string => {
    const whens = values.flatMap((value, index) => (value === undefined ? [] : [`WHEN ${index} THEN ${value}`]));
    return whens.length === 0 ? 'NULL' : `CASE ${clause} ${whens.join(' ')} END`;
  };
  const actions = byClause(clauses.map((action) => `'${actionOf(action)}'`));
  const cells = target.columns.map((column, index) => {
    const values = clauses.map((action) => action.values[index]);
    const [first, ...others] = new Set(values.filter((value) => value !== undefined));
    // A column of the source that every clause takes, or whose other clauses do without, needs no choice: to read it cannot fail.
    const value = first !== undefined && others.length === 0 && isPlainColumn(first) ? first : byClause(values);
    return `${value} AS ${physical(column)}`;
  });
  const relation = `(SELECT *, ${target.relation.rowId} AS sb_row, true AS ${mark} FROM ${target.relation.sql}) AS ${target.name}`;
  const joined = `${source.sql} LEFT JOIN ${relation} ON ${condition(statement.on, inside)}`;
  const delta = `SELECT * EXCLUDE ${clause} FROM (SELECT ${decided} AS ${clause}, ${actions} AS action, ${target.name}.sb_row AS row_id, ${cells.join(', ')} FROM ${joined}) WHERE ${clause} IS NOT NULL`;
  return { target: target.relation, assigned, table: statement.table, nondeterministic: 'error', delta };
};

type MergeAction = { clause: MergeClause; when: string | undefined; values: Cells };

const isInsert = (clause: MergeClause): boolean => clause.kind === 'insert' || clause.kind === 'insert-all';

const actionOf = ({ clause }: MergeAction): 'INSERT' | 'DELETE' | 'UPDATE' =>
  isInsert(clause) ? 'INSERT' : clause.kind === 'delete' ? 'DELETE' : 'UPDATE';

const isPlainColumn = (sql: string): boolean => /^"[^"]+"\."[^"]+"$/.test(sql);

type MergeParts = {
  target: Target;
  source: readonly Source[];
  /** The columns that any of the clauses' updates assigns. */
  assigned: ReadonlySet<string>;
  inside: Context;
  onlySource: Context;
};

const mergeClause = (clause: MergeClause, parts: MergeParts): MergeAction => {
  const context = isInsert(clause) ? parts.onlySource : parts.inside;
  const when = clause.condition && condition(clause.condition, context);
  return { clause, when, values: mergeValues(clause, parts) };
};

const mergeValues = (clause: MergeClause, { target, source, assigned, inside, onlySource }: MergeParts): Cells => {
  switch (clause.kind) {
    case 'delete':
      return noCells(target);
    case 'update':
      return newRow(target, clause.assignments, assigned, inside);
    case 'insert': {
      const columns = targetColumns(target.relation, clause.columns);
      if (columns.length !== clause.values.length) throw insertColumnMismatch(clause.values.length, columns.length);
      return target.columns.map((column) => {
        const value = clause.values[columns.indexOf(column)];
        return value && !isDefault(value)
          ? stored(translate(value, onlySource), column, onlySource)
          : defaultOf(column);
      });
    }
    default:
      return byName(target, source, inside);
  }
};

/** UPDATE ALL BY NAME and INSERT ALL BY NAME need the same columns on both sides. */
const byName = (target: Target, source: readonly Source[], inside: Context): string[] =>
  target.columns.map((column) => {
    const found = source.flatMap((each) => each.columns).find(({ name, hidden }) => name === column.name && !hidden);
    if (!found) throw invalidIdentifier(column.name);
    return stored(typedOf(found), column, inside);
  });
