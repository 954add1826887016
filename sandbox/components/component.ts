/** Names and values of addresses and credentials, as clients know them: `KAFKA_BOOTSTRAP_SERVERS`, `MYSQL_HOST`, … */
export type Address = Readonly<Record<string, string>>;

export type Endpoint = {
  host: string;
  port: number /** Below which an HTTP server answers, as /apis/ccompat/v7. */;
  path?: string;
};

/** One box of the pipeline: which port it is known by, and the names under which its address is told. Not how it is run. */
export type Component = {
  name: ComponentName;
  /** What users of the real system expect. */
  standardPort: number;
  /** The address that clients need, credentials included, for a server at `endpoint`. */
  address(endpoint: Endpoint, credentials: Credentials): Address;
};

export const componentNames = ['kafka', 'schema-registry', 'connect', 'mysql', 's3', 'snowflake'] as const;
export type ComponentName = (typeof componentNames)[number];

/** The sandbox's own accounts. They open nothing but the sandbox; each can be set by `SLUICEBOX_<NAME>`. */
export type Credentials = {
  MYSQL_USER: string;
  MYSQL_PASSWORD: string;
  AWS_ACCESS_KEY_ID: string;
  AWS_SECRET_ACCESS_KEY: string;
  AWS_REGION: string;
  SNOWFLAKE_ACCOUNT: string;
  SNOWFLAKE_USER: string;
  SNOWFLAKE_PASSWORD: string;
  /** Where unqualified names of sql/snowflake live; by default what 010_account.sql creates. */
  SNOWFLAKE_DATABASE: string;
  SNOWFLAKE_SCHEMA: string;
  SNOWFLAKE_WAREHOUSE: string;
};

export const sandboxCredentials: Credentials = {
  MYSQL_USER: 'root',
  MYSQL_PASSWORD: 'sluicebox',
  AWS_ACCESS_KEY_ID: 'sluicebox',
  AWS_SECRET_ACCESS_KEY: 'sluicebox-secret',
  AWS_REGION: 'us-east-1',
  SNOWFLAKE_ACCOUNT: 'sluicebox',
  SNOWFLAKE_USER: 'sluicebox',
  SNOWFLAKE_PASSWORD: 'sluicebox',
  SNOWFLAKE_DATABASE: 'SLUICEBOX',
  SNOWFLAKE_SCHEMA: 'PUBLIC',
  SNOWFLAKE_WAREHOUSE: 'SLUICEBOX_WH',
};
