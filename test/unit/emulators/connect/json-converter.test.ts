import { expect, test } from 'vitest';
import { jsonConverter } from '../../../../sandbox/emulators/connect/converters/json-converter.ts';
import { type GoldenRecord, goldenLines } from './golden.ts';

const withSchemas = jsonConverter.create({});
const without = jsonConverter.create({ 'schemas.enable': 'false' });

test.each(['orders-schemas.jsonl', 'types-precise-schemas.jsonl'])(
  'what a real worker wrote with schemas is read and written to the byte: %s',
  (name) => {
    for (const { topic, key, value } of goldenLines<GoldenRecord>(name)) {
      for (const text of [key, value]) {
        if (text === null) continue;
        const { schema, value: data } = withSchemas.toConnect(topic, Buffer.from(text));
        expect(withSchemas.fromConnect(topic, schema, data)?.toString()).toBe(text);
      }
    }
  },
);

test('schemaless objects are walked in the order of a HashMap, as in the objects a real sink wrote', () => {
  const lines = goldenLines<{ content: string }>('objects.jsonl').flatMap(({ content }) => content.trim().split('\n'));
  const records = goldenLines<GoldenRecord>('orders-topic.jsonl');
  const written = records.map(({ topic, value }) => {
    const data = without.toConnect(topic, value === null ? null : Buffer.from(value));
    return without.fromConnect(topic, data.schema, data.value)?.toString() ?? 'null';
  });
  expect(new Set(lines)).toEqual(new Set(written.slice(0, lines.length)));
});

test('integers beyond 2^53 stay exact, doubles look as in Java', () => {
  const text = '{"a":9223372036854775807,"b":1.0,"c":1.0E10,"d":[-1,0.001,1.0E-4]}';
  const { value } = without.toConnect(
    't',
    Buffer.from('{"a":9223372036854775807,"b":1.0,"c":1e10,"d":[-1,0.001,0.0001]}'),
  );
  expect(without.fromConnect('t', null, value)?.toString()).toBe(text);
});

test('a value without envelope is told with the real words', () => {
  expect(() => withSchemas.toConnect('t', Buffer.from('{"a":1}'))).toThrow(/requires "schema" and "payload" fields/);
  expect(() => without.toConnect('t', Buffer.from('nope'))).toThrow(
    'Converting byte[] to Kafka Connect data failed due to serialization error: ',
  );
});

test('decimals as numbers', () => {
  const numeric = jsonConverter.create({ 'schemas.enable': 'false', 'decimal.format': 'NUMERIC' });
  const schema = { type: 'bytes', name: 'org.apache.kafka.connect.data.Decimal', parameters: { scale: '2' } } as const;
  expect(numeric.fromConnect('t', schema, { unscaled: -12345n, scale: 2 })?.toString()).toBe('-123.45');
  expect(without.fromConnect('t', schema, { unscaled: 1999n, scale: 2 })?.toString()).toBe('"B88="');
  expect(
    withSchemas.toConnect(
      't',
      Buffer.from(
        '{"schema":{"type":"bytes","optional":false,"name":"org.apache.kafka.connect.data.Decimal","version":1,"parameters":{"scale":"2"}},"payload":"B88="}',
      ),
    ).value,
  ).toEqual({ unscaled: 1999n, scale: 2 });
});

test('a null for a required field is refused', () => {
  const schema = { type: 'struct', fields: [{ name: 'a', schema: { type: 'int32' } }] } as const;
  expect(() => without.fromConnect('t', schema, { a: null })).toThrow(
    'Conversion error: null value for field that is required and has no default value',
  );
});
