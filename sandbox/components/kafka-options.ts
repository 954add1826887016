import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import type { SASLOptions } from 'kafkajs';
import { UsageError } from '../core/usage-error.ts';
import type { Address } from './component.ts';

export type KafkaOptions = { brokers: string[]; ssl?: ConnectionOptions; sasl?: SASLOptions };

/** librdkafka's names, in capitals: how a broker that is not ours wants to be spoken to. */
export const kafkaSecurityNames = [
  'KAFKA_SECURITY_PROTOCOL',
  'KAFKA_SASL_MECHANISM',
  'KAFKA_SASL_USERNAME',
  'KAFKA_SASL_PASSWORD',
  'KAFKA_SSL_CA_LOCATION',
  'KAFKA_SSL_CERTIFICATE_LOCATION',
  'KAFKA_SSL_KEY_LOCATION',
  'KAFKA_SSL_KEY_PASSWORD',
  'KAFKA_SSL_ENDPOINT_IDENTIFICATION_ALGORITHM',
] as const;

const protocols = ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'] as const;
type Protocol = (typeof protocols)[number];

const mechanisms = { PLAIN: 'plain', 'SCRAM-SHA-256': 'scram-sha-256', 'SCRAM-SHA-512': 'scram-sha-512' } as const;

const oneOf = <Name extends string>(name: string, text: string, allowed: readonly Name[]): Name => {
  const found = allowed.find((one) => one === text.toUpperCase());
  if (found) return found;
  throw new UsageError(`${name} is ${text}; it can be ${allowed.join(', ')}`);
};

export const kafkaProtocol = (address: Address): Protocol =>
  oneOf('KAFKA_SECURITY_PROTOCOL', address['KAFKA_SECURITY_PROTOCOL'] || 'PLAINTEXT', protocols);

export const kafkaMechanism = (address: Address): keyof typeof mechanisms =>
  oneOf(
    'KAFKA_SASL_MECHANISM',
    address['KAFKA_SASL_MECHANISM'] || 'PLAIN',
    Object.keys(mechanisms) as (keyof typeof mechanisms)[],
  );

/** The text of the file that a setting names; a file that cannot be read is the user's to mend. */
export const fileNamedBy = (name: string, address: Address): string | undefined => {
  const path = address[name];
  if (path === undefined || path === '') return undefined;
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(`${name} names ${path}, which cannot be read: ${(error as Error).message}`);
  }
};

const tlsOf = (address: Address): ConnectionOptions => {
  const ca = fileNamedBy('KAFKA_SSL_CA_LOCATION', address);
  const cert = fileNamedBy('KAFKA_SSL_CERTIFICATE_LOCATION', address);
  const key = fileNamedBy('KAFKA_SSL_KEY_LOCATION', address);
  const passphrase = address['KAFKA_SSL_KEY_PASSWORD'];
  const checksName = (address['KAFKA_SSL_ENDPOINT_IDENTIFICATION_ALGORITHM'] ?? 'https').toLowerCase() === 'https';
  return {
    ...(ca === undefined ? {} : { ca: [ca] }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(checksName ? {} : { checkServerIdentity: () => undefined }),
  };
};

const saslOf = (address: Address): SASLOptions => ({
  mechanism: mechanisms[kafkaMechanism(address)],
  username: address['KAFKA_SASL_USERNAME'] ?? '',
  password: address['KAFKA_SASL_PASSWORD'] ?? '',
});

/** How kafkajs reaches the cluster at this address: PLAINTEXT, TLS and SASL (PLAIN, SCRAM). Kerberos and OAUTHBEARER it does not speak. */
export const kafkaOptions = (address: Address): KafkaOptions => {
  const protocol = kafkaProtocol(address);
  return {
    brokers: (address['KAFKA_BOOTSTRAP_SERVERS'] ?? '').split(',').map((broker) => broker.trim()),
    ...(protocol.endsWith('SSL') ? { ssl: tlsOf(address) } : {}),
    ...(protocol.startsWith('SASL') ? { sasl: saslOf(address) } : {}),
  };
};

const jaasModules = {
  PLAIN: 'org.apache.kafka.common.security.plain.PlainLoginModule',
  'SCRAM-SHA-256': 'org.apache.kafka.common.security.scram.ScramLoginModule',
  'SCRAM-SHA-512': 'org.apache.kafka.common.security.scram.ScramLoginModule',
} as const;

const jaasQuoted = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;

const javaSecurity = (address: Address): Record<string, string> => {
  const protocol = kafkaProtocol(address);
  if (protocol === 'PLAINTEXT') return {};
  const settings: Record<string, string> = { 'security.protocol': protocol };
  if (protocol.startsWith('SASL')) {
    const mechanism = kafkaMechanism(address);
    const user = jaasQuoted(address['KAFKA_SASL_USERNAME'] ?? '');
    const password = jaasQuoted(address['KAFKA_SASL_PASSWORD'] ?? '');
    settings['sasl.mechanism'] = mechanism;
    settings['sasl.jaas.config'] = `${jaasModules[mechanism]} required username=${user} password=${password};`;
  }
  if (!protocol.endsWith('SSL')) return settings;
  const set = (name: string, value: string | undefined): void => {
    if (value !== undefined) settings[name] = value;
  };
  const ca = address['KAFKA_SSL_CA_LOCATION'] || undefined;
  set('ssl.truststore.type', ca && 'PEM');
  set('ssl.truststore.location', ca);
  const certificate = fileNamedBy('KAFKA_SSL_CERTIFICATE_LOCATION', address);
  set('ssl.keystore.type', certificate && 'PEM');
  set('ssl.keystore.certificate.chain', certificate);
  set('ssl.keystore.key', fileNamedBy('KAFKA_SSL_KEY_LOCATION', address));
  set('ssl.key.password', address['KAFKA_SSL_KEY_PASSWORD']);
  const algorithm = address['KAFKA_SSL_ENDPOINT_IDENTIFICATION_ALGORITHM'];
  // Java's word for "none" is the empty text.
  set('ssl.endpoint.identification.algorithm', algorithm?.toLowerCase() === 'none' ? '' : algorithm);
  return settings;
};

/**
 * The same as settings of a Connect worker. A worker hands its own to none of its connectors' clients, so each stands there four times:
 * for itself and behind `producer.`, `consumer.` and `admin.`. Source: Worker.baseProducerConfigs and its neighbours.
 */
export const workerSecuritySettings = (address: Address): Record<string, string> => {
  const settings = Object.entries(javaSecurity(address));
  return Object.fromEntries(
    ['', 'producer.', 'consumer.', 'admin.'].flatMap((prefix) =>
      settings.map(([name, value]) => [`${prefix}${name}`, value]),
    ),
  );
};
