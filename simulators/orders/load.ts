import type { Clock } from '../../sandbox/core/clock.ts';
import type { Emit } from '../../sandbox/core/events.ts';
import { type Pace, startPace } from '../pace.ts';
import type { World } from '../shop/world.ts';
import type { OrderChange } from './life-cycle.ts';
import type { OrderLedger } from './order-ledger.ts';
import { connectOrders, type MysqlAddress, type OrdersDatabase } from './orders-database.ts';

export type OrdersRequest = {
  address: MysqlAddress;
  world: World;
  changes: Iterator<OrderChange, never>;
  ledger: OrderLedger;
  perSecond: number;
  /** No change beyond this one; for ever when absent. */
  lastSequence: number | undefined;
  clock: Clock;
  emit: Emit;
  /** Aborted by `stop`, and from outside while MySQL is still waited for. */
  stopping: AbortController;
};

export type OrdersLoad = {
  pace: Pace;
  /** The highest sequence that fell due. */
  begun(): number;
  /** Due and not yet sent to MySQL. */
  waiting(): number;
  stop(): Promise<void>;
};

// Changes of one order go over one connection, in order; orders share the connections by id.
const connectionCount = 4;
const reconnectPauseMs = 100;
const stockPauseMs = 20;

// ER_BAD_DB_ERROR, ER_NO_SUCH_TABLE
const isNotThereYet = (errno: number | undefined): boolean => errno === 1049 || errno === 1146;

/** One connection that is made again when it breaks, with the change that was under way settled before the next. */
const startLane = (request: OrdersRequest, signal: AbortSignal) => {
  const { address, ledger, clock, emit } = request;
  const waiting: OrderChange[] = [];
  let database: OrdersDatabase | undefined;
  let wake: () => void = () => {};

  const connected = async (): Promise<OrdersDatabase> => {
    for (let told = false; ; ) {
      if (database) return database;
      try {
        database = await connectOrders(address);
        return database;
      } catch (error) {
        if (signal.aborted) throw error;
        if (!told) emit({ component: 'simulators', kind: 'warning', message: `MySQL: ${(error as Error).message}` });
        told = true;
        await clock.sleep(reconnectPauseMs, signal);
      }
    }
  };

  const reconnect = async (): Promise<void> => {
    await database?.close();
    database = undefined;
  };

  const lost = async (error: unknown): Promise<void> => {
    emit({
      component: 'simulators',
      kind: 'warning',
      message: `an order's change failed: ${(error as Error).message}`,
    });
    await reconnect();
    await clock.sleep(reconnectPauseMs, signal);
  };

  /** A change that met no row is a loss: of MySQL's, or of this simulator's. */
  const report = ({ kind, row }: OrderChange, changedRows: number): void => {
    if (changedRows === 1) return;
    emit({
      component: 'simulators',
      kind: 'failed',
      message: `${kind} of order ${row.id} changed ${changedRows} rows`,
    });
  };

  /** Tries until it has happened; what is doubtful is looked up first, so that nothing is done twice. */
  const carryOut = async (change: OrderChange, doubtful: boolean): Promise<void> => {
    for (let unsure = doubtful; !signal.aborted; unsure = true) {
      try {
        const connection = await connected();
        if (!(unsure && (await connection.hasHappened(change)))) report(change, await connection.apply(change));
        return ledger.settle(change);
      } catch (error) {
        if (!signal.aborted) await lost(error);
      }
    }
  };

  const run = async (doubtful: readonly OrderChange[]): Promise<void> => {
    for (const change of doubtful) await carryOut(change, true);
    while (!signal.aborted) {
      const change = waiting.shift();
      if (change) {
        ledger.intend(change);
        await carryOut(change, false);
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve;
          if (signal.aborted) resolve();
        });
      }
    }
    await database?.close();
  };

  signal.addEventListener('abort', () => wake());
  return {
    run,
    connected,
    reconnect,
    backlog: () => waiting.length,
    push: (change: OrderChange): void => {
      waiting.push(change);
      wake();
    },
  };
};

/** Waits for the tables too: the simulators may be up before the database's own SQL has run. */
const stock = async (lane: ReturnType<typeof startLane>, { world, clock, stopping, emit }: OrdersRequest) => {
  for (let told = false; !stopping.signal.aborted; ) {
    try {
      return await (await lane.connected()).stockShop(world);
    } catch (error) {
      const { errno, message } = error as Error & { errno?: number };
      if (!told && !isNotThereYet(errno))
        emit({ component: 'simulators', kind: 'warning', message: `MySQL: ${message}` });
      told ||= !isNotThereYet(errno);
      await lane.reconnect();
      await clock.sleep(stockPauseMs, stopping.signal);
    }
  }
};

// A MySQL that is down must not make the simulator pile up changes without end.
const backlogAtMost = 1_000;

export const startOrders = async (request: OrdersRequest): Promise<OrdersLoad> => {
  const { ledger, changes, clock, stopping } = request;
  const lanes = Array.from({ length: connectionCount }, () => startLane(request, stopping.signal));
  const laneOf = (change: OrderChange) => lanes[change.row.id % connectionCount] as (typeof lanes)[number];

  const { lastSequence, doubtful, wasBegun } = ledger.state();
  let begun = lastSequence;
  // The generator gives every change from the first: what an earlier run has begun is passed over, what waited when it ended is done now.
  for (let sequence = 1; sequence <= begun; sequence++) {
    const change = changes.next().value;
    if (!wasBegun(sequence)) laneOf(change).push(change);
  }

  await stock(lanes[0] as (typeof lanes)[number], request);
  const running = lanes.map((lane) => lane.run(doubtful.filter((change) => laneOf(change) === lane)));
  const pace = startPace(clock, request.perSecond, (count) => {
    for (let issued = 0; issued < count && begun < (request.lastSequence ?? Number.POSITIVE_INFINITY); issued++) {
      if (lanes.some((lane) => lane.backlog() > backlogAtMost)) return;
      const change = changes.next().value;
      begun = change.sequence;
      laneOf(change).push(change);
    }
  });
  return {
    pace,
    begun: () => begun,
    waiting: () => lanes.reduce((sum, lane) => sum + lane.backlog(), 0),
    stop: async () => {
      await pace.stop();
      stopping.abort();
      await Promise.all(running);
    },
  };
};
