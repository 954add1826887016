import { expect, test } from 'vitest';
import type { Artefacts } from '../../../sandbox/pipeline/artefacts.ts';
import { readArtefacts } from '../../../sandbox/pipeline/artefacts.ts';
import { planDevSchema } from '../../../sandbox/pipeline/dev-schema.ts';
import { findProject } from '../../../sandbox/pipeline/project.ts';
import { parseStatement } from '../../../sandbox/wire/snowflake-sql/parser.ts';

const artefacts = readArtefacts(findProject(`${import.meta.dirname}/../../..`));
const account = { SNOWFLAKE_USER: 'ada.lovelace@example.com', SNOWFLAKE_DATABASE: 'dev_db', SNOWFLAKE_HOST: 'acme' };
const laptop = { ...account, AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9000' };

test('a schema is named for the user; account-wide files stand apart', () => {
  const plan = planDevSchema(artefacts, laptop);
  expect([plan.database, plan.schema]).toEqual(['DEV_DB', 'ADA_LOVELACE_SANDBOX']);
  expect(plan.environment['SNOWFLAKE_SCHEMA']).toBe('ADA_LOVELACE_SANDBOX');
  expect(new Set(plan.ofAccount.map(({ file }) => file))).toEqual(new Set(['sql/snowflake/010_account.sql']));
  expect(planDevSchema(artefacts, laptop, 'of_grace').schema).toBe('OF_GRACE');
  expect(planDevSchema(artefacts, laptop, '"Of Grace"').schema).toBe('Of Grace');
});

test('a store that the account cannot read: stages and pipes differ, and nothing else does', () => {
  const { ofSchema, carried } = planDevSchema(artefacts, laptop);
  const written = new Set(artefacts.snowflake.map(({ text }) => text));
  const changed = ofSchema.filter(({ text }) => !written.has(text));
  expect(changed.map(({ statement }) => statement.kind)).toEqual([
    'create-stage',
    'create-stage',
    'create-pipe',
    'create-pipe',
  ]);
  expect(carried.map(({ stage, pipes }) => [stage, pipes])).toEqual([
    ['API_EXT_STAGE', ['RAW_EVENTS_PIPE']],
    ['LOGS_EXT_STAGE', ['RAW_LOGS_PIPE']],
  ]);
});

test('a store on AWS: everything as it is written', () => {
  for (const endpoint of [{}, { AWS_ENDPOINT_URL_S3: 'https://s3.eu-west-1.amazonaws.com' }]) {
    const { ofSchema, carried } = planDevSchema(artefacts, { ...account, ...endpoint });
    const written = new Set(artefacts.snowflake.map(({ text }) => text));
    expect(ofSchema.filter(({ text }) => !written.has(text))).toEqual([]);
    expect(carried).toEqual([]);
  }
});

const withStatement = (text: string): Artefacts => ({
  ...artefacts,
  snowflake: [{ file: 'sql/snowflake/050_more.sql', line: 3, text, statement: parseStatement(text) }],
});

test('a statement that names its own schema is refused with file and line', () => {
  for (const text of [
    'create table prod.public.t (a int)',
    'insert into prod.t select 1',
    "create task t schedule = '1 minute' as insert into prod.public.t select 1",
    'drop table prod.public.t',
    'truncate table prod.t',
  ]) {
    expect(() => planDevSchema(withStatement(text), laptop), text).toThrow(
      /^sql\/snowflake\/050_more\.sql:3: "PROD".* names its own schema/,
    );
  }
  expect(() => planDevSchema(withStatement('create table t (a int)'), laptop)).not.toThrow();
});
