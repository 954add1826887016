import { join } from 'node:path';
import { clickstreamLogName, readEventLog } from '../../../simulators/clickstream/event-log.ts';
import { orderLedgerName, readOrderLedger } from '../../../simulators/orders/order-ledger.ts';
import type { Address } from '../../components/component.ts';
import { openSnowflake } from '../../components/snowflake-client.ts';
import { pipelineLogin } from '../../pipeline/apply-snowflake.ts';
import type { Graph, GraphNode, Lane } from '../../pipeline/graph.ts';
import { reconcileClicks } from './clicks.ts';
import { type Difference, differencesTold, type Reconciliation } from './difference.ts';
import { lastSeen } from './last-seen.ts';
import { reconcileMysqlOrders, reconcileWarehouseOrders } from './orders.ts';

export type ReconcileRequest = { graph: Graph; environment: Address; simulatorsDir: string };

const laneFrom = (graph: Graph, isSource: (node: GraphNode) => boolean): Lane | undefined =>
  graph.lanes.find(({ nodes }) => nodes.some(isSource));

/** The lanes that the simulators feed. */
export const simulatedLanes = (graph: Graph): { clickstream: Lane | undefined; orders: Lane | undefined } => ({
  clickstream: laneFrom(graph, ({ kind, name }) => kind === 'api' && name.includes('${env:CLICKSTREAM_URL}')),
  orders: laneFrom(graph, ({ kind, name }) => kind === 'source-table' && name === 'sales.orders'),
});

const lastTableOf = (lane: Lane): string => lane.nodes.findLast(({ kind }) => kind === 'table')?.name ?? lane.name;

/** Holds everything the simulators' ledger says was made against the sources and the last tables. */
export const reconcile = async ({ graph, environment, simulatorsDir }: ReconcileRequest): Promise<Reconciliation> => {
  const lanes = simulatedLanes(graph);
  const session = await openSnowflake(environment, pipelineLogin(environment));
  const log = readEventLog(join(simulatorsDir, clickstreamLogName));
  const { orders } = readOrderLedger(join(simulatorsDir, orderLedgerName));
  const told: Difference[] = [];
  let differenceCount = 0;
  const collect = async (differences: AsyncGenerator<Difference>): Promise<void> => {
    for await (const difference of differences) {
      differenceCount++;
      if (told.length < differencesTold) told.push(difference);
    }
  };
  try {
    if (lanes.clickstream) await collect(reconcileClicks(log, session, lastTableOf(lanes.clickstream)));
    if (lanes.orders) {
      await collect(reconcileMysqlOrders(orders, environment));
      await collect(reconcileWarehouseOrders(orders, session, lastTableOf(lanes.orders)));
    }
    const differences = await Promise.all(
      told.map(async (difference, index) => {
        const lane = lanes[difference.lane];
        // Each look costs a query a table: the first few tell where to look.
        if (difference.kind !== 'missing' || !lane || index >= 5 || difference.place.startsWith('MySQL'))
          return difference;
        return { ...difference, detail: await lastSeen(difference, lane, session) };
      }),
    );
    return { clicks: log.count(), orders: orders.size, differenceCount, differences };
  } finally {
    log.close();
    await session.close();
  }
};
