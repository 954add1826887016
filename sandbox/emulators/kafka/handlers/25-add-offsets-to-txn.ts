import { addOffsetsToTxn } from '../../../wire/kafka/messages/25-add-offsets-to-txn.ts';
import { answerFor } from '../answers.ts';
import { handler } from '../broker.ts';
import { codeOf } from '../errors.ts';
import { transactionErrorCode } from '../transaction-errors.ts';

/** AddOffsetsToTxn: tells a transaction the group whose offsets it will commit. */
export const addOffsetsToTxnHandler = handler(addOffsetsToTxn, (broker, request, { version }) => {
  const { transactionalId, groupId, ...producer } = request;
  try {
    broker.transactions.addGroup(transactionalId, producer, groupId);
    return { errorCode: codeOf('NONE') };
  } catch (error) {
    return { errorCode: transactionErrorCode(answerFor(broker, error), version) };
  }
});
