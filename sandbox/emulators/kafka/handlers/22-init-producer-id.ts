import { NotEmulated } from '../../../core/not-emulated.ts';
import { initProducerId } from '../../../wire/kafka/messages/22-init-producer-id.ts';
import { answerFor } from '../answers.ts';
import { handler } from '../broker.ts';
import { codeOf } from '../errors.ts';

/** InitProducerId: a new id, epoch 0, for an idempotent producer. */
export const initProducerIdHandler = handler(initProducerId, (broker, { transactionalId }) => {
  if (transactionalId === null) {
    return { errorCode: codeOf('NONE'), producerId: broker.producerIds.next(), producerEpoch: 0 };
  }
  const refusal = new NotEmulated('kafka', `a transactional producer (${transactionalId})`);
  return { errorCode: answerFor(broker, refusal).code, producerEpoch: -1 };
});
