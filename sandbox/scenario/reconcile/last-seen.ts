import { asRecords, type SnowflakeSession } from '../../components/snowflake-client.ts';
import type { Lane } from '../../pipeline/graph.ts';
import type { Difference } from './difference.ts';

// Where a key stands in the record as it was loaded: a click's own field, and a change event's row before or after.
const pathsOf = { clickstream: ['event_id'], orders: ['after.id', 'before.id'] } as const;
const columnOf = { clickstream: 'event_id', orders: 'order_id' } as const;

/** The last table on a lane's way that holds the row: the one behind it lost it, or has not got it yet. */
export const lastSeen = async (difference: Difference, lane: Lane, session: SnowflakeSession): Promise<string> => {
  const tables = lane.nodes.filter(({ kind }) => kind === 'table').toReversed();
  for (const { name } of tables) {
    const columns = asRecords(await session.query(`describe table ${name}`));
    const isColumn = columns.some((column) => String(column['name']).toLowerCase() === columnOf[difference.lane]);
    const variants = columns.filter((column) => String(column['type']) === 'VARIANT').map((column) => column['name']);
    const conditions = isColumn
      ? [`${columnOf[difference.lane]} = ${difference.key}`]
      : variants.flatMap((variant) => pathsOf[difference.lane].map((path) => `${variant}:${path} = ${difference.key}`));
    if (conditions.length === 0) continue;
    const { rows } = await session.query(`select count(*) from ${name} where ${conditions.join(' or ')}`);
    if (Number(rows[0]?.[0] ?? 0) > 0) return `last seen in ${name}`;
  }
  return 'not seen in Snowflake';
};
