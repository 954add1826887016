import { message } from '../message.ts';
import { array, bool, int8, int16, int32, nullable, optional, since, string, struct } from '../schema.ts';

export const describeConfigs = message({
  name: 'DescribeConfigs',
  key: 32,
  versions: [1, 4],
  flexibleFrom: 4,
  request: struct({
    resources: array(struct({ resourceType: int8, resourceName: string, configurationKeys: nullable(array(string)) })),
    includeSynonyms: since(1, bool, false),
    includeDocumentation: since(3, bool, false),
  }),
  response: struct({
    throttleTimeMs: optional(int32, 0),
    results: array(
      struct({
        errorCode: int16,
        errorMessage: nullable(string),
        resourceType: int8,
        resourceName: string,
        configs: array(
          struct({
            name: string,
            value: nullable(string),
            readOnly: bool,
            configSource: since(1, int8, -1),
            isSensitive: bool,
            synonyms: since(1, array(struct({ name: string, value: nullable(string), source: int8 })), []),
            configType: since(3, int8, 0),
            documentation: since(3, nullable(string), null),
          }),
        ),
      }),
    ),
  }),
});
