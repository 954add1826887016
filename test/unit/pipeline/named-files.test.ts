import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readSettings } from '../../../sandbox/pipeline/settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluicebox-named-files-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

test('a profile is weaker than SLUICEBOX_ names, and plain names of the shell are nothing', () => {
  const profile = file(
    'dev.env',
    '# the cluster\nKAFKA_BOOTSTRAP_SERVERS="kafka-1:9092,kafka-2:9092"\nCONNECT_URL=http://profile\n',
  );
  const shell = { CONNECT_URL: 'http://shell', MYSQL_HOST: 'shell', SLUICEBOX_CONNECT_URL: 'http://prefixed' };
  const { environment } = readSettings(folder, shell, {}, {}, { profile });
  expect(environment).toEqual({
    KAFKA_BOOTSTRAP_SERVERS: 'kafka-1:9092,kafka-2:9092',
    CONNECT_URL: 'http://prefixed',
  });
});

test('a line of a profile that says nothing is an error with file and line', () => {
  const profile = file('wrong.env', 'KEY="-----BEGIN\nEND-----"\n\nKAFKA_BOOTSTRAP_SERVERS kafka:9092\n');
  expect(() => readSettings(folder, {}, {}, {}, { profile })).toThrow(`${profile}:4: it is NAME=value`);
  const open = file('open.env', 'A=1\nKEY="never closed\n');
  expect(() => readSettings(folder, {}, {}, {}, { profile: open })).toThrow(`${open}:2: this " is never closed`);
  const missing = join(folder, 'missing.env');
  expect(() => readSettings(folder, {}, {}, {}, { profile: missing })).toThrow(`profile ${missing} cannot be read`);
});

const toml = `[dev]
account = "acme-dev"
user = "ada"
authenticator = "SNOWFLAKE_JWT"
private_key_file = "keys/ada.p8"
database = "DEV_DB"

[connections.ci]
account = "acme-ci"
token_file_path = "token"
port = 443
`;

test('a connection of connections.toml is names and values; files it names stand beside it', () => {
  const path = file('connections.toml', toml.replace('[connections.ci]', '[ci]'));
  file('token', 'a-token\n');
  const of = (name: string) => readSettings(folder, {}, {}, {}, { connection: { name, file: path } }).environment;
  expect(of('dev')).toEqual({
    SNOWFLAKE_ACCOUNT: 'acme-dev',
    SNOWFLAKE_USER: 'ada',
    SNOWFLAKE_AUTHENTICATOR: 'SNOWFLAKE_JWT',
    SNOWFLAKE_PRIVATE_KEY_FILE: join(folder, 'keys/ada.p8'),
    SNOWFLAKE_DATABASE: 'DEV_DB',
  });
  expect(of('ci')).toEqual({ SNOWFLAKE_ACCOUNT: 'acme-ci', SNOWFLAKE_TOKEN: 'a-token', SNOWFLAKE_PORT: '443' });
});

test('config.toml holds connections below their own table', () => {
  const path = file('config.toml', toml.replace('[dev]', '[connections.dev]'));
  const { environment } = readSettings(folder, {}, {}, {}, { connection: { name: 'dev', file: path } });
  expect(environment['SNOWFLAKE_ACCOUNT']).toBe('acme-dev');
});

test('mistakes in connections.toml name file and line', () => {
  const broken = file('broken.toml', '[dev]\naccount = "acme\nuser = "ada"\n');
  const read = (path: string, name = 'dev') => readSettings(folder, {}, {}, {}, { connection: { name, file: path } });
  expect(() => read(broken)).toThrow(`${broken}:2: not TOML: `);
  const wrong = file('wrong.toml', '[dev]\naccount = "acme"\nuser = ["ada"]\n');
  expect(() => read(wrong)).toThrow(`${wrong}:3: user is a text`);
  const other = file('other.toml', '[prod]\naccount = "acme"\n');
  expect(() => read(other)).toThrow(`${other}: there is no connection dev; it has prod`);
  const lost = file('lost.toml', '[dev]\ntoken_file_path = "nowhere"\n');
  expect(() => read(lost)).toThrow(`${lost}:2: token_file_path names ${join(folder, 'nowhere')}, which cannot be read`);
  expect(() => read(join(folder, 'none.toml'))).toThrow('there is no');
});
