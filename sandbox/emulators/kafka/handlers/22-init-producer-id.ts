import type { RequestOf } from '../../../wire/kafka/message.ts';
import { initProducerId } from '../../../wire/kafka/messages/22-init-producer-id.ts';
import { noProducerId } from '../../../wire/kafka/record-batch.ts';
import { answerFor } from '../answers.ts';
import { type Broker, handler } from '../broker.ts';
import { codeOf, KafkaError } from '../errors.ts';
import type { Producer } from '../transactions.ts';

type Request = RequestOf<typeof initProducerId>;

/** Until version 3 clients know a fenced producer by another error. */
const producerFencedFromVersion = 4;

const allot = (broker: Broker, request: Request): Producer => {
  const { transactionalId, transactionTimeoutMs, producerId, producerEpoch } = request;
  if ((producerId === noProducerId) !== (producerEpoch === -1)) throw new KafkaError('INVALID_REQUEST');
  if (transactionalId === null) return { producerId: broker.producerIds.next(), producerEpoch: 0 };
  if (transactionalId === '') throw new KafkaError('INVALID_REQUEST');
  if (transactionTimeoutMs <= 0 || transactionTimeoutMs > broker.settings.numberOf('transaction.max.timeout.ms')) {
    throw new KafkaError('INVALID_TRANSACTION_TIMEOUT');
  }
  const expected = producerId === noProducerId ? undefined : { producerId, producerEpoch };
  return broker.transactions.begin(transactionalId, transactionTimeoutMs, expected);
};

/** InitProducerId: a new id for an idempotent producer; for a transactional one its id with the next epoch, which fences earlier ones and aborts what they left open. */
export const initProducerIdHandler = handler(initProducerId, (broker, request: Request, { version }) => {
  try {
    return { errorCode: codeOf('NONE'), ...allot(broker, request) };
  } catch (error) {
    const { errorName, code } = answerFor(broker, error);
    const isOld = errorName === 'PRODUCER_FENCED' && version < producerFencedFromVersion;
    return { errorCode: isOld ? codeOf('INVALID_PRODUCER_EPOCH') : code, producerEpoch: -1 };
  }
});
