import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const root = `${import.meta.dirname}/../..`;
const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((path) => path !== '' && existsSync(`${root}/${path}`));

test('the top level holds the rooms of the house and configuration, nothing else', () => {
  const folders = new Set(tracked.filter((path) => path.includes('/')).map((path) => path.split('/')[0]));
  expect([...folders].sort()).toEqual(['.ci', 'compose', 'sandbox', 'scenarios', 'simulators', 'sql', 'test']);
  const known = [
    ...['.env.example', '.gitignore', '.npmrc', 'LICENSE', 'README.md', 'biome.json', 'build.config.d.mts'],
    ...['build.config.mjs', 'package-lock.json', 'package.json', 'tsconfig.json', 'vitest.config.ts'],
  ];
  expect(tracked.filter((path) => !path.includes('/') && !known.includes(path))).toEqual([]);
});

test('emulators are built alike: a server, their errors, handlers in one list, and what they support', () => {
  for (const emulator of readdirSync(`${root}/sandbox/emulators`)) {
    const names = readdirSync(`${root}/sandbox/emulators/${emulator}`);
    for (const name of ['server.ts', 'errors.ts', 'handlers', 'SUPPORT.md']) expect(names, emulator).toContain(name);
    expect(readdirSync(`${root}/sandbox/emulators/${emulator}/handlers`), emulator).toContain('index.ts');
  }
});

const texts = tracked
  .filter((path) => /\.(ts|tsx|mjs|md|sql|json|yaml|yml)$/.test(path) && !path.startsWith('test/'))
  .map((path) => ({ path, text: readFileSync(`${root}/${path}`, 'utf8') }));

test('no connector, stage, task or bucket of the pipeline stands in TypeScript: the artefacts alone define it', () => {
  const ofThePipeline =
    /sink_s3_connector|mysql_src_connector|CLICKSTREAM_SRC_CONNECTOR|api_ext_stage|logs_ext_stage|snowflake-data-practice|insert_event_data_task/;
  const found = texts.filter(({ path, text }) => /\.tsx?$/.test(path) && ofThePipeline.test(text));
  expect(found.map(({ path }) => path)).toEqual([]);
});

test('there is no room for things without a name', () => {
  expect(tracked.filter((path) => /(^|\/)(utils?|helpers?|common|misc|managers?)(\/|\.)/i.test(path))).toEqual([]);
});

test('the lock file names no registry', () => {
  expect(readFileSync(`${root}/package-lock.json`, 'utf8')).not.toMatch(/"resolved": "http/);
});

test('nobody exports by default', () => {
  const found = texts.filter(
    ({ path, text }) => /^(sandbox|simulators)\//.test(path) && /^export default /m.test(text),
  );
  expect(found.map(({ path }) => path)).toEqual([]);
});
