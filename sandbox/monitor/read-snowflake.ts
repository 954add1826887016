import type { Address } from '../components/component.ts';
import { asRecords, openSnowflake, SnowflakeError, type SnowflakeSession } from '../components/snowflake-client.ts';
import { pipelineLogin } from '../pipeline/apply-snowflake.ts';
import type { Graph, GraphNode } from '../pipeline/graph.ts';
import type { NodeReading, NodeReadings, Reader, Row } from './reading.ts';

const newestCount = 5;

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** A session that is opened when needed, and opened again after it broke. */
const account = (environment: Address) => {
  let open: Promise<SnowflakeSession> | undefined;
  return {
    query: async (sql: string): Promise<Row[]> => {
      open ??= openSnowflake(environment, pipelineLogin(environment));
      try {
        return asRecords(await (await open).query(sql));
      } catch (error) {
        // An answered error leaves the session as it was; no answer does not. 390xxx: the session is gone.
        if (!(error instanceof SnowflakeError) || error.code.startsWith('390')) open = undefined;
        throw error;
      }
    },
    close: async (): Promise<void> => {
      await open?.then((session) => session.close()).catch(() => {});
    },
  };
};
type Account = ReturnType<typeof account>;

const named = (rows: readonly Row[], name: string): Row | undefined =>
  rows.find((row) => String(row['name']).toLowerCase() === name);

const readTables = async ({ query }: Account, nodes: readonly GraphNode[]): Promise<NodeReadings> => {
  const existing = await query('show tables');
  const counts = nodes
    .filter(({ name }) => named(existing, name))
    .map(({ name }) => `select ${quoted(name)} as name, count(*) as total from ${name}`);
  const totals = counts.length === 0 ? [] : await query(counts.join(' union all '));
  const readingOf = (name: string): NodeReading => {
    const row = named(totals, name);
    return row ? { state: 'running', total: Number(row['total']) } : { state: 'waiting' };
  };
  return Object.fromEntries(nodes.map(({ id, name }) => [id, readingOf(name)]));
};

const readPipes = async ({ query }: Account, nodes: readonly GraphNode[]): Promise<NodeReadings> => {
  const readings: NodeReadings = {};
  for (const { id, name } of nodes) {
    const [row] = await query(`select system$pipe_status(${quoted(name)}) as status`);
    const status = JSON.parse(String(row?.['status'])) as { executionState: string; pendingFileCount?: number };
    const isRunning = status.executionState === 'RUNNING';
    readings[id] = {
      state: isRunning ? 'running' : 'paused',
      backlog: status.pendingFileCount ?? 0,
      ...(isRunning ? {} : { note: status.executionState.toLowerCase().replaceAll('_', ' ') }),
    };
  }
  return readings;
};

const readStreams = async ({ query }: Account, nodes: readonly GraphNode[]): Promise<NodeReadings> => {
  const readings: NodeReadings = {};
  for (const { id, name } of nodes) {
    const [row] = await query(`select system$stream_has_data(${quoted(name)}) as has_data`);
    readings[id] = { state: 'running', ...(row?.['has_data'] === true ? { note: 'has data' } : {}) };
  }
  return readings;
};

const readTasks = async ({ query }: Account, nodes: readonly GraphNode[]): Promise<NodeReadings> => {
  const tasks = await query('show tasks');
  const readingOf = (name: string): NodeReading => {
    const state = named(tasks, name)?.['state'];
    if (state === undefined) return { state: 'waiting' };
    return state === 'started' ? { state: 'running' } : { state: 'paused', note: 'suspended' };
  };
  return Object.fromEntries(nodes.map(({ id, name }) => [id, readingOf(name)]));
};

const byKind = { table: readTables, pipe: readPipes, stream: readStreams, task: readTasks } as const;

export type SnowflakeReader = Reader & {
  /** Rows in a table now; undefined while it or the account is not there. */
  count(table: string): Promise<number | undefined>;
  /** The newest rows by the table's last timestamp column. */
  newest(table: string): Promise<readonly Row[]>;
};

/** Pipes, tables, streams and tasks, by SHOW, SYSTEM$ functions and counts. */
export const snowflakeReader = (graph: Graph, environment: Address): SnowflakeReader => {
  const opened = account(environment);
  const timeColumns = new Map<string, string | undefined>();

  const readKind = async (kind: keyof typeof byKind): Promise<NodeReadings> => {
    const nodes = graph.nodes.filter((node) => node.kind === kind);
    if (nodes.length === 0) return {};
    try {
      return await byKind[kind](opened, nodes);
    } catch (error) {
      // What does not exist yet is waited for; what does not answer is down.
      const answered = error instanceof SnowflakeError;
      const reading: NodeReading = answered ? { state: 'waiting' } : { state: 'down', note: (error as Error).message };
      return Object.fromEntries(nodes.map(({ id }) => [id, reading]));
    }
  };

  const timeColumn = async (table: string): Promise<string | undefined> => {
    if (!timeColumns.has(table)) {
      const columns = await opened.query(`describe table ${table}`);
      const last = columns.findLast(({ type }) => /^(TIMESTAMP|DATE)/.test(String(type)));
      timeColumns.set(table, last ? String(last['name']) : undefined);
    }
    return timeColumns.get(table);
  };

  return {
    read: async () => {
      const readings: NodeReadings = {};
      for (const kind of Object.keys(byKind) as (keyof typeof byKind)[]) Object.assign(readings, await readKind(kind));
      return readings;
    },
    count: async (table) => {
      try {
        return Number((await opened.query(`select count(*) as total from ${table}`))[0]?.['total'] ?? 0);
      } catch {
        return undefined;
      }
    },
    newest: async (table) => {
      try {
        const column = await timeColumn(table);
        const order = column === undefined ? '' : ` order by "${column}" desc nulls last`;
        return await opened.query(`select * from ${table}${order} limit ${newestCount}`);
      } catch {
        return [];
      }
    },
    close: () => opened.close(),
  };
};
