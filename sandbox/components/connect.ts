import type { Component } from './component.ts';

export const connect: Component = {
  name: 'connect',
  standardPort: 8083,
  address: ({ host, port }) => ({ CONNECT_URL: `http://${host}:${port}` }),
};
