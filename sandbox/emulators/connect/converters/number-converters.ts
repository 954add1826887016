import { ConnectError, DataError } from '../connect-errors.ts';
import type { ConnectSchema, ConnectType, ConnectValue } from '../plugin.ts';
import { type ConverterFactory, converterType } from './converter.ts';

// org.apache.kafka.connect.converters.{Boolean,Short,Integer,Long,Float,Double}Converter: one fixed-width value.

type Width = {
  name: string;
  type: ConnectType;
  sizeBytes: number;
  write(buffer: Buffer, value: ConnectValue): void;
  read(buffer: Buffer): ConnectValue;
};

const widths: readonly Width[] = [
  {
    name: 'Boolean',
    type: 'boolean',
    sizeBytes: 1,
    write: (buffer, value) => void buffer.writeUInt8(value === true ? 1 : 0),
    read: (buffer) => buffer.readUInt8() === 1,
  },
  {
    name: 'Short',
    type: 'int16',
    sizeBytes: 2,
    write: (buffer, value) => void buffer.writeInt16BE(Number(value)),
    read: (buffer) => buffer.readInt16BE(),
  },
  {
    name: 'Integer',
    type: 'int32',
    sizeBytes: 4,
    write: (buffer, value) => void buffer.writeInt32BE(Number(value)),
    read: (buffer) => buffer.readInt32BE(),
  },
  {
    name: 'Long',
    type: 'int64',
    sizeBytes: 8,
    write: (buffer, value) => void buffer.writeBigInt64BE(BigInt(value as bigint)),
    read: (buffer) => buffer.readBigInt64BE(),
  },
  {
    name: 'Float',
    type: 'float32',
    sizeBytes: 4,
    write: (buffer, value) => void buffer.writeFloatBE(Number(value)),
    read: (buffer) => buffer.readFloatBE(),
  },
  {
    name: 'Double',
    type: 'float64',
    sizeBytes: 8,
    write: (buffer, value) => void buffer.writeDoubleBE(Number(value)),
    read: (buffer) => buffer.readDoubleBE(),
  },
];

const isOfType = (type: ConnectType, value: ConnectValue): boolean => {
  if (type === 'boolean') return typeof value === 'boolean';
  return type === 'int64' ? typeof value === 'bigint' : typeof value === 'number';
};

const factory = ({ name, type, sizeBytes, write, read }: Width): ConverterFactory => {
  const schema: ConnectSchema = { type, optional: true };
  return {
    className: `org.apache.kafka.connect.converters.${name}Converter`,
    version: '4.3.1',
    configDefinitions: [converterType],
    create: () => ({
      fromConnect: (_topic, given, value) => {
        if (given !== null && given.type !== type) {
          throw new DataError(`Invalid schema type for ${name}Converter: ${given.type.toUpperCase()}`);
        }
        if (value === null) return null;
        if (!isOfType(type, value)) {
          throw new DataError(`Failed to serialize to a ${type.toUpperCase()} (was ${typeof value})`);
        }
        const buffer = Buffer.alloc(sizeBytes);
        write(buffer, value);
        return buffer;
      },
      toConnect: (_topic, bytes) => {
        if (bytes === null) return { schema, value: null };
        if (bytes.byteLength !== sizeBytes) {
          const cause = new ConnectError(`Size of data received by ${name}Deserializer is not ${sizeBytes}`, {
            javaClass: 'org.apache.kafka.common.errors.SerializationException',
          });
          throw new DataError(`Failed to deserialize ${type.toUpperCase()}: `, { cause });
        }
        return { schema, value: read(Buffer.from(bytes)) };
      },
    }),
  };
};

export const numberConverters: readonly ConverterFactory[] = widths.map(factory);
