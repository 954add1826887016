import type { Identifier } from '../../../wire/snowflake-sql/ast.ts';
import { ambiguousColumn, invalidIdentifier } from './errors.ts';
import type { Typed } from './typed.ts';
import type { Relation, Resolver, SqlType } from './types.ts';

export type SourceColumn = {
  name: string;
  type: SqlType;
  sql: string;
  hidden?: true;
  nullable?: boolean;
  /** NULL in every row: it takes any type, as the literal does. */
  isNull?: true;
};

/** One table of a FROM: how it may be named before a dot (its alias, or the parts of its name), and its columns. */
export type Source = {
  qualifier: readonly string[];
  columns: readonly SourceColumn[];
  /** Columns that USING has merged: a.k still works, but k means the merged one. */
  qualifiedOnly?: true;
};

export type Scope = {
  sources: readonly Source[];
  /** The query around this one. */
  parent?: Scope;
  /** Lateral aliases: other items of the same SELECT. */
  alias?: (name: string) => Typed | undefined;
  /** Parameters of the lambdas around. */
  parameters?: ReadonlyMap<string, Typed>;
};

/** All that translation of an expression looks at. */
export type Context = {
  resolver: Resolver;
  /** The statement's text, for positions in errors; '' when it is not known. */
  text: string;
  scope: Scope;
  ctes: ReadonlyMap<string, Relation>;
  /** For names that are used nowhere else in the statement. */
  names: { used: number };
};

export const freshName = (context: Context): string => `_${++context.names.used}`;

export const placeOf = (context: Context, at: number) => (context.text ? { text: context.text, at } : undefined);

const nameOf = (parts: readonly Identifier[]): string =>
  parts.map(({ name, quoted }) => (quoted ? `"${name}"` : name)).join('.');

/** A qualifier names a source when it is the end of the source's own: t, s.t and d.s.t name d.s.t. */
const isNamedBy = (source: Source, qualifier: readonly Identifier[]): boolean => {
  const offset = source.qualifier.length - qualifier.length;
  return offset >= 0 && qualifier.every((part, index) => source.qualifier[offset + index] === part.name);
};

const findIn = (scope: Scope, qualifier: readonly Identifier[], name: string): SourceColumn[] =>
  scope.sources
    .filter((source) => (qualifier.length === 0 ? !source.qualifiedOnly : isNamedBy(source, qualifier)))
    .flatMap((source) => source.columns.filter((column) => column.name === name));

export const typedOf = ({ sql, type, nullable, isNull }: SourceColumn): Typed => ({
  sql,
  type,
  ...(nullable === false ? { nullable } : {}),
  ...(isNull ? { isNull } : {}),
});

/** A column by name, innermost query first; a column of a table goes before an alias of the SELECT, unless aliases go first (ORDER BY). */
export const findColumn = (
  context: Context,
  parts: readonly Identifier[],
  at: number,
  aliasesFirst = false,
): Typed | undefined => {
  const name = parts.at(-1)?.name ?? '';
  const qualifier = parts.slice(0, -1);
  for (let scope: Scope | undefined = context.scope; scope; scope = scope.parent) {
    const parameter = qualifier.length === 0 ? scope.parameters?.get(name) : undefined;
    if (parameter) return parameter;
    const alias = aliasesFirst && qualifier.length === 0 ? scope.alias?.(name) : undefined;
    if (alias) return alias;
    const [found, second] = findIn(scope, qualifier, name);
    if (found && second) throw ambiguousColumn(nameOf(parts.slice(-1)), placeOf(context, at));
    if (found) return typedOf(found);
    const lateral = qualifier.length === 0 ? scope.alias?.(name) : undefined;
    if (lateral) return lateral;
  }
  return undefined;
};

/** $2 or t.$2: a stage's column of that name, or the second visible column. */
export const resolvePosition = (
  context: Context,
  index: number,
  qualifier: Identifier | undefined,
  at: number,
): Typed => {
  const name = `$${index}`;
  const prefix = qualifier ? [qualifier] : [];
  const found = findColumn(context, [...prefix, { name, quoted: false }], at);
  if (found) return found;
  const visible = sourcesOf(context, qualifier ? prefix : undefined, at)
    .filter((source) => !source.qualifiedOnly)
    .flatMap((source) => source.columns.filter((column) => !column.hidden));
  const column = visible[index - 1];
  if (!column) throw invalidIdentifier(nameOf([...prefix, { name, quoted: false }]), placeOf(context, at));
  return typedOf(column);
};

/** The sources that `*` or `t.*` stands for. */
export const sourcesOf = (
  context: Context,
  qualifier: readonly Identifier[] | undefined,
  at: number,
): readonly Source[] => {
  if (!qualifier) return context.scope.sources;
  for (let scope: Scope | undefined = context.scope; scope; scope = scope.parent) {
    const found = scope.sources.filter((source) => isNamedBy(source, qualifier));
    if (found.length > 0) return found;
  }
  throw invalidIdentifier(nameOf(qualifier), placeOf(context, at));
};
