import { defineConfig } from 'vitest/config';

// Contract and pipeline tests start real servers and wait for convergence: generous limits, few at a time.
const slow = { testTimeout: 120_000, hookTimeout: 120_000 };

export default defineConfig({
  test: {
    globalSetup: ['test/global-setup.ts'],
    maxWorkers: 2,
    projects: [
      { extends: true, test: { name: 'unit', include: ['test/unit/**/*.test.{ts,tsx}'], testTimeout: 30_000 } },
      { extends: true, test: { name: 'house', include: ['test/house/**/*.test.ts'], testTimeout: 60_000 } },
      { extends: true, test: { name: 'contract', include: ['test/contract/**/*.test.ts'], ...slow } },
      {
        extends: true,
        test: { name: 'pipeline', include: ['test/pipeline/**/*.test.ts'], ...slow, testTimeout: 300_000 },
      },
    ],
  },
});
