import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { handlers } from '../../../../sandbox/emulators/kafka/handlers/index.ts';
import { type AnyMessage, at, encodeResponse } from '../../../../sandbox/wire/kafka/message.ts';
import { fetch } from '../../../../sandbox/wire/kafka/messages/01-fetch.ts';
import { metadata } from '../../../../sandbox/wire/kafka/messages/03-metadata.ts';
import { joinGroup } from '../../../../sandbox/wire/kafka/messages/11-join-group.ts';
import { apiVersions } from '../../../../sandbox/wire/kafka/messages/18-api-versions.ts';
import { MalformedMessage, readerOf, remaining } from '../../../../sandbox/wire/kafka/reader.ts';
import type { At, Codec, Shape } from '../../../../sandbox/wire/kafka/schema.ts';
import { bytesOf, newWriter } from '../../../../sandbox/wire/kafka/writer.ts';

type AnyCodec = Codec<unknown, unknown>;

const encode = (codec: AnyCodec, value: unknown, version: At): string => {
  const writer = newWriter();
  codec.write(writer, value, version);
  return bytesOf(writer).toString('hex');
};

const decode = (codec: AnyCodec, hex: string, version: At): unknown => {
  const reader = readerOf(Buffer.from(hex, 'hex'));
  const value = codec.read(reader, version);
  expect(remaining(reader)).toBe(0);
  return value;
};

const primitives: Record<string, fc.Arbitrary<unknown>> = {
  int8: fc.integer({ min: -128, max: 127 }),
  int16: fc.integer({ min: -32_768, max: 32_767 }),
  int32: fc.integer(),
  int64: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  bool: fc.boolean(),
  string: fc.string({ maxLength: 300 }),
  uuid: fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes).toString('base64url')),
  bytes: fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
  records: fc.uint8Array({ maxLength: 9_000 }).map((bytes) => Buffer.from(bytes)),
};

/** Values that a version can hold; fields of other versions at their defaults, as reading gives them. */
const arbitrary = (shape: Shape, version: number): fc.Arbitrary<unknown> => {
  switch (shape.kind) {
    case 'primitive':
      return primitives[shape.name] as fc.Arbitrary<unknown>;
    case 'array':
      return fc.array(arbitrary(shape.of, version), { maxLength: 3 });
    case 'nullable':
      return version >= shape.since ? fc.option(arbitrary(shape.of, version)) : arbitrary(shape.of, version);
    case 'struct':
      return fc.record(
        Object.fromEntries(
          shape.fields.map(({ name, field }) => [
            name,
            version >= field.from && version <= field.to
              ? arbitrary(field.codec.shape, version)
              : fc.constant(field.fallback),
          ]),
        ),
      );
  }
};

const messages: AnyMessage[] = handlers.map(({ message }) => message);

describe('message tables', () => {
  it.each(messages.map((message) => [message.name, message] as const))('%s reads back what it writes', (_, message) => {
    const [minimum, maximum] = message.versions;
    for (let version = minimum; version <= maximum; version++) {
      for (const codec of [message.request, message.response] as AnyCodec[]) {
        fc.assert(
          fc.property(arbitrary(codec.shape, version), (value) => {
            const format = at(message, version);
            expect(decode(codec, encode(codec, value, format), format)).toEqual(value);
          }),
          { numRuns: 15 },
        );
      }
    }
  });

  it('reads any bytes without running away', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...messages),
        fc.uint8Array({ maxLength: 60 }),
        fc.nat(20),
        (message, bytes, step) => {
          const [minimum, maximum] = message.versions;
          const version = at(message, minimum + (step % (maximum - minimum + 1)));
          try {
            (message.request as AnyCodec).read(readerOf(Buffer.from(bytes)), version);
          } catch (error) {
            expect(error instanceof MalformedMessage || error instanceof RangeError).toBe(true);
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

// The hex texts below are what kafka-clients 4.3.1 writes for these values.
const topicId = 'ASNFZ4mrze8RIjNEVWZ3iA';

describe('bytes of the Java client', () => {
  const response = {
    brokers: [{ nodeId: 1, host: 'h', port: 9092 }],
    clusterId: 'c1',
    controllerId: 1,
    topics: [
      {
        errorCode: 0,
        name: 't',
        topicId,
        partitions: [{ errorCode: 0, index: 0, leaderId: 1, leaderEpoch: 0, replicas: [1], inSyncReplicas: [1] }],
      },
    ],
  };
  it.each([
    [0, '000000010000000100016800002384000000010000000174000000010000000000000000000100000001000000010000000100000001'],
    [
      5,
      '00000000000000010000000100016800002384ffff00026331000000010000000100000001740000000001000000000000000000010000000100000001000000010000000100000000',
    ],
    [
      9,
      '00000000020000000102680000238400000363310000000102000002740002000000000000000000010000000002000000010200000001010080000000008000000000',
    ],
    [
      13,
      '00000000020000000102680000238400000363310000000102000002740123456789abcdef1122334455667788000200000000000000000001000000000200000001020000000101008000000000000000',
    ],
  ])('Metadata response, version %d', (version, hex) => {
    expect(encode(metadata.response as AnyCodec, response, at(metadata, version))).toBe(hex);
  });

  it('Fetch request, by name, by id and with a tagged field', () => {
    const read = (version: number, hex: string) => decode(fetch.request as AnyCodec, hex, at(fetch, version));
    const common = { maxWaitMs: 500, minBytes: 1, maxBytes: 1000, isolationLevel: 1, sessionEpoch: -1, rackId: 'r' };
    const partitions = [expect.objectContaining({ index: 2, fetchOffset: 77n, maxBytes: 99 })];
    expect(
      read(
        11,
        'ffffffff000001f400000001000003e80100000000ffffffff000000010001740000000100000002ffffffff000000000000004dffffffffffffffff0000006300000000000172',
      ),
    ).toMatchObject({ ...common, topics: [{ name: 't', partitions }] });
    expect(
      read(
        17,
        '000001f400000001000003e80100000000ffffffff020123456789abcdef11223344556677880200000002ffffffff000000000000004dffffffffffffffffffffffff00000063000001027200',
      ),
    ).toMatchObject({ ...common, clusterId: null, topics: [{ topicId, partitions }] });
    expect(
      read(
        18,
        '000001f400000001000003e80100000000ffffffff020123456789abcdef11223344556677880200000002ffffffff000000000000004dffffffffffffffffffffffff000000630000010272010003036b63',
      ),
    ).toMatchObject({ ...common, clusterId: 'kc', topics: [{ topicId, partitions }] });
  });

  it('JoinGroup request, flexible and not', () => {
    const member = { groupId: 'g', sessionTimeoutMs: 1, rebalanceTimeoutMs: 2, memberId: 'm', groupInstanceId: 'i' };
    const protocols = [{ name: 'range', metadata: Buffer.from([1, 2, 3]) }];
    const value = { ...member, protocolType: 'consumer', protocols };
    expect(encode(joinGroup.request as AnyCodec, { ...value, reason: 'why' }, at(joinGroup, 9))).toBe(
      '02670000000100000002026d026909636f6e73756d6572020672616e676504010203000477687900',
    );
    expect(encode(joinGroup.request as AnyCodec, value, at(joinGroup, 5))).toBe(
      '000167000000010000000200016d0001690008636f6e73756d657200000001000572616e676500000003010203',
    );
  });
});

describe('response frames', () => {
  const header = (message: AnyMessage, version: number, value: unknown) =>
    Buffer.concat(encodeResponse(message, at(message, version), 7, value)).toString('hex');

  it('have a flexible header, except ApiVersions', () => {
    expect(header(apiVersions, 3, { errorCode: 0, apiKeys: [] })).toBe('0000000c000000070000010000000000');
    expect(header(joinGroup, 9, { errorCode: 0, protocolName: null, leader: '', memberId: '', members: [] })).toMatch(
      /^[0-9a-f]{8}0000000700/,
    );
  });

  it('hand large record batches on by reference', () => {
    const records = Buffer.alloc(100_000, 1);
    const partitions = [{ index: 0, errorCode: 0, highWatermark: 1n, records }];
    const chunks = encodeResponse(fetch, at(fetch, 11), 1, { topics: [{ name: 't', partitions }] });
    expect(chunks.some((chunk) => chunk.buffer === records.buffer)).toBe(true);
  });
});
