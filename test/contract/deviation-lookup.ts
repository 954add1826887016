import type { Deviation, Deviations, Provider } from './deviations.ts';

/** What the runner collected of a file: suites and tests, as deep as they are. */
export type Collected = {
  type: string;
  name: string;
  mode: string;
  fails?: boolean;
  result?: { state: string };
  tasks?: Collected[];
};

export const fullName = (path: readonly string[]): string => path.join(' > ');

/** The tests of a file by full name. */
export const testsByName = (tasks: readonly Collected[], above: readonly string[] = []): Map<string, Collected> => {
  const found = new Map<string, Collected>();
  for (const task of tasks) {
    const path = [...above, task.name];
    if (task.type === 'test') found.set(fullName(path), task);
    else for (const [name, test] of testsByName(task.tasks ?? [], path)) found.set(name, test);
  }
  return found;
};

export const deviationsOf = (listed: Deviations, provider: Provider, file: string): Map<string, Deviation> =>
  new Map(Object.entries(listed[provider][file] ?? {}));

/** Entries that no test has the name of: they would excuse nothing, or soon something else. */
export const entriesWithoutTest = (
  entries: ReadonlyMap<string, Deviation>,
  tests: ReadonlyMap<string, unknown>,
): string[] => [...entries.keys()].filter((name) => !tests.has(name));

/** Only a file whose tests all ran to their ends has said everything it observes. */
export const ranWhole = (tests: ReadonlyMap<string, Collected>): boolean =>
  [...tests.values()].every(({ mode, fails, result }) => mode === 'run' && result?.state === 'pass' && fails !== true);
