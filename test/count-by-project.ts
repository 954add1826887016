import type { Plugin } from 'vitest/config';
import type { Reporter, TestModule } from 'vitest/node';

type Counts = { passed: number; deviating: number; failed: number; skipped: number };

/** How many tests of each project ran, and how they ended; `deviating` are those that failed as they are listed to. */
export const countsByProject = (modules: readonly TestModule[]): Map<string, Counts> => {
  const counts = new Map<string, Counts>();
  for (const module of modules) {
    const of = counts.get(module.project.name) ?? { passed: 0, deviating: 0, failed: 0, skipped: 0 };
    counts.set(module.project.name, of);
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state === 'passed' && test.meta().deviates !== undefined) of.deviating++;
      else if (state !== 'pending') of[state]++;
    }
  }
  return counts;
};

const name = 'count-by-project';

const report: Reporter & { name: string } = {
  name,
  onTestRunEnd: (modules) => {
    for (const [project, { passed, deviating, failed, skipped }] of countsByProject(modules))
      console.log(`${project}: ${passed} passed, ${deviating} deviate as listed, ${failed} failed, ${skipped} skipped`);
  },
};

/** Adds one line a project to what any reporter says at the end. */
export const countByProject = (): Plugin => ({
  name,
  configureVitest: ({ vitest }) => {
    const reporters = vitest.config.reporters as { name?: string }[];
    // Asked once a project, each time by the configuration read anew.
    if (!reporters.some((reporter) => reporter.name === name)) reporters.push(report);
  },
});
