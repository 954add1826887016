#!/usr/bin/env node
import { existsSync } from 'node:fs';
import module from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

// Newer versions of Node keep compiled code between starts; Node 20 does not know how.
(module as { enableCompileCache?: () => void }).enableCompileCache?.();

// The AWS SDK warns at each start that a later version will want a later Node; which version is used here is for the lockfile to say.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

// From a checkout, build again when a source is newer than the build; an installed package has no sources to compare with.
const here = dirname(fileURLToPath(import.meta.url));
const buildConfig = join(here, '..', 'build.config.mjs');
if (existsSync(buildConfig) && existsSync(join(here, '..', 'sandbox'))) {
  const { build, isStale } = (await import(pathToFileURL(buildConfig).href)) as typeof import('../../build.config.mjs');
  if (isStale()) await build();
}
await import(pathToFileURL(join(here, 'main.js')).href);
