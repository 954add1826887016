import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { accountNames } from '../../../sandbox/pipeline/account-names.ts';
import { checkEnvironment, readArtefacts } from '../../../sandbox/pipeline/artefacts.ts';
import { findProject } from '../../../sandbox/pipeline/project.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'sluicebox-artefacts-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const project = (files: Record<string, string>) => {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
  return findProject(dir);
};

const connector = 'compose/connectors/source.json';

test('a connector that is not JSON is named with its line', () => {
  const broken = project({ [connector]: '{\n  "connector.class": "X",\n  oops\n}' });
  expect(() => readArtefacts(broken)).toThrow(/^compose\/connectors\/source\.json:3: not JSON/);
});

test('a setting that is no text, and a missing class, are named', () => {
  const nested = project({ [connector]: '{\n  "connector.class": "X",\n  "topics": ["a"]\n}' });
  expect(() => readArtefacts(nested)).toThrow('compose/connectors/source.json:3: topics is a string');
  const without = project({ [connector]: '{}' });
  expect(() => readArtefacts(without)).toThrow('compose/connectors/source.json:1: connector.class is missing');
});

test('both forms of a connector file are read: what is PUT, and what is POSTed', () => {
  const { connectors } = readArtefacts(
    project({
      'compose/connectors/put.json': '{"connector.class": "X", "tasks.max": 1}',
      'compose/connectors/post.json': '{"name": "other", "config": {"connector.class": "Y"}}',
    }),
  );
  expect(connectors.map(({ name, config }) => [name, config])).toEqual([
    ['other', { 'connector.class': 'Y' }],
    ['put', { 'connector.class': 'X', 'tasks.max': '1' }],
  ]);
});

test('a mistake in Snowflake SQL is named with the line in its file', () => {
  const broken = project({ 'sql/snowflake/10_a.sql': 'create table a (b number);\n\ncreate tabel c (d number);\n' });
  expect(() => readArtefacts(broken)).toThrow(/^sql\/snowflake\/10_a\.sql:3: .*unexpected 'tabel'/i);
});

test('a variable that is not set is an error before anything starts', () => {
  const { connectors } = readArtefacts(
    project({ [connector]: '{\n  "connector.class": "X",\n  "url": "${env:API_URL}/a/${env:API_KEY}"\n}' }),
  );
  expect(() => checkEnvironment(connectors, { API_URL: 'http://a' })).toThrow(
    'compose/connectors/source.json:3: url needs API_KEY, which is not set: give it in .env or as SLUICEBOX_API_KEY',
  );
  expect(() => checkEnvironment(connectors, { API_URL: 'http://a', API_KEY: 'k' })).not.toThrow();
});

test('database, schema and warehouse are those that the SQL creates', () => {
  const sql = 'create warehouse w; create database d; create schema d.s;';
  expect(accountNames(readArtefacts(project({ 'sql/snowflake/1.sql': sql })))).toEqual({
    SNOWFLAKE_DATABASE: 'D',
    SNOWFLAKE_SCHEMA: 'S',
    SNOWFLAKE_WAREHOUSE: 'W',
  });
});

test('a folder without a pipeline is refused', () => {
  expect(() => findProject(dir)).toThrow(/holds no pipeline/);
});
