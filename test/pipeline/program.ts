import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');
export const cli = join(root, process.env['SLUICEBOX_DIST'] ?? 'dist', 'cli.js');

export type Ended = { code: number | null; output: string };

/** Runs the built program to its end, as a user would; `output` is what it printed on both streams. */
export const runProgram = async (args: readonly string[]): Promise<Ended> => {
  const child = spawn(process.execPath, [cli, ...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
  }
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output };
};
