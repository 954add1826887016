import { describe, expect, test } from 'vitest';
import { jsonConverter } from '../../../../sandbox/emulators/connect/converters/json-converter.ts';
import type { ConnectRecord, ConnectSchema, ConnectValue } from '../../../../sandbox/emulators/connect/plugin.ts';
import { createTransforms } from '../../../../sandbox/emulators/connect/transforms/chain.ts';
import { type GoldenRecord, goldenLines } from './golden.ts';

const base: ConnectRecord = {
  topic: 'orders',
  partition: 3,
  keySchema: null,
  key: null,
  valueSchema: null,
  value: null,
  timestampMs: Date.UTC(2026, 10, 22, 17, 44, 2, 647),
  headers: [],
};

const schema: ConnectSchema = {
  type: 'struct',
  name: 'Order',
  optional: true,
  fields: [
    { name: 'id', schema: { type: 'int64' } },
    { name: 'status', schema: { type: 'string', optional: true, default: 'new' } },
    { name: 'item', schema: { type: 'struct', fields: [{ name: 'price', schema: { type: 'float64' } }] } },
  ],
};
const value: ConnectValue = { id: 7n, status: null, item: { price: 1.5 } };

/** Applies one transformation, of the package of Apache Kafka, with its settings. */
const apply = (
  type: string,
  settings: Record<string, string>,
  record: Partial<ConnectRecord>,
): ConnectRecord | null => {
  const config: Record<string, string> = {
    transforms: 't',
    'transforms.t.type': `org.apache.kafka.connect.transforms.${type}`,
  };
  for (const [name, text] of Object.entries(settings)) config[`transforms.t.${name}`] = text;
  const [transform] = createTransforms(config);
  return transform?.apply({ ...base, ...record }) ?? null;
};

const schemaless = (map: ConnectValue): Partial<ConnectRecord> => ({ value: map });
const structured: Partial<ConnectRecord> = { valueSchema: schema, value };

test('ExtractField takes one field, with its schema; null passes', () => {
  expect(apply('ExtractField$Value', { field: 'id' }, structured)).toMatchObject({
    valueSchema: { type: 'int64' },
    value: 7n,
  });
  expect(apply('ExtractField$Value', { field: 'status' }, structured)).toMatchObject({ value: 'new' });
  expect(apply('ExtractField$Value', { field: 'a' }, schemaless({ a: 1n, b: 2n }))).toMatchObject({
    valueSchema: null,
    value: 1n,
  });
  expect(apply('ExtractField$Value', { field: 'a' }, { value: null })?.value).toBeNull();
  expect(apply('ExtractField$Value', { field: 'item.price', 'field.syntax.version': 'V2' }, structured)?.value).toBe(
    1.5,
  );
  expect(() => apply('ExtractField$Value', { field: 'x' }, structured)).toThrow('Unknown field: x');
  expect(() => apply('ExtractField$Value', { field: 'x' }, schemaless('text'))).toThrow(
    'Only Map objects supported in absence of schema for [field extraction], found: java.lang.String',
  );
});

test('InsertField adds what it is told, optional unless marked; the struct loses its own optionality as in Java', () => {
  const settings = {
    'topic.field': 'topic!',
    'timestamp.field': 'at',
    'static.field': 'source',
    'static.value': 'shop',
  };
  const inserted = apply('InsertField$Value', settings, structured);
  expect(inserted?.value).toEqual({
    id: 7n,
    status: 'new',
    item: { price: 1.5 },
    topic: 'orders',
    at: new Date(base.timestampMs as number),
    source: 'shop',
  });
  expect(inserted?.valueSchema?.optional).toBeUndefined();
  expect(inserted?.valueSchema?.fields?.slice(3).map(({ name, schema: own }) => [name, own.optional === true])).toEqual(
    [
      ['topic', false],
      ['at', true],
      ['source', true],
    ],
  );
  expect(apply('InsertField$Value', { 'partition.field': 'p' }, schemaless({ a: 1n }))?.value).toEqual({
    a: 1n,
    p: 3n,
  });
  expect(() => apply('InsertField$Value', { 'offset.field': 'o' }, schemaless({ a: 1n }))).toThrow(
    'Only SinkRecord supported',
  );
  expect(() => apply('InsertField$Value', {}, structured)).toThrow('No field insertion configured');
});

test('ReplaceField excludes, includes and renames', () => {
  expect(apply('ReplaceField$Value', { exclude: 'item', renames: 'id:order_id' }, structured)?.value).toEqual({
    order_id: 7n,
    status: 'new',
  });
  expect(
    apply('ReplaceField$Value', { include: 'a,b', exclude: 'b' }, schemaless({ a: 1n, b: 2n, c: 3n }))?.value,
  ).toEqual({ a: 1n });
  expect(() => apply('ReplaceField$Value', { renames: 'id' }, structured)).toThrow('Invalid rename mapping: id');
});

test('Cast changes fields or the whole, with Java’s rounding and overflow', () => {
  expect(apply('Cast$Value', { spec: 'id:string' }, structured)).toMatchObject({ value: { id: '7' } });
  expect(apply('Cast$Value', { spec: 'int8' }, { valueSchema: { type: 'int64' }, value: 300n })).toMatchObject({
    valueSchema: { type: 'int8' },
    value: 44,
  });
  expect(
    apply('Cast$Value', { spec: 'a:int32,b:boolean,c:float64' }, schemaless({ a: '12', b: 'TRUE', c: '1.5' }))?.value,
  ).toEqual({ a: 12n, b: true, c: 1.5 });
  expect(
    apply(
      'Cast$Value',
      { spec: 'string' },
      {
        valueSchema: { type: 'int64', name: 'org.apache.kafka.connect.data.Timestamp' },
        value: new Date(base.timestampMs as number),
      },
    )?.value,
  ).toBe('2026-11-22T17:44:02.647Z');
  expect(() => apply('Cast$Value', { spec: 'a:int8' }, schemaless({ a: '300' }))).toThrow(
    'Value (300) was out of range for requested data type',
  );
  expect(() => apply('Cast$Value', { spec: 'a:decimal' }, structured)).toThrow(
    'Invalid type found in casting spec: decimal',
  );
});

test('MaskField empties, or replaces, by type', () => {
  expect(apply('MaskField$Value', { fields: 'id,status' }, structured)?.value).toMatchObject({ id: 0n, status: '' });
  expect(
    apply('MaskField$Value', { fields: 'a,b', replacement: '42' }, schemaless({ a: 1n, b: 'x', c: true }))?.value,
  ).toEqual({ a: 42n, b: '42', c: true });
  expect(() => apply('MaskField$Value', { fields: 'id', replacement: 'x' }, structured)).toThrow('Unable to convert x');
});

test('Flatten joins names; arrays stay', () => {
  const flat = apply('Flatten$Value', { delimiter: '_' }, structured);
  expect(flat?.value).toEqual({ id: 7n, status: null, item_price: 1.5 });
  // Everything below an optional struct is optional.
  expect(flat?.valueSchema?.fields?.every(({ schema: own }) => own.optional === true)).toBe(true);
  expect(apply('Flatten$Value', {}, schemaless({ a: { b: { c: 1n } }, d: [1n] }))?.value).toEqual({
    'a.b.c': 1n,
    d: [1n],
  });
});

test('HoistField and ValueToKey', () => {
  expect(apply('HoistField$Value', { field: 'line' }, { valueSchema: { type: 'string' }, value: 'x' })).toMatchObject({
    valueSchema: { type: 'struct', fields: [{ name: 'line', schema: { type: 'string' } }] },
    value: { line: 'x' },
  });
  expect(apply('ValueToKey', { fields: 'id' }, structured)).toMatchObject({
    keySchema: { type: 'struct' },
    key: { id: 7n },
  });
  expect(apply('ValueToKey', { fields: 'a' }, schemaless({ a: 1n, b: 2n }))).toMatchObject({
    keySchema: null,
    key: { a: 1n },
  });
});

test('RegexRouter and TimestampRouter rename topics', () => {
  expect(apply('RegexRouter', { regex: '(.*)ders', replacement: '$1-x' }, {})?.topic).toBe('or-x');
  expect(apply('RegexRouter', { regex: 'ord', replacement: 'x' }, {})?.topic).toBe('orders');
  expect(apply('TimestampRouter', { 'timestamp.format': "yyyy-MM-dd'T'HH" }, {})?.topic).toBe('orders-2026-11-22T17');
});

test('TimestampConverter goes between text, Unix time and Connect’s types', () => {
  const text = '2026-11-22 17:44:02.647';
  const format = 'yyyy-MM-dd HH:mm:ss.SSS';
  const timestampMs = BigInt(base.timestampMs as number);
  expect(
    apply('TimestampConverter$Value', { 'target.type': 'unix', format, field: 'at' }, schemaless({ at: text }))?.value,
  ).toEqual({ at: timestampMs });
  expect(
    apply(
      'TimestampConverter$Value',
      { 'target.type': 'string', format },
      { valueSchema: { type: 'int64' }, value: timestampMs },
    ),
  ).toMatchObject({ valueSchema: { type: 'string' }, value: text });
  expect(
    apply('TimestampConverter$Value', { 'target.type': 'Date' }, { valueSchema: { type: 'int64' }, value: timestampMs })
      ?.value,
  ).toEqual(new Date(Date.UTC(2026, 10, 22)));
  expect(
    apply(
      'TimestampConverter$Value',
      { 'target.type': 'unix', 'unix.precision': 'microseconds' },
      schemaless(1_700_000_000_123_456n),
    )?.value,
  ).toBe(1_700_000_000_123_000n);
  expect(() => apply('TimestampConverter$Value', { 'target.type': 'unix', format }, schemaless('nope'))).toThrow(
    'Could not parse timestamp: value (nope) does not match pattern',
  );
  expect(() => apply('TimestampConverter$Value', { 'target.type': 'string' }, {})).toThrow('requires format option');
});

test('headers are made from fields, inserted and dropped', () => {
  const moved = apply('HeaderFrom$Value', { fields: 'id', headers: 'order-id', operation: 'move' }, structured);
  expect(moved?.headers).toEqual([{ key: 'order-id', schema: { type: 'int64' }, value: 7n }]);
  expect(Object.keys(moved?.value as object)).toEqual(['status', 'item']);
  expect(apply('InsertHeader', { header: 'n', 'value.literal': '5' }, {})?.headers).toEqual([
    { key: 'n', schema: { type: 'int8' }, value: 5 },
  ]);
  expect(
    apply(
      'DropHeaders',
      { headers: 'a' },
      {
        headers: [
          { key: 'a', schema: null, value: 1n },
          { key: 'b', schema: null, value: 2n },
        ],
      },
    )?.headers,
  ).toEqual([{ key: 'b', schema: null, value: 2n }]);
});

test('SetSchemaMetadata names the schema', () => {
  expect(
    apply('SetSchemaMetadata$Value', { 'schema.name': 'o', 'schema.version': '2' }, structured)?.valueSchema,
  ).toMatchObject({ name: 'o', version: 2 });
  expect(() => apply('SetSchemaMetadata$Value', { 'schema.name': 'o' }, schemaless({ a: 1n }))).toThrow(
    'Schema required',
  );
});

test('a predicate decides, and can be negated', () => {
  const config = {
    transforms: 'drop',
    'transforms.drop.type': 'org.apache.kafka.connect.transforms.Filter',
    'transforms.drop.predicate': 'mine',
    'transforms.drop.negate': 'true',
    predicates: 'mine',
    'predicates.mine.type': 'org.apache.kafka.connect.transforms.predicates.TopicNameMatches',
    'predicates.mine.pattern': 'or.*',
  };
  const [filter] = createTransforms(config);
  expect(filter?.apply(base)).toBe(base);
  expect(filter?.apply({ ...base, topic: 'other' })).toBeNull();
});

test('an unknown transformation is told as the real worker tells it', () => {
  expect(() => apply('Nope', {}, {})).toThrow(
    'Invalid value org.apache.kafka.connect.transforms.Nope for configuration transforms.t.type: Class org.apache.kafka.connect.transforms.Nope could not be found.',
  );
});

describe('ExtractNewRecordState', () => {
  const withSchemas = jsonConverter.create({});
  const without = jsonConverter.create({ 'schemas.enable': 'false' });
  const unwrap = (settings: Record<string, string>, text: string | null): ConnectRecord | null => {
    const config: Record<string, string> = {
      transforms: 'u',
      'transforms.u.type': 'io.debezium.transforms.ExtractNewRecordState',
    };
    for (const [name, setting] of Object.entries(settings)) config[`transforms.u.${name}`] = setting;
    const data = withSchemas.toConnect('t', text === null ? null : Buffer.from(text));
    const [transform] = createTransforms(config);
    return transform?.apply({ ...base, valueSchema: data.schema, value: data.value }) ?? null;
  };
  const envelopes = goldenLines<GoldenRecord>('orders-schemas.jsonl').map(({ value: text }) => text);
  /** Times and binlog positions differ between the two captures; the rows and the rest do not. */
  const withoutPlaces = (text: string): string => text.replace(/"__(ts_ms|source_ts_ms|source_pos)":\d+/g, '"__$1":0');

  test('gives the rows that a real one gave, deletes rewritten', () => {
    const settings = {
      'delete.tombstone.handling.mode': 'rewrite',
      'add.fields': 'op,ts_ms,source.ts_ms,source.file,source.pos',
    };
    const rows = envelopes.flatMap((text) => {
      const record = unwrap(settings, text);
      return record === null ? [] : [without.fromConnect('t', record.valueSchema, record.value)?.toString() ?? ''];
    });
    const golden = goldenLines<GoldenRecord>('orders-unwrapped.jsonl').map(({ value: text }) => text ?? '');
    expect(rows.map(withoutPlaces)).toEqual(golden.slice(0, rows.length).map(withoutPlaces));
    expect(rows.length).toBeGreaterThan(6);
  });

  test('deletes and tombstones by mode', () => {
    const deletion = envelopes.find((text) => text?.includes('"op":"d"')) ?? null;
    const kept = (mode: string) =>
      [deletion, null]
        .map((text) => unwrap({ 'delete.tombstone.handling.mode': mode }, text))
        .map((record) => (record === null ? 'dropped' : record.value === null ? 'tombstone' : 'row'));
    expect(kept('tombstone')).toEqual(['dropped', 'tombstone']);
    expect(kept('drop')).toEqual(['dropped', 'dropped']);
    expect(kept('rewrite')).toEqual(['row', 'dropped']);
    expect(kept('rewrite-with-tombstone')).toEqual(['row', 'tombstone']);
    expect(kept('delete-to-tombstone')).toEqual(['tombstone', 'dropped']);
  });

  test('what is no envelope passes', () => {
    const text = '{"schema":{"type":"string","optional":false},"payload":"x"}';
    expect(unwrap({}, text)?.value).toBe('x');
  });
});
