import { openSnowflake } from '../components/snowflake-client.ts';
import type { Clock } from '../core/clock.ts';
import { pipelineLogin } from '../pipeline/apply-snowflake.ts';
import type { Graph } from '../pipeline/graph.ts';
import type { Sandbox } from '../pipeline/sandbox.ts';
import { describeDifference } from './reconcile/difference.ts';
import { reconcile } from './reconcile/reconcile.ts';
import type { Expectation } from './scenario.ts';

/** What an expectation found: nothing when it holds, otherwise what is missing, most telling first. */
export type Finding = { holds: boolean; says: readonly string[] };

const firstValue = async (sql: string, sandbox: Sandbox): Promise<unknown> => {
  const session = await openSnowflake(sandbox.environment, pipelineLogin(sandbox.environment));
  try {
    return (await session.query(sql)).rows[0]?.[0] ?? null;
  } finally {
    await session.close();
  }
};

const checkReconciled = async (graph: Graph, sandbox: Sandbox): Promise<Finding> => {
  const { environment, simulators } = sandbox;
  const found = await reconcile({ graph, environment, simulatorsDir: simulators.dataDir });
  if (found.differenceCount === 0)
    return { holds: true, says: [`reconciled: ${found.clicks} clicks and ${found.orders} orders, each exactly once`] };
  return {
    holds: false,
    says: [`${found.differenceCount} differences`, ...found.differences.map(describeDifference)],
  };
};

const checkOnce = async (expectation: Expectation, graph: Graph, sandbox: Sandbox): Promise<Finding> => {
  if ('reconciled' in expectation) return checkReconciled(graph, sandbox);
  const value = await firstValue(expectation.sql, sandbox);
  if ('equals' in expectation) {
    const holds = String(value) === String(expectation.equals);
    return { holds, says: [`${expectation.sql} is ${value}${holds ? '' : `, expected ${expectation.equals}`}`] };
  }
  const holds = Number(value) >= expectation.atLeast;
  return {
    holds,
    says: [`${expectation.sql} is ${value}${holds ? '' : `, expected at least ${expectation.atLeast}`}`],
  };
};

const againEachMs = 200;

/** Tries one expectation until it holds or the deadline has passed; then what it last found. */
export const expectUntil = async (
  expectation: Expectation,
  deadlineMs: number,
  graph: Graph,
  sandbox: Sandbox,
  clock: Clock,
): Promise<Finding> => {
  for (;;) {
    const finding = await checkOnce(expectation, graph, sandbox).catch(
      (error: Error): Finding => ({ holds: false, says: [error.message] }),
    );
    if (finding.holds || clock.nowMs() >= deadlineMs) return finding;
    await clock.sleep(againEachMs);
  }
};
