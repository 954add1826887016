import { message } from '../message.ts';
import { array, between, int8, int16, int32, nullable, since, string, struct, until } from '../schema.ts';

export const findCoordinator = message({
  name: 'FindCoordinator',
  key: 10,
  versions: [0, 6],
  flexibleFrom: 3,
  request: struct({
    key: until(3, string, ''),
    /** 0 group, 1 transaction, 2 share. */
    keyType: since(1, int8, 0),
    keys: since(4, array(string), []),
  }),
  response: struct({
    throttleTimeMs: since(1, int32, 0),
    errorCode: until(3, int16, 0),
    errorMessage: between(1, 3, nullable(string, 1), null),
    nodeId: until(3, int32, -1),
    host: until(3, string, ''),
    port: until(3, int32, -1),
    coordinators: since(
      4,
      array(
        struct({
          key: string,
          nodeId: int32,
          host: string,
          port: int32,
          errorCode: int16,
          errorMessage: nullable(string),
        }),
      ),
      [],
    ),
  }),
});
