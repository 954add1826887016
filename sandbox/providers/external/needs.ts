import type { Address, ComponentName } from '../../components/component.ts';
import { kafkaProtocol, kafkaSecurityNames } from '../../components/kafka-options.ts';
import { mysqlSecurityNames } from '../../components/mysql-options.ts';
import { authenticatorOf, snowflakeSessionNames } from '../../components/snowflake-login.ts';
import { UsageError } from '../../core/usage-error.ts';
import type { ProviderChoice } from '../provider.ts';

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
    // AWS itself; its name is there for the connectors' store.url.
    defaults: ({ AWS_REGION: region }) => ({ AWS_ENDPOINT_URL_S3: `https://s3.${region}.amazonaws.com` }),
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

/** What is given about components, whichever of them it tells of, with what follows from it. */
export const externalSettings = (environment: Address): Address =>
  Object.assign(
    { ...environment },
    ...(Object.keys(needs) as ComponentName[]).map((component) => {
      const { required, defaults } = needs[component];
      const isTold = required(environment).every((name) => environment[name]);
      return isTold ? { ...defaults?.(environment), ...externalAddress(component, environment) } : {};
    }),
  );

/**
 * The environment without what tells of external components that are not asked for: how a broker elsewhere wants to be spoken to must not
 * reach ours.
 */
export const withoutUnusedSettings = (environment: Address, choice: ProviderChoice): Address => {
  const unused = new Set(
    (Object.keys(needs) as ComponentName[])
      .filter((component) => choice[component] !== 'external')
      .flatMap((component) => onlyOfExternals[component] ?? []),
  );
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !unused.has(name)));
};

const onlyOfExternals: Readonly<Partial<Record<ComponentName, readonly string[]>>> = {
  kafka: kafkaSecurityNames,
  'schema-registry': ['SCHEMA_REGISTRY_USERNAME', 'SCHEMA_REGISTRY_PASSWORD'],
  connect: ['CONNECT_USERNAME', 'CONNECT_PASSWORD'],
  mysql: mysqlSecurityNames,
  s3: ['AWS_SESSION_TOKEN'],
  snowflake: [
    'SNOWFLAKE_AUTHENTICATOR',
    'SNOWFLAKE_TOKEN',
    'SNOWFLAKE_PRIVATE_KEY_FILE',
    'SNOWFLAKE_PRIVATE_KEY_PASSPHRASE',
    'SNOWFLAKE_ROLE',
  ],
};
