import { alterConfigs } from '../../../wire/kafka/messages/33-alter-configs.ts';
import { handler } from '../broker.ts';
import { alterResources, assertChanges } from '../config-resources.ts';
import { checkTopicConfig } from '../topic-configs.ts';

/** AlterConfigs: replaces all of a topic's own configurations. Broker configurations cannot be changed while it runs. */
export const alterConfigsHandler = handler(alterConfigs, (broker, { resources, validateOnly }) => ({
  responses: alterResources(
    broker,
    resources,
    (_topic, { configs }) => {
      assertChanges(configs.map((config) => ({ ...config, isRemoval: false })));
      return new Map(configs.map(({ name, value }) => [name, checkTopicConfig(name, value)]));
    },
    validateOnly,
  ),
}));
