import { message } from '../message.ts';
import { array, int16, int32, nullable, since, string, struct, until, uuid, zeroUuid } from '../schema.ts';

export const deleteTopics = message({
  name: 'DeleteTopics',
  key: 20,
  versions: [1, 6],
  flexibleFrom: 4,
  request: struct({
    topics: since(6, array(struct({ name: since(6, nullable(string, 6), null), topicId: uuid })), []),
    topicNames: until(5, array(string), []),
    timeoutMs: int32,
  }),
  response: struct({
    throttleTimeMs: since(1, int32, 0),
    topics: array(
      struct({
        name: nullable(string, 6),
        topicId: since(6, uuid, zeroUuid),
        errorCode: int16,
        errorMessage: since(5, nullable(string, 5), null),
      }),
    ),
  }),
});
