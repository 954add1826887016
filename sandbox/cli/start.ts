#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

// From a checkout, build again when a source is newer than the build; an installed package has no sources to compare with.
const here = dirname(fileURLToPath(import.meta.url));
const buildConfig = join(here, '..', 'build.config.mjs');
if (existsSync(buildConfig) && existsSync(join(here, '..', 'sandbox'))) {
  const { build, isStale } = (await import(pathToFileURL(buildConfig).href)) as typeof import('../../build.config.mjs');
  if (isStale()) await build();
}
await import(pathToFileURL(join(here, 'main.js')).href);
