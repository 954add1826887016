import type { Address, ComponentName } from '../../components/component.ts';
import { kafkaProtocol, kafkaSecurityNames } from '../../components/kafka-options.ts';
import { mysqlSecurityNames } from '../../components/mysql-options.ts';
import { authenticatorOf, snowflakeSessionNames } from '../../components/snowflake-login.ts';
import { UsageError } from '../../core/usage-error.ts';

/** The names by which an external component is told of: those it cannot do without, and those it may have. */
type Needs = {
  required(environment: Address): readonly string[];
  optional: readonly string[];
  /** What a name is when it is not given. */
  defaults?(environment: Address): Address;
};

const snowflakeSecrets: Readonly<Record<string, readonly string[]>> = {
  SNOWFLAKE: ['SNOWFLAKE_PASSWORD'],
  USERNAME_PASSWORD_MFA: ['SNOWFLAKE_PASSWORD'],
  SNOWFLAKE_JWT: ['SNOWFLAKE_PRIVATE_KEY_FILE'],
  OAUTH: ['SNOWFLAKE_TOKEN'],
  PROGRAMMATIC_ACCESS_TOKEN: ['SNOWFLAKE_TOKEN'],
  EXTERNALBROWSER: [],
};

export const needs: Readonly<Record<ComponentName, Needs>> = {
  kafka: {
    required: (environment) => [
      'KAFKA_BOOTSTRAP_SERVERS',
      ...(kafkaProtocol(environment).startsWith('SASL') ? ['KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD'] : []),
      ...(environment['KAFKA_SSL_CERTIFICATE_LOCATION'] ? ['KAFKA_SSL_KEY_LOCATION'] : []),
    ],
    optional: kafkaSecurityNames,
  },
  'schema-registry': {
    required: () => ['SCHEMA_REGISTRY_URL'],
    optional: ['SCHEMA_REGISTRY_USERNAME', 'SCHEMA_REGISTRY_PASSWORD'],
  },
  connect: { required: () => ['CONNECT_URL'], optional: ['CONNECT_USERNAME', 'CONNECT_PASSWORD'] },
  mysql: {
    required: () => ['MYSQL_HOST', 'MYSQL_USER', 'MYSQL_PASSWORD'],
    optional: ['MYSQL_PORT', ...mysqlSecurityNames],
    defaults: () => ({ MYSQL_PORT: '3306' }),
  },
  s3: {
    required: () => ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_REGION'],
    optional: ['AWS_ENDPOINT_URL_S3', 'AWS_SESSION_TOKEN'],
  },
  snowflake: {
    required: (environment) => [
      'SNOWFLAKE_ACCOUNT',
      'SNOWFLAKE_USER',
      ...(snowflakeSecrets[authenticatorOf(environment)] ?? []),
      'SNOWFLAKE_DATABASE',
      'SNOWFLAKE_WAREHOUSE',
    ],
    optional: snowflakeSessionNames,
    defaults: (environment) => ({
      SNOWFLAKE_AUTHENTICATOR: authenticatorOf(environment),
      SNOWFLAKE_HOST: `${environment['SNOWFLAKE_ACCOUNT']}.snowflakecomputing.com`,
      SNOWFLAKE_PORT: '443',
      SNOWFLAKE_PROTOCOL: 'https',
    }),
  },
};

/** Every name that may tell of this component. */
export const namesOf = (component: ComponentName, environment: Address): readonly string[] => [
  ...needs[component].required(environment),
  ...needs[component].optional,
];

const remedyFor = (component: ComponentName, missing: readonly string[]): string => {
  const connection =
    component === 'snowflake' ? ', or name a connection of connections.toml with --connection NAME' : '';
  return `give ${missing.length === 1 ? 'it' : 'them'} in a profile (--profile FILE) or as ${missing
    .map((name) => `SLUICEBOX_${name}`)
    .join(', ')}${connection}`;
};

/** The address of a component that runs elsewhere, under the names that clients know; what is missing is named. */
export const externalAddress = (component: ComponentName, environment: Address): Address => {
  const { required, defaults } = needs[component];
  const missing = required(environment).filter((name) => !environment[name]);
  if (missing.length > 0) {
    throw new UsageError(
      `${component}=external needs ${missing.join(' and ')}: ${remedyFor(component, missing)}; plain names of the shell are not read`,
    );
  }
  const given = Object.fromEntries(
    namesOf(component, environment).flatMap((name) => (environment[name] ? [[name, environment[name]]] : [])),
  );
  return { ...defaults?.(environment), ...given };
};
