import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { noContainers } from './docker.ts';
import { runProgram } from './program.ts';

// The same scenario, the same artefacts, the same seed, with real parts in place of ours: the same rows must come out. The README's table
// of mixtures lists these.
const mixtures = {
  containers: {
    provider: 'containers',
    steps: ['{ at: 2s, crash: connect, for: 1s }', '{ at: 6s, crash: kafka, for: 1s }'],
  },
  'real Connect and Debezium on our Kafka, MySQL and S3': { provider: 'connect=container', steps: [] },
  'our Connect on real Kafka and MySQL': { provider: 'kafka=container,mysql=container', steps: [] },
  'our Connect and Snowflake on real MinIO': { provider: 's3=container', steps: [] },
} as const;

// JVMs start beside each other on few cores.
const containersTimeoutMs = 900_000;

const scenarioOf = (steps: readonly string[]): string => `
name: same-rows
seed: same-rows
simulate:
  for: 8s
  clickstream: { perSecond: 60, total: 400 }
  orders: { perSecond: 20, total: 120 }
steps:
${steps.map((step) => `  - ${step}`).join('\n') || '  []'}
expect:
  within: 180s
  all:
    - reconciled: true
    - { sql: "select count(*) from transformed_clickstream", equals: 400 }
`;

type Order = { order_id: number; is_deleted: boolean };
type Rows = { clicks: string; orders: Order[] };

const kept = ({ orders }: Rows): Order[] => orders.filter(({ is_deleted }) => !is_deleted);
const isIn = ({ orders }: Rows) => {
  const ids = new Set(orders.map(({ order_id }) => order_id));
  return ({ order_id }: Order): boolean => ids.has(order_id);
};

const folder = mkdtempSync(join(tmpdir(), 'sluicebox-providers-'));
const reason = noContainers(['kafka', 'schema-registry', 'connect', 'mysql', 'minio', 'testcontainers/ryuk:0.14.0']);

/** The transformed rows; where in the source's binlog an order was last changed is that server's own. */
const rowsBy = async (provider: string, steps: readonly string[]): Promise<Rows> => {
  const dir = mkdtempSync(join(folder, 'run-'));
  const file = join(dir, 'same-rows.yaml');
  writeFileSync(file, scenarioOf(steps));
  const { code, output } = await runProgram(['run', file, '--verbose', '--provider', provider, '--export', dir]);
  expect(output).toContain('PASS same-rows');
  expect(code).toBe(0);
  const lines = readFileSync(join(dir, 'transformed_logs.jsonl'), 'utf8').trimEnd().split('\n');
  const orders = lines.map((line) => ({ ...JSON.parse(line), source_position: undefined }));
  return { clicks: readFileSync(join(dir, 'transformed_clickstream.jsonl'), 'utf8'), orders };
};

afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

describe.skipIf(reason !== undefined)(`real parts${reason === undefined ? '' : ` (skipped: ${reason})`}`, () => {
  let embedded: Rows;
  beforeAll(async () => {
    embedded = await rowsBy('embedded', []);
    expect(embedded.orders.length).toBeGreaterThan(20);
  });

  for (const [name, { provider, steps }] of Object.entries(mixtures)) {
    test(
      `${name}: the rows of the embedded default`,
      async () => {
        const rows = await rowsBy(provider, steps);
        expect(rows.clicks).toBe(embedded.clicks);
        expect(kept(rows)).toEqual(kept(embedded));
        // An order that was deleted before Debezium's snapshot was never seen; one that was seen ended the same.
        expect(embedded.orders).toEqual(expect.arrayContaining(rows.orders.filter(isIn(embedded))));
      },
      containersTimeoutMs,
    );
  }
});
