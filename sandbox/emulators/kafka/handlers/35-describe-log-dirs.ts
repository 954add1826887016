import { statfsSync } from 'node:fs';
import type { RequestOf } from '../../../wire/kafka/message.ts';
import { describeLogDirs } from '../../../wire/kafka/messages/35-describe-log-dirs.ts';
import { type Broker, handler } from '../broker.ts';
import { codeOf } from '../errors.ts';
import { logSizeBytes } from '../partition-log.ts';

type Request = RequestOf<typeof describeLogDirs>;

const sizes = (broker: Broker, { topics }: Request) => {
  const wanted = topics === null ? undefined : new Map(topics.map(({ name, partitions }) => [name, partitions]));
  return broker.topics
    .all()
    .filter(({ name }) => wanted === undefined || wanted.has(name))
    .map(({ name, partitions }) => ({
      name,
      partitions: partitions
        .map((log, index) => ({ index, sizeBytes: BigInt(logSizeBytes(log)), offsetLag: 0n, isFutureKey: false }))
        .filter(({ index }) => wanted?.get(name)?.includes(index) ?? true),
    }));
};

/** DescribeLogDirs: the one folder with the sizes of its partitions and of its file system. */
export const describeLogDirsHandler = handler(describeLogDirs, (broker, request: Request) => {
  const { blocks, bavail, bsize } = statfsSync(broker.dataFolder, { bigint: true });
  return {
    results: [
      {
        errorCode: codeOf('NONE'),
        logDir: broker.dataFolder,
        topics: sizes(broker, request),
        totalBytes: blocks * bsize,
        usableBytes: bavail * bsize,
      },
    ],
  };
});
