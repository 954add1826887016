import type { AnyMessage } from '../../../wire/kafka/message.ts';
import { apiVersions } from '../../../wire/kafka/messages/18-api-versions.ts';
import { handler } from '../broker.ts';
import { codeOf, KafkaError } from '../errors.ts';

const produceKey = 0;

/** Kafka 4 tells versions 0 to 2 of Produce, which it no longer speaks, because librdkafka takes their absence for a broker without modern features (KAFKA-18659). */
const toldVersions = ({ key, versions: [minimum, maximum] }: AnyMessage) => ({
  apiKey: key,
  minVersion: key === produceKey ? 0 : minimum,
  maxVersion: maximum,
});

const namePattern = /^[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?$/;

/** ApiVersions: exactly the messages that have a handler. No features are told: there is no KRaft quorum to upgrade. */
export const apiVersionsHandler = (messages: () => readonly AnyMessage[]) =>
  handler(apiVersions, (_broker, request, { version }) => {
    const apiKeys = messages().map(toldVersions);
    const names = [request.clientSoftwareName, request.clientSoftwareVersion];
    if (version >= 3 && names.some((name) => !namePattern.test(name))) {
      return { errorCode: new KafkaError('INVALID_REQUEST').code, apiKeys: [] };
    }
    return { errorCode: codeOf('NONE'), apiKeys };
  });
