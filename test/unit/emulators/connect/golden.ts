import { readFileSync } from 'node:fs';

const folder = new URL('../../../golden/connect/', import.meta.url);

/** Lines of one capture of the real worker (test/golden/connect). */
export const goldenLines = <Line>(name: string): Line[] =>
  readFileSync(new URL(name, folder), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);

export type GoldenRecord = {
  topic: string;
  partition: number;
  offset: number;
  timestamp: number;
  headers: [string, string][];
  key: string | null;
  value: string | null;
};

export type GoldenExchange = {
  name: string;
  method: string;
  path: string;
  request: unknown;
  status: number;
  headers: Record<string, string>;
  response: string;
};
