import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Address } from '../components/component.ts';
import { asRecords, openSnowflake } from '../components/snowflake-client.ts';
import { pipelineLogin } from '../pipeline/apply-snowflake.ts';
import type { Graph } from '../pipeline/graph.ts';

/** Writes the last table of each lane to `<dir>/<table>.jsonl`, a row a line, in an order that depends on the rows alone. */
export const exportTables = async (graph: Graph, environment: Address, dir: string): Promise<void> => {
  const tables = new Set(
    graph.lanes.flatMap(({ nodes }) => nodes.findLast(({ kind }) => kind === 'table')?.name ?? []),
  );
  mkdirSync(dir, { recursive: true });
  const session = await openSnowflake(environment, pipelineLogin(environment));
  try {
    for (const table of tables) {
      const lines = asRecords(await session.query(`select * from ${table}`)).map((row) => `${JSON.stringify(row)}\n`);
      writeFileSync(join(dir, `${table}.jsonl`), lines.sort().join(''));
    }
  } finally {
    await session.close();
  }
};
