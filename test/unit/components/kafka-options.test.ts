import { expect, test } from 'vitest';
import { kafkaOptions, workerSecuritySettings } from '../../../sandbox/components/kafka-options.ts';
import { mysqlOptions } from '../../../sandbox/components/mysql-options.ts';
import { s3Options } from '../../../sandbox/components/s3-options.ts';

const secured = {
  KAFKA_BOOTSTRAP_SERVERS: 'a:9093, b:9093',
  KAFKA_SECURITY_PROTOCOL: 'SASL_SSL',
  KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512',
  KAFKA_SASL_USERNAME: 'ada',
  KAFKA_SASL_PASSWORD: 'with "quotes" and \\',
};

test('kafkajs gets brokers, TLS and SASL from the names of librdkafka', () => {
  expect(kafkaOptions(secured)).toEqual({
    brokers: ['a:9093', 'b:9093'],
    ssl: {},
    sasl: { mechanism: 'scram-sha-512', username: 'ada', password: 'with "quotes" and \\' },
  });
  expect(kafkaOptions({ KAFKA_BOOTSTRAP_SERVERS: 'a:9092' })).toEqual({ brokers: ['a:9092'] });
});

test('a worker gets the same under the names of Java, for itself and for the clients of its connectors', () => {
  const settings = workerSecuritySettings({ ...secured, KAFKA_SSL_CA_LOCATION: '/tmp/ca.pem' });
  expect(settings['producer.sasl.jaas.config']).toBe(
    'org.apache.kafka.common.security.scram.ScramLoginModule required username="ada" password="with \\"quotes\\" and \\\\";',
  );
  expect(Object.keys(settings).filter((name) => name.startsWith('admin.'))).toEqual([
    'admin.security.protocol',
    'admin.sasl.mechanism',
    'admin.sasl.jaas.config',
    'admin.ssl.truststore.type',
    'admin.ssl.truststore.location',
  ]);
  expect(workerSecuritySettings({ KAFKA_BOOTSTRAP_SERVERS: 'a:9092' })).toEqual({});
});

test('a file that cannot be read is named with the setting that names it', () => {
  expect(() => kafkaOptions({ ...secured, KAFKA_SSL_CA_LOCATION: '/nowhere/ca.pem' })).toThrow(
    'KAFKA_SSL_CA_LOCATION names /nowhere/ca.pem, which cannot be read',
  );
});

test('mysql: no TLS unless asked for, and none that may fall back unseen', () => {
  const address = { MYSQL_HOST: 'db', MYSQL_PORT: '3306', MYSQL_USER: 'ada', MYSQL_PASSWORD: 'x' };
  expect(mysqlOptions(address)).not.toHaveProperty('ssl');
  expect(mysqlOptions({ ...address, MYSQL_SSL_MODE: 'REQUIRED' }).ssl).toEqual({
    rejectUnauthorized: false,
    verifyIdentity: false,
  });
  expect(() => mysqlOptions({ ...address, MYSQL_SSL_MODE: 'PREFERRED' })).toThrow('may fall back');
});

test('s3: AWS itself without an endpoint, with a session token', () => {
  const keys = { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' };
  expect(s3Options({ ...keys, AWS_SESSION_TOKEN: 't' })).toEqual({
    region: 'eu-west-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b', sessionToken: 't' },
  });
  expect(s3Options({ ...keys, AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9000' })).toMatchObject({ forcePathStyle: true });
});
