import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cursorOf, newSink, written } from '../../../../../sandbox/wire/mysql/binlog/bytes.ts';
import * as column from '../../../../../sandbox/wire/mysql/binlog/column-types.ts';
import {
  decodeEvent,
  type EventBody,
  encodeEvent,
  formatDescription,
} from '../../../../../sandbox/wire/mysql/binlog/event.ts';
import { readFile } from '../../../../../sandbox/wire/mysql/binlog/file.ts';
import {
  containsGtid,
  encodeGtidSet,
  formatGtidSet,
  isGtidSubset,
  parseGtidSet,
  readGtidSet,
  subtractGtidSets,
  unionGtidSets,
  withGtid,
} from '../../../../../sandbox/wire/mysql/binlog/gtid-set.ts';
import { parseJson } from '../../../../../sandbox/wire/mysql/binlog/json-text.ts';
import { formatDouble, formatJson, readJson, writeJson } from '../../../../../sandbox/wire/mysql/binlog/jsonb.ts';
import { type RowChange, type RowImage, readRows } from '../../../../../sandbox/wire/mysql/binlog/rows.ts';
import type { TableMap, TableMapColumn } from '../../../../../sandbox/wire/mysql/binlog/table-map.ts';
import { encodeTransaction } from '../../../../../sandbox/wire/mysql/binlog/transaction.ts';
import {
  type ColumnTraits,
  type ColumnValue,
  readValue,
  writeValue,
} from '../../../../../sandbox/wire/mysql/binlog/values.ts';

const two = (value: number) => String(value).padStart(2, '0');
const fraction = (digits: number) =>
  digits === 0
    ? fc.constant('')
    : fc.integer({ min: 0, max: 10 ** digits - 1 }).map((value) => `.${String(value).padStart(digits, '0')}`);
const clock = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }), fc.integer({ min: 0, max: 59 }))
  .map((parts) => parts.map(two).join(':'));
const day = (first: number, last: number) =>
  fc
    .tuple(fc.integer({ min: first, max: last }), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 28 }))
    .map(([year, month, date]) => `${String(year).padStart(4, '0')}-${two(month)}-${two(date)}`);
const digits = fc.integer({ min: 0, max: 6 });
const decimal = fc
  .tuple(fc.integer({ min: 1, max: 65 }), fc.integer({ min: 0, max: 30 }))
  .filter(([precision, scale]) => scale <= precision)
  .chain(([precision, scale]) =>
    fc
      .tuple(fc.bigInt({ min: 0n, max: 10n ** BigInt(precision) - 1n }), fc.boolean())
      .map(([unscaled, negative]): [ColumnTraits, ColumnValue] => {
        const text = String(unscaled).padStart(scale + 1, '0');
        const plain = scale === 0 ? text : `${text.slice(0, -scale)}.${text.slice(-scale)}`;
        return [column.decimal(precision, scale), negative && unscaled > 0n ? `-${plain}` : plain];
      }),
  );

const typedValue: fc.Arbitrary<[ColumnTraits, ColumnValue]> = fc.oneof(
  fc.integer({ min: -128, max: 127 }).map((value): [ColumnTraits, ColumnValue] => [column.tinyint, value]),
  fc
    .integer({ min: 0, max: 65535 })
    .map((value): [ColumnTraits, ColumnValue] => [{ ...column.smallint, unsigned: true }, value]),
  fc.integer({ min: -8388608, max: 8388607 }).map((value): [ColumnTraits, ColumnValue] => [column.mediumint, value]),
  fc.integer().map((value): [ColumnTraits, ColumnValue] => [column.integer, value]),
  fc
    .bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
    .map((value): [ColumnTraits, ColumnValue] => [column.bigint, value]),
  fc
    .bigInt({ min: 0n, max: 2n ** 64n - 1n })
    .map((value): [ColumnTraits, ColumnValue] => [{ ...column.bigint, unsigned: true }, value]),
  decimal,
  fc.float({ noNaN: true, noDefaultInfinity: true }).map((value): [ColumnTraits, ColumnValue] => [column.float, value]),
  fc
    .double({ noNaN: true, noDefaultInfinity: true })
    .map((value): [ColumnTraits, ColumnValue] => [column.double, value]),
  fc.bigInt({ min: 0n, max: 4095n }).map((value): [ColumnTraits, ColumnValue] => [column.bit(12), value]),
  fc
    .string({ unit: 'grapheme', maxLength: 60 })
    .map((value): [ColumnTraits, ColumnValue] => [{ ...column.varchar(1020), collation: 255 }, value]),
  fc
    .string({ unit: 'grapheme', maxLength: 60 })
    .map((value): [ColumnTraits, ColumnValue] => [{ ...column.blob(2), collation: 46 }, value]),
  fc
    .uint8Array({ maxLength: 300 })
    .map((value): [ColumnTraits, ColumnValue] => [{ ...column.blob(4), collation: 63 }, Buffer.from(value)]),
  fc.integer({ min: 0, max: 300 }).map((value): [ColumnTraits, ColumnValue] => [column.enumeration(300), value]),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((value): [ColumnTraits, ColumnValue] => [column.set(64), value]),
  day(0, 9999).map((value): [ColumnTraits, ColumnValue] => [column.date, value]),
  fc.constantFrom(0, 1901, 2155).map((value): [ColumnTraits, ColumnValue] => [column.year, value]),
  digits.chain((count) =>
    fc
      .tuple(day(1000, 9999), clock, fraction(count))
      .map(([date, time, rest]): [ColumnTraits, ColumnValue] => [column.datetime(count), `${date} ${time}${rest}`]),
  ),
  digits.chain((count) =>
    fc
      .tuple(day(1971, 2037), clock, fraction(count))
      .map(([date, time, rest]): [ColumnTraits, ColumnValue] => [column.timestamp(count), `${date} ${time}${rest}`]),
  ),
  digits.chain((count) =>
    fc
      .tuple(fc.boolean(), fc.integer({ min: 0, max: 838 }), fc.integer({ min: 0, max: 59 }), fraction(count))
      .map(([negative, hours, rest, part]): [ColumnTraits, ColumnValue] => {
        const text = `${two(hours)}:${two(rest)}:${two(rest)}${part}`;
        return [column.time(count), negative && /[1-9]/.test(text) ? `-${text}` : text];
      }),
  ),
);

describe('column values', () => {
  it('come back as they were written', () => {
    fc.assert(
      fc.property(typedValue, ([traits, value]) => {
        const sink = newSink(1);
        writeValue(sink, traits, value as Exclude<ColumnValue, null>);
        const cursor = cursorOf(written(sink));
        expect(readValue(cursor, traits)).toEqual(value);
        expect(cursor.offset).toBe(sink.length);
      }),
      { numRuns: 2000 },
    );
  });

  it('of CHAR and BINARY lose their padding', () => {
    const sink = newSink();
    writeValue(sink, { ...column.char(20), collation: 8 }, 'naïve €  ');
    writeValue(sink, { ...column.char(4), collation: 63 }, Uint8Array.of(1, 0, 2, 0));
    const cursor = cursorOf(written(sink));
    expect(readValue(cursor, { ...column.char(20), collation: 8 })).toBe('naïve €');
    expect(readValue(cursor, { ...column.char(4), collation: 63 })).toEqual(Buffer.of(1, 0, 2));
  });

  it('that do not fit are refused', () => {
    expect(() => writeValue(newSink(), column.decimal(4, 2), '123.45')).toThrow(/does not fit/);
    expect(() => writeValue(newSink(), column.date, 'today')).toThrow(/no date/);
    expect(() => readValue(cursorOf(Buffer.of(5, 1)), column.varchar(10))).toThrow(/needs 5 bytes/);
  });
});

describe('JSON', () => {
  it('comes back from its binary form', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        const tree = parseJson(JSON.stringify(value));
        expect(readJson(writeJson(tree))).toEqual(tree);
        expect(JSON.parse(formatJson(tree))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      { numRuns: 500 },
    );
  });

  it('is refused when it is not JSON', () => {
    for (const text of ['', '{', '[1,]', '{"a" 1}', '01', 'nul', '"\n"', '[1] 2', '['.repeat(200)]) {
      expect(() => parseJson(text), text).toThrow(/invalid JSON/);
    }
    expect(() => readJson(Buffer.of(0, 255, 255, 255))).toThrow(/JSON/);
  });

  it('prints doubles as the server', () => {
    const expected = {
      '0.1': 0.1,
      '1e15': 1e15,
      '123456789012345': 123456789012345,
      '0.000000000000001': 1e-15,
      '1e-16': 1e-16,
      '-1.5e300': -1.5e300,
    };
    for (const [text, value] of Object.entries(expected)) expect(formatDouble(value)).toBe(text);
  });
});

const uuid = '4db608be-e69c-11f1-8d96-0242ac180004';

describe('GTID sets', () => {
  it('are merged, subtracted and printed', () => {
    const set = parseGtidSet(`${uuid.toUpperCase()}:1-3:5:7-9,\n${uuid.replace('4', '5')}:1`);
    expect(formatGtidSet(set)).toBe(`${uuid}:1-3:5:7-9,${uuid.replace('4', '5')}:1`);
    expect(formatGtidSet(withGtid(set, uuid, 4n))).toBe(`${uuid}:1-5:7-9,${uuid.replace('4', '5')}:1`);
    expect(containsGtid(set, uuid, 6n)).toBe(false);
    expect(formatGtidSet(subtractGtidSets(set, parseGtidSet(`${uuid}:2-8`)))).toBe(
      `${uuid}:1:9,${uuid.replace('4', '5')}:1`,
    );
    expect(isGtidSubset(parseGtidSet(`${uuid}:7-8`), set)).toBe(true);
    expect(isGtidSubset(parseGtidSet(`${uuid}:6-8`), set)).toBe(false);
    expect(() => parseGtidSet(`${uuid}:3-1`)).toThrow(/interval/);
  });

  it('come back from their bytes, tags too', () => {
    const set = unionGtidSets(parseGtidSet(`${uuid}:1-5:9,${uuid}:blue:1-3`));
    expect(readGtidSet(cursorOf(encodeGtidSet(set))).gtids).toEqual(set);
    const plain = parseGtidSet(`${uuid}:1-5:9`);
    expect(readGtidSet(cursorOf(encodeGtidSet(plain)))).toEqual({ gtids: plain, tagged: false });
  });
});

const table: TableMap = {
  kind: 'table-map',
  tableId: 90,
  flags: 1,
  database: 'sales',
  table: 'orders',
  columns: [
    { ...column.bigint, nullable: false, unsigned: false, name: 'id', visible: true },
    { ...column.enumeration(2), nullable: true, name: 'status', labels: ['a', 'ü'], collation: 255, visible: true },
    { ...column.varchar(400), nullable: true, name: 'note', collation: 255, visible: true },
    { ...column.set(3), nullable: true, name: 'tags', labels: ['x', 'y', 'z'], collation: 255, visible: false },
  ] satisfies TableMapColumn[],
  primaryKey: [{ column: 0, prefixLength: 0 }],
};

const frame = { timestampSeconds: 1_795_376_066, serverId: 7, position: 4 };

const roundTrip = (body: EventBody, checksum: boolean) =>
  decodeEvent(encodeEvent(body, frame, checksum), checksum).body;

describe('events', () => {
  const bodies: EventBody[] = [
    formatDescription('8.4.0-sluicebox', 0),
    { kind: 'rotate', position: 4n, file: 'mysql-bin.000002' },
    { kind: 'previous-gtids', gtids: parseGtidSet(`${uuid}:1-5`), tagged: false },
    {
      kind: 'gtid',
      anonymous: true,
      flags: 1,
      uuid: '00000000-0000-0000-0000-000000000000',
      number: 0n,
      lastCommitted: 4n,
      sequenceNumber: 5n,
      immediateCommitMicroseconds: 5n,
      originalCommitMicroseconds: 4n,
      transactionLengthBytes: 70000,
      immediateServerVersion: 80400,
      originalServerVersion: 80300,
      commitGroupTicket: 9n,
    },
    {
      kind: 'gtid',
      anonymous: false,
      flags: 1,
      uuid,
      number: 70_000n,
      tag: 'blue_green',
      lastCommitted: 1n << 40n,
      sequenceNumber: 5n,
      immediateCommitMicroseconds: (1n << 60n) + 5n,
      originalCommitMicroseconds: 4n,
      transactionLengthBytes: 2 ** 40,
      immediateServerVersion: 90_704,
      originalServerVersion: 80_400,
      commitGroupTicket: 2n ** 64n - 1n,
    },
    {
      kind: 'query',
      threadId: 3,
      executionSeconds: 1,
      errorCode: 0,
      statusVariables: [
        { name: 'flags2', value: 0 },
        { name: 'sql-mode', value: 1168113696n },
        { name: 'auto-increment', increment: 2, offset: 1 },
        { name: 'charset', client: 255, connection: 255, server: 255 },
        { name: 'time-zone', value: '+02:00' },
        { name: 'catalog', value: 'std' },
        { name: 'lc-time-names', value: 1 },
        { name: 'charset-database', value: 255 },
        { name: 'table-map-for-update', value: 3n },
        { name: 'invoker', user: 'me', host: '%' },
        { name: 'updated-databases', value: ['sales', 'hr'] },
        { name: 'microseconds', value: 123456 },
        { name: 'explicit-defaults-for-timestamp', value: true },
        { name: 'ddl-xid', value: 12n },
        { name: 'default-collation-for-utf8mb4', value: 255 },
        { name: 'require-primary-key', value: 0 },
        { name: 'default-table-encryption', value: 0 },
      ],
      database: 'sales',
      query: 'CREATE TABLE größe (id INT)',
    },
    table,
    { kind: 'xid', xid: 99n },
    { kind: 'rows-query', query: 'UPDATE orders SET note = NULL' },
    { kind: 'stop' },
    { kind: 'incident', incident: 1, message: 'LOST_EVENTS' },
    { kind: 'heartbeat', version: 2, file: 'mysql-bin.000001', position: 5_000_000_000n },
  ];

  it.each(bodies.map((body) => [body.kind, body] as const))('%s comes back', (_, body) => {
    expect(roundTrip(body, true)).toEqual(body);
    if (body.kind !== 'format-description') expect(roundTrip(body, false)).toEqual(body);
  });

  it('survive any bytes: an error, never a crash or a wait', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.integer({ min: 0, max: 45 }), (bytes, type) => {
        const event = Buffer.concat([Buffer.alloc(19), bytes]);
        event[4] = type;
        event.writeUInt32LE(event.length, 9);
        try {
          decodeEvent(event, true);
        } catch (error) {
          expect((error as Error).name).toMatch(/MalformedBinlog|RangeError/);
        }
      }),
      { numRuns: 3000 },
    );
  });
});

describe('a transaction', () => {
  const image = (id: number): RowImage => [
    BigInt(id),
    id % 3,
    id % 5 === 0 ? null : `note ${id} ${'ü'.repeat(id % 40)}`,
    BigInt(id % 8),
  ];
  const inserts: RowChange[] = Array.from({ length: 500 }, (_, id) => ({ after: image(id) }));
  const encoded = encodeTransaction({
    kind: 'rows',
    ...frame,
    checksum: true,
    gtid: {
      anonymous: false,
      flags: 0,
      uuid,
      number: 5n,
      lastCommitted: 1n,
      sequenceNumber: 2n,
      immediateCommitMicroseconds: 7n,
      immediateServerVersion: 80400,
    },
    session: { threadId: 1, executionSeconds: 0, errorCode: 0, statusVariables: [], database: 'sales' },
    statements: [
      { query: 'INSERT …', changes: [{ table, change: 'write', rows: inserts }] },
      {
        changes: [
          { table, change: 'update', rows: [{ before: image(1), after: image(2) }] },
          { table, change: 'delete', rows: [{ before: image(3) }] },
        ],
      },
      { changes: [{ table, change: 'delete', rows: [] }] },
    ],
    xid: 12n,
  });
  const head = encodeEvent(formatDescription('8.4.0', 0), { ...frame, position: 4 }, true);
  const file = Buffer.concat([Buffer.from('fe62696e', 'hex'), head, encoded.bytes]);
  const events = [...readFile(file)].slice(1);

  it('has the events of the server in their order', () => {
    const kinds = events.map(({ body }) => (body.kind === 'rows' ? body.change : body.kind));
    expect(kinds.slice(0, 4)).toEqual(['gtid', 'query', 'rows-query', 'table-map']);
    expect(kinds.filter((kind) => kind === 'write').length).toBeGreaterThan(2);
    expect(kinds.slice(-4)).toEqual(['table-map', 'update', 'delete', 'xid']);
  });

  it('knows its length and ends where it says', () => {
    const first = events[0]?.body;
    expect(first?.kind === 'gtid' && first.transactionLengthBytes).toBe(encoded.bytes.length);
    expect(encoded.endPosition).toBe(frame.position + encoded.bytes.length);
    expect(events.at(-1)?.header.nextPosition).toBe(encoded.endPosition);
  });

  it('ends each statement once and keeps every row', () => {
    const rows = events.flatMap(({ body }) => (body.kind === 'rows' ? [body] : []));
    expect(rows.filter(({ flags }) => (flags & 1) !== 0).map(({ change }) => change)).toEqual(['write', 'delete']);
    const read = rows.filter(({ change }) => change === 'write').flatMap((event) => readRows(event, table.columns));
    expect(read).toEqual(inserts);
    expect(Math.max(...rows.map((event) => event.rows.length))).toBeLessThanOrEqual(8192);
  });
});
