import { createConnection, type RowDataPacket } from 'mysql2/promise';
import type { OrderRow } from '../../../simulators/orders/life-cycle.ts';
import type { Address } from '../../components/component.ts';
import { mysqlOptions } from '../../components/mysql-options.ts';
import type { SnowflakeSession } from '../../components/snowflake-client.ts';
import { asRecords } from '../../components/snowflake-client.ts';
import type { Difference } from './difference.ts';

type OrderStates = ReadonlyMap<number, OrderRow | null>;
type Found = Readonly<Record<string, unknown>>;

const chunkRows = 10_000;
const lane = 'orders' as const;

const exact = ['customer_id', 'product_id', 'quantity', 'status', 'created_at', 'updated_at'] as const;
const money = ['unit_price', 'total_amount'] as const;

const differingField = (order: OrderRow, row: Found): string | undefined => {
  const field =
    exact.find((name) => String(order[name]) !== String(row[name])) ??
    money.find((name) => row[name] === null || Number(order[name]) !== Number(row[name]));
  return field && `${field} is ${row[field]}, made as ${order[field]}`;
};

const chunks = (orders: OrderStates): number[][] => {
  const ids = [...orders.keys()].sort((left, right) => left - right);
  return Array.from({ length: Math.ceil(ids.length / chunkRows) }, (_, index) =>
    ids.slice(index * chunkRows, (index + 1) * chunkRows),
  );
};

/** Compares each order as its last change left it with MySQL's row: a deleted one is gone. */
export async function* reconcileMysqlOrders(orders: OrderStates, environment: Address): AsyncGenerator<Difference> {
  const place = 'MySQL sales.orders';
  const connection = await createConnection({
    ...mysqlOptions(environment),
    dateStrings: true,
  });
  try {
    for (const ids of chunks(orders)) {
      const [rows] = await connection.query<RowDataPacket[]>(
        'SELECT * FROM sales.orders WHERE id BETWEEN ? AND ? ORDER BY id',
        [ids[0], ids.at(-1)],
      );
      const byId = new Map(rows.map((row) => [Number(row['id']), row]));
      for (const key of ids) {
        const [order, row] = [orders.get(key), byId.get(key)];
        byId.delete(key);
        if (!order && row) yield { lane, kind: 'foreign', key, place, detail: 'it was deleted' };
        if (order && !row) yield { lane, kind: 'missing', key, place };
        const detail = order && row ? differingField(order, row) : undefined;
        if (detail) yield { lane, kind: 'different', key, place, detail };
      }
      for (const key of byId.keys()) yield { lane, kind: 'foreign', key, place };
    }
  } finally {
    await connection.end();
  }
}

/** Compares each order as its last change left it with the warehouse's current row: a deleted one is marked. */
export async function* reconcileWarehouseOrders(
  orders: OrderStates,
  session: SnowflakeSession,
  place: string,
): AsyncGenerator<Difference> {
  const columns = ['order_id', ...exact, ...money, 'is_deleted'].join(', ');
  for (const ids of chunks(orders)) {
    const query = `select ${columns} from ${place} where order_id between ${ids[0]} and ${ids.at(-1)}`;
    const byId = new Map<number, Found[]>();
    for (const row of asRecords(await session.query(query))) {
      const key = Number(row['order_id']);
      byId.set(key, [...(byId.get(key) ?? []), row]);
    }
    for (const key of ids) {
      const order = orders.get(key);
      const [row, again] = byId.get(key) ?? [];
      byId.delete(key);
      if (again) yield { lane, kind: 'repeated', key, place };
      else if (!row) {
        // An order deleted before the snapshot was taken never entered the pipeline.
        if (order) yield { lane, kind: 'missing', key, place };
      } else if (!order && row['is_deleted'] !== true) {
        yield { lane, kind: 'different', key, place, detail: 'it was deleted and is not marked so' };
      } else if (order) {
        const detail = row['is_deleted'] === true ? 'it is marked deleted' : differingField(order, row);
        if (detail) yield { lane, kind: 'different', key, place, detail };
      }
    }
    for (const key of byId.keys()) yield { lane, kind: 'foreign', key, place };
  }
}
