import { Command } from 'commander';
import { type ComponentName, componentNames } from '../components/component.ts';
import { systemClock } from '../core/clock.ts';
import { accountNames } from '../pipeline/account-names.ts';
import { readArtefacts } from '../pipeline/artefacts.ts';
import { deriveGraph } from '../pipeline/graph.ts';
import { findProject } from '../pipeline/project.ts';
import { readSettings } from '../pipeline/settings.ts';
import { attachExternal } from '../providers/external/external.ts';
import { type NamedFileOptions, namedFiles, withNamedFiles } from './named-files.ts';
import { collectSetting } from './options.ts';

type ApplyOptions = NamedFileOptions & { project?: string; set: Record<string, string> };

// The registry is asked by converters alone; nothing is applied to it.
const needed: readonly ComponentName[] = componentNames.filter((name) => name !== 'schema-registry');

const apply = async (options: ApplyOptions): Promise<void> => {
  const project = findProject(options.project);
  const artefacts = readArtefacts(project);
  const settings = readSettings(project.dir, process.env, options.set, accountNames(artefacts), namedFiles(options));
  const environment = { ...settings.credentials, ...settings.environment };
  const write = (line: string): void => void process.stdout.write(`${line}\n`);
  const attached = new Map(
    needed.map((name) => [
      name,
      attachExternal(name, {
        environment,
        clock: systemClock,
        emit: ({ component, message }) => write(`${component}: ${message}`),
      }),
    ]),
  );
  const addresses = Object.assign({}, ...[...attached.values()].map(({ address }) => address));
  const { bringUp } = await import('../pipeline/bring-up.ts');
  const { all } = bringUp({
    artefacts,
    graph: deriveGraph(artefacts),
    environment: { ...environment, ...addresses },
    ready: (name) => attached.get(name)?.ready ?? Promise.resolve(),
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
