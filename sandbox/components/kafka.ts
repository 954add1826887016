import type { Component } from './component.ts';

export const kafka: Component = {
  name: 'kafka',
  standardPort: 9092,
  address: ({ host, port }) => ({ KAFKA_BOOTSTRAP_SERVERS: `${host}:${port}` }),
};
