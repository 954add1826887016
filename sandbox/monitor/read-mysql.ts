import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise';
import type { Address } from '../components/component.ts';
import { mysqlOptions } from '../components/mysql-options.ts';
import type { Graph } from '../pipeline/graph.ts';
import type { NodeReading, NodeReadings, Reader } from './reading.ts';

const quoted = (table: string): string =>
  table
    .split('.')
    .map((part) => `\`${part.replaceAll('`', '``')}\``)
    .join('.');

// ER_NO_SUCH_TABLE, ER_BAD_DB_ERROR: not there yet.
const notYet: readonly (number | undefined)[] = [1146, 1049];

/** MySQL tables: rows in them now. */
export const mysqlReader = (graph: Graph, environment: Address): Reader => {
  const tables = graph.nodes.filter(({ kind }) => kind === 'source-table');
  let connection: Connection | undefined;
  const connected = async (): Promise<Connection> => {
    if (connection) return connection;
    const opened = await createConnection({
      ...mysqlOptions(environment),
      connectTimeout: 5_000,
    });
    opened.on('error', () => {
      connection = undefined;
    });
    connection = opened;
    return opened;
  };
  const readTable = async (table: string): Promise<NodeReading> => {
    try {
      const [rows] = await (await connected()).query<RowDataPacket[]>(`SELECT COUNT(*) AS total FROM ${quoted(table)}`);
      return { state: 'running', total: Number(rows[0]?.['total'] ?? 0) };
    } catch (error) {
      const { errno, message } = error as Error & { errno?: number };
      if (notYet.includes(errno)) return { state: 'waiting', total: 0 };
      connection?.destroy();
      connection = undefined;
      return { state: 'down', note: message };
    }
  };
  return {
    read: async () => {
      const readings: NodeReadings = {};
      for (const { id, name } of tables) readings[id] = await readTable(name);
      return readings;
    },
    close: async () => {
      await connection?.end().catch(() => {});
    },
  };
};
