import type { Address, ComponentName, Credentials } from '../../components/component.ts';
import { workerSecuritySettings } from '../../components/kafka-options.ts';
import { workerGroupName, workerTopics } from '../../components/worker-group.ts';
import { UsageError } from '../../core/usage-error.ts';

/** How one component is started here: where it runs, what must be known first, and the options its server takes. */
export type Recipe = {
  kind: 'worker' | 'child';
  /** Must take connections before this one is started. */
  after: readonly ComponentName[];
  options(known: Known): unknown;
};

export type Known = {
  credentials: Credentials;
  /** Addresses of all components, those told from outside included, and the values of `${env:…}`. */
  environment: Address;
};

// The queue that Snowflake's auto-ingest pipes listen to; on AWS it belongs to Snowflake, and SHOW PIPES tells its name as here.
const snowpipeQueue = 'sf-snowpipe-sluicebox';

/** Where the queue takes object events; undefined while there is no warehouse. */
export const snowpipeQueueUrl = (environment: Address): string | undefined =>
  environment['SNOWFLAKE_PORT'] === undefined
    ? undefined
    : `${environment['SNOWFLAKE_PROTOCOL']}://${environment['SNOWFLAKE_HOST']}:${environment['SNOWFLAKE_PORT']}/queues/${snowpipeQueue}`;

const queuesOf = ({ credentials, environment }: Known): Record<string, string> => {
  const url = snowpipeQueueUrl(environment);
  return url === undefined ? {} : { [`arn:aws:sqs:${credentials.AWS_REGION}:000000000000:${snowpipeQueue}`]: url };
};

const needed = (known: Known, component: string, name: string): string => {
  const value = known.environment[name];
  if (value === undefined || value === '') throw new AddressMissing(component, name);
  return value;
};

/** A component was asked for without what it needs: an error of the user's to mend, exit code 2. */
export class AddressMissing extends UsageError {
  constructor(component: string, name: string) {
    super(
      `${component} needs ${name}: serve that component beside it, or give --set ${name}=VALUE or SLUICEBOX_${name}`,
    );
    this.name = 'AddressMissing';
  }
}

export const recipes: Readonly<Record<ComponentName, Recipe>> = {
  kafka: { kind: 'worker', after: [], options: () => ({}) },
  'schema-registry': { kind: 'worker', after: [], options: () => ({}) },
  connect: {
    kind: 'worker',
    after: ['kafka'],
    options: (known) => ({
      bootstrapServers: needed(known, 'connect', 'KAFKA_BOOTSTRAP_SERVERS'),
      environment: known.environment,
      ...(known.environment[workerGroupName] ? { groupId: known.environment[workerGroupName] } : {}),
      settings: {
        ...workerTopics(known.environment),
        'offset.flush.interval.ms': known.environment['CONNECT_OFFSET_FLUSH_INTERVAL_MS'] ?? '60000',
        ...workerSecuritySettings(known.environment),
      },
    }),
  },
  mysql: {
    kind: 'worker',
    after: [],
    options: ({ credentials }) => ({
      users: [{ name: credentials.MYSQL_USER, host: '%', password: credentials.MYSQL_PASSWORD, all: true }],
    }),
  },
  s3: {
    kind: 'worker',
    after: [],
    options: (known) => ({
      region: known.credentials.AWS_REGION,
      accessKeys: [
        {
          accessKeyId: known.credentials.AWS_ACCESS_KEY_ID,
          secretAccessKey: known.credentials.AWS_SECRET_ACCESS_KEY,
        },
      ],
      queues: queuesOf(known),
    }),
  },
  snowflake: {
    kind: 'child',
    after: [],
    options: (known) => ({
      account: known.credentials.SNOWFLAKE_ACCOUNT,
      users: [{ name: known.credentials.SNOWFLAKE_USER, password: known.credentials.SNOWFLAKE_PASSWORD }],
      storage: {
        endpoint: needed(known, 'snowflake', 'AWS_ENDPOINT_URL_S3'),
        region: known.credentials.AWS_REGION,
        accessKeyId: known.environment['AWS_ACCESS_KEY_ID'] ?? known.credentials.AWS_ACCESS_KEY_ID,
        secretAccessKey: known.environment['AWS_SECRET_ACCESS_KEY'] ?? known.credentials.AWS_SECRET_ACCESS_KEY,
      },
    }),
  },
};
