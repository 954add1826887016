import { NotEmulated } from '../../../core/not-emulated.ts';
import type { RequestOf } from '../../../wire/kafka/message.ts';
import { describeConfigs } from '../../../wire/kafka/messages/32-describe-configs.ts';
import { answerFor } from '../answers.ts';
import { type Broker, handler } from '../broker.ts';
import { type ConfigEntry, describeBrokerConfigs, describeTopicConfigs } from '../config-entries.ts';
import { resourceTypes } from '../config-resources.ts';
import { codeOf, KafkaError } from '../errors.ts';
import { findTopic } from '../partitions.ts';
import { assertValidName } from '../topics.ts';

type Request = RequestOf<typeof describeConfigs>;
type Resource = Request['resources'][number];

const entriesOf = (broker: Broker, { resourceType, resourceName }: Resource): ConfigEntry[] => {
  if (resourceType === resourceTypes.topic) {
    assertValidName(resourceName);
    return describeTopicConfigs(broker, findTopic(broker.topics, { name: resourceName }));
  }
  if (resourceType !== resourceTypes.broker)
    throw new NotEmulated('kafka', `configuration of resource type ${resourceType}`);
  if (!/^\d*$/.test(resourceName)) {
    throw new KafkaError('INVALID_REQUEST', `Broker id must be an integer, but it is: ${resourceName}`);
  }
  if (resourceName !== '' && resourceName !== String(broker.nodeId)) {
    const why = `Unexpected broker id, expected ${broker.nodeId} or empty string, but received ${resourceName}`;
    throw new KafkaError('INVALID_REQUEST', why);
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
      return { errorCode: codeOf('NONE'), errorMessage: '', resourceType, resourceName, configs };
    } catch (error) {
      const { code, message, errorName } = answerFor(broker, error);
      return {
        errorCode: code,
        errorMessage: errorName === 'UNKNOWN_TOPIC_OR_PARTITION' ? '' : message,
        resourceType,
        resourceName,
        configs: [],
      };
    }
  }),
}));
