import type { Address } from '../components/component.ts';
import type { Clock } from '../core/clock.ts';
import type { Graph } from '../pipeline/graph.ts';
import { mergeReadings, newRates } from './rates.ts';
import { apiReader } from './read-api.ts';
import { connectReader } from './read-connect.ts';
import { kafkaReader } from './read-kafka.ts';
import { mysqlReader } from './read-mysql.ts';
import { objectsReader } from './read-objects.ts';
import { snowflakeReader } from './read-snowflake.ts';
import type { NodeReading, NodeReadings, Readings, Row } from './reading.ts';

export type MonitorRequest = {
  graph: Graph;
  environment: Address;
  clock: Clock;
  /** Resolves when the pipeline's schema is there: a session opened earlier would stand nowhere. */
  warehouseReady: Promise<void>;
  /** Called with each new reading of the whole graph. */
  onReadings(readings: Readings): void;
  /** Called once for each lane's last table, when its first row is there. */
  onFirstRow(table: string, atMs: number): void;
};

export type Monitor = { readings(): Readings; close(): Promise<void> };

const readEachMs = 500;
// More often, and asking costs more of the start than it tells sooner.
const firstRowEachMs = 50;
const patienceMs = 20_000;

/** The last table of each lane: where a person looks for her row. */
export const lastTables = (graph: Graph): string[] => [
  ...new Set(graph.lanes.flatMap(({ nodes }) => nodes.findLast(({ kind }) => kind === 'table')?.name ?? [])),
];

/** Reads the whole graph again and again until closed. The pipeline is only looked at, never touched. */
export const startMonitor = (request: MonitorRequest): Monitor => {
  const { graph, environment, clock } = request;
  const stopping = new AbortController();
  const stopped = new Promise<void>((resolve) => {
    stopping.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  const snowflake = snowflakeReader(graph, environment);
  const readers = [apiReader, mysqlReader, connectReader, kafkaReader, objectsReader].map((reader) =>
    reader(graph, environment),
  );
  request.warehouseReady.then(
    () => readers.push(snowflake),
    () => {},
  );
  const withRates = newRates();
  const tables = lastTables(graph);
  const firstRowAtMs: Record<string, number> = {};
  let latest: Readings = { atMs: clock.nowMs(), nodes: {}, newest: {}, firstRowAtMs };

  const seen = new Set<string>();
  const startedMs = clock.nowMs();

  /** What has not come up yet is waited for, for a while; it is down once it was up, or took too long. */
  const patient = (nodes: NodeReadings): NodeReadings =>
    Object.fromEntries(
      Object.entries(nodes).map(([id, reading]): [string, NodeReading] => {
        if (reading.state === 'running') seen.add(id);
        const isEarly = reading.state === 'down' && !seen.has(id) && clock.nowMs() - startedMs < patienceMs;
        return [id, isEarly ? { state: 'waiting' } : reading];
      }),
    );

  const readOnce = async (): Promise<void> => {
    const nodes = patient(mergeReadings(await Promise.all(readers.map((reader) => reader.read()))));
    const newest: Record<string, readonly Row[]> = {};
    for (const table of tables) if (readers.includes(snowflake)) newest[table] = await snowflake.newest(table);
    const atMs = clock.nowMs();
    latest = { atMs, nodes: withRates(nodes, atMs), newest, firstRowAtMs };
    if (!stopping.signal.aborted) request.onReadings(latest);
  };

  const watchFirstRow = async (table: string): Promise<void> => {
    await Promise.race([request.warehouseReady, stopped]);
    while (!stopping.signal.aborted) {
      if (((await snowflake.count(table)) ?? 0) > 0) {
        firstRowAtMs[table] = clock.nowMs();
        return request.onFirstRow(table, firstRowAtMs[table]);
      }
      await clock.sleep(firstRowEachMs, stopping.signal);
    }
  };

  const readAgainAndAgain = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await clock.sleep(readEachMs, stopping.signal);
      if (!stopping.signal.aborted) await readOnce();
    }
  };

  const running = Promise.all([...tables.map(watchFirstRow), readAgainAndAgain()]).catch(() => {});
  return {
    readings: () => latest,
    close: async () => {
      stopping.abort();
      await running;
      await Promise.all(readers.map((reader) => reader.close()));
    },
  };
};
