// Builds dist/ with esbuild: the command line, and one entry for each worker or child that the embedded provider starts.
// Also answers "is dist/ older than a source?", which the command line asks at each start from a checkout.
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(fileURLToPath(import.meta.url));
const dist = join(root, process.env.SLUICEBOX_DIST ?? 'dist');
const sources = ['sandbox', 'simulators', 'build.config.mjs', 'package.json'];

const newestMtimeMs = (path) => {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newestMtimeMs(join(path, name))));
};

/** True when a source is newer than the built command line. */
export const isStale = () => {
  const built = join(dist, 'main.js');
  if (!existsSync(built)) return true;
  const builtMs = statSync(built).mtimeMs;
  return sources
    .filter((source) => existsSync(join(root, source)))
    .some((source) => newestMtimeMs(join(root, source)) > builtMs);
};

const hosts = () => {
  const folder = join(root, 'sandbox/providers/embedded/hosts');
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return Object.fromEntries(names.map((name) => [`hosts/${name.replace(/\.ts$/, '')}`, join(folder, name)]));
};

/** Bundles every entry into dist/. CommonJS dependencies need `require` and `__dirname`, which the banner gives them. */
export const build = async () => {
  const { build: bundle } = await import('esbuild');
  await bundle({
    absWorkingDir: root,
    entryPoints: { cli: 'sandbox/cli/start.ts', main: 'sandbox/cli/main.ts', ...hosts() },
    outdir: dist,
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    jsx: 'automatic',
    minifySyntax: true,
    minifyWhitespace: true,
    sourcemap: false,
    external: ['@duckdb/node-api', 'snowflake-sdk', 'testcontainers', 'esbuild', 'react-devtools-core'],
    define: { 'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"' },
    banner: {
      js: [
        `import { createRequire as __createRequire } from 'node:module';`,
        `import { fileURLToPath as __toPath } from 'node:url';`,
        `import { dirname as __toDirname } from 'node:path';`,
        'const require = __createRequire(import.meta.url);',
        'const __filename = __toPath(import.meta.url);',
        'const __dirname = __toDirname(__filename);',
      ].join(''),
    },
    logLevel: 'warning',
  });
};

// Only when run by itself: a rebuild at start must leave the parts that a running sandbox has yet to load.
if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  rmSync(dist, { recursive: true, force: true });
  await build();
}
