import { cruise, type ICruiseResult, type IForbiddenRuleType } from 'dependency-cruiser';
import { expect, test } from 'vitest';

const own = '^(sandbox|simulators)/';

// Who may import whom: core ← wire ← emulators/X; components ← providers ← pipeline ← scenario. Each rule names what must not be.
const forbidden: IForbiddenRuleType[] = [
  { name: 'core-knows-nobody', from: { path: '^sandbox/core/' }, to: { path: own, pathNot: '^sandbox/core/' } },
  {
    name: 'wire-knows-only-core',
    from: { path: '^sandbox/wire/' },
    to: { path: own, pathNot: '^sandbox/(wire|core)/' },
  },
  {
    name: 'wire-is-pure',
    from: { path: '^sandbox/wire/' },
    to: { path: '^(node:)?(fs|net|http|https|child_process|worker_threads|timers|dgram|tls)(/|$)' },
  },
  {
    name: 'emulators-are-islands',
    from: { path: '^sandbox/emulators/([^/]+)/' },
    to: { path: own, pathNot: '^sandbox/(core|wire|emulators/$1)/' },
  },
  {
    name: 'components-know-no-provider',
    from: { path: '^sandbox/components/' },
    to: { path: '^sandbox/(providers|pipeline|scenario|monitor|cli|tui|emulators)/' },
  },
  {
    name: 'providers-know-no-pipeline',
    from: { path: '^sandbox/providers/' },
    to: { path: '^sandbox/(pipeline|scenario|monitor|cli|tui)/' },
  },
  {
    name: 'only-the-embedded-provider-reaches-an-emulator',
    from: { path: own, pathNot: '^sandbox/(emulators/|providers/embedded/hosts/)' },
    to: { path: '^sandbox/emulators/' },
  },
  {
    name: 'pipeline-knows-no-scenario',
    from: { path: '^sandbox/(pipeline|monitor)/' },
    to: { path: '^sandbox/(scenario|cli|tui)/' },
  },
  { name: 'scenario-knows-no-screen', from: { path: '^sandbox/scenario/' }, to: { path: '^sandbox/(cli|tui)/' } },
  {
    name: 'simulators-know-core-and-clients',
    from: { path: '^simulators/' },
    to: { path: '^sandbox/', pathNot: '^sandbox/core/' },
  },
  {
    name: 'contract-tests-use-public-clients-only',
    from: { path: '^test/contract/' },
    to: { path: '^sandbox/(emulators|wire)/' },
  },
  {
    name: 'testcontainers-only-in-its-provider',
    from: { path: '^sandbox/', pathNot: '^sandbox/providers/container/' },
    to: { path: 'testcontainers' },
  },
];

test('every import keeps to its room', async () => {
  const { output } = await cruise(['sandbox', 'simulators', 'test/contract'], {
    baseDir: `${import.meta.dirname}/../..`,
    validate: true,
    ruleSet: { forbidden },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { extensions: ['.ts', '.tsx', '.js', '.mjs', '.json'] },
  });
  const { summary, modules } = output as ICruiseResult;
  expect(summary.violations.map(({ from, to, rule }) => `${rule.name}: ${from} → ${to}`)).toEqual([]);
  // A cruiser that cannot read TypeScript sees no module and finds nothing wrong.
  const seen = modules.filter(({ source }) => source.startsWith('sandbox/'));
  expect(seen.length).toBeGreaterThan(100);
  expect(seen.flatMap(({ dependencies }) => dependencies).length).toBeGreaterThan(300);
});
