import { Command } from 'commander';
import type { Readings } from '../monitor/reading.ts';
import { runningInstance, type WhereOptions } from './running-instance.ts';
import { textTable } from './text-table.ts';

const status = async (options: WhereOptions & { json?: boolean }): Promise<void> => {
  const instance = await runningInstance(options);
  if (options.json) {
    process.stdout.write(`${JSON.stringify(instance)}\n`);
    return;
  }
  const nodes = Object.entries((instance.readings as Readings | undefined)?.nodes ?? {});
  const upSeconds = Math.round((Date.now() - instance.startedAtMs) / 1_000);
  process.stdout.write(`pid ${instance.pid}, up ${upSeconds} s\n`);
  const rows = nodes.map(([id, { state, total, perSecond, backlog, note }]) => [
    id,
    state,
    total === undefined ? '' : String(total),
    perSecond ? `${perSecond.toFixed(1)}/s` : '',
    backlog === undefined ? '' : String(backlog),
    note ?? '',
  ]);
  process.stdout.write(textTable(['node', 'state', 'total', 'rate', 'backlog', 'note'], rows));
};

export const statusCommand = (): Command =>
  new Command('status')
    .description('what every node of the running sandbox holds and does')
    .option('--json', 'as one JSON object')
    .option('--project <dir>', 'the folder with compose/ and sql/')
    .option('--data <dir>', 'the state folder of the running sandbox')
    .action(status);
