import type { ConfigErrors, ConnectorConfig } from '../../plugin.ts';
import { byteArrayFormat, jsonFormat } from './definitions.ts';

/** What concerns more than one setting. Later settings of the real connector that change what is written are refused by name. */
export const validateS3Sink = (config: ConnectorConfig): ConfigErrors => {
  const errors: Record<string, string[]> = {};
  const format = config['format.class'] ?? '';
  if (config['s3.compression.type'] === 'gzip' && ![jsonFormat, byteArrayFormat].includes(format)) {
    const message = `Compression Type gzip not valid for data format class: ( ${format} ).`;
    errors['format.class'] = [message];
    errors['s3.compression.type'] = [message];
  }
  if ((config['aws.access.key.id'] ?? '') === '' || (config['aws.secret.access.key'] ?? '') === '') {
    errors['aws.access.key.id'] = [
      "Credentials from a provider chain are not emulated by the sandbox's connect: set aws.access.key.id and aws.secret.access.key",
    ];
  }
  const later = [
    'enable.conditional.writes',
    'partitioner.max.open.files',
    'tombstone.encoded.partition',
    'max.write.duration.ms',
  ];
  const given = later.filter((name) => config[name] !== undefined && config[name] !== 'false');
  if (given.length > 0) {
    errors['connector.class'] = [
      `Settings of later releases than 10.5 are not emulated by the sandbox's connect: ${given.join(', ')}`,
    ];
  }
  return errors;
};
