import type { EventLogReader } from '../../../simulators/clickstream/event-log.ts';
import type { ClickEvent } from '../../../simulators/clickstream/sessions.ts';
import type { SnowflakeSession } from '../../components/snowflake-client.ts';
import { asRecords } from '../../components/snowflake-client.ts';
import type { Difference } from './difference.ts';

const chunkRows = 10_000;

// What the pipeline must carry unchanged, by the event's field and the column of the same name.
const carried = ['visitor_id', 'customer_id', 'event_type', 'page_url', 'product_id', 'order_id', 'quantity'] as const;

const sameTime = (iso: string, column: unknown): boolean => iso.replace('T', ' ').replace('Z', '') === String(column);

const sameMoney = (text: string | null, column: unknown): boolean =>
  text === null ? column === null : Number(text) === Number(column) && column !== null;

const differingField = (event: ClickEvent, row: Readonly<Record<string, unknown>>): string | undefined => {
  const field = carried.find((name) => String(event[name]) !== String(row[name]));
  if (field) return `${field} is ${row[field]}, made as ${event[field]}`;
  if (!sameTime(event.event_time, row['event_time']))
    return `event_time is ${row['event_time']}, made as ${event.event_time}`;
  if (!sameMoney(event.unit_price, row['unit_price']))
    return `unit_price is ${row['unit_price']}, made as ${event.unit_price}`;
  return undefined;
};

/** Compares the clicks that were made with the rows of `table`, chunk by chunk in the order of their ids. */
export async function* reconcileClicks(
  log: EventLogReader,
  session: SnowflakeSession,
  table: string,
): AsyncGenerator<Difference> {
  const lane = 'clickstream' as const;
  const made = log.count();
  for (let since = 0; since < made; since += chunkRows) {
    const events = log.read(since, chunkRows);
    const rows = asRecords(
      await session.query(
        `select event_id, ${carried.join(', ')}, unit_price, event_time from ${table} where event_id > ${since} and event_id <= ${since + chunkRows} order by event_id`,
      ),
    );
    const byId = new Map<number, Record<string, unknown>[]>();
    for (const row of rows) byId.set(Number(row['event_id']), [...(byId.get(Number(row['event_id'])) ?? []), row]);
    for (const [index, { json }] of events.entries()) {
      const key = since + index + 1;
      const [row, again] = byId.get(key) ?? [];
      if (!row) yield { lane, kind: 'missing', key, place: table };
      else if (again) yield { lane, kind: 'repeated', key, place: table };
      else {
        const detail = differingField(JSON.parse(json) as ClickEvent, row);
        if (detail) yield { lane, kind: 'different', key, place: table, detail };
      }
    }
  }
  const foreign = await session.query(`select event_id from ${table} where event_id > ${made} or event_id < 1`);
  for (const [key] of foreign.rows) yield { lane, kind: 'foreign', key: Number(key), place: table };
}
