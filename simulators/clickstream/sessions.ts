import type { Random } from '../../sandbox/core/random.ts';
import { money, type Product, type Visitor, type World } from '../shop/world.ts';

/** One click, as the API gives it. Ids count from 1 without a gap; times are simulated, in UTC. */
export type ClickEvent = {
  event_id: number;
  visitor_id: string;
  customer_id: number | null;
  event_type: 'home' | 'search' | 'product' | 'cart' | 'checkout';
  page_url: string;
  referrer: string | null;
  user_agent: string;
  search_query: string | null;
  product_id: number | null;
  /** On a checkout: the order that MySQL gets, with the same customer, product, quantity and price. */
  order_id: number | null;
  quantity: number | null;
  unit_price: string | null;
  event_time: string;
};

type Page = ClickEvent['event_type'];
type Step = { atMs: number; visitor: Visitor; page: Page; product: Product; quantity: number; referrer: string | null };

const nextPages: Readonly<Record<Page, readonly (readonly [Page | 'leave', number])[]>> = {
  home: [
    ['search', 55],
    ['product', 30],
    ['leave', 15],
  ],
  search: [
    ['product', 70],
    ['search', 15],
    ['leave', 15],
  ],
  product: [
    ['cart', 35],
    ['product', 25],
    ['search', 15],
    ['leave', 25],
  ],
  cart: [
    ['checkout', 60],
    ['product', 20],
    ['leave', 20],
  ],
  checkout: [
    ['leave', 85],
    ['home', 15],
  ],
};

// Between sessions a visitor is away for longer than the 30 minutes that end a session.
const sessionsEachMs = 4_000;

const thinkTimeMs = (random: Random): number => {
  // Log-normal by Box-Muller: a median of 12 s, now and then minutes, never as long as a session's end.
  const normal = Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  return Math.min(20 * 60_000, Math.round(12_000 * Math.exp(0.8 * normal)));
};

/** The steps that are due, earliest first: a binary heap, as some hundred sessions are under way at once. */
const stepQueue = () => {
  const heap: Step[] = [];
  const at = (index: number): Step => heap[index] as Step;
  const swap = (left: number, right: number): void => {
    [heap[left], heap[right]] = [at(right), at(left)];
  };
  return {
    nextAtMs: (): number => heap[0]?.atMs ?? Number.POSITIVE_INFINITY,
    push: (step: Step): void => {
      let child = heap.push(step) - 1;
      for (let parent = (child - 1) >> 1; child > 0 && at(child).atMs < at(parent).atMs; parent = (child - 1) >> 1) {
        swap(child, parent);
        child = parent;
      }
    },
    pop: (): Step => {
      const first = at(0);
      const last = heap.pop() as Step;
      if (heap.length === 0) return first;
      heap[0] = last;
      for (let parent = 0; ; ) {
        const [left, right] = [2 * parent + 1, 2 * parent + 2];
        const child = right < heap.length && at(right).atMs < at(left).atMs ? right : left;
        if (child >= heap.length || at(parent).atMs <= at(child).atMs) return first;
        swap(parent, child);
        parent = child;
      }
    },
  };
};

const pageUrl = (step: Step, query: string | null): string => {
  if (step.page === 'home') return '/';
  if (step.page === 'search') return `/search?q=${encodeURIComponent(query ?? '')}`;
  return step.page === 'product' ? `/products/${step.product.id}` : `/${step.page}`;
};

/** All clicks there will ever be for this seed, in the order of their times: sessions that walk home → search → product → cart → checkout. */
export function* clickEvents(world: World, random: Random): Generator<ClickEvent, never> {
  const steps = stepQueue();
  let orderCount = 0;
  let nextSessionMs = world.epochMs;
  const awayUntilMs = new Map<string, number>();

  const beginSession = (): void => {
    const visitor = random.pick(world.visitors);
    const page: Page = random.weighted([
      ['home', 70],
      ['search', 10],
      ['product', 20],
    ]);
    const referrer = random.weighted([
      [null, 50],
      ['https://search.example/', 35],
      ['https://news.example/', 15],
    ]);
    const atMs = nextSessionMs;
    nextSessionMs += Math.ceil(-Math.log(1 - random.next()) * sessionsEachMs);
    if (atMs < (awayUntilMs.get(visitor.id) ?? 0)) return;
    awayUntilMs.set(visitor.id, Number.POSITIVE_INFINITY);
    steps.push({ atMs, visitor, page, product: random.pick(world.products), quantity: 1, referrer });
  };

  const follow = (step: Step, url: string): void => {
    const page = random.weighted(nextPages[step.page]);
    // Who is not known cannot check out.
    if (page === 'leave' || (page === 'checkout' && step.visitor.customerId === null)) {
      awayUntilMs.set(step.visitor.id, step.atMs + 31 * 60_000);
      return;
    }
    const product = page === 'product' ? random.pick(world.products) : step.product;
    const quantity =
      page === 'cart'
        ? random.weighted([
            [1, 70],
            [2, 20],
            [3, 7],
            [5, 3],
          ])
        : step.quantity;
    steps.push({ ...step, atMs: step.atMs + 1 + thinkTimeMs(random), page, product, quantity, referrer: url });
  };

  for (let eventId = 1; ; ) {
    while (nextSessionMs <= steps.nextAtMs()) beginSession();
    const step = steps.pop();
    const query = step.page === 'search' ? step.product.name.toLowerCase() : null;
    const url = pageUrl(step, query);
    const onProduct = step.page === 'product' || step.page === 'cart' || step.page === 'checkout';
    const inCart = step.page === 'cart' || step.page === 'checkout';
    yield {
      event_id: eventId++,
      visitor_id: step.visitor.id,
      customer_id: step.visitor.customerId,
      event_type: step.page,
      page_url: url,
      referrer: step.referrer,
      user_agent: step.visitor.userAgent,
      search_query: query,
      product_id: onProduct ? step.product.id : null,
      order_id: step.page === 'checkout' ? ++orderCount : null,
      quantity: inCart ? step.quantity : null,
      unit_price: onProduct ? money(step.product.priceCents) : null,
      event_time: new Date(step.atMs).toISOString(),
    };
    follow(step, url);
  }
}
