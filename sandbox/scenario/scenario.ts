import { z } from 'zod';
import { componentNames } from '../components/component.ts';

const durationMs = z
  .string()
  .regex(/^\d+(\.\d+)?(ms|s|m)$/, 'a time with its unit, as 500ms, 5s or 2m')
  .transform((text) => {
    const [, digits = '0', unit = 's'] = /^([\d.]+)(ms|s|m)$/.exec(text) ?? [];
    return Number(digits) * { ms: 1, s: 1_000, m: 60_000 }[unit as 'ms' | 's' | 'm'];
  });

const traffic = z.strictObject({
  perSecond: z.number().nonnegative().max(100_000),
  /** No more than so many, however long it runs. */
  total: z.number().int().positive().optional(),
});

const target = z.enum([...componentNames, 'simulators', 'sandbox']);

const step = z.union([
  /** kill -9, down for a while, then started again on the same state. */
  z.strictObject({ at: durationMs, crash: target, for: durationMs.default(0) }),
  /** Stopped in order, down for a while, then started again. */
  z.strictObject({ at: durationMs, stop: target, for: durationMs.default(0) }),
  /** kill -9 of Connect at a moment at which this sink has uploaded an object and not committed its offsets. */
  z.strictObject({ at: durationMs, 'crash-uncommitted': z.strictObject({ connector: z.string().min(1) }) }),
  /** One object below the prefix is deleted before the pipe has loaded it: its rows are lost. */
  z.strictObject({ at: durationMs, 'lose-object': z.strictObject({ prefix: z.string().min(1) }) }),
]);

const expectation = z.union([
  /** Every event of the ledger is in its lane's last table exactly once, and every order's last state there equals MySQL's. */
  z.strictObject({ reconciled: z.literal(true) }),
  /** The first value of a statement's answer. */
  z.strictObject({ sql: z.string().min(1), equals: z.union([z.string(), z.number(), z.boolean(), z.null()]) }),
  z.strictObject({ sql: z.string().min(1), atLeast: z.number() }),
]);

/** One situation: traffic, what happens to it, and what must be true in the end. */
export const scenarioSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9-]+$/, 'lower-case words with dashes'),
  about: z.string().optional(),
  seed: z.string().default('sluicebox'),
  /** Values for `${env:…}` that differ from .env.example in this situation. */
  set: z.record(z.string(), z.string()).default({}),
  /** Settings of connectors that differ from their files in this situation, by connector; null takes a setting away. */
  connectors: z.record(z.string(), z.record(z.string(), z.string().nullable())).default({}),
  simulate: z.strictObject({
    for: durationMs,
    clickstream: traffic.optional(),
    orders: traffic.optional(),
  }),
  steps: z.array(step).default([]),
  expect: z.strictObject({
    within: durationMs,
    all: z.array(expectation).min(1),
  }),
});

export type Scenario = z.output<typeof scenarioSchema>;
export type ScenarioStep = Scenario['steps'][number];
export type Expectation = Scenario['expect']['all'][number];
export type StepTarget = z.output<typeof target>;
