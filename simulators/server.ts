import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import express, { type Request, type Response } from 'express';
import { seededRandom } from '../sandbox/core/random.ts';
import type { RunningServer, ServerContext } from '../sandbox/core/server.ts';
import { eventsPage, startClicks } from './clickstream/api.ts';
import { clickstreamLogName, openEventLog } from './clickstream/event-log.ts';
import { clickEvents } from './clickstream/sessions.ts';
import { orderChanges } from './orders/life-cycle.ts';
import { type OrdersLoad, startOrders } from './orders/load.ts';
import { openOrderLedger, orderLedgerName } from './orders/order-ledger.ts';
import type { MysqlAddress } from './orders/orders-database.ts';
import { shopWorld } from './shop/world.ts';

export type Traffic = { perSecond: number /** Stop after so many; never when absent. */; total?: number };

export type SimulatorOptions = {
  seed: string;
  customers: number;
  products: number;
  clickstream?: Traffic;
  orders?: Traffic & { address: MysqlAddress };
};

/** What the simulators tell of themselves at GET /simulators; PUT /simulators sets the rates. */
export type SimulatorStatus = {
  seed: string;
  clickstream: { created: number; perSecond: number } | null;
  orders: { begun: number; waiting: number; doubtful: number; perSecond: number } | null;
};

const perSecondAtMost = 100_000;

const rateIn = (body: unknown, lane: 'clickstream' | 'orders'): number | undefined => {
  const rate = (body as Record<string, { perSecond?: unknown } | undefined> | undefined)?.[lane]?.perSecond;
  if (rate === undefined) return undefined;
  if (typeof rate === 'number' && rate >= 0 && rate <= perSecondAtMost) return rate;
  throw new RangeError(`${lane}.perSecond is a number from 0 to ${perSecondAtMost}`);
};

/** The shop: an HTTP API with its clicks, and its orders in MySQL. One seed gives the same events, ids, times and rows. */
export const startSimulators = async (context: ServerContext, options: SimulatorOptions): Promise<RunningServer> => {
  const { clock, dataDir, emit } = context;
  const random = seededRandom(options.seed);
  const world = shopWorld(random.fork('world'), options);
  const clicksOf = () => clickEvents(world, random.fork('clicks'));
  const log = openEventLog(join(dataDir, clickstreamLogName));
  const ledger = openOrderLedger(join(dataDir, orderLedgerName));
  const clicks =
    options.clickstream &&
    startClicks({
      events: clicksOf(),
      log,
      perSecond: options.clickstream.perSecond,
      lastEventId: options.clickstream.total,
      clock,
    });
  // MySQL may not be there yet; the API must not wait for it.
  let orders: OrdersLoad | undefined;
  const stopping = new AbortController();
  const ordersStarting =
    options.orders &&
    startOrders({
      address: options.orders.address,
      world,
      changes: orderChanges(clicksOf(), random.fork('orders')),
      ledger,
      perSecond: options.orders.perSecond,
      lastSequence: options.orders.total,
      clock,
      emit,
      stopping,
    }).then(
      (load) => {
        orders = load;
      },
      (error: Error) => {
        if (!stopping.signal.aborted)
          emit({ component: 'simulators', kind: 'failed', message: `orders: ${error.message}` });
      },
    );

  const status = (): SimulatorStatus => ({
    seed: options.seed,
    clickstream: clicks ? { created: log.count(), perSecond: clicks.rate() } : null,
    orders: orders
      ? {
          begun: orders.begun(),
          waiting: orders.waiting(),
          doubtful: ledger.state().doubtful.length,
          perSecond: orders.pace.rate(),
        }
      : null,
  });
  const api = express().disable('x-powered-by').set('etag', false).use(express.json());
  if (clicks) api.get('/events', eventsPage(log));
  api.get('/simulators', (_request: Request, response: Response) => void response.json(status()));
  api.put('/simulators', (request: Request, response: Response) => {
    try {
      const [clickRate, orderRate] = [rateIn(request.body, 'clickstream'), rateIn(request.body, 'orders')];
      if (clickRate !== undefined) clicks?.setRate(clickRate);
      if (orderRate !== undefined) orders?.pace.setRate(orderRate);
      response.json(status());
    } catch (error) {
      response.status(400).json({ error: (error as Error).message });
    }
  });
  const servers = context.listeners.map((listener) => createServer(api).listen(listener.port, listener.bindHost));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  return {
    ports: servers.map((server) => (server.address() as AddressInfo).port),
    stop: async () => {
      stopping.abort();
      await Promise.all([clicks?.stop(), ordersStarting?.then(() => orders?.stop())]);
      await Promise.all(
        servers.map(async (server) => {
          const closed = once(server, 'close');
          server.close();
          server.closeAllConnections();
          await closed;
        }),
      );
      log.close();
      ledger.close();
    },
  };
};
