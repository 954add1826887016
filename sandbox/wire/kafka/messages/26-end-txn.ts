import { message } from '../message.ts';
import { bool, int16, int32, int64, optional, string, struct } from '../schema.ts';

export const endTxn = message({
  name: 'EndTxn',
  key: 26,
  versions: [0, 3],
  flexibleFrom: 3,
  request: struct({ transactionalId: string, producerId: int64, producerEpoch: int16, committed: bool }),
  response: struct({ throttleTimeMs: optional(int32, 0), errorCode: int16 }),
});
