import { canonicalJson } from '../canonical-json.ts';
import { isArray, isNumber, isObject, type Json, JsonError, parseJson, printJson, sorted } from '../json.ts';
import { engineError, type Native } from './native.ts';

const parse = (text: string): string | null => {
  if (text.trim() === '') return null;
  try {
    return canonicalJson(text);
  } catch (error) {
    throw error instanceof JsonError ? engineError('100069', '22P02', error.message) : error;
  }
};

const tryParse = (text: string): string | null => {
  try {
    return text.trim() === '' ? null : canonicalJson(text);
  } catch (error) {
    if (error instanceof JsonError) return null;
    throw error;
  }
};

const check = (text: string): string | null => {
  try {
    if (text.trim() !== '') parseJson(text);
    return null;
  } catch (error) {
    if (error instanceof JsonError) return error.message.replace('Error parsing JSON: ', '');
    throw error;
  }
};

export const typeOfJson = (value: Json): string => {
  if (value === null) return 'NULL_VALUE';
  if (isArray(value)) return 'ARRAY';
  if (isObject(value)) return 'OBJECT';
  if (!isNumber(value)) return typeof value === 'string' ? 'VARCHAR' : 'BOOLEAN';
  if (/e/i.test(value.digits)) return 'DOUBLE';
  return value.digits.includes('.') ? 'DECIMAL' : 'INTEGER';
};

const typeOfText = (text: string): string => {
  const first = text.trimStart()[0];
  if (first === '{') return 'OBJECT';
  if (first === '[') return 'ARRAY';
  return typeOfJson(parseJson(text));
};

const print = (value: Json | undefined): string | null => (value === undefined ? null : printJson(value));

const getKey = (value: Json, key: string): Json | undefined => (isObject(value) ? value.get(key) : undefined);

/** a.b[0]["c"] */
export const steps = (path: string): (string | number)[] => {
  const found: (string | number)[] = [];
  for (const [, name, index, quoted, double] of path.matchAll(
    /\.?([^.[\]"']+)|\[(\d+)\]|\[['"]((?:[^'"\\]|\\.)*)['"]\]|\.?"([^"]*)"/g,
  )) {
    if (index !== undefined) found.push(Number(index));
    else found.push(name ?? quoted ?? double ?? '');
  }
  return found;
};

export const follow = (value: Json, path: string): Json | undefined => {
  let current: Json | undefined = value;
  for (const step of steps(path)) {
    if (current === undefined) return undefined;
    current = typeof step === 'number' ? (isArray(current) ? current[step] : undefined) : getKey(current, step);
  }
  return current;
};

const fromPairs = (keys: readonly (string | null)[], values: readonly (string | null)[], keepNull: boolean): string => {
  const entries = new Map<string, Json>();
  keys.forEach((key, index) => {
    const value = values[index] ?? null;
    if (key === null || (value === null && !keepNull)) return;
    if (entries.has(key)) throw engineError('100210', '22000', `Duplicate field key '${key}'`);
    entries.set(key, value === null ? null : parseJson(value));
  });
  return printJson(sorted(entries));
};

const object = (text: string): ReadonlyMap<string, Json> => {
  const value = parseJson(text);
  return isObject(value) ? value : new Map();
};

const insertKey = (text: string, key: string, item: string | null, update: boolean): string => {
  const value = object(text);
  if (value.has(key) && !update) throw engineError('100210', '22000', `Duplicate field key '${key}'`);
  const entries = new Map(value);
  if (item === null) entries.delete(key);
  else entries.set(key, parseJson(item));
  return printJson(sorted(entries));
};

export const jsonNatives: readonly Native[] = [
  { name: 'sb_parse_json', parameters: ['text'], returns: 'text', run: parse },
  { name: 'sb_try_parse_json', parameters: ['text'], returns: 'text', run: tryParse },
  { name: 'sb_check_json', parameters: ['text'], returns: 'text', run: check },
  { name: 'sb_typeof', parameters: ['text'], returns: 'text', run: typeOfText },
  {
    name: 'sb_get',
    parameters: ['text', 'text'],
    returns: 'text',
    run: (text: string, key: string) => print(getKey(parseJson(text), key)),
  },
  {
    name: 'sb_get_path',
    parameters: ['text', 'text'],
    returns: 'text',
    run: (text: string, path: string) => print(follow(parseJson(text), path)),
  },
  {
    name: 'sb_get_ignore_case',
    parameters: ['text', 'text'],
    returns: 'text',
    run: (text: string, key: string) => {
      const value = object(text);
      const found = value.has(key) ? key : [...value.keys()].find((each) => each.toLowerCase() === key.toLowerCase());
      return found === undefined ? null : print(value.get(found));
    },
  },
  { name: 'sb_object', parameters: ['texts', 'texts', 'boolean'], returns: 'text', run: fromPairs },
  {
    name: 'sb_object_keys',
    parameters: ['text'],
    returns: 'text',
    run: (text: string) => {
      const value = parseJson(text);
      return isObject(value) ? printJson([...value.keys()]) : null;
    },
  },
  {
    name: 'sb_object_insert',
    parameters: ['text', 'text', 'text', 'boolean'],
    returns: 'text',
    nulls: true,
    run: (text: string | null, key: string | null, item: string | null, update: boolean | null) =>
      text === null || key === null ? null : insertKey(text, key, item, update === true),
  },
  {
    name: 'sb_object_pick',
    parameters: ['text', 'texts', 'boolean'],
    returns: 'text',
    run: (text: string, keys: readonly (string | null)[], keep: boolean) =>
      printJson(new Map([...object(text)].filter(([key]) => keys.includes(key) === keep))),
  },
];
