import { endTxn } from '../../../wire/kafka/messages/26-end-txn.ts';
import { answerFor } from '../answers.ts';
import { handler } from '../broker.ts';
import { codeOf } from '../errors.ts';
import { transactionErrorCode } from '../transaction-errors.ts';

/** EndTxn: commits or aborts; the markers are in the logs and the offsets committed when it is answered. */
export const endTxnHandler = handler(endTxn, (broker, request, { version }) => {
  const { transactionalId, committed, ...producer } = request;
  try {
    broker.transactions.end(transactionalId, producer, committed);
    return { errorCode: codeOf('NONE') };
  } catch (error) {
    return { errorCode: transactionErrorCode(answerFor(broker, error), version) };
  }
});
