import { type Admin, Kafka, logLevel } from 'kafkajs';
import type { Address } from '../components/component.ts';
import { kafkaOptions } from '../components/kafka-options.ts';
import { ownWorkerGroup, workerGroupName, workerTopics } from '../components/worker-group.ts';
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
      const topics = [{ topic: name, numPartitions: -1, replicationFactor: -1 }];
      await admin.createTopics({ waitForLeaders: false, topics });
      // Asked by ourselves: kafkajs gives up when a broker does not know its new topic yet.
      await retryUntil(() => admin.fetchTopicMetadata({ topics: [name] }), { clock, deadlineMs: knownDeadlineMs });
    }
    if (mayChange('kafka', outside)) foreseeHistories(artefacts, existing, environment, outside);
    if (!outside.components.has('connect')) await takeGroups(graph, admin, { environment, outside, clock });
  } finally {
    await admin.disconnect();
  }
};

const knownDeadlineMs = 30_000;

/** What Debezium makes by itself: it was not there before, so it is ours to clean up. */
const foreseeHistories = (
  { connectors }: Artefacts,
  existing: ReadonlySet<string>,
  environment: Address,
  outside: Outside,
): void => {
  for (const { config } of connectors) {
    const name = config['schema.history.internal.kafka.topic'];
    if (name && !existing.has(name) && !name.includes('${'))
      outside.record.add({ kind: 'topic', name, where: whereIs('kafka', environment) });
  }
};

/** The topics of a worker of ours that has a group of its own there; it makes them as it starts. */
export const foreseeWorker = (environment: Address, outside: Outside): void => {
  if (environment[workerGroupName] !== ownWorkerGroup()) return;
  const where = whereIs('kafka', environment);
  for (const name of Object.values(workerTopics(environment) ?? {})) outside.record.add({ kind: 'topic', name, where });
};

type Group = { groupId: string; members: readonly { clientId: string }[]; state: string };

// A broker that has only just started does not know its groups yet.
const loadingDeadlineMs = 30_000;

const describeSinks = async (graph: Graph, admin: Admin, clock: Clock): Promise<readonly Group[]> => {
  const sinks = graph.nodes.filter(({ kind }) => kind === 'sink-connector');
  if (sinks.length === 0) return [];
  const ids = sinks.map(({ name }) => `connect-${name}`);
  const describe = async () => (await admin.describeGroups(ids)).groups;
  return retryUntil(describe, { clock, deadlineMs: loadingDeadlineMs, pauseMs: 250 });
};

// Members of a sandbox that was killed are members until their session is over.
const leavingDeadlineMs = 10_000;

/** Groups of sinks that a worker of ours will run: none has members, and those that nobody had before are ours to clean up. */
const takeGroups = async (
  graph: Graph,
  admin: Admin,
  { environment, outside, clock }: { environment: Address; outside: Outside; clock: Clock },
): Promise<void> => {
  const look = async (): Promise<readonly Group[]> => {
    const groups = await describeSinks(graph, admin, clock);
    // Our worker goes on with what it ran before as soon as it starts.
    const ours = `connect-${environment[workerGroupName]}`;
    const taken = groups.find(({ members }) => members.some(({ clientId }) => clientId !== ours));
    if (!taken) return groups;
    throw new UsageError(
      `group ${taken.groupId} has members on the external kafka: a worker runs that connector there already, and a second would take its partitions; take connect=external, or give the connector another name`,
    );
  };
  const groups = await retryUntil(look, { clock, deadlineMs: leavingDeadlineMs, pauseMs: 500 });
  const where = whereIs('kafka', environment);
  // Kafka's word for a group that does not exist.
  for (const { groupId, state } of groups)
    if (state === 'Dead') outside.record.add({ kind: 'group', name: groupId, where });
};
