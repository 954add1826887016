import { type Reader, readerOf, readVarint, readVarlong, remaining, skip, take } from './reader.ts';
import { bytesOf, newWriter, writeByte, writeRaw, writeVarint, writeVarlong } from './writer.ts';

/** One record of a decompressed batch. Headers stay encoded: nothing in a broker reads them. */
export type KafkaRecord = {
  timestampDeltaMs: bigint;
  offsetDelta: number;
  key: Buffer | null;
  value: Buffer | null;
  encodedHeaders: Buffer;
};

const readNullableBytes = (reader: Reader): Buffer | null => {
  const length = readVarint(reader);
  return length < 0 ? null : take(reader, length);
};

/** Reads the records of a batch one after the other; keys and values are views. */
export function* readRecords(bytes: Buffer): Generator<KafkaRecord> {
  const reader = readerOf(bytes);
  while (remaining(reader) > 0) {
    const sizeBytes = readVarint(reader);
    const end = reader.position + sizeBytes;
    skip(reader, 1); // attributes: none is defined
    const timestampDeltaMs = readVarlong(reader);
    const offsetDelta = readVarint(reader);
    const key = readNullableBytes(reader);
    const value = readNullableBytes(reader);
    yield { timestampDeltaMs, offsetDelta, key, value, encodedHeaders: take(reader, end - reader.position) };
  }
}

export const noHeaders = Buffer.from([0]);

export const encodeRecords = (records: readonly KafkaRecord[]): Buffer => {
  const all = newWriter();
  for (const record of records) {
    const one = newWriter();
    writeByte(one, 0); // attributes
    writeVarlong(one, record.timestampDeltaMs);
    writeVarint(one, record.offsetDelta);
    for (const field of [record.key, record.value]) {
      writeVarint(one, field === null ? -1 : field.length);
      if (field !== null) writeRaw(one, field);
    }
    writeRaw(one, record.encodedHeaders);
    const body = bytesOf(one);
    writeVarint(all, body.length);
    writeRaw(all, body);
  }
  return bytesOf(all);
};
