import type { Component } from './component.ts';

export const mysql: Component = {
  name: 'mysql',
  standardPort: 3306,
  address: ({ host, port }, { MYSQL_USER, MYSQL_PASSWORD }) => ({
    MYSQL_HOST: host,
    MYSQL_PORT: String(port),
    MYSQL_USER,
    MYSQL_PASSWORD,
  }),
};
