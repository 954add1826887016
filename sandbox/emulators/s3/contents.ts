import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  copyFileSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Segment } from './changes.ts';

/** The bytes of objects and parts: files that are written once, named by chance, and mean nothing until the journal names them. */
export type Contents = {
  create(): ContentWriter;
  /** The bytes of one content from `start`, at most `buffer` full; returns how many. */
  open(content: string): ContentReader;
  /** A second name for the same bytes. */
  duplicate(content: string): string;
  /** Keeps contents readable until the returned function is called, even when they are removed meanwhile. */
  hold(segments: readonly Segment[]): () => void;
  remove(segments: readonly Segment[]): void;
  /** At start: removes every file that no object or part names. Returns how many there were. */
  removeAllBut(named: ReadonlySet<string>): number;
};

export type ContentWriter = {
  write(bytes: Uint8Array): void;
  /** Ends the file; what is not kept is discarded. */
  keep(): Segment;
  discard(): void;
};

export type ContentReader = { read(buffer: Buffer, position: number): number; close(): void };

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';

export const openContents = (folder: string): Contents => {
  const shards = new Set<string>();
  const held = new Map<string, number>();
  const removedWhileHeld = new Set<string>();
  mkdirSync(folder, { recursive: true });

  const pathOf = (content: string): string => join(folder, content.slice(0, 2), content);

  const newPath = (): { content: string; path: string } => {
    const content = randomBytes(12).toString('hex');
    const shard = content.slice(0, 2);
    if (!shards.has(shard)) mkdirSync(join(folder, shard), { recursive: true });
    shards.add(shard);
    return { content, path: pathOf(content) };
  };

  const unlink = (content: string) => {
    try {
      unlinkSync(pathOf(content));
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  };

  const create = (): ContentWriter => {
    const { content, path } = newPath();
    const file = openSync(path, 'wx');
    let sizeBytes = 0;
    let isOpen = true;
    const write = (bytes: Uint8Array) => {
      for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
      sizeBytes += bytes.length;
    };
    const close = () => {
      if (isOpen) closeSync(file);
      isOpen = false;
    };
    const keep = () => {
      close();
      return { content, sizeBytes };
    };
    const discard = () => {
      close();
      unlink(content);
    };
    return { write, keep, discard };
  };

  const open = (content: string): ContentReader => {
    const file = openSync(pathOf(content), 'r');
    return {
      read: (buffer, position) => readSync(file, buffer, 0, buffer.length, position),
      close: () => closeSync(file),
    };
  };

  const duplicate = (content: string): string => {
    const { content: copy, path } = newPath();
    try {
      linkSync(pathOf(content), path);
    } catch (error) {
      if (isMissing(error)) throw error;
      copyFileSync(pathOf(content), path, constants.COPYFILE_EXCL);
    }
    return copy;
  };

  const release = (content: string) => {
    const count = (held.get(content) ?? 1) - 1;
    if (count > 0) return void held.set(content, count);
    held.delete(content);
    if (removedWhileHeld.delete(content)) unlink(content);
  };

  const hold = (segments: readonly Segment[]) => {
    for (const { content } of segments) held.set(content, (held.get(content) ?? 0) + 1);
    let isHeld = true;
    return () => {
      if (isHeld) for (const { content } of segments) release(content);
      isHeld = false;
    };
  };

  const remove = (segments: readonly Segment[]) => {
    for (const { content } of segments) {
      if (held.has(content)) removedWhileHeld.add(content);
      else unlink(content);
    }
  };

  const removeAllBut = (named: ReadonlySet<string>): number => {
    let removed = 0;
    for (const shard of readdirSync(folder)) {
      shards.add(shard);
      for (const content of readdirSync(join(folder, shard))) {
        if (named.has(content)) continue;
        rmSync(join(folder, shard, content), { force: true });
        removed++;
      }
    }
    return removed;
  };

  return { create, open, duplicate, hold, remove, removeAllBut };
};
