import { message } from '../message.ts';
import { array, bool, int16, int32, int64, optional, since, string, struct, until } from '../schema.ts';

const topics = array(struct({ name: string, partitions: array(int32) }));
const topicResults = array(struct({ name: string, partitions: array(struct({ index: int32, errorCode: int16 })) }));

export const addPartitionsToTxn = message({
  name: 'AddPartitionsToTxn',
  key: 24,
  versions: [0, 3],
  flexibleFrom: 3,
  request: struct({
    transactions: since(
      4,
      array(
        struct({
          transactionalId: string,
          producerId: int64,
          producerEpoch: int16,
          verifyOnly: optional(bool, false),
          topics,
        }),
      ),
      [],
    ),
    transactionalId: until(3, string, ''),
    producerId: until(3, int64, -1n),
    producerEpoch: until(3, int16, -1),
    topics: until(3, topics, []),
  }),
  response: struct({
    throttleTimeMs: optional(int32, 0),
    errorCode: since(4, int16, 0),
    transactions: since(4, array(struct({ transactionalId: string, topics: topicResults })), []),
    topics: until(3, topicResults, []),
  }),
});
