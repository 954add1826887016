import { message } from '../message.ts';
import { array, bool, int8, int16, int32, nullable, optional, string, struct } from '../schema.ts';

export const incrementalAlterConfigs = message({
  name: 'IncrementalAlterConfigs',
  key: 44,
  versions: [0, 1],
  flexibleFrom: 1,
  request: struct({
    resources: array(
      struct({
        resourceType: int8,
        resourceName: string,
        /** Operations: 0 set, 1 delete, 2 append, 3 subtract. */
        configs: array(struct({ name: string, operation: int8, value: nullable(string) })),
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
