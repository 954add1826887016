import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openJournal } from '../../../sandbox/core/journal.ts';

describe('a journal', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'journal-'));
    path = join(folder, 'journal');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const open = () => {
    const items: unknown[] = [];
    const opened = openJournal<unknown>(path, (item) => items.push(item));
    return { ...opened, items };
  };

  it('gives back what was appended, in order', () => {
    const first = open();
    for (const item of [{ a: 1 }, 'é', null, [1, 2]]) first.journal.append(item);
    first.journal.close();
    const second = open();
    expect(second.items).toEqual([{ a: 1 }, 'é', null, [1, 2]]);
    expect(second.cutBytes).toBe(0);
    second.journal.close();
  });

  it('cuts a torn tail wherever it was torn, and goes on from there', () => {
    const whole = open();
    whole.journal.append('first');
    const kept = whole.journal.sizeBytes();
    whole.journal.append('second');
    const size = whole.journal.sizeBytes();
    whole.journal.close();
    const bytes = readFileSync(path);
    for (let length = kept; length < size; length++) {
      writeFileSync(path, bytes.subarray(0, length));
      const torn = open();
      expect(torn.items).toEqual(['first']);
      expect(torn.cutBytes).toBe(length - kept);
      torn.journal.append('third');
      torn.journal.close();
      const after = open();
      expect(after.items).toEqual(['first', 'third']);
      after.journal.close();
    }
  });

  it('does not believe a record that was changed', () => {
    const whole = open();
    whole.journal.append('first');
    whole.journal.append('second');
    whole.journal.close();
    const bytes = readFileSync(path);
    bytes[bytes.length - 2] = 0x21;
    writeFileSync(path, bytes);
    const damaged = open();
    expect(damaged.items).toEqual(['first']);
    damaged.journal.close();
  });

  it('is rewritten in one step, and an unfinished rewriting is forgotten', () => {
    const long = open();
    for (let index = 0; index < 100; index++) long.journal.append({ index });
    long.journal.rewrite([{ all: 100 }]);
    long.journal.append({ index: 100 });
    long.journal.close();
    writeFileSync(`${path}.new`, 'unfinished');
    const short = open();
    expect(short.items).toEqual([{ all: 100 }, { index: 100 }]);
    short.journal.close();
  });
});
