import type { Clock } from '../core/clock.ts';
import type { Emit } from '../core/events.ts';
import { retryUntil } from '../core/retry.ts';
import { UsageError } from '../core/usage-error.ts';
import type { Artefacts } from '../pipeline/artefacts.ts';
import type { Graph } from '../pipeline/graph.ts';
import type { Outside } from '../pipeline/outside.ts';
import { type Sandbox, startSandbox } from '../pipeline/sandbox.ts';
import type { Settings } from '../pipeline/settings.ts';
import { shopSize } from '../pipeline/simulators.ts';
import type { ProviderChoice } from '../providers/provider.ts';
import { expectUntil, type Finding } from './expectations.ts';
import { exportTables } from './export-tables.ts';
import type { Scenario, ScenarioStep } from './scenario.ts';
import { snapshotsDone } from './snapshots-done.ts';
import { crashUncommitted } from './steps/crash-uncommitted.ts';
import { endAndStart } from './steps/end-and-start.ts';
import { loseObject } from './steps/lose-object.ts';

export type ScenarioRequest = {
  scenario: Scenario;
  artefacts: Artefacts;
  graph: Graph;
  settings: Settings;
  projectDir: string;
  choice: ProviderChoice;
  dataDir: string;
  /** What may be done to systems that run elsewhere; absent when there are none. */
  outside?: Outside | undefined;
  clock: Clock;
  emit: Emit;
  /** The rows of the lanes' last tables are written here, a file each. */
  exportDir?: string;
  /** What is going on, a line each. */
  report(line: string): void;
};

export type ScenarioResult = { passed: boolean; findings: readonly Finding[] };

const takeStep = async (step: ScenarioStep, request: ScenarioRequest, sandbox: Sandbox): Promise<void> => {
  const { clock, graph, report } = request;
  if ('crash' in step) {
    report(`kill -9 of ${step.crash}`);
    await endAndStart('crash', step.crash, step.for, sandbox, clock);
    return report(`${step.crash} started again`);
  }
  if ('stop' in step) {
    report(`stopping ${step.stop}`);
    await endAndStart('stop', step.stop, step.for, sandbox, clock);
    return report(`${step.stop} started again`);
  }
  if ('crash-uncommitted' in step) {
    const { connector } = step['crash-uncommitted'];
    return report(`kill -9 of connect after ${await crashUncommitted(connector, graph, sandbox, clock)}`);
  }
  const key = await loseObject(step['lose-object'].prefix, graph, sandbox, clock);
  report(`deleted ${key} before it was loaded`);
};

/** Steps one after the other, each at its time after the traffic began or when the one before has ended. */
const takeSteps = async (request: ScenarioRequest, sandbox: Sandbox, beganMs: number): Promise<void> => {
  const inOrder = [...request.scenario.steps].sort((left, right) => left.at - right.at);
  for (const step of inOrder) {
    await request.clock.sleep(Math.max(0, beganMs + step.at - request.clock.nowMs()));
    await takeStep(step, request, sandbox);
  }
};

const settleDeadlineMs = 30_000;

/** The traffic begins when the pipeline stands: what a lane's first moments hold must not depend on how long its parts take to start. */
const beginTraffic = ({ simulate }: Scenario, sandbox: Sandbox, clock: Clock): Promise<void> =>
  retryUntil(
    async () => {
      const { orders } = await sandbox.simulators.setRates({});
      if (sandbox.simulators.plan.orders && !orders) throw new Error('the orders simulator is not there yet');
    },
    { clock, deadlineMs: settleDeadlineMs },
  ).then(async () => {
    const { clickstream, orders } = simulate;
    await sandbox.simulators.setRates({
      ...(clickstream && { clickstream: { perSecond: clickstream.perSecond } }),
      ...(orders && { orders: { perSecond: orders.perSecond } }),
    });
  });

/** No further traffic, and every order's change either settled or known not to have happened. */
const endTraffic = (sandbox: Sandbox, clock: Clock): Promise<void> =>
  retryUntil(
    async () => {
      const { orders } = await sandbox.simulators.setRates({
        clickstream: { perSecond: 0 },
        orders: { perSecond: 0 },
      });
      const open = (orders?.waiting ?? 0) + (orders?.doubtful ?? 0);
      if (open > 0 || (sandbox.simulators.plan.orders && !orders))
        throw new Error(`${open} changes of orders are open`);
    },
    { clock, deadlineMs: settleDeadlineMs },
  );

/** Runs one scenario on a sandbox of its own and says what held. */
export const runScenario = async (request: ScenarioRequest): Promise<ScenarioResult> => {
  const { scenario, settings, clock, report } = request;
  const { clickstream, orders } = scenario.simulate;
  const artefacts = withConnectorSettings(request.artefacts, scenario);
  const sandbox = await startSandbox({
    ...request,
    keep: false,
    artefacts,
    settings: { ...settings, environment: { ...settings.environment, ...scenario.set } },
    // A scenario shares the machine with whatever else runs: it takes ports that nobody expects anything on.
    chosenPorts: { kafka: 0, 'schema-registry': 0, connect: 0, mysql: 0, s3: 0, snowflake: 0, clickstream: 0 },
    simulators: {
      seed: scenario.seed,
      ...shopSize,
      ...(clickstream ? { clickstream: held(clickstream) } : {}),
      ...(orders ? { orders: held(orders) } : {}),
    },
    report: () => {},
  });
  try {
    await sandbox.bringUp.all;
    await snapshotsDone(artefacts.connectors, sandbox.environment, clock);
    report('the pipeline stands');
    await beginTraffic(scenario, sandbox, clock);
    const beganMs = clock.nowMs();
    await Promise.all([takeSteps(request, sandbox, beganMs), clock.sleep(scenario.simulate.for)]);
    await endTraffic(sandbox, clock);
    report('the traffic has ended');
    const deadlineMs = clock.nowMs() + scenario.expect.within;
    const findings: Finding[] = [];
    for (const expectation of scenario.expect.all) {
      findings.push(await expectUntil(expectation, deadlineMs, request.graph, sandbox, clock));
    }
    if (request.exportDir !== undefined) await exportTables(request.graph, sandbox.environment, request.exportDir);
    return { passed: findings.every(({ holds }) => holds), findings };
  } finally {
    await sandbox.stop();
  }
};

/** The artefacts with what the scenario says of its connectors; naming one that is not there is a mistake of the file's. */
const withConnectorSettings = (artefacts: Artefacts, { name: scenario, connectors }: Scenario): Artefacts => {
  const unknown = Object.keys(connectors).find(
    (name) => !artefacts.connectors.some((connector) => connector.name === name),
  );
  if (unknown) throw new UsageError(`scenario ${scenario}: connectors: there is no connector ${unknown}`);
  const changed = artefacts.connectors.map((connector) => {
    const config = Object.entries({ ...connector.config, ...connectors[connector.name] });
    const kept = config.filter((entry): entry is [string, string] => entry[1] !== null);
    return { ...connector, config: Object.fromEntries(kept) };
  });
  return { ...artefacts, connectors: changed };
};

const held = ({ total }: { total?: number | undefined }) => ({
  perSecond: 0,
  ...(total === undefined ? {} : { total }),
});
