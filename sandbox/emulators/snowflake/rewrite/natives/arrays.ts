import { isArray, isNumber, type Json, parseJson, printJson, sorted } from '../json.ts';
import type { Native, NativeType, NativeValue } from './native.ts';

const items = (text: string): readonly Json[] => {
  const value = parseJson(text);
  return isArray(value) ? value : [value];
};

const plain = (value: Json): string => (value === null ? '' : typeof value === 'string' ? value : printJson(value));

/** Counts back from the end if negative, kept within the array. */
const clamp = (position: number, length: number): number =>
  Math.max(0, Math.min(length, position < 0 ? length + position : position));

/** Of each element of b, one like it is taken from the rest. */
const multiset = (a: string, b: string, keepCommon: boolean): string => {
  const rest = items(b).map(printJson);
  const kept = items(a).filter((item) => {
    const at = rest.indexOf(printJson(item));
    if (at >= 0) rest.splice(at, 1);
    return at >= 0 === keepCommon;
  });
  return printJson(kept);
};

/** Numbers by size, everything else as text; JSON's null by `nullsFirst`. */
const compare = (a: Json, b: Json): number => {
  if (isNumber(a) && isNumber(b)) return Number(a.digits) - Number(b.digits);
  const [left, right] = [plain(a), plain(b)];
  return left < right ? -1 : left > right ? 1 : 0;
};

const sort = (text: string, ascending: boolean, nullsFirst: boolean): string => {
  const all = items(text);
  const values = all.filter((item) => item !== null).sort((a, b) => (ascending ? compare(a, b) : compare(b, a)));
  const nulls = all.filter((item) => item === null);
  return printJson(nullsFirst ? [...nulls, ...values] : [...values, ...nulls]);
};

const native = (
  name: string,
  parameters: readonly NativeType[],
  run: (...values: never[]) => NativeValue,
  returns: NativeType = 'text',
): Native => ({
  name,
  parameters,
  returns,
  run,
});

export const arrayNatives: readonly Native[] = [
  native(
    'sb_array',
    ['texts', 'boolean'],
    (values: readonly (string | null)[], keepNulls: boolean) =>
      `[${values
        .filter((value) => keepNulls || value !== null)
        .map((value) => value ?? 'null')
        .join(',')}]`,
  ),
  native('sb_array_concat', ['text', 'text'], (a: string, b: string) => printJson([...items(a), ...items(b)])),
  native('sb_array_compact', ['text'], (a: string) => printJson(items(a).filter((item) => item !== null))),
  native('sb_array_to_string', ['text', 'text'], (a: string, separator: string) => items(a).map(plain).join(separator)),
  {
    name: 'sb_array_position',
    parameters: ['text', 'text'],
    returns: 'integer',
    nulls: true,
    run: (item: string | null, a: string | null) => {
      if (a === null) return null;
      const wanted = item === null ? 'null' : printJson(parseJson(item));
      const at = items(a).findIndex((each) => printJson(each) === wanted);
      return at < 0 ? null : at;
    },
  },
  native('sb_array_insert', ['text', 'integer', 'text'], (a: string, position: number, item: string) => {
    const all = [...items(a)];
    while (position > all.length) all.push(null);
    all.splice(clamp(position, all.length), 0, parseJson(item));
    return printJson(all);
  }),
  native('sb_array_remove', ['text', 'text'], (a: string, item: string) => {
    const unwanted = printJson(parseJson(item));
    return printJson(items(a).filter((each) => printJson(each) !== unwanted));
  }),
  native('sb_array_remove_at', ['text', 'integer'], (a: string, position: number) => {
    const all = items(a);
    const at = position < 0 ? all.length + position : position;
    return printJson(all.filter((_, index) => index !== at));
  }),
  native('sb_array_distinct', ['text'], (a: string) => {
    const seen = new Set<string>();
    return printJson(items(a).filter((item) => !seen.has(printJson(item)) && seen.add(printJson(item))));
  }),
  native('sb_array_intersection', ['text', 'text'], (a: string, b: string) => multiset(a, b, true)),
  native('sb_array_except', ['text', 'text'], (a: string, b: string) => multiset(a, b, false)),
  native('sb_array_slice', ['text', 'integer', 'integer'], (a: string, from: number, to: number) => {
    const all = items(a);
    return printJson(all.slice(clamp(from, all.length), clamp(to, all.length)));
  }),
  native('sb_array_sort', ['text', 'boolean', 'boolean'], sort),
  native('sb_array_reverse', ['text'], (a: string) => printJson([...items(a)].reverse())),
  native('sb_array_flatten', ['text'], (a: string) =>
    printJson(items(a).flatMap((item) => (isArray(item) ? item : [item]))),
  ),
  native('sb_array_extreme', ['text', 'integer'], (a: string, sign: number) => {
    const values = items(a).filter((item) => item !== null);
    const [first, ...rest] = values;
    if (first === undefined) return null;
    return printJson(rest.reduce((best, item) => (compare(item, best) * sign > 0 ? item : best), first));
  }),
  native('sb_arrays_to_object', ['text', 'text'], (keys: string, values: string) => {
    const list = items(values);
    return printJson(
      sorted(
        new Map(
          items(keys).flatMap((key, index): [string, Json][] =>
            key === null ? [] : [[plain(key), list[index] ?? null]],
          ),
        ),
      ),
    );
  }),
];
