import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { systemClock } from '../core/clock.ts';
import type { SandboxEvent } from '../core/events.ts';
import { UsageError } from '../core/usage-error.ts';
import { accountNames } from '../pipeline/account-names.ts';
import { readArtefacts } from '../pipeline/artefacts.ts';
import { deriveGraph } from '../pipeline/graph.ts';
import { findProject } from '../pipeline/project.ts';
import { readSettings } from '../pipeline/settings.ts';
import type { ProviderChoice } from '../providers/provider.ts';
import { namedFiles } from './named-files.ts';
import { allEmbedded, collectProvider, collectSetting } from './options.ts';
import { type OutsideOptions, outsideOf, withOutside } from './outside-options.ts';

type RunOptions = OutsideOptions & {
  project?: string;
  provider: ProviderChoice;
  data?: string;
  set: Record<string, string>;
  seed?: string;
  export?: string;
  verbose?: boolean;
};

const linesOfFailure = 20;

/** A scenario is more than a look: it makes what the pipeline needs, and traffic. */
const checkElsewhere = ({ provider, apply, data }: RunOptions): void => {
  const elsewhere = Object.entries(provider).flatMap(([name, by]) => (by === 'external' ? name : []));
  if (elsewhere.length === 0) return;
  if (!apply)
    throw new UsageError(
      `a scenario makes things and traffic, and ${elsewhere.join(', ')} would get them: ask for it with --apply`,
    );
  if (!data)
    throw new UsageError(
      'what is made elsewhere is written down for clean, in the state folder: name it with --data DIR',
    );
};

const run = async (file: string, options: RunOptions): Promise<void> => {
  const [{ readScenario }, { runScenario }] = await Promise.all([
    import('../scenario/read-scenario.ts'),
    import('../scenario/run-scenario.ts'),
  ]);
  const scenario = readScenario(file);
  const project = findProject(options.project);
  const artefacts = readArtefacts(project);
  const settings = readSettings(project.dir, process.env, options.set, accountNames(artefacts), namedFiles(options));
  checkElsewhere(options);
  const dataDir = options.data ? resolve(options.data) : mkdtempSync(join(tmpdir(), 'sluicebox-run-'));
  const write = (line: string): void => void process.stdout.write(`${line}\n`);
  const emit = ({ component, kind, message }: SandboxEvent): void => {
    if (options.verbose || kind === 'failed') process.stderr.write(`${component}: ${kind}: ${message}\n`);
  };
  const outside = outsideOf(options, options.provider, dataDir, emit);
  const startedAtMs = Date.now();
  const seed = options.seed ?? scenario.seed;
  write(`${scenario.name}: seed ${seed}`);
  try {
    const { passed, findings } = await runScenario({
      scenario: { ...scenario, seed },
      artefacts,
      graph: deriveGraph(artefacts),
      settings,
      projectDir: project.dir,
      choice: options.provider,
      dataDir,
      clock: systemClock,
      ...(options.export === undefined ? {} : { exportDir: resolve(options.export) }),
      outside,
      emit,
      report: (line) => write(`  ${((Date.now() - startedAtMs) / 1_000).toFixed(1).padStart(5)} s  ${line}`),
    });
    for (const { holds, says } of findings) {
      write(`  ${holds ? 'holds' : 'FAILS'}  ${says[0]}`);
      if (!holds) for (const line of says.slice(1, linesOfFailure)) write(`         ${line}`);
    }
    write(`${passed ? 'PASS' : 'FAIL'} ${scenario.name}`);
    process.exitCode = passed ? 0 : 1;
  } finally {
    if (!options.data) rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
  }
};

export const runCommand = (): Command =>
  withOutside(new Command('run'))
    .description('run a scenario file on a pipeline of its own; exit code 1 when an expectation fails')
    .argument('<file>', 'as scenarios/first-order.yaml')
    .option('--seed <text>', 'another seed than the file names')
    .option('--provider <choice>', 'containers, or kafka=container,… (repeatable)', collectProvider, allEmbedded)
    .option('--project <dir>', 'the folder with compose/ and sql/')
    .option('--data <dir>', 'keep the state of the run here')
    .option('--set <name=value>', 'a value for env:NAME in a connector (repeatable)', collectSetting, {})
    .option('--export <dir>', 'write the rows of the last tables there, as JSON lines')
    .option('--verbose', 'also tell what the components say')
    .action(run);
