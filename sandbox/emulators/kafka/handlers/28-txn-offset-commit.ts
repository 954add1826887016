import { txnOffsetCommit } from '../../../wire/kafka/messages/28-txn-offset-commit.ts';
import { answerFor } from '../answers.ts';
import { handler } from '../broker.ts';
import { assertMayCommit, checkOffset, commitOffsets } from '../offset-checks.ts';
import { transactionErrorCode } from '../transaction-errors.ts';

/** TxnOffsetCommit: offsets that count when the transaction commits. From version 3 on the consumer's generation is checked (KIP-447). */
export const txnOffsetCommitHandler = handler(txnOffsetCommit, (broker, request, { version }) => {
  const { transactionalId, groupId, memberId, generationId } = request;
  const namesMember = memberId !== '' || generationId >= 0;
  return {
    topics: commitOffsets(
      request.topics,
      () => {
        broker.transactions.assertProducer(transactionalId, request);
        if (namesMember) assertMayCommit(broker, request);
      },
      (topic, partition) => checkOffset(broker, topic, partition),
      (offsets) => broker.transactions.addOffsets(transactionalId, request, groupId, offsets),
      (error) => transactionErrorCode(answerFor(broker, error), version),
    ),
  };
});
