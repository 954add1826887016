import { offsetForLeaderEpoch } from '../../../wire/kafka/messages/23-offset-for-leader-epoch.ts';
import { answerFor } from '../answers.ts';
import { handler } from '../broker.ts';
import { codeOf } from '../errors.ts';
import { leaderEpoch as currentEpoch, endOffset } from '../partition-log.ts';
import { assertLeaderEpoch, findPartition } from '../partitions.ts';

/** OffsetForLeaderEpoch: this broker's only epoch ends at the end of the log; an epoch it never had has no end. */
export const offsetForLeaderEpochHandler = handler(offsetForLeaderEpoch, (broker, request) => ({
  topics: request.topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map(({ index, currentLeaderEpoch, leaderEpoch }) => {
      try {
        const { log } = findPartition(broker.topics, { name }, index);
        assertLeaderEpoch(currentLeaderEpoch);
        const known = leaderEpoch === currentEpoch;
        const found = known ? { leaderEpoch, endOffset: endOffset(log) } : { leaderEpoch: -1, endOffset: -1n };
        return { errorCode: codeOf('NONE'), index, ...found };
      } catch (error) {
        return { errorCode: answerFor(broker, error).code, index };
      }
    }),
  })),
}));
