import { ConfigError } from '../../connect-errors.ts';
import type { TableId } from './tables.ts';

/** Commas separate the expressions of a list; a backslash keeps one that belongs to an expression. */
export const splitList = (text: string | undefined): string[] =>
  (text ?? '')
    .split(/(?<!\\),/)
    .map((part) => part.trim().replaceAll('\\,', ','))
    .filter((part) => part !== '');

/** Java's regular expressions of such lists, matched as a whole and without case. Possessive quantifiers and \Q…\E are not JavaScript's. */
export const wholeMatch = (expression: string): RegExp => {
  try {
    return new RegExp(`^(?:${expression})$`, 'i');
  } catch {
    throw new ConfigError(`Invalid regular expression '${expression}'`);
  }
};

type Predicate = (name: string) => boolean;

const anyOf = (text: string | undefined): Predicate | undefined => {
  const expressions = splitList(text).map(wholeMatch);
  return expressions.length === 0 ? undefined : (name) => expressions.some((expression) => expression.test(name));
};

const includedBy = (include: Predicate | undefined, exclude: Predicate | undefined): Predicate => {
  if (include) return include;
  return exclude ? (name) => !exclude(name) : () => true;
};

export type Filters = {
  includesDatabase(database: string): boolean;
  includesTable(id: TableId): boolean;
  includesColumn(id: TableId, column: string): boolean;
};

const systemDatabases = new Set(['mysql', 'performance_schema', 'sys', 'information_schema']);

export const isSystemDatabase = (database: string): boolean => systemDatabases.has(database.toLowerCase());

type Lists = Readonly<Record<string, string>>;

export const filtersOf = (config: Lists): Filters => {
  const ignoresBuiltin = config['table.ignore.builtin'] !== 'false';
  const database = includedBy(anyOf(config['database.include.list']), anyOf(config['database.exclude.list']));
  const table = includedBy(anyOf(config['table.include.list']), anyOf(config['table.exclude.list']));
  const column = includedBy(anyOf(config['column.include.list']), anyOf(config['column.exclude.list']));
  const includesDatabase = (name: string) => !(ignoresBuiltin && isSystemDatabase(name)) && database(name);
  const known = new Map<string, boolean>();
  const includesTable = (id: TableId): boolean => {
    const name = `${id.database}.${id.table}`;
    const answer = known.get(name);
    if (answer !== undefined) return answer;
    const included = includesDatabase(id.database) && table(name);
    if (known.size < 10_000) known.set(name, included);
    return included;
  };
  return {
    includesDatabase,
    includesTable,
    includesColumn: (id, name) => column(`${id.database}.${id.table}.${name}`),
  };
};
