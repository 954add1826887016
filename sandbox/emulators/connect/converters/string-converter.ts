import { ConfigError } from '../connect-errors.ts';
import type { ConnectSchema } from '../plugin.ts';
import { type ConverterFactory, type ConverterSettings, converterType } from './converter.ts';
import { javaText } from './java-text.ts';

const optionalString: ConnectSchema = { type: 'string', optional: true };

const encodings: Readonly<Record<string, BufferEncoding>> = {
  'utf-8': 'utf8',
  utf8: 'utf8',
  'us-ascii': 'ascii',
  'iso-8859-1': 'latin1',
  'utf-16le': 'utf16le',
};

const encodingError = (name: string): string =>
  `Invalid value ${name} for configuration converter.encoding: not emulated by the sandbox's connect, which knows ${Object.keys(encodings).join(', ')}`;

const encodingOf = (settings: ConverterSettings): BufferEncoding => {
  const name = settings['converter.encoding'] ?? 'UTF-8';
  const encoding = encodings[name.toLowerCase()];
  if (encoding === undefined) throw new ConfigError(encodingError(name));
  return encoding;
};

/** org.apache.kafka.connect.storage.StringConverter: text as it is, anything else by toString. */
export const stringConverter: ConverterFactory = {
  className: 'org.apache.kafka.connect.storage.StringConverter',
  version: '4.3.1',
  configDefinitions: [
    converterType,
    {
      name: 'converter.encoding',
      type: 'STRING',
      default: 'UTF-8',
      importance: 'HIGH',
      documentation: 'The name of the Java character set to use for encoding strings as byte arrays.',
      width: 'MEDIUM',
      displayName: 'Encoding',
      validate: (_name, value) => (String(value).toLowerCase() in encodings ? null : encodingError(String(value))),
    },
  ],
  create: (settings) => {
    const encoding = encodingOf(settings);
    return {
      fromConnect: (_topic, schema, value) =>
        value === null ? null : Buffer.from(typeof value === 'string' ? value : javaText(schema, value), encoding),
      toConnect: (_topic, bytes) =>
        bytes === null
          ? { schema: optionalString, value: null }
          : { schema: optionalString, value: Buffer.from(bytes).toString(encoding) },
    };
  },
};
