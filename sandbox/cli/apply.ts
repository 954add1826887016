import { Command } from 'commander';
import { type Address, type ComponentName, componentNames } from '../components/component.ts';
import { snowflake } from '../components/snowflake.ts';
import { openSnowflake } from '../components/snowflake-client.ts';
import { systemClock } from '../core/clock.ts';
import { retryUntil } from '../core/retry.ts';
import { accountNames } from '../pipeline/account-names.ts';
import { readArtefacts } from '../pipeline/artefacts.ts';
import { deriveGraph } from '../pipeline/graph.ts';
import { findProject } from '../pipeline/project.ts';
import { readSettings, type Settings } from '../pipeline/settings.ts';
import { attachExternal } from '../providers/external/external.ts';
import type { RunningComponent } from '../providers/provider.ts';
import { type NamedFileOptions, namedFiles, withNamedFiles } from './named-files.ts';
import { collectSetting } from './options.ts';

type ApplyOptions = NamedFileOptions & { project?: string; set: Record<string, string> };

// The registry is asked by converters alone: nothing is applied to it. The warehouse is the emulator, which needs no driver of an account's.
const attachedNames = componentNames.filter((name) => name !== 'schema-registry' && name !== 'snowflake');

const warehouseDeadlineMs = 60_000;

/** The emulator at SLUICEBOX_SNOWFLAKE_HOST and _PORT. */
const warehouse = ({ credentials, environment }: Settings): { address: Address; ready: Promise<void> } => {
  const endpoint = {
    host: environment['SNOWFLAKE_HOST'] ?? '127.0.0.1',
    port: Number(environment['SNOWFLAKE_PORT'] ?? snowflake.standardPort),
  };
  const address = snowflake.address(endpoint, credentials);
  const ready = retryUntil(() => openSnowflake(address).then((session) => session.close()), {
    clock: systemClock,
    deadlineMs: warehouseDeadlineMs,
  });
  ready.catch(() => {});
  return { address, ready };
};

const apply = async (options: ApplyOptions): Promise<void> => {
  const project = findProject(options.project);
  const artefacts = readArtefacts(project);
  const settings = readSettings(project.dir, process.env, options.set, accountNames(artefacts), namedFiles(options));
  const environment = { ...settings.credentials, ...settings.environment };
  const write = (line: string): void => void process.stdout.write(`${line}\n`);
  const attached = new Map<ComponentName, RunningComponent>(
    attachedNames.map((name) => [
      name,
      attachExternal(name, {
        environment,
        clock: systemClock,
        emit: ({ component, message }) => write(`${component}: ${message}`),
      }),
    ]),
  );
  const { address: ofWarehouse, ready: warehouseReady } = warehouse(settings);
  const addresses = Object.assign({}, ...[...attached.values()].map(({ address }) => address), ofWarehouse);
  const readyOf = (name: ComponentName): Promise<void> =>
    name === 'snowflake' ? warehouseReady : (attached.get(name)?.ready ?? Promise.resolve());
  const { bringUp } = await import('../pipeline/bring-up.ts');
  const { all } = bringUp({
    artefacts,
    graph: deriveGraph(artefacts),
    environment: { ...environment, ...addresses },
    ready: readyOf,
    asksWorker: true,
    clock: systemClock,
    report: write,
  });
  await all;
  write('the pipeline stands');
};

export const applyCommand = (): Command =>
  withNamedFiles(new Command('apply'))
    .description(
      'bring the pipeline up, once, in systems that are there for it alone, as compose/docker-compose.yml does',
    )
    .option('--project <dir>', 'the folder with compose/ and sql/')
    .option('--set <name=value>', 'an address or value (repeatable)', collectSetting, {})
    .action(apply);
