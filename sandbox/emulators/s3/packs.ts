import { closeSync, fstatSync, ftruncateSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Segment } from './changes.ts';

/** Files that hold many small contents one after the other: to create a file costs more than to write a small object. */
export type Packs = {
  append(bytes: Uint8Array): Segment;
  read(segment: Segment, buffer: Buffer, position: number): number;
  /** Another user of the same bytes. */
  use(segment: Segment): void;
  /** One user less; a full pack without users is removed. */
  release(segment: Segment): void;
  /** At start: counts what is in use, and moves it out of packs that are mostly waste. True when a segment was moved, in place. */
  adopt(segments: readonly Segment[]): boolean;
  /** At start, after `adopt`: removes packs without users, and what was written behind the last content in use. */
  removeStrays(): void;
  close(): void;
};

const fullPackBytes = 64 << 20;
const namePattern = /^pack-(\d{8})$/;

export const isPackName = (name: string): boolean => namePattern.test(name);

type Pack = { file: number; users: number; usedBytes: number; endPosition: number };

export const openPacks = (folder: string, names: readonly string[]): Packs => {
  const packs = new Map<string, Pack>();
  for (const name of names) {
    const file = openSync(join(folder, name), 'r+');
    packs.set(name, { file, users: 0, usedBytes: 0, endPosition: 0 });
  }
  let lastNumber = Math.max(0, ...names.map((name) => Number(namePattern.exec(name)?.[1])));
  let current: string | undefined;

  const packOf = (name: string): Pack => {
    const pack = packs.get(name);
    if (pack === undefined) throw new Error(`the pack ${name} is missing`);
    return pack;
  };

  const currentPack = (): { name: string; pack: Pack } => {
    const name = current;
    const pack = name === undefined ? undefined : packs.get(name);
    if (name !== undefined && pack !== undefined && pack.endPosition < fullPackBytes) return { name, pack };
    const next = `pack-${String(lastNumber + 1).padStart(8, '0')}`;
    const created = { file: openSync(join(folder, next), 'wx+'), users: 0, usedBytes: 0, endPosition: 0 };
    lastNumber++;
    packs.set(next, created);
    current = next;
    if (name !== undefined) removeIfUnused(name);
    return { name: next, pack: created };
  };

  const removeIfUnused = (name: string) => {
    const pack = packs.get(name);
    if (pack === undefined || pack.users > 0 || name === current) return;
    closeSync(pack.file);
    packs.delete(name);
    unlinkSync(join(folder, name));
  };

  const append = (bytes: Uint8Array): Segment => {
    const { name, pack } = currentPack();
    const start = pack.endPosition;
    // When this fails half-way, the next content is written over it.
    for (let written = 0; written < bytes.length; )
      written += writeSync(pack.file, bytes, written, bytes.length - written, start + written);
    pack.endPosition += bytes.length;
    pack.users++;
    return { content: name, start, sizeBytes: bytes.length };
  };

  const read = (segment: Segment, buffer: Buffer, position: number): number => {
    const length = Math.min(buffer.length, segment.sizeBytes - position);
    return readSync(packOf(segment.content).file, buffer, 0, length, (segment.start ?? 0) + position);
  };

  const release = (segment: Segment) => {
    packOf(segment.content).users--;
    removeIfUnused(segment.content);
  };

  const move = (segment: Segment) => {
    const bytes = Buffer.alloc(segment.sizeBytes);
    if (read(segment, bytes, 0) !== bytes.length) throw new Error(`the pack ${segment.content} is cut`);
    packOf(segment.content).users--;
    Object.assign(segment, append(bytes));
  };

  const adopt = (segments: readonly Segment[]): boolean => {
    for (const { content, sizeBytes, start = 0 } of segments) {
      const pack = packOf(content);
      pack.users++;
      pack.usedBytes += sizeBytes;
      pack.endPosition = Math.max(pack.endPosition, start + sizeBytes);
    }
    const newest = [...packs.keys()].sort().at(-1);
    if (newest !== undefined && packOf(newest).users > 0) current = newest;
    const isWasteful = ({ usedBytes, endPosition }: Pack) => usedBytes < endPosition / 2;
    const wasteful = new Set(
      [...packs].filter(([name, pack]) => name !== current && isWasteful(pack)).map(([name]) => name),
    );
    const moving = segments.filter(({ content }) => wasteful.has(content));
    moving.forEach(move);
    return moving.length > 0;
  };

  const removeStrays = (): void => {
    for (const [name, pack] of [...packs]) {
      removeIfUnused(name);
      if (packs.has(name) && fstatSync(pack.file).size > pack.endPosition) ftruncateSync(pack.file, pack.endPosition);
    }
  };

  return {
    append,
    read,
    use: ({ content }) => void packOf(content).users++,
    release,
    adopt,
    removeStrays,
    close: () => {
      for (const { file } of packs.values()) closeSync(file);
    },
  };
};
