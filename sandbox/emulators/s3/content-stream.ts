import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Segment } from './changes.ts';
import type { Contents } from './contents.ts';

const blockBytes = 256 * 1024;
const blocksATurn = 8;

/** The bytes of a stretch of segments put end to end, block by block. Lets other requests in between. */
export async function* readStretch(
  contents: Contents,
  segments: readonly Segment[],
  start: number,
  endExclusive: number,
): AsyncGenerator<Buffer> {
  const release = contents.hold(segments);
  let blocks = 0;
  try {
    let segmentStart = 0;
    for (const segment of segments) {
      const { content, sizeBytes } = segment;
      const from = Math.max(start - segmentStart, 0);
      const until = Math.min(endExclusive - segmentStart, sizeBytes);
      segmentStart += sizeBytes;
      if (from >= until) continue;
      const reader = contents.open(segment);
      try {
        for (let position = from; position < until; ) {
          const block = Buffer.allocUnsafe(Math.min(blockBytes, until - position));
          const length = reader.read(block, position);
          if (length === 0) throw new Error(`the content file ${content} is shorter than its object`);
          position += length;
          yield block.subarray(0, length);
          if (++blocks % blocksATurn === 0) await nextTurn();
        }
      } finally {
        reader.close();
      }
    }
  } finally {
    release();
  }
}
