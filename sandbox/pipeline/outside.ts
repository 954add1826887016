import type { Address, ComponentName } from '../components/component.ts';
import type { Emit } from '../core/events.ts';
import { UsageError } from '../core/usage-error.ts';
import type { MadeRecord } from './made-record.ts';

/** The systems that are not ours, and what may be done to them. */
export type Outside = {
  components: ReadonlySet<ComponentName>;
  /** Without it they are only looked at. */
  apply: boolean;
  /** Whether sql/snowflake's account-wide files may run in an account. */
  applyAccount: boolean;
  /** The schema to work in, in an account; by default one named for the user. */
  schema?: string | undefined;
  record: MadeRecord;
  emit: Emit;
};

/** How a system is told apart from others of its kind. */
export const whereIs = (component: ComponentName, environment: Address): string =>
  ({
    kafka: environment['KAFKA_BOOTSTRAP_SERVERS'],
    'schema-registry': environment['SCHEMA_REGISTRY_URL'],
    connect: environment['CONNECT_URL'],
    mysql: `${environment['MYSQL_HOST']}:${environment['MYSQL_PORT']}`,
    s3: environment['AWS_ENDPOINT_URL_S3'] ?? 'AWS',
    snowflake: `${environment['SNOWFLAKE_HOST']}:${environment['SNOWFLAKE_PORT']}`,
  })[component] as string;

/** May this component be changed? Ours always; one that runs elsewhere when that was asked for. */
export const mayChange = (component: ComponentName, outside: Outside | undefined): boolean =>
  outside === undefined || outside.apply || !outside.components.has(component);

/** Written down when it is made in a system that is not ours. */
export const recordOf = (component: ComponentName, outside: Outside | undefined): MadeRecord | undefined =>
  outside?.components.has(component) ? outside.record : undefined;

/** A worker of ours writes to Kafka and S3 by itself: to somebody else's, only when that was asked for. */
export const checkAsked = (outside: Outside, environment: Address): void => {
  if (outside.apply || outside.components.has('connect')) return;
  for (const component of ['kafka', 's3'] as const) {
    if (!outside.components.has(component)) continue;
    throw new UsageError(
      `connect is ours and would write to the external ${component} at ${whereIs(component, environment)}: ask for it with --apply, or name the worker that runs there with connect=external`,
    );
  }
};
