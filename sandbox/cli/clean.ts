import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { Command } from 'commander';
import { systemClock } from '../core/clock.ts';
import { UsageError } from '../core/usage-error.ts';
import { accountNames } from '../pipeline/account-names.ts';
import { readArtefacts } from '../pipeline/artefacts.ts';
import { deriveGraph } from '../pipeline/graph.ts';
import { findInstance } from '../pipeline/instance.ts';
import { openMadeRecord } from '../pipeline/made-record.ts';
import { findProject } from '../pipeline/project.ts';
import { readSettings } from '../pipeline/settings.ts';
import { externalSettings } from '../providers/external/needs.ts';
import { type NamedFileOptions, namedFiles, withNamedFiles } from './named-files.ts';
import { collectSetting } from './options.ts';

type CleanOptions = NamedFileOptions & { project?: string; data?: string; set: Record<string, string>; yes?: boolean };

const confirmed = async (count: number): Promise<boolean> => {
  if (!process.stdin.isTTY) throw new UsageError('nobody is there to ask: say --yes to remove this');
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await lines.question(`Remove ${count === 1 ? 'this' : `these ${count}`}? [y/N] `);
  lines.close();
  return /^y(es)?$/i.test(answer.trim());
};

const clean = async (options: CleanOptions): Promise<void> => {
  const project = findProject(options.project);
  const dataDir = resolve(options.data ?? join(project.dir, '.sandbox'));
  const write = (line: string): void => void process.stdout.write(`${line}\n`);
  const running = await findInstance(dataDir);
  if (running)
    throw new UsageError(`a sandbox runs on ${dataDir} (pid ${running.pid}) and uses what would go; stop it first`);
  const record = openMadeRecord(dataDir);
  if (record.all().length === 0) return write('nothing was made in any system but our own');
  const { cleanUp, describeMade } = await import('../pipeline/clean.ts');
  for (const made of record.all()) write(describeMade(made));
  if (!options.yes && !(await confirmed(record.all().length))) return write('nothing was removed');
  const artefacts = readArtefacts(project);
  const settings = readSettings(project.dir, process.env, options.set, accountNames(artefacts), namedFiles(options));
  const environment = externalSettings(settings.environment);
  const isClean = await cleanUp({
    record,
    graph: deriveGraph(artefacts),
    environment,
    clock: systemClock,
    report: write,
  });
  if (!isClean) process.exitCode = 1;
};

export const cleanCommand = (): Command =>
  withNamedFiles(
    new Command('clean')
      .description('remove what the sandbox has made in external systems, and nothing else')
      .option('--yes', 'do not ask')
      .option('--set <name=value>', 'a value, as an address (repeatable)', collectSetting, {})
      .option('--project <dir>', 'the folder with compose/ and sql/')
      .option('--data <dir>', 'the state folder of the sandbox that made it'),
  ).action(clean);
