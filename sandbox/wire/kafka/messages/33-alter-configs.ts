import { message } from '../message.ts';
import { array, bool, int8, int16, int32, nullable, optional, string, struct } from '../schema.ts';

export const alterConfigs = message({
  name: 'AlterConfigs',
  key: 33,
  versions: [0, 2],
  flexibleFrom: 2,
  request: struct({
    resources: array(
      struct({
        resourceType: int8,
        resourceName: string,
        configs: array(struct({ name: string, value: nullable(string) })),
      }),
    ),
    validateOnly: bool,
  }),
  response: struct({
    throttleTimeMs: optional(int32, 0),
    responses: array(
      struct({ errorCode: int16, errorMessage: nullable(string), resourceType: int8, resourceName: string }),
    ),
  }),
});
