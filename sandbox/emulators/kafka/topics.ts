import { randomBytes } from 'node:crypto';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { zeroUuid } from '../../wire/kafka/schema.ts';
import { KafkaError } from './errors.ts';
import { openJournal } from './journal.ts';
import { deleteLog, type LogContext, openLog, type PartitionLog } from './partition-log.ts';
import type { BrokerSettings } from './settings.ts';
import { parseTopicConfig, type TopicConfig, topicConfigDefinitions } from './topic-configs.ts';

export type Topic = {
  readonly name: string;
  readonly id: string;
  /** What the topic itself sets, as text; all other values are the broker's. */
  readonly overrides: Map<string, string>;
  config: TopicConfig;
  readonly partitions: PartitionLog[];
};

type Entry =
  | { type: 'created'; name: string; id: string; partitions: number; overrides: [string, string][] }
  | { type: 'grown'; name: string; partitions: number }
  | { type: 'configured'; name: string; overrides: [string, string][] }
  | { type: 'deleted'; name: string };

export type Topics = {
  all(): Topic[];
  byName(name: string): Topic | undefined;
  byId(id: string): Topic | undefined;
  create(name: string, partitions: number, overrides: ReadonlyMap<string, string>): Topic;
  grow(topic: Topic, partitions: number): void;
  configure(topic: Topic, overrides: ReadonlyMap<string, string>): void;
  remove(topic: Topic): void;
  close(): void;
};

const maximumNameLength = 249;

/** org.apache.kafka.common.internals.Topic.validate, word for word. */
const nameProblem = (name: string): string | undefined => {
  if (name === '') return 'Topic name is invalid: the empty string is not allowed';
  if (name === '.' || name === '..') return `Topic name is invalid: '${name}' is not allowed`;
  if (name.length > maximumNameLength) {
    return `Topic name is invalid: the length of '${name}' is longer than the max allowed length ${maximumNameLength}`;
  }
  if (!/^[a-zA-Z0-9._-]+$/.test(name)) {
    return `Topic name is invalid: '${name}' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'`;
  }
  return undefined;
};

export const assertValidName = (name: string): void => {
  const problem = nameProblem(name);
  if (problem) throw new KafkaError('INVALID_TOPIC_EXCEPTION', problem);
};

/** Metric names replace dots by underscores, so two topics that differ only there are refused. */
const collisionKey = (name: string): string => name.replaceAll('.', '_');

/** Answers INVALID_TOPIC_EXCEPTION or TOPIC_ALREADY_EXISTS when a topic of that name cannot be created. */
export const assertCreatable = (topics: Topics, name: string): void => {
  assertValidName(name);
  if (topics.byName(name)) throw new KafkaError('TOPIC_ALREADY_EXISTS', `Topic '${name}' already exists.`);
  const twin = topics.all().find((topic) => collisionKey(topic.name) === collisionKey(name));
  if (twin) {
    throw new KafkaError('INVALID_TOPIC_EXCEPTION', `Topic '${name}' collides with existing topic: ${twin.name}`);
  }
};

export const newTopicId = (): string => {
  for (;;) {
    // Kafka's own ids never begin with a dash, so that command lines do not take them for an option (Uuid.randomUuid).
    const id = randomBytes(16).toString('base64url');
    if (!id.startsWith('-') && id !== zeroUuid) return id;
  }
};

/** The value in force of a topic configuration, and where it comes from. */
export const configValue = (
  topic: { overrides: ReadonlyMap<string, string> },
  settings: BrokerSettings,
  name: string,
): { value: string; source: 'topic' | 'broker' | 'default' } => {
  const own = topic.overrides.get(name);
  if (own !== undefined) return { value: own, source: 'topic' };
  const definition = topicConfigDefinitions.find((candidate) => candidate.name === name);
  if (!definition) throw new Error(`no topic configuration is called ${name}`);
  const { serverName, defaultValue } = definition;
  if (serverName === undefined) return { value: defaultValue, source: 'default' };
  return { value: settings.textOf(serverName), source: settings.isGiven(serverName) ? 'broker' : 'default' };
};

const replay = (entry: Entry, known: Map<string, Entry & { type: 'created' }>): void => {
  if (entry.type === 'created') known.set(entry.name, entry);
  else if (entry.type === 'deleted') known.delete(entry.name);
  else {
    const created = known.get(entry.name);
    if (!created) return;
    if (entry.type === 'grown') created.partitions = entry.partitions;
    else created.overrides = entry.overrides;
  }
};

/** A folder whose topic is not in the journal: its deletion was under way when the broker was killed. */
const removeStrays = (folder: string, expected: ReadonlySet<string>): void => {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory() && !expected.has(entry.name)) rmSync(join(folder, entry.name), { recursive: true });
  }
};

const partitionName = (topic: string, index: number): string => `${topic}-${index}`;

/** All topics with their logs; a change is in the journal before it is answered. `folder` exists. */
export const openTopics = (
  context: LogContext,
  settings: BrokerSettings,
  folder: string,
  wasCleanStop: boolean,
): Topics => {
  const known = new Map<string, Entry & { type: 'created' }>();
  const byName = new Map<string, Topic>();
  const byId = new Map<string, Topic>();
  const entryOf = (topic: Topic): Entry => ({
    type: 'created',
    name: topic.name,
    id: topic.id,
    partitions: topic.partitions.length,
    overrides: [...topic.overrides],
  });
  const journal = openJournal<Entry>({
    path: join(folder, 'topics.journal'),
    replay: (entry) => replay(entry, known),
    snapshot: () => [...byName.values()].map(entryOf),
    onTornTail: (lostBytes) =>
      context.emit({ component: 'kafka', kind: 'warning', message: `topics.journal: cut ${lostBytes} torn bytes` }),
  });

  const open = (entry: Entry & { type: 'created' }, isClean: boolean): Topic => {
    const overrides = new Map(entry.overrides);
    const config = parseTopicConfig((name) => configValue({ overrides }, settings, name).value);
    const topic: Topic = { name: entry.name, id: entry.id, overrides, config, partitions: [] };
    openPartitions(topic, entry.partitions, isClean);
    byName.set(topic.name, topic);
    byId.set(topic.id, topic);
    return topic;
  };
  const openPartitions = (topic: Topic, count: number, isClean: boolean): void => {
    for (let index = topic.partitions.length; index < count; index++) {
      const name = partitionName(topic.name, index);
      topic.partitions.push(openLog(context, join(folder, name), name, topic.config, isClean));
    }
  };

  removeStrays(
    folder,
    new Set(
      [...known.values()].flatMap(({ name, partitions }) =>
        Array.from({ length: partitions }, (_, index) => partitionName(name, index)),
      ),
    ),
  );
  for (const entry of known.values()) open(entry, wasCleanStop);

  return {
    all: () => [...byName.values()],
    byName: (name) => byName.get(name),
    byId: (id) => byId.get(id),
    create: (name, partitions, overrides) => {
      const entry: Entry & { type: 'created' } = {
        type: 'created',
        name,
        id: newTopicId(),
        partitions,
        overrides: [...overrides],
      };
      journal.append(entry);
      return open(entry, true);
    },
    grow: (topic, partitions) => {
      journal.append({ type: 'grown', name: topic.name, partitions });
      openPartitions(topic, partitions, true);
    },
    configure: (topic, overrides) => {
      journal.append({ type: 'configured', name: topic.name, overrides: [...overrides] });
      topic.overrides.clear();
      for (const [name, value] of overrides) topic.overrides.set(name, value);
      topic.config = parseTopicConfig((name) => configValue(topic, settings, name).value);
    },
    remove: (topic) => {
      journal.append({ type: 'deleted', name: topic.name });
      byName.delete(topic.name);
      byId.delete(topic.id);
      for (const log of topic.partitions) deleteLog(context, log);
    },
    close: () => journal.close(),
  };
};
