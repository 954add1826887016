import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { expect } from 'vitest';
import { type Observed, recorded, storedObservation } from './observation-record.ts';
import { provider } from './provider.ts';

// What a real part answered is kept beside the tests, so that ours is compared with it where no Docker is.
// `SANDBOX_PROVIDERS=containers SANDBOX_OBSERVE=1` writes it anew.

const isRecording = provider === 'containers' && process.env['SANDBOX_OBSERVE'] === '1';
const images: Record<string, string> = {};
const observedNames = new Set<string>();

/** Which image a component runs from, as the provider told it. */
export const noteImage = (component: string, image: string): void => {
  images[component] = image;
};

const component = (): string => basename(expect.getState().testPath ?? '').replace(/\.test\.ts$/, '');
const path = (): string => join(import.meta.dirname, 'observations', `${component()}.json`);
const read = (): Observed | undefined =>
  existsSync(path()) ? (JSON.parse(readFileSync(path(), 'utf8')) as Observed) : undefined;

/**
 * On containers with SANDBOX_OBSERVE=1 keeps `value` as what the real part answered; otherwise it must equal what was kept.
 * The test takes out of it what changes from run to run: ids, times, addresses.
 */
export const observe = (name: string, value: unknown): void => {
  if (observedNames.has(name)) throw new Error(`${name} is observed twice in ${component()}`);
  observedNames.add(name);
  if (isRecording) {
    const date = new Date().toISOString().slice(0, 10);
    mkdirSync(dirname(path()), { recursive: true });
    writeFileSync(path(), `${JSON.stringify(recorded(read(), { name, value, images, date }), null, 2)}\n`);
    return;
  }
  expect(value, name).toEqual(storedObservation(read(), component(), name));
};

/** What is kept of this component and was not observed by this run. */
export const unobserved = (): string[] =>
  Object.keys(read()?.observations ?? {}).filter((name) => !observedNames.has(name));
