import type { Component } from './component.ts';

// A real account listens on 443; a laptop's server cannot, so this port is the sandbox's own choice.
export const snowflake: Component = {
  name: 'snowflake',
  standardPort: 8090,
  address: ({ host, port }, credentials) => ({
    SNOWFLAKE_HOST: host,
    SNOWFLAKE_PORT: String(port),
    SNOWFLAKE_PROTOCOL: 'http',
    SNOWFLAKE_ACCOUNT: credentials.SNOWFLAKE_ACCOUNT,
    SNOWFLAKE_USER: credentials.SNOWFLAKE_USER,
    SNOWFLAKE_PASSWORD: credentials.SNOWFLAKE_PASSWORD,
    SNOWFLAKE_DATABASE: credentials.SNOWFLAKE_DATABASE,
    SNOWFLAKE_SCHEMA: credentials.SNOWFLAKE_SCHEMA,
    SNOWFLAKE_WAREHOUSE: credentials.SNOWFLAKE_WAREHOUSE,
  }),
};
