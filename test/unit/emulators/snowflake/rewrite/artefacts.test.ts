import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { canonicalJson } from '../../../../../sandbox/emulators/snowflake/rewrite/canonical-json.ts';
import type { Statement } from '../../../../../sandbox/wire/snowflake-sql/ast.ts';
import { parseStatement } from '../../../../../sandbox/wire/snowflake-sql/parser.ts';
import { splitStatements } from '../../../../../sandbox/wire/snowflake-sql/split.ts';
import { openWarehouse, type Warehouse } from './warehouse.ts';

let warehouse: Warehouse;
const bodies = new Map<string, string>();

const fileText = (name: string): string =>
  readFileSync(new URL(`../../../../../sql/snowflake/${name}`, import.meta.url), 'utf8');

const bodyOf = (statement: Statement): void => {
  if (statement.kind === 'create-task') bodies.set(statement.name.parts[0]?.name ?? '', statement.bodyText);
  if (statement.kind === 'create-pipe') bodies.set(statement.name.parts[0]?.name ?? '', statement.copyText);
};

const body = (name: string): string => {
  const text = bodies.get(name);
  if (!text) throw new Error(`no ${name}`);
  return text;
};

beforeAll(async () => {
  warehouse = await openWarehouse();
  for (const file of ['030_clickstream.sql', '040_orders.sql']) {
    for (const { text } of splitStatements(fileText(file))) {
      const statement = parseStatement(text);
      bodyOf(statement);
      if (statement.kind === 'create-table') await warehouse.createTable(text);
      if (statement.kind === 'create-stream') {
        const table = warehouse.resolver.relation(statement.source.name);
        if (table) warehouse.addRelation(statement.name.parts[0]?.name ?? '', table);
      }
    }
  }
});

afterAll(() => warehouse.close());

const load = async (pipe: string, documents: readonly unknown[], file: string): Promise<void> => {
  const rows = documents.map(
    (document, index) =>
      `('${canonicalJson(JSON.stringify(document)).replaceAll("'", "''")}', '${file}', ${index + 1}::DECIMAL(38,0), now())`,
  );
  warehouse.setStage({
    sql: `(SELECT * FROM (VALUES ${rows.join(', ')}) AS v(r, f, n, t))`,
    columns: [
      { name: '$1', physical: 'r', type: { kind: 'variant' } },
      { name: 'METADATA$FILENAME', physical: 'f', type: { kind: 'text' }, hidden: true },
      {
        name: 'METADATA$FILE_ROW_NUMBER',
        physical: 'n',
        type: { kind: 'number', precision: 38, scale: 0 },
        hidden: true,
      },
      { name: 'METADATA$START_SCAN_TIME', physical: 't', type: { kind: 'timestamp_ltz', scale: 9 }, hidden: true },
    ],
  });
  await warehouse.change(body(pipe));
};

const click = (id: number, visitor: string, time: string, more: object = {}) => ({
  event_id: id,
  visitor_id: visitor,
  event_type: 'page_view',
  page_url: `https://shop/${id}`,
  event_time: time,
  ...more,
});

test('clicks become sessions, in any order of arrival, each once', async () => {
  await load(
    'RAW_EVENTS_PIPE',
    [
      click(1, 'v1', '2024-01-01T10:00:00.000Z', { unit_price: 12.5, quantity: 2, customer_id: 7 }),
      click(3, 'v1', '2024-01-01T11:00:00Z', { quantity: 'two', unit_price: null }),
      click(2, 'v2', '2024-01-01 10:05:00.250'),
    ],
    'topics/c/0.json',
  );
  await warehouse.change(body('INSERT_EVENT_DATA_TASK'));
  expect(
    await warehouse.run(
      'SELECT "EVENT_ID", "QUANTITY", "UNIT_PRICE", "EVENT_TIME", "FILE_ROW_NUMBER" FROM "STRUCTURED_EVENTS"',
    ),
  ).toEqual([
    ['1', '2', '12.50', '2024-01-01 10:00:00', '1'],
    ['3', null, null, '2024-01-01 11:00:00', '2'],
    ['2', null, null, '2024-01-01 10:05:00.25', '3'],
  ]);
  const merge = body('TASK_LOAD_TRANSFORMED_CLICKSTREAM');
  expect(await warehouse.change(merge)).toEqual({ INSERT: 3 });
  const sessions =
    'SELECT "EVENT_ID", "SESSION_ID", "SESSION_EVENT_NUMBER", "SESSION_STARTED_AT" FROM "TRANSFORMED_CLICKSTREAM" ORDER BY 1';
  expect(await warehouse.run(sessions)).toEqual([
    ['1', 'v1/1', '1', '2024-01-01 10:00:00'],
    ['2', 'v2/1', '1', '2024-01-01 10:05:00.25'],
    ['3', 'v1/2', '1', '2024-01-01 11:00:00'],
  ]);
  expect(await warehouse.change(merge)).toEqual({});
  // A late event joins the two sessions of v1.
  await load(
    'RAW_EVENTS_PIPE',
    [click(4, 'v1', '2024-01-01T10:29:00Z'), click(5, 'v1', '2024-01-01T10:45:00Z')],
    'topics/c/1.json',
  );
  await warehouse.change('delete from structured_events');
  await warehouse.change(body('INSERT_EVENT_DATA_TASK'));
  expect(await warehouse.change(merge)).toEqual({ INSERT: 2, UPDATE: 1 });
  expect((await warehouse.run(sessions)).map((row) => row.slice(0, 3))).toEqual([
    ['1', 'v1/1', '1'],
    ['2', 'v2/1', '1'],
    ['3', 'v1/1', '4'],
    ['4', 'v1/1', '2'],
    ['5', 'v1/1', '3'],
  ]);
});

const debeziumOrders = () =>
  readFileSync(new URL('./debezium-orders.jsonl', import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);

test("Debezium's changes become the orders as they are", async () => {
  await load('RAW_LOGS_PIPE', debeziumOrders(), 'topics/o/0.json');
  await warehouse.change(body('INSERT_LOG_DATA_TASK'));
  expect(
    await warehouse.run(
      'SELECT "OP", "ORDER_ID", "UNIT_PRICE", "STATUS", "CREATED_AT", "BEFORE" IS NULL, "BEFORE" = \'null\', "SOURCE_POSITION" FROM "STRUCTURED_LOGS"',
    ),
  ).toEqual([
    ['r', '1', '12.30', 'created', '2026-01-02 03:04:05.006', false, true, 'mysql-bin.000003:000000000198:000000'],
    ['u', '1', '12.30', 'paid', '2026-01-02 03:04:05.006', false, false, 'mysql-bin.000003:000000000500:000000'],
    ['c', '2', '0.10', 'created', '2026-01-02 03:04:06.123', false, true, 'mysql-bin.000003:000000000700:000000'],
    ['d', '2', '0.10', 'created', '2026-01-02 03:04:06.123', false, false, 'mysql-bin.000003:000000000900:000000'],
  ]);
  const merge = body('TASK_LOAD_TRANSFORMED_LOGS');
  expect(await warehouse.change(merge)).toEqual({ INSERT: 2 });
  expect(
    await warehouse.run('SELECT "ORDER_ID", "STATUS", "IS_DELETED", "TOTAL_AMOUNT" FROM "TRANSFORMED_LOGS" ORDER BY 1'),
  ).toEqual([
    ['1', 'paid', false, '24.60'],
    ['2', 'created', true, '0.30'],
  ]);
  expect(await warehouse.change(merge)).toEqual({});
});
