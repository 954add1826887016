import type { Address, ComponentName } from '../components/component.ts';
import type { Clock } from '../core/clock.ts';
import { applyConnector } from './apply-connector.ts';
import { applyMysql } from './apply-mysql.ts';
import { applyDevSchema, applySnowflake } from './apply-snowflake.ts';
import type { Artefacts, ConnectorArtefact } from './artefacts.ts';
import { createBuckets, notifyPipes } from './buckets.ts';
import type { DevSchema } from './dev-schema.ts';
import type { Graph } from './graph.ts';
import { mayChange, type Outside } from './outside.ts';
import { foreseeWorker, prepareTopics } from './topics.ts';
import { checkWorkerEnvironment } from './worker-environment.ts';

export type BringUpRequest = {
  artefacts: Artefacts;
  graph: Graph;
  /** Addresses of all components and the values of `${env:…}`. */
  environment: Address;
  /** Resolves when that component takes connections. */
  ready(component: ComponentName): Promise<void>;
  clock: Clock;
  /** What has just been done, in a few words. */
  report(step: string): void;
  /** Systems that run elsewhere; none when absent. */
  outside?: Outside | undefined;
  /** Where the pipeline stands in an account of Snowflake's. */
  devSchema?: DevSchema | undefined;
  /** True of a worker that has an environment of its own, which then is asked for each name. */
  asksWorker?: boolean;
};

export type BringUp = {
  /** Each part resolves when it stands. */
  mysql: Promise<void>;
  snowflake: Promise<void>;
  connectors: Promise<void>;
  all: Promise<void>;
};

const isSink = ({ config }: ConnectorArtefact): boolean => 'topics' in config || 'topics.regex' in config;

/**
 * Applies the artefacts over the wire, each as soon as what it needs stands: tables before the connector that reads them, and a pipe's
 * notification before the sink that writes its first object, as an object made earlier would never be told of.
 */
export const bringUp = (request: BringUpRequest): BringUp => {
  const { artefacts, environment, ready, report, clock, graph, outside, devSchema } = request;
  const reported = async (work: Promise<string>): Promise<void> => report(await work);
  const mysql = reported(
    artefacts.mysql.length === 0
      ? Promise.resolve('there is no sql/mysql')
      : ready('mysql').then(() => applyMysql(artefacts.mysql, environment, outside)),
  );
  const buckets = ready('s3').then(() => createBuckets(graph, environment, outside));
  const snowflake = reported(
    ready('snowflake').then(() =>
      outside && devSchema ? applyDevSchema(devSchema, outside) : applySnowflake(artefacts.snowflake, environment),
    ),
  );
  const notified = reported(
    Promise.all([buckets, snowflake]).then(async () => {
      // An account that is only looked at has no pipes of ours to be told.
      if (devSchema && !mayChange('snowflake', outside)) return 'the pipes are as they are';
      await notifyPipes(graph, devSchema?.environment ?? environment, outside);
      return 'buckets notify the pipes';
    }),
  );
  if (outside?.components.has('kafka') && mayChange('kafka', outside)) foreseeWorker(environment, outside);
  const topics = outside?.components.has('kafka')
    ? ready('kafka').then(() => prepareTopics(request, environment, outside, clock))
    : Promise.resolve();
  const connect = Promise.all([ready('connect'), topics]).then(async () => {
    if (request.asksWorker && mayChange('connect', outside))
      await checkWorkerEnvironment(artefacts.connectors, environment);
  });
  const connectors = Promise.all(
    artefacts.connectors.map(async (connector) => {
      await Promise.all([connect, ...(isSink(connector) ? [notified] : [mysql])]);
      await reported(applyConnector(connector, environment, clock, outside));
    }),
  ).then(() => {});
  const all = Promise.all([mysql, notified, connectors]).then(() => {});
  for (const part of [mysql, snowflake, notified, connectors, topics, connect, all]) part.catch(() => {});
  return { mysql, snowflake, connectors, all };
};
