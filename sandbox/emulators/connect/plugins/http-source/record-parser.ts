import { createHash } from 'node:crypto';
import type { Clock } from '../../../../core/clock.ts';
import { NotEmulated } from '../../../../core/not-emulated.ts';
import { asJavaHashMap } from '../../../../wire/connect/java-hash-order.ts';
import { JsonSyntaxError, type JsonValue, parseJson, printJsonText } from '../../../../wire/connect/json-text.ts';
import type { TypedConfig } from '../../config/definitions.ts';
import { ConnectError } from '../../connect-errors.ts';
import type { ConnectSchema, OffsetMap, SourceRecord } from '../../plugin.ts';
import { breakDownList, breakDownMap } from './config-text.ts';
import { asText, compilePointer, requiredAt } from './json-pointer.ts';
import { instantText, timestampParser } from './timestamp-parser.ts';

// JacksonKvRecordHttpResponseParser and the record mappers: a response's JSON to records.

const optionalString = (doc: string): ConnectSchema => ({ type: 'string', optional: true, doc });

const keySchema: ConnectSchema = {
  type: 'struct',
  name: 'com.github.castorm.kafka.connect.http.Key',
  doc: 'Message Key',
  fields: [{ name: 'key', schema: optionalString('HTTP Record Key') }],
};

const valueSchema: ConnectSchema = {
  type: 'struct',
  name: 'com.github.castorm.kafka.connect.http.Value',
  doc: 'Message Value',
  fields: [
    { name: 'value', schema: { type: 'string', doc: 'HTTP Record Value' } },
    { name: 'key', schema: optionalString('HTTP Record Key') },
    { name: 'timestamp', schema: { type: 'int64', optional: true, doc: 'HTTP Record Timestamp' } },
  ],
};

const plainString: ConnectSchema = { type: 'string' };

/** The only source partition there is. */
export const sourcePartition: OffsetMap = {};

type Kv = { key: string; body: string; timestampMs: number; offset: OffsetMap; topic: string };

const common = ({ offset, topic, timestampMs }: Kv) => ({
  sourcePartition,
  sourceOffset: offset,
  topic,
  partition: null,
  timestampMs,
  headers: [],
});

const mappers: Readonly<Record<string, (kv: Kv) => SourceRecord>> = {
  SchemedKvSourceRecordMapper: (kv) => ({
    ...common(kv),
    keySchema,
    key: { key: kv.key },
    valueSchema,
    value: { value: kv.body, key: kv.key, timestamp: BigInt(kv.timestampMs) },
  }),
  StringKvSourceRecordMapper: (kv) => ({
    ...common(kv),
    keySchema: plainString,
    key: kv.key,
    valueSchema: plainString,
    value: kv.body,
  }),
};

/** UUID.nameUUIDFromBytes. */
const nameUuid = (text: string): string => {
  const bytes = createHash('md5').update(text).digest();
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x30;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
};

const parseBody = (body: Buffer): JsonValue => {
  try {
    return parseJson(body.toString('utf8'), { keepOrder: true });
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    throw new ConnectError(error.message, { javaClass: 'com.fasterxml.jackson.core.JsonParseException' });
  }
};

const itemsOf = (list: JsonValue): readonly JsonValue[] => {
  if (Array.isArray(list)) return list;
  return list === null ? [] : [list];
};

export const recordParser = (config: TypedConfig, clock: Clock): ((body: Buffer) => SourceRecord[]) => {
  const topic = config.text('kafka.topic');
  const listPointer = compilePointer(config.text('http.response.list.pointer'));
  const valuePointer = compilePointer(config.text('http.response.record.pointer'));
  const keyPointers = breakDownList(config.optionalText('http.response.record.key.pointer') ?? '').map(compilePointer);
  const timestampText = config.optionalText('http.response.record.timestamp.pointer');
  const timestampPointer = timestampText === null ? null : compilePointer(timestampText);
  const offsetPointers = breakDownMap(config.text('http.response.record.offset.pointer')).map(
    ([name, pointer]) => [name, compilePointer(pointer)] as const,
  );
  const parseTimestamp = timestampParser(config);
  const mapperClass = config.text('http.response.record.mapper');
  const toRecord = mappers[mapperClass.slice(mapperClass.lastIndexOf('.') + 1)];
  if (toRecord === undefined) throw new NotEmulated('connect', `http.response.record.mapper=${mapperClass}`);

  const keyOf = (item: JsonValue): string | undefined => {
    const parts = keyPointers.map((pointer) => asText(requiredAt(item, pointer))).filter((part) => part !== '');
    return parts.length === 0 ? undefined : parts.join('+');
  };

  return (body) =>
    itemsOf(requiredAt(parseBody(body), listPointer)).map((item) => {
      const value = requiredAt(item, valuePointer);
      // An array gives an empty text: the real connector writes it so.
      const text =
        value !== null && typeof value === 'object' && !Array.isArray(value) ? printJsonText(value) : asText(value);
      const offset: Record<string, string> = {};
      for (const [name, pointer] of offsetPointers) offset[name] = asText(requiredAt(item, pointer));
      const key = keyOf(item) ?? offset['key'] ?? nameUuid(text);
      const time = timestampPointer === null ? offset['timestamp'] : asText(requiredAt(item, timestampPointer));
      offset['key'] = key;
      const epochMs = time === undefined ? null : parseTimestamp(time);
      if (epochMs !== null) offset['timestamp'] = instantText(epochMs);
      return toRecord({ key, body: text, timestampMs: epochMs ?? clock.nowMs(), offset: asJavaHashMap(offset), topic });
    });
};
