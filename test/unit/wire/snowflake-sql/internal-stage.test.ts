import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { CreatePipe, CreateStage, Statement } from '../../../../sandbox/wire/snowflake-sql/ast.ts';
import {
  asInternalStage,
  asRefreshedPipe,
  isAutoIngest,
  isOnS3,
} from '../../../../sandbox/wire/snowflake-sql/internal-stage.ts';
import { parseStatement } from '../../../../sandbox/wire/snowflake-sql/parser.ts';
import { splitStatements } from '../../../../sandbox/wire/snowflake-sql/split.ts';

const stage = (sql: string): string => asInternalStage(parseStatement(sql) as CreateStage);
const pipe = (sql: string): string => asRefreshedPipe(parseStatement(sql) as CreatePipe);

test('a stage loses its place in S3 and keeps all else', () => {
  expect(
    stage(
      `create or replace stage "My Stage" url = 's3://bucket/topics/' storage_integration = s3_int
       file_format = (type = csv field_delimiter = '\\\\t' null_if = ('', 'it''s') skip_header = 1)
       copy_options = (on_error = skip_file_10%) comment = 'o''clock'`,
    ),
  ).toBe(
    `CREATE OR REPLACE STAGE "My Stage" FILE_FORMAT = (TYPE = CSV FIELD_DELIMITER = '\\\\t' NULL_IF = ('', 'it''s') SKIP_HEADER = 1) COPY_OPTIONS = (ON_ERROR = SKIP_FILE_10%) COMMENT = 'o''clock'`,
  );
  expect(
    stage(`create stage if not exists s url='s3://b/' storage_integration=i file_format=(format_name="Odd Name")`),
  ).toBe(`CREATE STAGE IF NOT EXISTS "S" FILE_FORMAT = (FORMAT_NAME = "Odd Name")`);
});

test('a pipe is no longer told by S3, and copies what it copied', () => {
  expect(
    pipe(
      `create pipe if not exists p auto_ingest = true aws_sns_topic = 'arn:aws:sns:x' comment = 'c'
       as copy into t (a) from (select $1:x::varchar, '-- no comment' from @s) file_format = (type = json)`,
    ),
  ).toBe(
    `CREATE PIPE IF NOT EXISTS "P" AUTO_INGEST = FALSE COMMENT = 'c' AS copy into t (a) from (select $1:x::varchar, '-- no comment' from @s) file_format = (type = json)`,
  );
});

const strip = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (key, item) => (['at', 'end', 'quoted', 'copyText'].includes(key) ? undefined : item)),
  );

test("the pipeline's own stages and pipes read back as what they were, but for where their files lie and who tells of them", () => {
  const folder = join(import.meta.dirname, '../../../../sql/snowflake');
  const statements = ['020_stages.sql', '030_clickstream.sql', '040_orders.sql'].flatMap((file) =>
    splitStatements(readFileSync(join(folder, file), 'utf8')).map(({ text }) => parseStatement(text)),
  );
  const stages = statements.filter((one): one is Extract<Statement, CreateStage> => one.kind === 'create-stage');
  const pipes = statements.filter((one): one is Extract<Statement, CreatePipe> => one.kind === 'create-pipe');
  expect([stages.length, pipes.length]).toEqual([2, 2]);
  for (const one of stages) {
    const { URL: _url, STORAGE_INTEGRATION: _integration, ...kept } = one.options;
    const again = parseStatement(asInternalStage(one)) as CreateStage;
    expect([isOnS3(one), isOnS3(again)]).toEqual([true, false]);
    expect(strip(again)).toEqual(strip({ ...one, options: kept }));
  }
  for (const one of pipes) {
    const again = parseStatement(asRefreshedPipe(one)) as CreatePipe;
    expect([isAutoIngest(one), isAutoIngest(again)]).toEqual([true, false]);
    expect(strip(again.copy)).toEqual(strip(one.copy));
  }
});
