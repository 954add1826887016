import { join, resolve } from 'node:path';
import { Argument, Command } from 'commander';
import type { Address } from '../components/component.ts';
import { loopback } from '../core/server.ts';
import { UsageError } from '../core/usage-error.ts';
import { findProject } from '../pipeline/project.ts';
import { readSettings } from '../pipeline/settings.ts';
import { shopSize, startSimulators } from '../pipeline/simulators.ts';
import { claimPort } from '../providers/ports.ts';
import { type NamedFileOptions, namedFiles, withNamedFiles } from './named-files.ts';
import { collectSetting } from './options.ts';
import { untilToldToStop } from './until-told-to-stop.ts';

type Lane = 'clickstream' | 'orders';

type SimulateOptions = NamedFileOptions & {
  rate: string;
  seed: string;
  listen: string;
  port?: string;
  project?: string;
  data?: string;
  set: Record<string, string>;
};

const standardPort = 8080;

const simulate = async (lanes: readonly Lane[], options: SimulateOptions): Promise<void> => {
  const project = findProject(options.project);
  const settings = readSettings(project.dir, process.env, options.set, {}, namedFiles(options));
  const environment: Address = { ...settings.credentials, ...settings.environment };
  const perSecond = Number(options.rate);
  if (!(perSecond >= 0 && perSecond <= 100_000)) throw new UsageError('--rate is a number of events a second');
  if (lanes.includes('orders') && environment['MYSQL_HOST'] === undefined)
    throw new UsageError(
      'orders need a MySQL: give SLUICEBOX_MYSQL_HOST and SLUICEBOX_MYSQL_PORT, or --set MYSQL_HOST=…',
    );
  const chosenPort = options.port === undefined ? undefined : Number(options.port);
  const port = await claimPort({ component: 'clickstream', standardPort, chosenPort }, new Set());
  const host = await startSimulators({
    plan: {
      seed: options.seed,
      ...shopSize,
      ...(lanes.includes('clickstream') ? { clickstream: { perSecond } } : {}),
      ...(lanes.includes('orders') ? { orders: { perSecond } } : {}),
    },
    environment: { MYSQL_PORT: '3306', ...environment },
    listeners: [{ ...loopback(port), bindHost: options.listen }],
    dataDir: join(resolve(options.data ?? join(project.dir, '.sandbox')), 'simulators'),
    emit: ({ component, message }) => process.stderr.write(`${component}: ${message}\n`),
  });
  process.stdout.write(
    `${lanes.join(' and ')}: ${perSecond} a second; http://${options.listen}:${port}/simulators tells how far\n`,
  );
  await untilToldToStop();
  await host.stop();
};

export const simulateCommand = (): Command =>
  withNamedFiles(new Command('simulate'))
    .description('make traffic alone: the clickstream API, orders in a MySQL')
    .addArgument(new Argument('<lane...>', 'which').choices(['clickstream', 'orders']))
    .option('--rate <n>', 'events a second', '20')
    .option('--seed <text>', 'the same seed gives the same events', 'sluicebox')
    .option('--listen <address>', 'where the API and its controls listen', '127.0.0.1')
    .option('--port <port>', 'and on which port (0 takes a free one)')
    .option('--data <dir>', 'keep state here instead of .sandbox')
    .option('--project <dir>', 'the folder with compose/ and sql/')
    .option('--set <name=value>', 'an address or value (repeatable)', collectSetting, {})
    .action(simulate);
