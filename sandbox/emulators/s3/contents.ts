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
  unlinkSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Segment } from './changes.ts';
import { isPackName, openPacks } from './packs.ts';

/** The bytes of objects and parts: files written once, or stretches of packs, that mean nothing until the journal names them. */
export type Contents = {
  create(): ContentWriter;
  open(segment: Segment): ContentReader;
  /** The same bytes once more, with a life of their own. */
  duplicate(segment: Segment): Segment;
  /** Keeps contents readable until the returned function is called, even when they are removed meanwhile. */
  hold(segments: readonly Segment[]): () => void;
  remove(segments: readonly Segment[]): void;
  /** At start: told all that objects and parts name. True when some of it was moved, which the journal must then be told. */
  adopt(segments: readonly Segment[]): boolean;
  /** At start, after `adopt`: removes what nobody names. */
  removeStrays(): void;
  close(): void;
};

export type ContentWriter = {
  write(bytes: Uint8Array): void;
  /** Ends the content; what is not kept is discarded. */
  keep(): Segment;
  /** Also after `keep`, when what was kept finds no use. */
  discard(): void;
};

export type ContentReader = { read(buffer: Buffer, position: number): number; close(): void };

/** Contents up to this size are gathered in memory and go to a pack. */
const largestPackedBytes = 256 * 1024;

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';

export const openContents = (folder: string): Contents => {
  mkdirSync(folder, { recursive: true });
  const entries = readdirSync(folder);
  const packs = openPacks(folder, entries.filter(isPackName));
  const shards = new Set(entries.filter((name) => !isPackName(name)));
  const held = new Map<string, number>();
  const removedWhileHeld = new Set<string>();
  const named = new Set<string>();

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

  const createFile = (): ContentWriter => {
    const { content, path } = newPath();
    const file = openSync(path, 'wx');
    let sizeBytes = 0;
    let isOpen = true;
    const close = () => {
      if (isOpen) closeSync(file);
      isOpen = false;
    };
    return {
      write: (bytes) => {
        for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
        sizeBytes += bytes.length;
      },
      keep: () => {
        close();
        return { content, sizeBytes };
      },
      discard: () => {
        close();
        unlink(content);
      },
    };
  };

  const create = (): ContentWriter => {
    let gathered: Uint8Array[] = [];
    let sizeBytes = 0;
    let file: ContentWriter | undefined;
    let packed: Segment | undefined;
    const write = (bytes: Uint8Array) => {
      if (file) return file.write(bytes);
      gathered.push(bytes);
      sizeBytes += bytes.length;
      if (sizeBytes <= largestPackedBytes) return;
      file = createFile();
      for (const block of gathered) file.write(block);
      gathered = [];
    };
    const keep = () => {
      if (file) return file.keep();
      packed = packs.append(Buffer.concat(gathered));
      return packed;
    };
    const discard = () => {
      file?.discard();
      if (packed) packs.release(packed);
      packed = undefined;
    };
    return { write, keep, discard };
  };

  const open = (segment: Segment): ContentReader => {
    if (isPackName(segment.content))
      return { read: (buffer, position) => packs.read(segment, buffer, position), close: () => {} };
    const file = openSync(pathOf(segment.content), 'r');
    return {
      read: (buffer, position) => readSync(file, buffer, 0, buffer.length, position),
      close: () => closeSync(file),
    };
  };

  const duplicate = (segment: Segment): Segment => {
    if (isPackName(segment.content)) {
      packs.use(segment);
      return { ...segment };
    }
    const { content, path } = newPath();
    try {
      linkSync(pathOf(segment.content), path);
    } catch (error) {
      if (isMissing(error)) throw error;
      copyFileSync(pathOf(segment.content), path, constants.COPYFILE_EXCL);
    }
    return { content, sizeBytes: segment.sizeBytes };
  };

  const use = (segment: Segment) => {
    if (isPackName(segment.content)) packs.use(segment);
    else held.set(segment.content, (held.get(segment.content) ?? 0) + 1);
  };

  const release = (segment: Segment) => {
    if (isPackName(segment.content)) return packs.release(segment);
    const count = (held.get(segment.content) ?? 1) - 1;
    if (count > 0) {
      held.set(segment.content, count);
      return;
    }
    held.delete(segment.content);
    if (removedWhileHeld.delete(segment.content)) unlink(segment.content);
  };

  const hold = (segments: readonly Segment[]) => {
    const mine = segments.map((segment) => ({ ...segment }));
    mine.forEach(use);
    let isHeld = true;
    return () => {
      if (isHeld) mine.forEach(release);
      isHeld = false;
    };
  };

  const remove = (segments: readonly Segment[]) => {
    for (const segment of segments) {
      if (isPackName(segment.content)) packs.release(segment);
      else if (held.has(segment.content)) removedWhileHeld.add(segment.content);
      else unlink(segment.content);
    }
  };

  const adopt = (segments: readonly Segment[]): boolean => {
    for (const { content } of segments) named.add(content);
    return packs.adopt(segments.filter(({ content }) => isPackName(content)));
  };

  const removeStrays = () => {
    packs.removeStrays();
    for (const shard of shards)
      for (const content of readdirSync(join(folder, shard))) if (!named.has(content)) unlink(content);
    named.clear();
  };

  return { create, open, duplicate, hold, remove, adopt, removeStrays, close: packs.close };
};
