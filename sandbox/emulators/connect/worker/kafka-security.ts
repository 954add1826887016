import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import type { SASLOptions } from 'kafkajs';
import { NotEmulated } from '../../../core/not-emulated.ts';
import { ConfigError } from '../connect-errors.ts';

// How a client of the worker's speaks to a broker that asks for TLS or a password: the settings of Java's clients, by their real names.
// PEM in files or in the settings themselves; JKS and PKCS12 stores, Kerberos and OAUTHBEARER are refused by name.

export type KafkaSecurity = { ssl?: ConnectionOptions; sasl?: SASLOptions };

type Settings = Readonly<Record<string, string>>;

export const securitySettings: readonly string[] = [
  'security.protocol',
  'sasl.mechanism',
  'sasl.jaas.config',
  'ssl.truststore.type',
  'ssl.truststore.location',
  'ssl.truststore.certificates',
  'ssl.keystore.type',
  'ssl.keystore.location',
  'ssl.keystore.certificate.chain',
  'ssl.keystore.key',
  'ssl.key.password',
  'ssl.endpoint.identification.algorithm',
];

/** A worker hands its own settings to none of its connectors' clients: theirs stand behind these. Source: Worker.baseProducerConfigs and its neighbours. */
export const clientPrefixes = ['producer.', 'consumer.', 'admin.'] as const;

const protocols = ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'];
const mechanisms = { PLAIN: 'plain', 'SCRAM-SHA-256': 'scram-sha-256', 'SCRAM-SHA-512': 'scram-sha-512' } as const;

const fileText = (name: string, path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigError(`Invalid value ${path} for configuration ${name}: ${(error as Error).message}`);
  }
};

const pemOnly = (settings: Settings, store: 'truststore' | 'keystore'): void => {
  const holds = ['location', 'certificates', 'certificate.chain'].some((what) => settings[`ssl.${store}.${what}`]);
  const type = settings[`ssl.${store}.type`] ?? 'JKS';
  if (holds && type !== 'PEM') throw new NotEmulated('connect', `Setting ssl.${store}.type=${type}`);
};

const tlsOf = (settings: Settings): ConnectionOptions => {
  pemOnly(settings, 'truststore');
  pemOnly(settings, 'keystore');
  const text = (location: string, inline: string): string | undefined => {
    const path = settings[location];
    return settings[inline] ?? (path ? fileText(location, path) : undefined);
  };
  const ca = text('ssl.truststore.location', 'ssl.truststore.certificates');
  // A PEM keystore is one file with the key and the certificates.
  const cert = text('ssl.keystore.location', 'ssl.keystore.certificate.chain');
  const key = settings['ssl.keystore.key'] ?? cert;
  const passphrase = settings['ssl.key.password'];
  const checksName = (settings['ssl.endpoint.identification.algorithm'] ?? 'https') !== '';
  return {
    ...(ca === undefined ? {} : { ca: [ca] }),
    ...(cert === undefined || key === undefined ? {} : { cert, key }),
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(checksName ? {} : { checkServerIdentity: () => undefined }),
  };
};

/** `…LoginModule required username="ada" password="…";` */
const jaasOption = (jaas: string, name: string): string => {
  const quoted = new RegExp(`\\b${name}\\s*=\\s*"((?:[^"\\\\]|\\\\.)*)"`).exec(jaas)?.[1];
  if (quoted !== undefined) return quoted.replaceAll(/\\(.)/g, '$1');
  const bare = new RegExp(`\\b${name}\\s*=\\s*([^\\s;"]+)`).exec(jaas)?.[1];
  if (bare !== undefined) return bare;
  throw new ConfigError(`Invalid value [hidden] for configuration sasl.jaas.config: ${name} not specified`);
};

const saslOf = (settings: Settings): SASLOptions => {
  const mechanism = settings['sasl.mechanism'] ?? 'GSSAPI';
  if (!(mechanism in mechanisms)) throw new NotEmulated('connect', `Setting sasl.mechanism=${mechanism}`);
  const jaas = settings['sasl.jaas.config'];
  // Java's text, from JaasContext.
  if (!jaas) {
    throw new ConfigError(
      "Could not find a 'KafkaClient' entry in the JAAS configuration. System property 'java.security.auth.login.config' is not set",
    );
  }
  return {
    mechanism: mechanisms[mechanism as keyof typeof mechanisms],
    username: jaasOption(jaas, 'username'),
    password: jaasOption(jaas, 'password'),
  };
};

/** The security settings behind a prefix, as kafkajs takes them. */
export const kafkaSecurity = (all: Settings, prefix: string): KafkaSecurity => {
  const settings = Object.fromEntries(
    securitySettings.flatMap((name) => {
      const value = all[`${prefix}${name}`];
      return value === undefined ? [] : [[name, value]];
    }),
  );
  const protocol = (settings['security.protocol'] ?? 'PLAINTEXT').toUpperCase();
  if (!protocols.includes(protocol)) {
    throw new ConfigError(
      `Invalid value ${protocol} for configuration security.protocol: String must be one of (case insensitive): PLAINTEXT, SASL_PLAINTEXT, SASL_SSL, SSL`,
    );
  }
  return {
    ...(protocol.endsWith('SSL') ? { ssl: tlsOf(settings) } : {}),
    ...(protocol.startsWith('SASL') ? { sasl: saslOf(settings) } : {}),
  };
};
