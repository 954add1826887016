import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseStatement } from '../../../../sandbox/wire/snowflake-sql/parser.ts';
import { splitStatements } from '../../../../sandbox/wire/snowflake-sql/split.ts';

const folder = new URL('../../../../sql/snowflake/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.sql'));

describe("the pipeline's own files", () => {
  test.each(files)('%s parses, statement by statement', (file) => {
    const statements = splitStatements(readFileSync(new URL(file, folder), 'utf8'));
    expect(statements.length).toBeGreaterThan(2);
    for (const { text } of statements) {
      const statement = parseStatement(text);
      expect(statement.kind).not.toBe('other');
      expect(statement.kind).not.toBe('script');
    }
  });

  test('a pipe keeps its COPY, a task its WHEN and body', () => {
    const statements = splitStatements(readFileSync(new URL('030_clickstream.sql', folder), 'utf8')).map(({ text }) =>
      parseStatement(text),
    );
    const pipe = statements.find((statement) => statement.kind === 'create-pipe');
    expect(pipe?.copyText).toMatch(/^copy into raw_events[\s\S]*@api_ext_stage\n\)$/);
    expect(pipe?.options).toEqual({ AUTO_INGEST: { kind: 'boolean', value: true } });
    expect(pipe?.copy.from.kind).toBe('query');
    const tasks = statements.filter((statement) => statement.kind === 'create-task');
    expect(tasks.map(({ body, whenText }) => [body?.kind, whenText])).toEqual([
      ['insert', "system$stream_has_data('raw_events_stream')"],
      ['merge', "system$stream_has_data('structured_events_stream')"],
    ]);
  });
});
