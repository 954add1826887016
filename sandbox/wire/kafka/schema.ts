import { MalformedMessage, type Reader, readUnsignedVarint, remaining, skip, take } from './reader.ts';
import { bytesOf, newWriter, reserve, type Writer, writeRaw, writeUnsignedVarint } from './writer.ts';

/** The version a message is written in. From a message's first flexible version on, lengths are varints and structs end in tagged fields. */
export type At = { readonly version: number; readonly flexible: boolean };

/** What a codec is made of, as data: the tables are checked against Apache Kafka's own message definitions by it. */
export type Shape =
  | { kind: 'primitive'; name: string }
  | { kind: 'nullable'; of: Shape; since: number }
  | { kind: 'array'; of: Shape }
  | { kind: 'struct'; fields: readonly { name: string; field: AnyField }[] };

/** `Out` is what reading gives; `In`, what writing takes, may leave out fields that have a default. */
export type Codec<Out, In = Out> = {
  readonly shape: Shape;
  read(reader: Reader, at: At): Out;
  write(writer: Writer, value: In, at: At): void;
};

/** A member of a struct that only some versions have, or that has a default, or that travels as a tagged field. */
export type Field<Out, In = Out> = {
  readonly codec: Codec<Out, In>;
  readonly from: number;
  readonly to: number;
  readonly fallback: Out;
  readonly tag?: number;
};

// biome-ignore lint/suspicious/noExplicitAny: a field of any type; the struct's mapped types below restore what each one holds.
type AnyField = Field<any, any>;
// biome-ignore lint/suspicious/noExplicitAny: as above.
type AnyCodec = Codec<any, any>;
type Members = Record<string, AnyCodec | AnyField>;

type OutOf<M> = M extends Codec<infer Out, infer _> ? Out : M extends Field<infer Out, infer _> ? Out : never;
type InOf<M> = M extends Codec<infer _, infer In> ? In : M extends Field<infer _, infer In> ? In : never;
type Required<M extends Members> = { [K in keyof M]: M[K] extends AnyCodec ? K : never }[keyof M];
type Flat<T> = { [K in keyof T]: T[K] };
type StructOut<M extends Members> = Flat<{ [K in keyof M]: OutOf<M[K]> }>;
type StructIn<M extends Members> = Flat<
  { [K in Required<M>]: InOf<M[K]> } & { [K in Exclude<keyof M, Required<M>>]?: InOf<M[K]> | undefined }
>;

const forever = Number.POSITIVE_INFINITY;
const fixed = <T>(
  name: string,
  sizeBytes: number,
  get: (bytes: Buffer, at: number) => T,
  set: (bytes: Buffer, value: T, at: number) => void,
): Codec<T> => ({
  shape: { kind: 'primitive', name },
  read: (reader) => {
    const start = skip(reader, sizeBytes);
    return get(reader.bytes, start);
  },
  write: (writer, value) => {
    const start = reserve(writer, sizeBytes);
    set(writer.current, value, start);
  },
});

export const int8 = fixed<number>(
  'int8',
  1,
  (bytes, at) => bytes.readInt8(at),
  (bytes, value, at) => bytes.writeInt8(value, at),
);
export const int16 = fixed<number>(
  'int16',
  2,
  (bytes, at) => bytes.readInt16BE(at),
  (bytes, value, at) => bytes.writeInt16BE(value, at),
);
export const int32 = fixed<number>(
  'int32',
  4,
  (bytes, at) => bytes.readInt32BE(at),
  (bytes, value, at) => bytes.writeInt32BE(value, at),
);
export const int64 = fixed<bigint>(
  'int64',
  8,
  (bytes, at) => bytes.readBigInt64BE(at),
  (bytes, value, at) => bytes.writeBigInt64BE(value, at),
);
export const bool = fixed<boolean>(
  'bool',
  1,
  (bytes, at) => bytes[at] !== 0,
  (bytes, value, at) => bytes.writeInt8(value ? 1 : 0, at),
);

/** Kafka prints ids as unpadded URL-safe base64 of their 16 bytes; that text is the value here. */
export const uuid = fixed<string>(
  'uuid',
  16,
  (bytes, at) => bytes.toString('base64url', at, at + 16),
  (bytes, value, at) => {
    if (bytes.write(value, at, 16, 'base64url') !== 16) throw new RangeError(`${value} is not a uuid`);
  },
);
export const zeroUuid = 'AAAAAAAAAAAAAAAAAAAAAA';

/** A codec whose first bytes are a length, which can also say "null". */
type Prefixed<Out, In = Out> = Codec<Out, In> & {
  readLength(reader: Reader, at: At): number;
  writeLength(writer: Writer, length: number, at: At): void;
  readBody(reader: Reader, length: number, at: At): Out;
  writeBody(writer: Writer, value: In, at: At): void;
};

const lengthPrefix = (prefix: Codec<number>) => ({
  readLength: (reader: Reader, at: At) => (at.flexible ? readUnsignedVarint(reader) - 1 : prefix.read(reader, at)),
  writeLength: (writer: Writer, length: number, at: At) =>
    at.flexible ? writeUnsignedVarint(writer, length + 1) : prefix.write(writer, length, at),
});

const prefixed = <Out, In>(
  shape: Shape,
  prefix: Codec<number>,
  body: Pick<Prefixed<Out, In>, 'readBody' | 'writeBody'>,
): Prefixed<Out, In> => {
  const { readLength, writeLength } = lengthPrefix(prefix);
  return {
    shape,
    readLength,
    writeLength,
    ...body,
    read: (reader, at) => {
      const length = readLength(reader, at);
      if (length < 0) throw new MalformedMessage(`null where a value is required, before ${reader.position}`);
      return body.readBody(reader, length, at);
    },
    write: (writer, value, at) => body.writeBody(writer, value, at),
  };
};

const stringLength = lengthPrefix(int16);
export const string = prefixed<string, string>({ kind: 'primitive', name: 'string' }, int16, {
  readBody: (reader, length) => {
    const start = skip(reader, length);
    return reader.bytes.toString('utf8', start, start + length);
  },
  writeBody: (writer, value, at) => {
    const sizeBytes = Buffer.byteLength(value);
    if (sizeBytes > 0x7fff) throw new RangeError(`a string of ${sizeBytes} bytes does not fit`);
    stringLength.writeLength(writer, sizeBytes, at);
    const start = reserve(writer, sizeBytes);
    writer.current.write(value, start, 'utf8');
  },
});

const bytesLength = lengthPrefix(int32);
const opaque = (name: string) =>
  prefixed<Buffer, Uint8Array>({ kind: 'primitive', name }, int32, {
    readBody: (reader, length) => take(reader, length),
    writeBody: (writer, value, at) => {
      bytesLength.writeLength(writer, value.length, at);
      writeRaw(writer, value);
    },
  });

/** A view of the frame it was read from: copy what outlives the request. */
export const bytes = opaque('bytes');
/** Record batches exactly as they are on the wire and on disk. */
export const records = opaque('records');

export const array = <Out, In>(of: Codec<Out, In>): Prefixed<Out[], readonly In[]> =>
  prefixed<Out[], readonly In[]>({ kind: 'array', of: of.shape }, int32, {
    readBody: (reader, length, at) => {
      // Every element takes at least a byte, so a length that lies is caught before memory is taken for it.
      if (length > remaining(reader)) throw new MalformedMessage(`an array of ${length} in ${remaining(reader)} bytes`);
      const values: Out[] = [];
      for (let index = 0; index < length; index++) values.push(of.read(reader, at));
      return values;
    },
    writeBody: (writer, values, at) => {
      bytesLength.writeLength(writer, values.length, at);
      for (const value of values) of.write(writer, value, at);
    },
  });

/** Null is allowed from version `since` on. */
export const nullable = <Out, In>(of: Prefixed<Out, In>, since = 0): Codec<Out | null, In | null> => ({
  shape: { kind: 'nullable', of: of.shape, since },
  read: (reader, at) => {
    if (at.version < since) return of.read(reader, at);
    const length = of.readLength(reader, at);
    return length < 0 ? null : of.readBody(reader, length, at);
  },
  write: (writer, value, at) => {
    if (value !== null) of.write(writer, value, at);
    else if (at.version >= since) of.writeLength(writer, -1, at);
    else throw new TypeError(`null cannot be written in version ${at.version}`);
  },
});

/** Versions `from` to `to`, both included. Reading another version gives `fallback`; writing leaves the field out. */
export const between = <Out, In>(
  from: number,
  to: number,
  codec: Codec<Out, In>,
  fallback: NoInfer<Out>,
): Field<Out, In> => ({ codec, from, to, fallback });

export const since = <Out, In>(from: number, codec: Codec<Out, In>, fallback: NoInfer<Out>): Field<Out, In> =>
  between(from, forever, codec, fallback);

export const until = <Out, In>(to: number, codec: Codec<Out, In>, fallback: NoInfer<Out>): Field<Out, In> =>
  between(0, to, codec, fallback);

/** In every version, with a default that writing may leave out. */
export const optional = <Out, In>(codec: Codec<Out, In>, fallback: NoInfer<Out>): Field<Out, In> =>
  between(0, forever, codec, fallback);

/** After the others, only where it differs from its default; older readers skip it. */
export const tagged = <Out, In>(
  tag: number,
  from: number,
  codec: Codec<Out, In>,
  fallback: NoInfer<Out>,
): Field<Out, In> => ({ codec, from, to: forever, fallback, tag });

type Named = { name: string; field: AnyField; required: boolean };
const isCodec = (member: AnyCodec | AnyField): member is AnyCodec => 'shape' in member;
const has = (field: AnyField, at: At) => at.version >= field.from && at.version <= field.to;

const readTagged = (reader: Reader, at: At, fields: readonly Named[], out: Record<string, unknown>): void => {
  for (let left = readUnsignedVarint(reader); left > 0; left--) {
    const tag = readUnsignedVarint(reader);
    const sizeBytes = readUnsignedVarint(reader);
    const end = skip(reader, sizeBytes) + sizeBytes;
    const known = fields.find(({ field }) => field.tag === tag && has(field, at));
    if (!known) continue;
    reader.position = end - sizeBytes;
    out[known.name] = known.field.codec.read(reader, at);
    if (reader.position !== end)
      throw new MalformedMessage(`tagged field ${known.name} is not ${sizeBytes} bytes long`);
  }
};

const isDefault = (value: unknown, fallback: unknown) =>
  value === undefined || value === fallback || (Array.isArray(value) && value.length === 0);

const writeTagged = (writer: Writer, at: At, fields: readonly Named[], value: Record<string, unknown>): void => {
  const present = fields.filter(({ name, field }) => has(field, at) && !isDefault(value[name], field.fallback));
  writeUnsignedVarint(writer, present.length);
  for (const { name, field } of present) {
    const body = newWriter();
    field.codec.write(body, value[name], at);
    const content = bytesOf(body);
    writeUnsignedVarint(writer, field.tag ?? 0);
    writeUnsignedVarint(writer, content.length);
    writeRaw(writer, content);
  }
};

/** Members in the order in which they travel. */
export const struct = <M extends Members>(members: M): Codec<StructOut<M>, StructIn<M>> => {
  const all: Named[] = Object.entries(members).map(([name, member]) =>
    isCodec(member)
      ? { name, field: { codec: member, from: 0, to: forever, fallback: undefined }, required: true }
      : { name, field: member, required: false },
  );
  const plain = all.filter(({ field }) => field.tag === undefined);
  const tags = all
    .filter(({ field }) => field.tag !== undefined)
    .sort((a, b) => (a.field.tag ?? 0) - (b.field.tag ?? 0));
  return {
    shape: { kind: 'struct', fields: all },
    read: (reader, at) => {
      const out: Record<string, unknown> = {};
      for (const { name, field } of plain) out[name] = has(field, at) ? field.codec.read(reader, at) : field.fallback;
      for (const { name, field } of tags) out[name] = field.fallback;
      if (at.flexible) readTagged(reader, at, tags, out);
      return out as StructOut<M>;
    },
    write: (writer, value, at) => {
      const given = value as Record<string, unknown>;
      for (const { name, field, required } of plain) {
        if (!has(field, at)) continue;
        const member = given[name];
        field.codec.write(writer, member === undefined && !required ? field.fallback : member, at);
      }
      if (at.flexible) writeTagged(writer, at, tags, given);
    },
  };
};
