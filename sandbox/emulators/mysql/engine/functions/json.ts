import { mysqlError } from '../../errors.ts';
import { type Compiled, derive, type Frame } from '../query/compiled.ts';
import { textLength } from '../query/expression.ts';
import { utf8mb4Binary } from '../values/collation.ts';
import { toJson, toText } from '../values/convert.ts';
import {
  compareJson,
  editPath,
  followPath,
  formatJson,
  isObject,
  type Json,
  JsonTextError,
  jsonObject,
  type PathEdit,
  type PathLeg,
  parseJson,
  parsePath,
  pathHasWildcard,
  prettyJson,
  quoteJson,
  jsonType as typeName,
} from '../values/json.ts';
import { bigintType, booleanType, type Datum, jsonType, kindOf, stringType } from '../values/sql-type.ts';
import { at, define, type FunctionDefinition, type FunctionList, strict, text } from './function.ts';
import { likePattern } from './patterns.ts';

/** A JSON argument: a text is parsed, other types are refused. */
const document = (value: Datum, input: Compiled, argument: number, name: string): Json => {
  const kind = kindOf(input.type);
  if (kind === 'json') return parseJson(value as string);
  if (kind !== 'string') throw mysqlError('ER_INVALID_TYPE_FOR_JSON', argument, name);
  try {
    return parseJson(value as string);
  } catch (error) {
    if (error instanceof JsonTextError)
      throw mysqlError('ER_INVALID_JSON_TEXT_IN_PARAM', argument, name, error.reason, error.offset);
    throw error;
  }
};

const path = (value: string, wildcards = true): PathLeg[] => {
  const legs = parsePath(value);
  if (!legs) throw mysqlError('ER_INVALID_JSON_PATH', 1);
  if (!wildcards && pathHasWildcard(legs)) throw mysqlError('ER_INVALID_JSON_PATH_WILDCARD');
  return legs;
};

/** Any value as an element of a document: TRUE and FALSE stay booleans. */
const element =
  (input: Compiled) =>
  (frame: Frame): Json => {
    const value = input.evaluate(frame);
    return input.type === booleanType && value !== null ? value !== 0n : toJson(value, input.type);
  };

const extract = (value: Json, paths: readonly PathLeg[][]): Json | undefined => {
  const found = paths.flatMap((legs) => followPath(value, legs));
  if (found.length === 0) return undefined;
  const many = paths.length > 1 || paths.some(pathHasWildcard);
  return many ? found : (found[0] as Json);
};

const edit = (operation: PathEdit): FunctionDefinition =>
  define(3, 1000, (inputs, call) => {
    if (inputs.length % 2 === 0) throw mysqlError('ER_WRONG_PARAMCOUNT_TO_NATIVE_FCT', call.name);
    const elements = inputs.map(element);
    return derive(
      jsonType,
      inputs,
      (frame) => {
        const first = at(inputs, 0).evaluate(frame);
        if (first === null) return null;
        let result = document(first, at(inputs, 0), 1, call.name.toLowerCase());
        for (let index = 1; index < inputs.length; index += 2) {
          const where = toText(at(inputs, index).evaluate(frame), at(inputs, index).type);
          if (where === null) return null;
          result = editPath(
            result,
            path(where, false),
            operation,
            (elements[index + 1] as (frame: Frame) => Json)(frame),
          );
        }
        return formatJson(result);
      },
      { nullable: true },
    );
  });

const mergePatch = (target: Json, patch: Json): Json => {
  if (!isObject(patch)) return patch;
  const result = new Map(isObject(target) ? target : []);
  for (const [key, value] of patch) {
    if (value === null) result.delete(key);
    else result.set(key, mergePatch(result.get(key) ?? null, value));
  }
  return jsonObject(result);
};

const mergePreserve = (left: Json, right: Json): Json => {
  if (isObject(left) && isObject(right)) {
    const result = new Map(left);
    for (const [key, value] of right)
      result.set(key, result.has(key) ? mergePreserve(result.get(key) as Json, value) : value);
    return jsonObject(result);
  }
  return [...(Array.isArray(left) ? left : [left]), ...(Array.isArray(right) ? right : [right])];
};

const merge = (combine: (left: Json, right: Json) => Json): FunctionDefinition =>
  define(2, 1000, (inputs, call) =>
    strict(jsonType, inputs, (values) =>
      formatJson(
        values
          .map((value, index) => document(value, at(inputs, index), index + 1, call.name.toLowerCase()))
          .reduce(combine),
      ),
    ),
  );

const contains = (target: Json, candidate: Json): boolean => {
  if (Array.isArray(target)) {
    const wanted = Array.isArray(candidate) ? candidate : [candidate];
    return wanted.every((item) => target.some((element) => contains(element, item)));
  }
  if (isObject(target))
    return (
      isObject(candidate) &&
      [...candidate].every(([key, value]) => target.has(key) && contains(target.get(key) as Json, value))
    );
  return !Array.isArray(candidate) && compareJson(target, candidate) === 0;
};

const overlaps = (left: Json, right: Json): boolean => {
  if (Array.isArray(left) || Array.isArray(right)) {
    const [one, other] = [Array.isArray(left) ? left : [left], Array.isArray(right) ? right : [right]];
    return one.some((item) => other.some((element) => compareJson(item, element) === 0));
  }
  if (isObject(left) && isObject(right))
    return [...left].some(([key, value]) => right.has(key) && compareJson(value, right.get(key) as Json) === 0);
  return compareJson(left, right) === 0;
};

const depth = (value: Json): number => {
  const children = Array.isArray(value) ? value : isObject(value) ? [...value.values()] : [];
  return 1 + Math.max(0, ...children.map(depth));
};

const onDocument = (type: typeof jsonType, compute: (value: Json) => Datum): FunctionDefinition =>
  define(1, 1, (inputs, call) =>
    strict(type, inputs, ([value]) => compute(document(value as Datum, at(inputs, 0), 1, call.name.toLowerCase()))),
  );

const truth = (value: boolean): bigint => (value ? 1n : 0n);

const searchPaths = (value: Json, matches: (text: string) => boolean, at: string, found: string[]): void => {
  if (typeof value === 'string') {
    if (matches(value)) found.push(at);
  } else if (Array.isArray(value))
    value.forEach((item, index) => {
      searchPaths(item, matches, `${at}[${index}]`, found);
    });
  else if (isObject(value))
    for (const [key, item] of value)
      searchPaths(item, matches, `${at}.${/^[A-Za-z_$][\w$]*$/.test(key) ? key : quoteJson(key)}`, found);
};

/** The server calls these nullable, whatever they are given. */
const maybeNull = (definition: FunctionDefinition): FunctionDefinition => ({
  ...definition,
  build: (inputs, call, compiler) => ({ ...definition.build(inputs, call, compiler), nullable: true }),
});

export const jsonFunctions: FunctionList = {
  JSON_OBJECT: define(0, 1000, (inputs, call) => {
    if (inputs.length % 2) throw mysqlError('ER_WRONG_PARAMCOUNT_TO_NATIVE_FCT', call.name);
    const elements = inputs.map(element);
    return derive(
      jsonType,
      inputs,
      (frame) => {
        const entries: [string, Json][] = [];
        for (let index = 0; index < inputs.length; index += 2) {
          const key = toText(at(inputs, index).evaluate(frame), at(inputs, index).type);
          if (key === null) throw mysqlError('ER_JSON_DOCUMENT_NULL_KEY');
          entries.push([key, (elements[index + 1] as (frame: Frame) => Json)(frame)]);
        }
        return formatJson(jsonObject(entries));
      },
      { nullable: false },
    );
  }),
  JSON_ARRAY: define(0, 1000, (inputs) => {
    const elements = inputs.map(element);
    return derive(jsonType, inputs, (frame) => formatJson(elements.map((read) => read(frame))), { nullable: false });
  }),
  JSON_QUOTE: define(1, 1, (inputs) =>
    strict(stringType(textLength(at(inputs, 0).type) * 6 + 2), inputs, ([value]) =>
      quoteJson(text(value as Datum, at(inputs, 0))),
    ),
  ),
  JSON_UNQUOTE: define(1, 1, (inputs) =>
    strict(stringType(textLength(at(inputs, 0).type)), inputs, ([value]) => {
      const written = text(value as Datum, at(inputs, 0));
      if (!/^".*"$/s.test(written)) return written;
      const inner = parseJson(written);
      return typeof inner === 'string' ? inner : written;
    }),
  ),
  JSON_EXTRACT: define(2, 1000, (inputs, call) =>
    strict(
      jsonType,
      inputs,
      (values) => {
        const paths = values.slice(1).map((value, index) => path(text(value, at(inputs, index + 1))));
        const found = extract(document(values[0] as Datum, at(inputs, 0), 1, call.name.toLowerCase()), paths);
        return found === undefined ? null : formatJson(found);
      },
      { nullable: true },
    ),
  ),
  JSON_VALID: maybeNull(
    define(1, 1, (inputs) =>
      derive(bigintType, inputs, (frame) => {
        const value = at(inputs, 0).evaluate(frame);
        if (value === null) return null;
        const kind = kindOf(at(inputs, 0).type);
        if (kind === 'json') return 1n;
        if (kind !== 'string') return 0n;
        try {
          parseJson(value as string);
          return 1n;
        } catch (error) {
          if (error instanceof JsonTextError) return 0n;
          throw error;
        }
      }),
    ),
  ),
  JSON_TYPE: define(1, 1, (inputs, call) =>
    strict(stringType(51), inputs, ([value]) =>
      typeName(document(value as Datum, at(inputs, 0), 1, call.name.toLowerCase())),
    ),
  ),
  JSON_DEPTH: maybeNull(onDocument(bigintType, (value) => BigInt(depth(value)))),
  JSON_LENGTH: define(1, 2, (inputs, call) =>
    strict(
      bigintType,
      inputs,
      (values) => {
        const whole = document(values[0] as Datum, at(inputs, 0), 1, call.name.toLowerCase());
        const found = inputs[1] ? extract(whole, [path(text(values[1] as Datum, inputs[1]), false)]) : whole;
        if (found === undefined) return null;
        return BigInt(Array.isArray(found) ? found.length : isObject(found) ? found.size : 1);
      },
      { nullable: true },
    ),
  ),
  JSON_KEYS: define(1, 2, (inputs, call) =>
    strict(
      jsonType,
      inputs,
      (values) => {
        const whole = document(values[0] as Datum, at(inputs, 0), 1, call.name.toLowerCase());
        const found = inputs[1] ? extract(whole, [path(text(values[1] as Datum, inputs[1]), false)]) : whole;
        return found !== undefined && isObject(found) ? formatJson([...found.keys()]) : null;
      },
      { nullable: true },
    ),
  ),
  JSON_CONTAINS: define(2, 3, (inputs, call) =>
    strict(
      bigintType,
      inputs,
      (values) => {
        const whole = document(values[0] as Datum, at(inputs, 0), 1, call.name.toLowerCase());
        const candidate = document(values[1] as Datum, at(inputs, 1), 2, call.name.toLowerCase());
        const found = inputs[2] ? extract(whole, [path(text(values[2] as Datum, inputs[2]), false)]) : whole;
        return found === undefined ? null : truth(contains(found, candidate));
      },
      { nullable: true },
    ),
  ),
  JSON_CONTAINS_PATH: maybeNull(
    define(3, 1000, (inputs, call) =>
      strict(bigintType, inputs, (values) => {
        const whole = document(values[0] as Datum, at(inputs, 0), 1, call.name.toLowerCase());
        const all = text(values[1] as Datum, at(inputs, 1)).toLowerCase() === 'all';
        const hits = values
          .slice(2)
          .map((value, index) => followPath(whole, path(text(value, at(inputs, index + 2)))).length > 0);
        return truth(all ? hits.every(Boolean) : hits.some(Boolean));
      }),
    ),
  ),
  JSON_OVERLAPS: define(2, 2, (inputs, call) =>
    strict(bigintType, inputs, (values) =>
      truth(
        overlaps(
          document(values[0] as Datum, at(inputs, 0), 1, call.name.toLowerCase()),
          document(values[1] as Datum, at(inputs, 1), 2, call.name.toLowerCase()),
        ),
      ),
    ),
  ),
  'MEMBER OF': define(2, 2, (inputs) => {
    const read = element(at(inputs, 0));
    return derive(bigintType, inputs, (frame) => {
      const list = at(inputs, 1).evaluate(frame);
      if (list === null || at(inputs, 0).evaluate(frame) === null) return null;
      const value = document(list, at(inputs, 1), 2, 'member of');
      const wanted = read(frame);
      return truth((Array.isArray(value) ? value : [value]).some((item) => compareJson(item, wanted) === 0));
    });
  }),
  JSON_SEARCH: define(3, 5, (inputs, call) =>
    derive(
      jsonType,
      inputs,
      (frame) => {
        const values = inputs.map((input) => input.evaluate(frame));
        if (values[0] === null || values[1] === null || values[2] === null) return null;
        const found: string[] = [];
        const escaping = inputs[3] && values[3] !== null ? text(values[3] as Datum, inputs[3]) || '\\' : '\\';
        searchPaths(
          document(values[0] as Datum, at(inputs, 0), 1, call.name.toLowerCase()),
          likePattern(text(values[2] as Datum, at(inputs, 2)), escaping, utf8mb4Binary),
          '$',
          found,
        );
        if (found.length === 0) return null;
        const one = text(values[1] as Datum, at(inputs, 1)).toLowerCase() === 'one';
        return formatJson(one || found.length === 1 ? (found[0] as string) : found);
      },
      { nullable: true },
    ),
  ),
  JSON_SET: edit('set'),
  JSON_INSERT: edit('insert'),
  JSON_REPLACE: edit('replace'),
  JSON_ARRAY_APPEND: edit('append'),
  JSON_REMOVE: define(2, 1000, (inputs, call) =>
    strict(jsonType, inputs, (values) => {
      let result = document(values[0] as Datum, at(inputs, 0), 1, call.name.toLowerCase());
      for (let index = 1; index < values.length; index++)
        result = editPath(result, path(text(values[index] as Datum, at(inputs, index)), false), 'remove', null);
      return formatJson(result);
    }),
  ),
  JSON_MERGE_PATCH: merge(mergePatch),
  JSON_MERGE_PRESERVE: merge(mergePreserve),
  JSON_PRETTY: define(1, 1, (inputs, call) =>
    strict(stringType(1_073_741_823), inputs, ([value]) =>
      prettyJson(document(value as Datum, at(inputs, 0), 1, call.name.toLowerCase())),
    ),
  ),
};
