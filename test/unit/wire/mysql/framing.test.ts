import { expect, test } from 'vitest';
import {
  createDeframer,
  framesOf,
  maxFrameBytes,
  PacketsOutOfOrder,
  PacketTooLarge,
} from '../../../../sandbox/wire/mysql/framing.ts';

const anySize = 2 ** 30;

test('a payload cut at every byte comes out whole', () => {
  const { frames } = framesOf(Buffer.from('SELECT 1'), 3);
  const deframer = createDeframer();
  const found = [];
  for (const byte of Buffer.concat(frames)) {
    deframer.push(Buffer.of(byte));
    const packet = deframer.next(anySize);
    if (packet) found.push(packet);
  }
  expect(found).toEqual([{ firstSequence: 3, sequence: 3, payload: Buffer.from('SELECT 1') }]);
});

test.each([maxFrameBytes - 1, maxFrameBytes, maxFrameBytes + 1, 2 * maxFrameBytes])(
  'a payload of %i bytes is split and joined',
  (sizeBytes) => {
    const payload = Buffer.alloc(sizeBytes, 'x');
    const { frames, nextSequence } = framesOf(payload, 255);
    const count = Math.floor(sizeBytes / maxFrameBytes) + 1;
    expect(frames.length).toBe(2 * count);
    expect(nextSequence).toBe((255 + count) & 0xff);
    const deframer = createDeframer();
    deframer.push(Buffer.concat(frames));
    const packet = deframer.next(anySize);
    expect(packet?.payload.equals(payload)).toBe(true);
    expect(packet?.firstSequence).toBe(255);
    expect(((packet?.sequence ?? 0) + 1) & 0xff).toBe(nextSequence);
  },
);

test('several payloads in one chunk come out one by one', () => {
  const deframer = createDeframer();
  deframer.push(Buffer.concat([...framesOf(Buffer.from('a'), 0).frames, ...framesOf(Buffer.from('bc'), 0).frames]));
  expect(deframer.next(anySize)?.payload.toString()).toBe('a');
  expect(deframer.next(anySize)?.payload.toString()).toBe('bc');
  expect(deframer.next(anySize)).toBeUndefined();
});

test('a payload over the limit is refused by its header alone', () => {
  const deframer = createDeframer();
  deframer.push(Buffer.of(101, 0, 0, 0));
  expect(() => deframer.next(100)).toThrow(PacketTooLarge);
});

test('frames of one payload must be numbered one after the other', () => {
  const frames = framesOf(Buffer.alloc(maxFrameBytes + 1), 0).frames.map((frame) => Buffer.from(frame));
  (frames[2] as Buffer)[3] = 7;
  const deframer = createDeframer();
  deframer.push(Buffer.concat(frames));
  expect(() => deframer.next(anySize)).toThrow(PacketsOutOfOrder);
});

test('what is not cut off yet can be taken away', () => {
  const deframer = createDeframer();
  deframer.push(Buffer.concat([...framesOf(Buffer.from('a'), 0).frames, Buffer.from('hello')]));
  deframer.next(anySize);
  expect(deframer.drain().toString()).toBe('hello');
});
