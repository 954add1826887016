import type { Address, ComponentName } from '../components/component.ts';
import type { Clock } from '../core/clock.ts';
import { applyConnector } from './apply-connector.ts';
import { applyMysql } from './apply-mysql.ts';
import { applySnowflake } from './apply-snowflake.ts';
import type { Artefacts, ConnectorArtefact } from './artefacts.ts';
import { createBuckets, notifyPipes } from './buckets.ts';
import type { Graph } from './graph.ts';

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
  const { artefacts, environment, ready, report, clock } = request;
  const reported = async (step: string, work: Promise<void>): Promise<void> => {
    await work;
    report(step);
  };
  const apply = (connector: ConnectorArtefact): Promise<void> =>
    reported(
      `connector ${connector.name} created`,
      applyConnector(connector, environment['CONNECT_URL'] as string, clock),
    );
  const mysql = reported(
    'sql/mysql applied',
    artefacts.mysql.length === 0
      ? Promise.resolve()
      : ready('mysql').then(() => applyMysql(artefacts.mysql, environment)),
  );
  const buckets = ready('s3').then(() => createBuckets(request.graph, environment));
  const snowflake = reported(
    'sql/snowflake applied',
    ready('snowflake').then(() => applySnowflake(artefacts.snowflake, environment)),
  );
  const notified = reported(
    'buckets notify the pipes',
    Promise.all([buckets, snowflake]).then(() => notifyPipes(request.graph, environment)),
  );
  const connect = ready('connect');
  const connectors = Promise.all(
    artefacts.connectors.map(async (connector) => {
      await Promise.all([connect, ...(isSink(connector) ? [notified] : [mysql])]);
      await apply(connector);
    }),
  ).then(() => {});
  const all = Promise.all([mysql, notified, connectors]).then(() => {});
  for (const part of [mysql, snowflake, notified, connectors, all]) part.catch(() => {});
  return { mysql, snowflake, connectors, all };
};
