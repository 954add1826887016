import { DataError } from '../connect-errors.ts';
import type { ConnectSchema } from '../plugin.ts';
import { type ConverterFactory, converterType } from './converter.ts';

const optionalBytes: ConnectSchema = { type: 'bytes', optional: true };

/** org.apache.kafka.connect.converters.ByteArrayConverter: bytes as they are, everything else refused. */
export const byteArrayConverter: ConverterFactory = {
  className: 'org.apache.kafka.connect.converters.ByteArrayConverter',
  version: '4.3.1',
  configDefinitions: [converterType],
  create: () => ({
    fromConnect: (_topic, schema, value) => {
      if (schema !== null && schema.type !== 'bytes') {
        throw new DataError(`Invalid schema type for ByteArrayConverter: ${schema.type.toUpperCase()}`);
      }
      if (value !== null && !(value instanceof Uint8Array)) {
        throw new DataError('ByteArrayConverter is not compatible with objects of this type');
      }
      return value === null ? null : Buffer.from(value);
    },
    toConnect: (_topic, bytes) => ({ schema: optionalBytes, value: bytes }),
  }),
};
