import type { Random } from '../../sandbox/core/random.ts';
import type { ClickEvent } from '../clickstream/sessions.ts';
import { money } from '../shop/world.ts';

export type OrderStatus = 'created' | 'paid' | 'packed' | 'shipped' | 'delivered' | 'cancelled' | 'returned';

/** A row of sales.orders; times as MySQL's DATETIME(3) text, money as decimal text. */
export type OrderRow = {
  id: number;
  customer_id: number;
  product_id: number;
  quantity: number;
  unit_price: string;
  total_amount: string;
  status: OrderStatus;
  created_at: string;
  updated_at: string;
};

/** One change of one order: the row after it; of a delete, the row before it. Sequences count from 1 without a gap. */
export type OrderChange = { sequence: number; kind: 'insert' | 'update' | 'delete'; row: OrderRow };

const nextStatus: Readonly<Record<OrderStatus, readonly (readonly [OrderStatus | 'done' | 'delete', number])[]>> = {
  created: [
    ['paid', 85],
    ['cancelled', 15],
  ],
  paid: [
    ['packed', 95],
    ['cancelled', 5],
  ],
  packed: [['shipped', 100]],
  shipped: [['delivered', 100]],
  delivered: [
    ['done', 88],
    ['returned', 8],
    ['delete', 4],
  ],
  cancelled: [
    ['done', 75],
    ['delete', 25],
  ],
  returned: [
    ['done', 90],
    ['delete', 10],
  ],
};

const dateTime = (ms: number): string => new Date(ms).toISOString().replace('T', ' ').replace('Z', '');

const cents = (price: string): number => Math.round(Number(price) * 100);

const orderOf = (checkout: ClickEvent): OrderRow => {
  const quantity = checkout.quantity ?? 1;
  const unitPrice = checkout.unit_price ?? '0.00';
  const at = dateTime(Date.parse(checkout.event_time));
  return {
    id: checkout.order_id as number,
    customer_id: checkout.customer_id as number,
    product_id: checkout.product_id as number,
    quantity,
    unit_price: unitPrice,
    total_amount: money(cents(unitPrice) * quantity),
    status: 'created',
    created_at: at,
    updated_at: at,
  };
};

/** All changes of orders there will ever be for this seed: each checkout of the clicks becomes an order, which then lives its life. */
export function* orderChanges(clicks: Iterable<ClickEvent>, random: Random): Generator<OrderChange, never> {
  const checkouts = clicks[Symbol.iterator]();
  const nextCheckout = (): ClickEvent => {
    for (;;) {
      const event = checkouts.next().value as ClickEvent;
      if (event.event_type === 'checkout') return event;
    }
  };
  const open: OrderRow[] = [];
  const close = (index: number): void => {
    const last = open.pop();
    if (last && index < open.length) open[index] = last;
  };
  for (let sequence = 1; ; ) {
    if (open.length < 5 || (open.length < 2_000 && random.next() < 0.28)) {
      const row = orderOf(nextCheckout());
      open.push(row);
      yield { sequence: sequence++, kind: 'insert', row };
      continue;
    }
    const index = random.integer(0, open.length - 1);
    const row = open[index] as OrderRow;
    const next = random.weighted(nextStatus[row.status]);
    if (next === 'done' || next === 'delete') close(index);
    if (next === 'delete') yield { sequence: sequence++, kind: 'delete', row };
    if (next === 'done' || next === 'delete') continue;
    const atMs = Date.parse(`${row.updated_at.replace(' ', 'T')}Z`) + random.integer(60_000, 36 * 3_600_000);
    const changed = { ...row, status: next, updated_at: dateTime(atMs) };
    open[index] = changed;
    yield { sequence: sequence++, kind: 'update', row: changed };
  }
}
