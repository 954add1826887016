import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { countByProject } from './test/count-by-project.ts';

// Contract and pipeline tests start real servers and wait for convergence: generous limits, few at a time.
const slow = { testTimeout: 120_000, hookTimeout: 120_000 };

/** The contract suite on one provider. Containers take long to start, and one stack at a time is enough for a laptop. */
const contractOn = (provider: string): TestProjectInlineConfiguration => {
  const isEmbedded = provider === 'embedded';
  return {
    extends: true,
    test: {
      name: isEmbedded ? 'contract' : `contract-${provider}`,
      include: ['test/contract/**/*.test.ts'],
      setupFiles: ['test/contract/deviations-setup.ts'],
      env: { SANDBOX_PROVIDER: provider },
      ...slow,
      ...(isEmbedded
        ? {}
        : {
            hookTimeout: 600_000,
            testTimeout: 300_000,
            fileParallelism: false,
            sequence: { groupOrder: 1 },
            // Snowflake is the same emulator in a container and embedded: it has no real part to compare with. debezium.test.ts ends the
            // worker by itself, beside a stack that goes on; debezium-golden.test.ts has the real Debezium.
            exclude: ['test/contract/snowflake.test.ts', 'test/contract/debezium.test.ts'],
          }),
    },
  };
};

/** On whom the contract suite runs: `SANDBOX_PROVIDERS=embedded,containers`. */
const providers = (process.env['SANDBOX_PROVIDERS'] ?? 'embedded').split(',').map((name) => name.trim());
const unknown = providers.filter((name) => !['embedded', 'containers'].includes(name));
if (unknown.length > 0)
  throw new Error(`SANDBOX_PROVIDERS: ${unknown.join(', ')} is not a provider; there are embedded and containers`);

export default defineConfig({
  plugins: [countByProject()],
  test: {
    globalSetup: ['test/global-setup.ts'],
    maxWorkers: 2,
    projects: [
      { extends: true, test: { name: 'unit', include: ['test/unit/**/*.test.{ts,tsx}'], testTimeout: 30_000 } },
      { extends: true, test: { name: 'house', include: ['test/house/**/*.test.ts'], testTimeout: 60_000 } },
      ...providers.map(contractOn),
      {
        extends: true,
        test: { name: 'pipeline', include: ['test/pipeline/**/*.test.ts'], ...slow, testTimeout: 300_000 },
      },
    ],
  },
});
