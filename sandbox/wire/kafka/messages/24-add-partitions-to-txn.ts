import { message } from '../message.ts';
import { array, int16, int32, int64, optional, string, struct } from '../schema.ts';

/** Versions 4 and 5 are for brokers among themselves and for transaction protocol 2. */
export const addPartitionsToTxn = message({
  name: 'AddPartitionsToTxn',
  key: 24,
  versions: [0, 3],
  flexibleFrom: 3,
  request: struct({
    transactionalId: string,
    producerId: int64,
    producerEpoch: int16,
    topics: array(struct({ name: string, partitions: array(int32) })),
  }),
  response: struct({
    throttleTimeMs: optional(int32, 0),
    topics: array(struct({ name: string, partitions: array(struct({ index: int32, errorCode: int16 })) })),
  }),
});
