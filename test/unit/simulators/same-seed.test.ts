import { expect, test } from 'vitest';
import { seededRandom } from '../../../sandbox/core/random.ts';
import { type ClickEvent, clickEvents } from '../../../simulators/clickstream/sessions.ts';
import { type OrderChange, orderChanges } from '../../../simulators/orders/life-cycle.ts';
import { shopWorld } from '../../../simulators/shop/world.ts';

const take = <T>(source: Iterator<T>, count: number): T[] => Array.from({ length: count }, () => source.next().value);

const shop = (seed: string) => {
  const random = seededRandom(seed);
  const world = shopWorld(random.fork('world'), { customers: 200, products: 40 });
  const clicks = () => clickEvents(world, random.fork('clicks'));
  return { world, clicks, orders: () => orderChanges(clicks(), random.fork('orders')) };
};

test('the same seed gives the same world, clicks and orders; another seed gives others', () => {
  const [one, again, other] = [shop('one'), shop('one'), shop('other')];
  expect(again.world).toEqual(one.world);
  expect(take(again.clicks(), 2_000)).toEqual(take(one.clicks(), 2_000));
  expect(take(again.orders(), 2_000)).toEqual(take(one.orders(), 2_000));
  expect(take(other.clicks(), 50)).not.toEqual(take(one.clicks(), 50));
});

test('the first events of a seed are these on every machine and Node version', () => {
  const [first] = take(shop('sluicebox').clicks(), 1);
  expect(first).toMatchInlineSnapshot(`
    {
      "customer_id": null,
      "event_id": 1,
      "event_time": "2026-01-05T08:00:00.000Z",
      "event_type": "home",
      "order_id": null,
      "page_url": "/",
      "product_id": null,
      "quantity": null,
      "referrer": "https://news.example/",
      "search_query": null,
      "unit_price": null,
      "user_agent": "FakerBot/0.8.8",
      "visitor_id": "v-0019odl0",
    }
  `);
});

test('clicks have ids without a gap and times that never run backwards', () => {
  const clicks = take(shop('one').clicks(), 20_000);
  expect(clicks.map((click) => click.event_id)).toEqual(clicks.map((_, index) => index + 1));
  const times = clicks.map((click) => click.event_time);
  expect(times).toEqual([...times].sort());
});

test('a session begins at home, search or product, and a checkout follows a cart of the same visitor and product', () => {
  const last = new Map<string, ClickEvent>();
  for (const click of take(shop('one').clicks(), 20_000)) {
    const before = last.get(click.visitor_id);
    if (click.event_type === 'checkout') {
      expect(before).toMatchObject({ event_type: 'cart', product_id: click.product_id, quantity: click.quantity });
      expect(click.customer_id).not.toBeNull();
    }
    last.set(click.visitor_id, click);
  }
});

test('the nth checkout is order n, with the same customer, product, quantity and price', () => {
  const { clicks, orders } = shop('one');
  const checkouts = take(clicks(), 50_000).filter((click) => click.event_type === 'checkout');
  const inserts = take(orders(), 1_000).filter((change) => change.kind === 'insert');
  for (const [index, { row }] of inserts.entries()) {
    const checkout = checkouts[index] as ClickEvent;
    expect(row).toMatchObject({
      id: checkout.order_id,
      customer_id: checkout.customer_id,
      product_id: checkout.product_id,
      quantity: checkout.quantity,
      unit_price: checkout.unit_price,
    });
    expect(Number(row.total_amount)).toBeCloseTo(Number(row.unit_price) * row.quantity, 2);
  }
});

test('an order is inserted once, then changes along its life cycle, and nothing follows its delete', () => {
  const lives = new Map<number, OrderChange>();
  const before: Record<string, string[]> = {
    paid: ['created'],
    packed: ['paid'],
    shipped: ['packed'],
    delivered: ['shipped'],
    returned: ['delivered'],
    cancelled: ['created', 'paid'],
  };
  const kinds = new Set<string>();
  for (const change of take(shop('one').orders(), 20_000)) {
    const previous = lives.get(change.row.id);
    kinds.add(change.kind);
    if (change.kind === 'insert') expect(previous).toBeUndefined();
    else expect(previous?.kind).not.toBe('delete');
    if (change.kind === 'update') expect(before[change.row.status]).toContain(previous?.row.status);
    lives.set(change.row.id, change);
  }
  expect([...kinds].sort()).toEqual(['delete', 'insert', 'update']);
});
