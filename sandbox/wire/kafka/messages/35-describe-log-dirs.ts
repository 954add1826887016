import { message } from '../message.ts';
import { array, bool, int16, int32, int64, nullable, optional, since, string, struct } from '../schema.ts';

export const describeLogDirs = message({
  name: 'DescribeLogDirs',
  key: 35,
  versions: [1, 5],
  flexibleFrom: 2,
  request: struct({ topics: nullable(array(struct({ name: string, partitions: array(int32) }))) }),
  response: struct({
    throttleTimeMs: optional(int32, 0),
    errorCode: since(3, int16, 0),
    results: array(
      struct({
        errorCode: int16,
        logDir: string,
        topics: array(
          struct({
            name: string,
            partitions: array(struct({ index: int32, sizeBytes: int64, offsetLag: int64, isFutureKey: bool })),
          }),
        ),
        totalBytes: since(4, int64, -1n),
        usableBytes: since(4, int64, -1n),
        isCordoned: since(5, bool, false),
      }),
    ),
  }),
});
