import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkReading } from '../../../../sandbox/emulators/schema-registry/avro/compatibility.ts';
import { readJson, writeJson } from '../../../../sandbox/emulators/schema-registry/avro/json-text.ts';
import { normalizedText } from '../../../../sandbox/emulators/schema-registry/avro/normalize.ts';
import { parseAvro } from '../../../../sandbox/emulators/schema-registry/avro/parse.ts';
import { printAvro } from '../../../../sandbox/emulators/schema-registry/avro/print.ts';
import { InvalidAvro } from '../../../../sandbox/emulators/schema-registry/avro/schema.ts';

const parse = (schema: unknown) => parseAvro(JSON.stringify(schema));
const record = (name: string, ...fields: object[]) => ({ type: 'record', name, fields });
const field = (name: string, type: unknown, more: object = {}) => ({ name, type, ...more });

describe('JSON text', () => {
  it('comes out as it went in', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const compact = JSON.stringify(JSON.parse(text));
        expect(JSON.parse(writeJson(readJson(text)))).toEqual(JSON.parse(compact));
      }),
    );
    for (const text of ['18446744073709551615', '1.0', '{"b":[],"a":{}}']) expect(writeJson(readJson(text))).toBe(text);
  });

  it.each(['', '{', '[1,]', '{"a"}', '{"a":1,}', 'nul', '1 2', '"\n"', '01', '['.repeat(300)])(
    'is refused: %j',
    (text) => {
      expect(() => readJson(text)).toThrow();
    },
  );
});

describe('Avro schemas', () => {
  it.each([
    ['primitives', '{"type":"string"}', '"string"'],
    ['properties', '{"avro.java.string":"String","type":"string"}', '{"type":"string","avro.java.string":"String"}'],
    [
      'logical types',
      '{"precision":9,"type":"bytes","logicalType":"decimal","scale":2}',
      '{"type":"bytes","precision":9,"logicalType":"decimal","scale":2}',
    ],
    [
      'names by their namespace',
      '{"name":"n.R","type":"record","fields":[{"name":"a","type":{"type":"fixed","name":"F","size":2}},{"name":"b","type":"n.F"},{"name":"c","type":{"type":"enum","name":"m.E","symbols":["X"],"default":"X"}}]}',
      '{"type":"record","name":"R","namespace":"n","fields":[{"name":"a","type":{"type":"fixed","name":"F","size":2}},{"name":"b","type":"F"},{"name":"c","type":{"type":"enum","name":"E","namespace":"m","symbols":["X"],"default":"X"}}]}',
    ],
    [
      'aliases, order and docs',
      '{"type":"record","aliases":["Old","x.Older"],"doc":"d","name":"R","fields":[{"order":"descending","aliases":["z"],"name":"a","doc":"","type":"int","default":1}]}',
      '{"type":"record","name":"R","doc":"d","fields":[{"name":"a","type":"int","doc":"","default":1,"order":"descending","aliases":["z"]}],"aliases":["Old","x.Older"]}',
    ],
    [
      'recursion',
      '{"type":"record","name":"L","fields":[{"name":"next","type":["null","L"]}]}',
      '{"type":"record","name":"L","fields":[{"name":"next","type":["null","L"]}]}',
    ],
  ])('print %s as Java does', (_, text, expected) => {
    expect(printAvro(parseAvro(text))).toBe(expected);
    expect(printAvro(parseAvro(expected))).toBe(expected);
  });

  it.each([
    ['an unknown name', field('a', 'Nope')],
    ['a default of another type', field('a', 'int', { default: 'x' })],
    ['a default too large', field('a', 'int', { default: 2147483648 })],
    ['a null default of no union', field('a', 'string', { default: null })],
    ['a name that is none', field('a-b', 'int')],
    ['a union in a union', field('a', ['int', ['string']])],
    ['a type twice in a union', field('a', ['int', 'int'])],
    ['an array without items', field('a', { type: 'array' })],
    ['a fixed without size', field('a', { type: 'fixed', name: 'F' })],
    ['a symbol twice', field('a', { type: 'enum', name: 'E', symbols: ['A', 'A'] })],
    ['a name defined twice', field('a', record('R'))],
    ['no type', { name: 'a' }],
  ])('are refused with %s', (_, wrong) => {
    expect(() => parse(record('R', wrong))).toThrow(InvalidAvro);
  });

  it('are refused, and nothing worse, whatever the JSON', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        try {
          parseAvro(text);
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidAvro);
        }
      }),
    );
  });

  it('have one normal form', () => {
    const one =
      '{"type":"record","name":"R","namespace":"n","z":1,"a":{"d":1,"c":2},"fields":[{"name":"a","type":{"type":"long","logicalType":"timestamp-millis"}}]}';
    const other =
      '{"a":{"c":2,"d":1},"z":1,"fields":[{"type":{"logicalType":"timestamp-millis","type":"long"},"name":"a"}],"name":"n.R","type":"record"}';
    expect(normalizedText(parseAvro(one))).toBe(normalizedText(parseAvro(other)));
  });
});

// Reader, writer, and what stands between them; the rules of https://avro.apache.org/docs/1.12.0/specification/#schema-resolution
const fixed = (name: string, size: number) => ({ type: 'fixed', name, size });
const symbols = (...names: string[]) => ({ type: 'enum', name: 'E', symbols: names });
const list = record('L', field('value', 'int'), field('next', ['null', 'L']));

describe('schema resolution', () => {
  it.each([
    ['the same', 'int', 'int', []],
    ['int read as long', 'long', 'int', []],
    ['int read as double', 'double', 'int', []],
    ['long read as float', 'float', 'long', []],
    ['string read as bytes', 'bytes', 'string', []],
    ['bytes read as string', 'string', 'bytes', []],
    ['long read as int', 'int', 'long', ['TYPE_MISMATCH /']],
    ['double read as float', 'float', 'double', ['TYPE_MISMATCH /']],
    [
      'an array of longs as ints',
      { type: 'array', items: 'int' },
      { type: 'array', items: 'long' },
      ['TYPE_MISMATCH /items'],
    ],
    ['a map of ints as longs', { type: 'map', values: 'long' }, { type: 'map', values: 'int' }, []],
    ['int read as a union', ['null', 'long'], 'int', []],
    ['string read as a union without it', ['null', 'long'], 'string', ['MISSING_UNION_BRANCH /']],
    ['a union read as one of it', 'int', ['int', 'string'], ['TYPE_MISMATCH /']],
    ['a smaller union', ['int'], ['int', 'string'], ['MISSING_UNION_BRANCH /1']],
    ['a larger union', ['int', 'string', 'null'], ['int', 'string'], []],
    ['an enum with fewer symbols', symbols('A'), symbols('A', 'B'), ['MISSING_ENUM_SYMBOLS /symbols']],
    ['an enum with fewer symbols and a default', { ...symbols('A'), default: 'A' }, symbols('A', 'B'), []],
    ['an enum with more symbols', symbols('A', 'B'), symbols('A'), []],
    ['a fixed of another size', fixed('F', 4), fixed('F', 8), ['FIXED_SIZE_MISMATCH /size']],
    ['a fixed of another name', fixed('F', 4), fixed('G', 4), ['NAME_MISMATCH /name']],
    ['a record of another name', record('R'), record('S'), ['NAME_MISMATCH /name']],
    ['a record with its old name as alias', { ...record('R'), aliases: ['S'] }, record('S'), []],
    ['a field dropped', record('R'), record('R', field('a', 'int')), []],
    ['a field added', record('R', field('a', 'int')), record('R'), ['READER_FIELD_MISSING_DEFAULT_VALUE /fields/0']],
    ['a field added with a default', record('R', field('a', 'int', { default: 1 })), record('R'), []],
    [
      'a field renamed with an alias',
      record('R', field('b', 'int', { aliases: ['a'] })),
      record('R', field('a', 'int')),
      [],
    ],
    [
      'a field of another type',
      record('R', field('a', 'int')),
      record('R', field('a', 'string')),
      ['TYPE_MISMATCH /fields/0/type'],
    ],
    ['a recursive record', list, list, []],
    [
      'a recursive record whose value grew',
      list,
      record('L', field('value', 'long'), field('next', ['null', 'L'])),
      ['TYPE_MISMATCH /fields/0/type'],
    ],
  ])('%s', (_, reader, writer, expected) => {
    const found = checkReading(parse(reader), parse(writer));
    expect(found.map(({ kind, location }) => `${kind} ${location}`)).toEqual(expected);
  });
});
