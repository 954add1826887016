import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Kafka hands out ids from blocks of this size, and skips the rest of a block at a restart. */
const blockSize = 1000n;

/** Ids of idempotent producers; none is given out twice, also after kill -9. */
export type ProducerIds = { next(): bigint };

export const openProducerIds = (folder: string): ProducerIds => {
  const path = join(folder, 'producer-ids');
  let nextId = existsSync(path) ? BigInt(readFileSync(path, 'utf8').trim()) : 0n;
  let blockEnd = nextId;
  return {
    next: () => {
      if (nextId === blockEnd) {
        blockEnd += blockSize;
        writeFileSync(`${path}.new`, String(blockEnd));
        renameSync(`${path}.new`, path);
      }
      return nextId++;
    },
  };
};
