import type { Component } from './component.ts';

export const schemaRegistry: Component = {
  name: 'schema-registry',
  standardPort: 8081,
  address: ({ host, port, path = '' }) => ({ SCHEMA_REGISTRY_URL: `http://${host}:${port}${path}` }),
};
