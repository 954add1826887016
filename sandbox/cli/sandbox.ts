import { join, resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import type { ComponentName } from '../components/component.ts';
import { systemClock } from '../core/clock.ts';
import type { SandboxEvent } from '../core/events.ts';
import type { Monitor } from '../monitor/monitor.ts';
import type { Readings } from '../monitor/reading.ts';
import { accountNames } from '../pipeline/account-names.ts';
import { readArtefacts } from '../pipeline/artefacts.ts';
import { deriveGraph } from '../pipeline/graph.ts';
import { claimInstance } from '../pipeline/instance.ts';
import { findProject } from '../pipeline/project.ts';
import { startSandbox } from '../pipeline/sandbox.ts';
import { readSettings } from '../pipeline/settings.ts';
import { type SimulatorPlan, shopSize } from '../pipeline/simulators.ts';
import type { ProviderChoice } from '../providers/provider.ts';
import { namedFiles } from './named-files.ts';
import { allEmbedded, collectPort, collectProvider, collectSetting, durationMs } from './options.ts';
import { type OutsideOptions, outsideOf, withOutside } from './outside-options.ts';
import { plainScreen } from './plain-screen.ts';
import type { Screen } from './screen.ts';
import { stateFolder } from './state-folder.ts';
import { untilToldToStop } from './until-told-to-stop.ts';

type Rates = { clickstream: number; orders: number };

type SandboxOptions = OutsideOptions & {
  project?: string;
  provider: ProviderChoice;
  keep?: boolean;
  data?: string;
  fresh?: boolean;
  port: Partial<Record<ComponentName | 'clickstream', number>>;
  set: Record<string, string>;
  seed: string;
  rate: Partial<Rates>;
  simulators: boolean;
  for?: number;
  plain?: boolean;
  json?: boolean;
};

const defaultRates: Rates = { clickstream: 20, orders: 5 };

/** `--rate clickstream=100`, events a second, repeatable. */
const collectRate = (text: string, rates: Partial<Rates>): Partial<Rates> => {
  const match = /^(clickstream|orders)=(\d+(?:\.\d+)?)(?:\/s)?$/.exec(text);
  if (!match) throw new InvalidArgumentError('it is clickstream=N or orders=N, events a second.');
  return { ...rates, [match[1] as keyof Rates]: Number(match[2]) };
};

/** Traffic goes into a system that is not ours only when its rate was named. */
const planOf = ({ seed, rate, simulators, provider }: SandboxOptions): SimulatorPlan => {
  const clickstream = rate.clickstream ?? (provider.connect === 'external' ? undefined : defaultRates.clickstream);
  const orders = rate.orders ?? (provider.mysql === 'external' ? undefined : defaultRates.orders);
  return {
    seed,
    ...shopSize,
    ...(simulators && clickstream !== undefined ? { clickstream: { perSecond: clickstream } } : {}),
    ...(simulators && orders !== undefined ? { orders: { perSecond: orders } } : {}),
  };
};

/** From the start of the process, not of this module: that is how long the user has waited. */
const startedAtMs = Date.now() - performance.now();

const screenFor = async (options: SandboxOptions): Promise<Screen> => {
  if (options.plain || options.json || !process.stdout.isTTY || !process.stdin.isTTY)
    return plainScreen(options.json === true);
  const { inkScreen } = await import('../tui/ink-screen.tsx');
  return inkScreen(startedAtMs);
};

const run = async (options: SandboxOptions): Promise<void> => {
  const project = findProject(options.project);
  const artefacts = readArtefacts(project);
  const graph = deriveGraph(artefacts);
  const settings = readSettings(
    project.dir,
    process.env,
    { ...options.set },
    accountNames(artefacts),
    namedFiles(options),
  );
  const dataDir = resolve(options.data ?? join(project.dir, '.sandbox'));
  let address: Readonly<Record<string, string>> = {};
  let monitor: Monitor | undefined;
  const instance = await claimInstance(dataDir, () => {
    const readings = monitor?.readings();
    return { startedAtMs, address, ...(readings ? { readings } : {}) };
  });
  const screen = await screenFor(options);
  const emit = (event: SandboxEvent): void => screen.event(event);
  try {
    const sandbox = await startSandbox({
      artefacts,
      graph,
      settings,
      projectDir: project.dir,
      choice: options.provider,
      keep: options.keep === true,
      outside: outsideOf(options, options.provider, dataDir, emit),
      dataDir: stateFolder(dataDir, {
        choice: options.provider,
        keep: options.keep === true,
        fresh: options.fresh === true,
      }),
      chosenPorts: options.port,
      simulators: planOf(options),
      clock: systemClock,
      emit,
      report: (step) => screen.step(step, Date.now() - startedAtMs),
    });
    address = sandbox.address;
    screen.started({ graph, address, seed: options.seed });
    try {
      const { startMonitor } = await import('../monitor/monitor.ts');
      monitor = startMonitor({
        graph,
        environment: sandbox.environment,
        clock: systemClock,
        warehouseReady: sandbox.bringUp.snowflake,
        onReadings: (readings: Readings) => screen.readings(readings),
        onFirstRow: (table, atMs) => screen.firstRow(table, atMs - startedAtMs),
      });
      const ended = Promise.race([untilToldToStop(), screen.quit]).then(() => 'ended' as const);
      // Told to stop while the pipeline comes up, it does not wait for that.
      if ((await Promise.race([sandbox.bringUp.all, ended])) !== 'ended') {
        const timer = new AbortController();
        await Promise.race([
          ended,
          ...(options.for === undefined ? [] : [systemClock.sleep(options.for, timer.signal)]),
        ]);
        timer.abort();
      }
    } finally {
      screen.stopping();
      // Also after a failure: a monitor that reads on would keep the program alive.
      await monitor?.close();
      await sandbox.stop();
    }
  } finally {
    screen.close();
    await instance.release();
  }
};

export const sandboxCommand = (): Command =>
  withOutside(new Command('sandbox'))
    .description('run the whole pipeline and watch it (what runs when no command is named)')
    .option('--fresh', 'start with empty state')
    .option('--for <time>', 'stop by itself after this time, as 30s', durationMs)
    .option('--rate <lane=n>', 'events a second: clickstream=20, orders=5 (repeatable)', collectRate, {})
    .option('--seed <text>', 'the same seed gives the same rows', 'sluicebox')
    .option('--no-simulators', 'make no traffic')
    .option(
      '--provider <choice>',
      'containers, or kafka=container,mysql=external,… (repeatable)',
      collectProvider,
      allEmbedded,
    )
    .option('--keep', 'leave containers running at the end, and use them again')
    .option('--project <dir>', 'the folder with compose/ and sql/')
    .option('--data <dir>', 'keep state here instead of .sandbox')
    .option('--port <component=port>', 'listen on this port (repeatable; 0 takes a free one)', collectPort, {})
    .option('--set <name=value>', 'a value for env:NAME in a connector (repeatable)', collectSetting, {})
    .option('--plain', 'plain lines instead of the screen')
    .option('--json', 'one JSON object a line instead of the screen')
    .action(run);
