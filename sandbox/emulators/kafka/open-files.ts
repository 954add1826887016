import { closeSync, constants, openSync } from 'node:fs';

/** File descriptors of segments, opened at first use; the one unused for longest is closed when there are too many. */
export type OpenFiles = {
  /** Opens for reading and writing, and creates. The descriptor is good until the next call. */
  descriptor(path: string): number;
  close(path: string): void;
  closeAll(): void;
};

export const newOpenFiles = (limit: number): OpenFiles => {
  const open = new Map<string, number>();
  const close = (path: string): void => {
    const fd = open.get(path);
    if (fd === undefined) return;
    open.delete(path);
    closeSync(fd);
  };
  return {
    descriptor: (path) => {
      const known = open.get(path);
      if (known !== undefined) {
        // Maps keep insertion order: put back last, so that the first is the one unused for longest.
        open.delete(path);
        open.set(path, known);
        return known;
      }
      const [oldest] = open.keys();
      if (open.size >= limit && oldest !== undefined) close(oldest);
      const fd = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o644);
      open.set(path, fd);
      return fd;
    },
    close,
    closeAll: () => {
      for (const path of [...open.keys()]) close(path);
    },
  };
};
