import { message } from '../message.ts';
import { int16, int32, int64, nullable, optional, since, string, struct } from '../schema.ts';

export const initProducerId = message({
  name: 'InitProducerId',
  key: 22,
  versions: [0, 5],
  flexibleFrom: 2,
  request: struct({
    transactionalId: nullable(string),
    transactionTimeoutMs: int32,
    producerId: since(3, int64, -1n),
    producerEpoch: since(3, int16, -1),
  }),
  response: struct({
    throttleTimeMs: optional(int32, 0),
    errorCode: int16,
    producerId: optional(int64, -1n),
    producerEpoch: int16,
  }),
});
