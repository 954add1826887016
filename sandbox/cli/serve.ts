import { join, resolve } from 'node:path';
import { Command } from 'commander';
import type { Address, ComponentName } from '../components/component.ts';
import { openSnowflake } from '../components/snowflake-client.ts';
import { systemClock } from '../core/clock.ts';
import { accountNames } from '../pipeline/account-names.ts';
import { readArtefacts } from '../pipeline/artefacts.ts';
import { findProject } from '../pipeline/project.ts';
import { readSettings } from '../pipeline/settings.ts';
import type { ProviderChoice } from '../providers/provider.ts';
import { startComponents } from '../providers/start-components.ts';
import { allEmbedded, collectPort, collectProvider, collectSetting, componentName } from './options.ts';
import { stateFolder } from './state-folder.ts';
import { untilToldToStop } from './until-told-to-stop.ts';

type ServeOptions = {
  provider: ProviderChoice;
  keep?: boolean;
  listen?: string;
  advertise?: string;
  port: Partial<Record<ComponentName, number>>;
  set: Record<string, string>;
  data?: string;
  json?: boolean;
  project?: string;
};

/** An account as a team has it: the database, schema and warehouse whose names are told are there to work in. */
const makeRoom = async (address: Address): Promise<void> => {
  const quoted = (name: string): string => `"${(address[name] ?? '').replaceAll('"', '""')}"`;
  const session = await openSnowflake(address);
  await session.query(`create database if not exists ${quoted('SNOWFLAKE_DATABASE')}`);
  await session.query(`create schema if not exists ${quoted('SNOWFLAKE_DATABASE')}.${quoted('SNOWFLAKE_SCHEMA')}`);
  await session.query(`create warehouse if not exists ${quoted('SNOWFLAKE_WAREHOUSE')}`);
  await session.close();
};

const serve = async (names: ComponentName[], options: ServeOptions): Promise<void> => {
  const project = findProject(options.project);
  const settings = readSettings(project.dir, process.env, options.set, accountNames(readArtefacts(project)));
  const write = (line: string): void => void process.stdout.write(`${line}\n`);
  const sandbox = await startComponents({
    names: [...new Set(names)],
    choice: options.provider,
    projectDir: project.dir,
    keep: options.keep === true,
    clock: systemClock,
    report: (step) => process.stderr.write(`${step}\n`),
    ...(options.listen === undefined
      ? {}
      : { listen: { bindHost: options.listen, advertisedHost: options.advertise ?? options.listen } }),
    dataDir: stateFolder(resolve(options.data ?? join(project.dir, '.sandbox')), {
      choice: options.provider,
      keep: options.keep === true,
      fresh: false,
    }),
    credentials: settings.credentials,
    environment: settings.environment,
    chosenPorts: options.port,
    emit: (event) => process.stderr.write(`${event.component}: ${event.message}\n`),
    onReady: async (component, address) => {
      // Nothing is made in an account that is not ours.
      if (component === 'snowflake' && options.provider.snowflake !== 'external') await makeRoom(address);
      if (options.json) return write(JSON.stringify({ component, address }));
      write(`${component} is ready`);
      for (const [name, value] of Object.entries(address)) write(`  ${name}=${value}`);
    },
  });
  try {
    await sandbox.ready;
    await untilToldToStop();
  } finally {
    await sandbox.stop();
  }
};

export const serveCommand = (): Command =>
  new Command('serve')
    .description('start some of the servers alone and print their addresses')
    .argument('<component...>', 'which servers', (name: string, names: ComponentName[] = []) => [
      ...names,
      componentName(name),
    ])
    .option('--port <component=port>', 'listen on this port (repeatable; 0 takes a free one)', collectPort, {})
    .option('--provider <choice>', 'containers, or kafka=container,… (repeatable)', collectProvider, allEmbedded)
    .option('--keep', 'leave containers running at the end, and use them again')
    .option('--listen <address>', 'listen there instead of on 127.0.0.1')
    .option('--advertise <host>', 'the name that clients are told to come back to')
    .option('--data <dir>', 'keep state here instead of .sandbox')
    .option('--set <name=value>', 'an address or value that a component needs (repeatable)', collectSetting, {})
    .option('--project <dir>', 'the folder with compose/ and sql/')
    .option('--json', 'print one JSON line a component')
    .action(serve);
