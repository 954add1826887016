import { NotEmulated } from '../../core/not-emulated.ts';
import { answerFor } from './answers.ts';
import type { Broker } from './broker.ts';
import { codeOf, KafkaError } from './errors.ts';
import type { Topic } from './topics.ts';

/** org.apache.kafka.common.config.ConfigResource.Type, as far as it is told apart here. */
export const resourceTypes = { topic: 2, broker: 4 } as const;

type Resource = { resourceType: number; resourceName: string };

/** Answers a request that names a configuration twice, or gives one no value where it needs one. */
export const assertChanges = (changes: readonly { name: string; value: string | null; isRemoval: boolean }[]): void => {
  if (new Set(changes.map(({ name }) => name)).size < changes.length) {
    throw new KafkaError('INVALID_REQUEST', 'Error due to duplicate config keys');
  }
  const empty = changes.filter(({ value, isRemoval }) => value === null && !isRemoval).map(({ name }) => name);
  if (empty.length > 0) throw new KafkaError('INVALID_REQUEST', `Null value not supported for : ${empty.join(', ')}`);
};

/** The overrides a topic is to have, or an answer why not. */
export type Change<R extends Resource> = (topic: Topic, resource: R) => Map<string, string>;

const alter = <R extends Resource>(broker: Broker, resource: R, change: Change<R>, validateOnly: boolean): void => {
  const { resourceType, resourceName } = resource;
  if (resourceType === resourceTypes.broker) {
    throw new NotEmulated('kafka', 'changing the broker configuration while it runs');
  }
  if (resourceType !== resourceTypes.topic) {
    throw new NotEmulated('kafka', `configuration of resource type ${resourceType}`);
  }
  const topic = broker.topics.byName(resourceName);
  if (!topic) throw new KafkaError('UNKNOWN_TOPIC_OR_PARTITION', `The topic '${resourceName}' does not exist.`);
  const overrides = change(topic, resource);
  if (!validateOnly) broker.topics.configure(topic, overrides);
};

/** The answers of both AlterConfigs messages, which differ in how a change is told. */
export const alterResources = <R extends Resource>(
  broker: Broker,
  resources: readonly R[],
  change: Change<R>,
  validateOnly: boolean,
) =>
  resources.map((resource) => {
    const { resourceType, resourceName } = resource;
    const sames = resources.filter(
      (other) => other.resourceType === resourceType && other.resourceName === resourceName,
    );
    try {
      if (sames.length > 1) throw new KafkaError('INVALID_REQUEST', 'Each resource must appear at most once.');
      alter(broker, resource, change, validateOnly);
      return { errorCode: codeOf('NONE'), errorMessage: null, resourceType, resourceName };
    } catch (error) {
      const { code, message } = answerFor(broker, error, 'INVALID_CONFIG');
      return { errorCode: code, errorMessage: message, resourceType, resourceName };
    }
  });
