import { offsetCommit } from '../../../wire/kafka/messages/08-offset-commit.ts';
import { answerFor } from '../answers.ts';
import { handler } from '../broker.ts';
import { assertMayCommit, checkOffset, commitOffsets } from '../offset-checks.ts';

/** OffsetCommit: durable when answered. The retention time of versions 2 to 4 is not used: offsets go by offsets.retention.minutes. */
export const offsetCommitHandler = handler(offsetCommit, (broker, request) => ({
  topics: commitOffsets(
    request.topics,
    () => assertMayCommit(broker, request),
    (topic, partition) => checkOffset(broker, topic, partition),
    (offsets) => broker.groups.commit(request.groupId, offsets),
    (error) => answerFor(broker, error).code,
  ),
}));
