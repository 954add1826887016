import type { Address } from '../components/component.ts';
import type { Emit } from '../core/events.ts';
import type { Listener } from '../core/server.ts';
import { type RunningHost, startHost } from '../providers/embedded/start-host.ts';
import { type Artefacts, environmentNames } from './artefacts.ts';

/** Which traffic to make, and how much of it. A lane that is not there gets none. */
export type SimulatorPlan = {
  seed: string;
  customers: number;
  products: number;
  clickstream?: { perSecond: number; total?: number };
  orders?: { perSecond: number; total?: number };
};

/** One size of the shop everywhere: with another, the same seed gives other events. */
export const shopSize = { customers: 200, products: 60 };

const createsOrders = /create\s+table\s+(?:if\s+not\s+exists\s+)?(?:`?sales`?\.)?`?orders`?\s*\(/i;
const usesSales = /^use\s+`?sales`?$/i;

/** True when the artefacts make the table that the orders simulator writes. */
const hasSalesOrders = ({ mysql }: Artefacts): boolean => {
  let inSales = false;
  for (const { text } of mysql) {
    if (/^use\s/i.test(text)) inSales = usesSales.test(text);
    if (createsOrders.test(text) && (inSales || /`?sales`?\.`?orders`?\s*\(/i.test(text))) return true;
  }
  return false;
};

/** No simulator starts for a table or an API that the pipeline does not have, nor for an API that she named herself. */
export const fittingPlan = (plan: SimulatorPlan, artefacts: Artefacts, environment: Address): SimulatorPlan => {
  const { clickstream, orders, ...world } = plan;
  const pollsClickstream = environmentNames(artefacts.connectors).has('CLICKSTREAM_URL');
  const isGiven = environment['CLICKSTREAM_URL'] !== undefined;
  return {
    ...world,
    ...(clickstream && pollsClickstream && !isGiven ? { clickstream } : {}),
    ...(orders && hasSalesOrders(artefacts) ? { orders } : {}),
  };
};

export type SimulatorsRequest = {
  plan: SimulatorPlan;
  environment: Address;
  listeners: readonly Listener[];
  dataDir: string;
  emit: Emit;
};

/** Starts the shop's simulators in a worker. They know the pipeline only by the API's port and MySQL's address. */
export const startSimulators = ({
  plan,
  environment,
  listeners,
  dataDir,
  emit,
}: SimulatorsRequest): Promise<RunningHost> => {
  const address = {
    host: environment['MYSQL_HOST'],
    port: Number(environment['MYSQL_PORT']),
    user: environment['MYSQL_USER'],
    password: environment['MYSQL_PASSWORD'],
  };
  return startHost({
    entry: 'simulators',
    kind: 'worker',
    listeners,
    dataDir,
    options: { ...plan, ...(plan.orders ? { orders: { ...plan.orders, address } } : {}) },
    emit,
  });
};
