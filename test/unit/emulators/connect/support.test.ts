import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { converters } from '../../../../sandbox/emulators/connect/converters/index.ts';
import { handlers } from '../../../../sandbox/emulators/connect/handlers/index.ts';
import { plugins } from '../../../../sandbox/emulators/connect/plugins/index.ts';

const support = readFileSync(new URL('../../../../sandbox/emulators/connect/SUPPORT.md', import.meta.url), 'utf8');

test('SUPPORT.md lists the operations that are there, and no other', () => {
  const listed = [...support.matchAll(/^\| (GET|POST|PUT|PATCH|DELETE) +\| `(\/[^`]*)` +\|$/gm)].map(
    ([, method, path]) => `${method} ${path}`,
  );
  expect(listed.sort()).toEqual(handlers.map(({ method, path }) => `${method} ${path}`).sort());
});

test('SUPPORT.md names every connector with its version, and every converter', () => {
  for (const { className, version } of plugins) {
    expect(support).toContain(`\`${className}\``);
    expect(support).toMatch(
      new RegExp(`\`${className.replaceAll('.', '\\.')}\` +\\| ${version.replaceAll('.', '\\.')}`),
    );
  }
  for (const { className } of converters) expect(support).toContain(className.slice(className.lastIndexOf('.') + 1));
});
