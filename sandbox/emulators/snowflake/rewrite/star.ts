import type { Star } from '../../../wire/snowflake-sql/ast.ts';
import { invalidIdentifier } from './errors.ts';
import { translate } from './expression.ts';
import type { Item } from './query.ts';
import { type Context, placeOf, sourcesOf, typedOf } from './scope.ts';

/** SQL's LIKE as a regular expression, without regard to case. */
const likePattern = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
      .replaceAll('%', '[\\s\\S]*')
      .replaceAll('_', '[\\s\\S]')}$`,
    'i',
  );

/** `*` is every visible column; ILIKE chooses, EXCLUDE drops, REPLACE puts another value in place, RENAME renames, in this order. */
export const expandStar = (star: Star & { at: number }, context: Context): Item[] => {
  const all = sourcesOf(context, star.qualifier, star.at)
    .filter((source) => star.qualifier || !source.qualifiedOnly)
    .flatMap((source) => source.columns.filter((column) => !column.hidden));
  const known = (name: string): string => {
    if (!all.some((column) => column.name === name)) throw invalidIdentifier(name, placeOf(context, star.at));
    return name;
  };
  const pattern = star.ilike === undefined ? undefined : likePattern(star.ilike);
  const excluded = new Set((star.exclude ?? []).map(({ name }) => known(name)));
  const replaced = new Map((star.replace ?? []).map(({ name, expression }) => [known(name.name), expression]));
  const renames = new Map((star.rename ?? []).map(({ from, to }) => [known(from.name), to.name]));
  return all
    .filter(({ name }) => !excluded.has(name) && (pattern?.test(name) ?? true))
    .map((column): Item => {
      const replacement = replaced.get(column.name);
      const value = replacement ? translate(replacement, context) : typedOf(column);
      return { name: renames.get(column.name) ?? column.name, value };
    });
};
