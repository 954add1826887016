import { NotEmulated } from '../../../core/not-emulated.ts';
import type { RequestOf } from '../../../wire/kafka/message.ts';
import { describeConfigs } from '../../../wire/kafka/messages/32-describe-configs.ts';
import { answerFor } from '../answers.ts';
import { type Broker, handler } from '../broker.ts';
import { type ConfigEntry, describeBrokerConfigs, describeTopicConfigs } from '../config-entries.ts';
import { resourceTypes } from '../config-resources.ts';
import { codeOf, KafkaError } from '../errors.ts';
import { findTopic } from '../partitions.ts';

type Request = RequestOf<typeof describeConfigs>;
type Resource = Request['resources'][number];

const entriesOf = (broker: Broker, { resourceType, resourceName }: Resource): ConfigEntry[] => {
  if (resourceType === resourceTypes.topic)
    return describeTopicConfigs(broker, findTopic(broker.topics, { name: resourceName }));
  if (resourceType !== resourceTypes.broker)
    throw new NotEmulated('kafka', `configuration of resource type ${resourceType}`);
  if (resourceName !== '' && resourceName !== String(broker.nodeId)) {
    throw new KafkaError(
      'INVALID_REQUEST',
      `Unexpected broker id, expected ${broker.nodeId} or empty string, but received ${resourceName}`,
    );
  }
  return describeBrokerConfigs(broker);
};

/** DescribeConfigs of topics and of this broker, with synonyms. Documentation texts are not kept; broker loggers, client metrics and groups are refused. */
export const describeConfigsHandler = handler(describeConfigs, (broker, request: Request) => ({
  results: request.resources.map((resource) => {
    const { resourceType, resourceName, configurationKeys: keys } = resource;
    try {
      const configs = entriesOf(broker, resource)
        .filter(({ name }) => keys === null || keys.length === 0 || keys.includes(name))
        .map(({ synonyms, ...entry }) => ({ ...entry, synonyms: request.includeSynonyms ? synonyms : [] }));
      return { errorCode: codeOf('NONE'), errorMessage: null, resourceType, resourceName, configs };
    } catch (error) {
      const { code, message } = answerFor(broker, error);
      return { errorCode: code, errorMessage: message, resourceType, resourceName, configs: [] };
    }
  }),
}));
