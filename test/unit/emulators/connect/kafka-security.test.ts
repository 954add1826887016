import { expect, test } from 'vitest';
import { kafkaSecurity } from '../../../../sandbox/emulators/connect/worker/kafka-security.ts';
import { workerSettings } from '../../../../sandbox/emulators/connect/worker/worker-settings.ts';

const scram = {
  'security.protocol': 'SASL_SSL',
  'sasl.mechanism': 'SCRAM-SHA-512',
  'sasl.jaas.config':
    'org.apache.kafka.common.security.scram.ScramLoginModule required username="ada" password="a \\"b\\" \\\\";',
};

test('each kind of client has its own: what the worker uses its connectors do not get', () => {
  expect(kafkaSecurity(scram, '')).toEqual({
    ssl: {},
    sasl: { mechanism: 'scram-sha-512', username: 'ada', password: 'a "b" \\' },
  });
  expect(kafkaSecurity(scram, 'producer.')).toEqual({});
  expect(kafkaSecurity({ 'producer.security.protocol': 'ssl' }, 'producer.')).toEqual({ ssl: {} });
});

test('what is not spoken is refused by name', () => {
  expect(() => kafkaSecurity({ 'security.protocol': 'SASL_SSL' }, '')).toThrow('sasl.mechanism=GSSAPI');
  expect(() => kafkaSecurity({ 'security.protocol': 'SSL', 'ssl.truststore.location': '/tmp/trust.jks' }, '')).toThrow(
    'ssl.truststore.type=JKS',
  );
  expect(() => kafkaSecurity({ ...scram, 'sasl.jaas.config': '' }, '')).toThrow("Could not find a 'KafkaClient' entry");
  expect(() => kafkaSecurity({ 'security.protocol': 'TLS' }, '')).toThrow(
    'Invalid value TLS for configuration security.protocol',
  );
});

test('a worker takes them for itself and for its clients, and no other prefix', () => {
  const given = { 'consumer.sasl.mechanism': 'PLAIN', 'admin.security.protocol': 'SSL' };
  expect(() => workerSettings('kafka:9092', undefined, given)).not.toThrow();
  expect(() => workerSettings('kafka:9092', undefined, { 'other.security.protocol': 'SSL' })).toThrow(
    'Worker setting other.security.protocol is not emulated',
  );
});
