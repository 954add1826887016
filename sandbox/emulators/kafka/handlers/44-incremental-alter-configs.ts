import type { RequestOf } from '../../../wire/kafka/message.ts';
import { incrementalAlterConfigs } from '../../../wire/kafka/messages/44-incremental-alter-configs.ts';
import { type Broker, handler } from '../broker.ts';
import { alterResources, assertChanges } from '../config-resources.ts';
import { KafkaError } from '../errors.ts';
import { checkTopicConfig, listOf, topicConfigDefinitions } from '../topic-configs.ts';
import { configValue, type Topic } from '../topics.ts';

type Resource = RequestOf<typeof incrementalAlterConfigs>['resources'][number];
type Change = Resource['configs'][number];

const operations = { set: 0, delete: 1, append: 2, subtract: 3 } as const;

const editList = (
  broker: Broker,
  topic: { overrides: Map<string, string> },
  { name, operation, value }: Change,
): string => {
  if (topicConfigDefinitions.find((definition) => definition.name === name)?.type !== 'LIST') {
    throw new KafkaError(
      'INVALID_CONFIG',
      `Can't ${operation === operations.append ? 'APPEND' : 'SUBTRACT'} to key ${name} because its type is not LIST.`,
    );
  }
  const present = listOf(configValue(topic, broker.settings, name).value);
  const given = listOf(value ?? '');
  const items =
    operation === operations.append
      ? [...present, ...given.filter((item) => !present.includes(item))]
      : present.filter((item) => !given.includes(item));
  return items.join(',');
};

const apply = (broker: Broker, overrides: Map<string, string>, change: Change): void => {
  const { name, operation, value } = change;
  if (operation === operations.delete) {
    overrides.delete(name);
    return;
  }
  if (operation < operations.set || operation > operations.subtract) {
    throw new KafkaError('INVALID_REQUEST', `Unknown operation type ${operation}`);
  }
  const next = operation === operations.set ? value : editList(broker, { overrides }, change);
  overrides.set(name, checkTopicConfig(name, next));
};

const changed = (broker: Broker, topic: Topic, { configs }: Resource): Map<string, string> => {
  assertChanges(configs.map((config) => ({ ...config, isRemoval: config.operation === operations.delete })));
  const overrides = new Map(topic.overrides);
  for (const change of configs) apply(broker, overrides, change);
  return overrides;
};

/** IncrementalAlterConfigs of topics: set, delete, append, subtract. Broker configurations cannot be changed while it runs. */
export const incrementalAlterConfigsHandler = handler(
  incrementalAlterConfigs,
  (broker, { resources, validateOnly }) => ({
    responses: alterResources(broker, resources, (topic, resource) => changed(broker, topic, resource), validateOnly),
  }),
);
