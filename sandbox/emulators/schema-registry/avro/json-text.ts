/** JSON whose numbers keep their text: a long default must come out as it went in, and an object keeps the order of its members. */
export type Json = null | boolean | string | JsonNumber | Json[] | JsonObject;
export type JsonNumber = { number: string };
export type JsonObject = Map<string, Json>;

export class MalformedJson extends Error {
  constructor(what: string) {
    super(what);
    this.name = 'MalformedJson';
  }
}

const deepest = 200;
const token =
  /\s*(?:([{}[\],:])|("(?:[^"\\\u0000-\u001f]|\\.)*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)|(true|false|null))/y;

export const isNumber = (json: Json | undefined): json is JsonNumber =>
  typeof json === 'object' && json !== null && 'number' in json;

export const isObject = (json: Json | undefined): json is JsonObject => json instanceof Map;

export const readJson = (text: string): Json => {
  let position = 0;
  const next = (): { punctuation: string } | { value: Json } => {
    token.lastIndex = position;
    const match = token.exec(text);
    if (!match) throw new MalformedJson(`unexpected character at position ${position}`);
    position = token.lastIndex;
    const [, punctuation, string, number, word] = match;
    if (punctuation !== undefined) return { punctuation };
    if (number !== undefined) return { value: { number } };
    try {
      return { value: JSON.parse(string ?? word ?? '') as Json };
    } catch {
      throw new MalformedJson(`malformed string at position ${position}`);
    }
  };

  const expect = (wanted: string) => {
    const found = next();
    if (!('punctuation' in found) || found.punctuation !== wanted)
      throw new MalformedJson(`expected ${wanted} at position ${position}`);
  };

  /** After an element: true when another follows. */
  const another = (closing: string): boolean => {
    const found = next();
    if ('punctuation' in found && found.punctuation === closing) return false;
    if ('punctuation' in found && found.punctuation === ',') return true;
    throw new MalformedJson(`expected , or ${closing} at position ${position}`);
  };

  const isAt = (wanted: string): boolean => {
    const rest = /\s*(.)?/sy;
    rest.lastIndex = position;
    return rest.exec(text)?.[1] === wanted;
  };

  const readObject = (depth: number): JsonObject => {
    const object: JsonObject = new Map();
    if (isAt('}')) {
      expect('}');
      return object;
    }
    do {
      const key = next();
      if (!('value' in key) || typeof key.value !== 'string') throw new MalformedJson(`expected a name at ${position}`);
      expect(':');
      object.set(key.value, readValue(depth + 1));
    } while (another('}'));
    return object;
  };

  const readArray = (depth: number): Json[] => {
    const array: Json[] = [];
    if (isAt(']')) {
      expect(']');
      return array;
    }
    do array.push(readValue(depth + 1));
    while (another(']'));
    return array;
  };

  const readValue = (depth: number): Json => {
    if (depth > deepest) throw new MalformedJson('it is nested too deep');
    const found = next();
    if ('value' in found) return found.value;
    if (found.punctuation === '{') return readObject(depth);
    if (found.punctuation === '[') return readArray(depth);
    throw new MalformedJson(`unexpected ${found.punctuation} at position ${position}`);
  };

  const value = readValue(0);
  if (text.slice(position).trim() !== '') throw new MalformedJson(`unexpected text at position ${position}`);
  return value;
};

export const writeJson = (json: Json): string => {
  if (isNumber(json)) return json.number;
  if (isObject(json))
    return `{${[...json].map(([key, value]) => `${JSON.stringify(key)}:${writeJson(value)}`).join(',')}}`;
  if (Array.isArray(json)) return `[${json.map(writeJson).join(',')}]`;
  return JSON.stringify(json);
};
