import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openJournal } from '../../../../sandbox/emulators/kafka/journal.ts';
import { temporaryFolder } from './sandbox.ts';

type Entry = { key: string; value: string };

const open = (path: string, torn: number[] = []) => {
  const state = new Map<string, string>();
  const journal = openJournal<Entry>({
    path,
    replay: ({ key, value }) => state.set(key, value),
    *snapshot() {
      for (const [key, value] of state) yield { key, value };
    },
    onTornTail: (lostBytes) => torn.push(lostBytes),
  });
  const put = (key: string, value: string) => {
    state.set(key, value);
    journal.append({ key, value });
  };
  return { state, put, close: journal.close };
};

it('brings back what was appended, and cuts off a torn end', () => {
  const path = join(temporaryFolder(), 'j');
  const first = open(path);
  first.put('a', '1');
  first.put('b', 'ü\n');
  first.close();
  const whole = readFileSync(path);
  for (const rest of ['0', 'ffffffff {"key":"c"}\n', '{"key"']) {
    writeFileSync(path, whole);
    appendFileSync(path, rest);
    const torn: number[] = [];
    const again = open(path, torn);
    expect([...again.state]).toEqual([
      ['a', '1'],
      ['b', 'ü\n'],
    ]);
    expect(torn).toEqual([rest.length]);
    again.put('c', '3');
    again.close();
    expect(open(path).state.get('c')).toBe('3');
  }
});

it('stays small by rewriting itself', () => {
  const path = join(temporaryFolder(), 'j');
  const journal = open(path);
  for (let index = 0; index < 3_000; index++) journal.put('same', 'x'.repeat(1_000) + index);
  expect(readFileSync(path).length).toBeLessThan(1_200_000);
  journal.close();
  expect(open(path).state.get('same')).toMatch(/x2999$/);
});
