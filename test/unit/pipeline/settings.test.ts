import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readSettings } from '../../../sandbox/pipeline/settings.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'sluicebox-settings-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test('.env.example gives way to .env, that to SLUICEBOX_<NAME>, that to --set', () => {
  writeFileSync(join(dir, '.env.example'), 'A=example\nB=example\nC=example\nD=example\n');
  writeFileSync(join(dir, '.env'), 'B=env\nC=env\nD=env\n');
  const shell = { SLUICEBOX_C: 'shell', SLUICEBOX_D: 'shell' };
  const { environment } = readSettings(dir, shell, { D: 'set' }, { A: 'artefact', E: 'artefact' });
  expect(environment).toEqual({ A: 'example', B: 'env', C: 'shell', D: 'set', E: 'artefact' });
});

test("plain names of the shell, which may be production's, are never read", () => {
  const shell = { AWS_ACCESS_KEY_ID: 'production', MYSQL_PASSWORD: 'production', SNOWFLAKE_USER: 'production' };
  expect(JSON.stringify(readSettings(dir, shell))).not.toContain('production');
});

test("the sandbox's own accounts can be set", () => {
  const { credentials } = readSettings(dir, { SLUICEBOX_MYSQL_PASSWORD: 'mine' });
  expect(credentials.MYSQL_PASSWORD).toBe('mine');
  expect(credentials.MYSQL_USER).toBe('root');
});
