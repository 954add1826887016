import { faker } from '@faker-js/faker/locale/en';
import type { Random } from '../../sandbox/core/random.ts';

export type Customer = { id: number; email: string; fullName: string; country: string; createdAtMs: number };
export type Product = { id: number; name: string; category: string; priceCents: number };
/** A browser as the clickstream sees it. Some belong to a customer, some to nobody known. */
export type Visitor = { id: string; customerId: number | null; userAgent: string };

/** What the simulators share: who can buy, and what there is to buy. One seed gives one world, on every machine. */
export type World = {
  epochMs: number;
  customers: readonly Customer[];
  products: readonly Product[];
  visitors: readonly Visitor[];
};

export type WorldSize = { customers: number; products: number };

// The first simulated moment. Event times run from here, not from the machine's clock: the same seed gives the same rows.
const epochMs = Date.UTC(2026, 0, 5, 8);

const customerAt = (id: number): Customer => {
  const firstName = faker.person.firstName();
  const lastName = faker.person.lastName();
  return {
    id,
    email: `${firstName}.${lastName}.${id}@example.com`.toLowerCase().replace(/[^a-z0-9.@]/g, ''),
    fullName: `${firstName} ${lastName}`,
    country: faker.location.countryCode(),
    createdAtMs: epochMs - faker.number.int({ min: 1, max: 700 * 24 * 3_600_000 }),
  };
};

const productAt = (id: number): Product => ({
  id,
  name: faker.commerce.productName(),
  category: faker.commerce.department(),
  priceCents: Math.round(Number(faker.commerce.price({ min: 3, max: 400 })) * 100),
});

const visitorAt = (index: number, customers: readonly Customer[], random: Random): Visitor => ({
  id: `v-${index.toString(36).padStart(4, '0')}${random
    .integer(0, 36 ** 4 - 1)
    .toString(36)
    .padStart(4, '0')}`,
  customerId: random.next() < 0.8 ? random.pick(customers).id : null,
  userAgent: faker.internet.userAgent(),
});

export const shopWorld = (random: Random, size: WorldSize): World => {
  // Without a fixed reference date faker draws dates relative to now, and the same seed would give another world tomorrow.
  faker.setDefaultRefDate(epochMs);
  faker.seed(random.fork('faker').integer(0, 2 ** 31 - 1));
  const range = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
  const customers = range(size.customers).map(customerAt);
  const products = range(size.products).map(productAt);
  const visitorRandom = random.fork('visitors');
  const visitors = range(Math.ceil(size.customers * 1.5)).map((index) => visitorAt(index, customers, visitorRandom));
  return { epochMs, customers, products, visitors };
};

/** Cents as the decimal text that MySQL, Debezium and Snowflake agree on: 1999 is "19.99". */
export const money = (cents: number): string => `${Math.trunc(cents / 100)}.${String(cents % 100).padStart(2, '0')}`;
