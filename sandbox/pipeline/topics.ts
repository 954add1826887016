import { Kafka, logLevel } from 'kafkajs';
import type { Address } from '../components/component.ts';
import { kafkaOptions } from '../components/kafka-options.ts';
import { workerTopics } from '../components/worker-group.ts';
import type { Clock } from '../core/clock.ts';
import { retryUntil } from '../core/retry.ts';
import { UsageError } from '../core/usage-error.ts';
import type { Artefacts } from './artefacts.ts';
import type { Graph } from './graph.ts';
import { mayChange, type Outside, whereIs } from './outside.ts';

/**
 * On a cluster that is not ours: topics that are not there are made as the cluster makes them (its own defaults), where that was asked for.
 * A sink's group that has members is somebody's production: a second worker would take its partitions away.
 */
export const prepareTopics = async (
  { graph, artefacts }: { graph: Graph; artefacts: Artefacts },
  environment: Address,
  outside: Outside,
  clock: Clock,
): Promise<void> => {
  const kafka = new Kafka({ ...kafkaOptions(environment), clientId: 'sluicebox', logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  try {
    const existing = new Set(await admin.listTopics());
    const topics = graph.nodes.filter(({ kind, name }) => kind === 'topic' && !existing.has(name));
    for (const { name } of topics) {
      if (!mayChange('kafka', outside)) {
        const message = `topic ${name} is not there: nothing is made without --apply`;
        outside.emit({ component: 'kafka', kind: 'warning', message });
        continue;
      }
      outside.record.add({ kind: 'topic', name, where: whereIs('kafka', environment) });
      await admin.createTopics({ topics: [{ topic: name, numPartitions: -1, replicationFactor: -1 }] });
    }
    if (!outside.components.has('connect')) await refuseTakenGroups(graph, admin, clock);
    if (mayChange('kafka', outside)) foresee({ graph, artefacts }, existing, environment, outside);
  } finally {
    await admin.disconnect();
  }
};

/** What connectors and a worker of ours make by themselves: it was not there before, so it is ours to clean up. */
const foresee = (
  { graph, artefacts }: { graph: Graph; artefacts: Artefacts },
  existing: ReadonlySet<string>,
  environment: Address,
  outside: Outside,
): void => {
  const where = whereIs('kafka', environment);
  const histories = artefacts.connectors.flatMap(({ config }) => config['schema.history.internal.kafka.topic'] ?? []);
  const ofWorker = outside.components.has('connect') ? [] : Object.values(workerTopics(environment) ?? {});
  for (const name of [...histories, ...ofWorker]) {
    if (!existing.has(name) && !name.includes('${')) outside.record.add({ kind: 'topic', name, where });
  }
  if (outside.components.has('connect')) return;
  for (const { kind, name } of graph.nodes)
    if (kind === 'sink-connector') outside.record.add({ kind: 'group', name: `connect-${name}`, where });
};

type Admin = { describeGroups(ids: string[]): Promise<{ groups: { groupId: string; members: unknown[] }[] }> };

// Members of a sandbox that was killed are members until their session is over.
const leavingDeadlineMs = 10_000;

const refuseTakenGroups = async (graph: Graph, admin: Admin, clock: Clock): Promise<void> => {
  const sinks = graph.nodes.filter(({ kind }) => kind === 'sink-connector');
  if (sinks.length === 0) return;
  const look = async (): Promise<void> => {
    const { groups } = await admin.describeGroups(sinks.map(({ name }) => `connect-${name}`));
    const taken = groups.find(({ members }) => members.length > 0);
    if (!taken) return;
    throw new UsageError(
      `group ${taken.groupId} has members on the external kafka: a worker runs that connector there already, and a second would take its partitions; take connect=external, or give the connector another name`,
    );
  };
  await retryUntil(look, { clock, deadlineMs: leavingDeadlineMs, pauseMs: 500 });
};
