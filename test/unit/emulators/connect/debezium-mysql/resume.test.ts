import { describe, expect, it } from 'vitest';
import type { ConnectorConfig, OffsetMap, SourceRecord } from '../../../../../sandbox/emulators/connect/plugin.ts';
import { databaseSchema } from '../../../../../sandbox/emulators/connect/plugins/debezium-mysql/database-schema.ts';
import { restoreOffset } from '../../../../../sandbox/emulators/connect/plugins/debezium-mysql/offset-context.ts';
import { decodeEvent } from '../../../../../sandbox/wire/mysql/binlog/event.ts';
import { containsGtid, parseGtidSet } from '../../../../../sandbox/wire/mysql/binlog/gtid-set.ts';
import { configOf, memoryHistory, type Run, readerFor, silent, snapshotRun, streamEvents } from './captured-script.ts';

const events = streamEvents();

/** What a server sends to a replica that has executed these transactions. */
const eventsAfter = (gtids: string): Buffer[] => {
  const executed = parseGtidSet(gtids);
  let skipped = false;
  return events.filter((bytes) => {
    const { body } = decodeEvent(bytes, true);
    if (body.kind === 'gtid') skipped = containsGtid(executed, body.uuid, body.number);
    return !skipped;
  });
};

/** What makes a record that record, apart from when it was sent. */
const identity = ({ topic, key, value }: SourceRecord): string => {
  const content = value as {
    before?: unknown;
    after?: unknown;
    op?: unknown;
    ddl?: unknown;
    source?: { pos: unknown; row: unknown };
  } | null;
  const parts = [
    topic,
    key,
    content && [content.op, content.before, content.after, content.ddl, content.source?.pos, content.source?.row],
  ];
  return JSON.stringify(parts, (_, item: unknown) => (typeof item === 'bigint' ? String(item) : item));
};

const stream = async (run: Pick<Run, 'settings' | 'schema' | 'maker'>, offset: OffsetMap): Promise<SourceRecord[]> => {
  const records: SourceRecord[] = [];
  const reader = readerFor(run, restoreOffset(offset), offset, (record) => records.push(record));
  for (const event of eventsAfter(String(offset.gtids))) await reader.handle(event);
  return records;
};

const config = (extra: ConnectorConfig = {}): ConnectorConfig => ({
  ...configOf('mysql_src_connector'),
  'table.include.list': 'sales.*',
  ...extra,
});

const restarted = async (run: Run, offset: OffsetMap) => {
  const schema = databaseSchema({ settings: run.settings, history: memoryHistory([...run.history]), log: silent });
  await schema.recover(offset);
  return { settings: run.settings, maker: run.maker, schema };
};

describe('a restart', () => {
  it('after any record goes on with the next one, also within a transaction and within an event of many rows', async () => {
    const run = await snapshotRun(config());
    const first = run.records.at(-1) as SourceRecord;
    const whole = await stream(run, first.sourceOffset);
    expect(whole.length).toBeGreaterThan(20);
    for (const [index, record] of whole.entries()) {
      const again = await stream(await restarted(run, record.sourceOffset), record.sourceOffset);
      const told = again.map(identity);
      const owed = whole.slice(index + 1).map(identity);
      // Nothing is left out; a statement that is no transaction of rows, and the parts of one row, may be told again.
      expect(told.slice(told.length - owed.length), `after record ${index}`).toEqual(owed);
      expect(told.length - owed.length, `after record ${index}`).toBeLessThanOrEqual(2);
    }
  });

  it('keeps the counts of the transaction that it is in', async () => {
    const run = await snapshotRun(
      config({ 'provide.transaction.metadata': 'true', 'include.schema.changes': 'false' }),
    );
    const first = run.records.at(-1) as SourceRecord;
    const whole = await stream(run, first.sourceOffset);
    const orderOf = (record: SourceRecord) =>
      JSON.stringify((record.value as { transaction?: unknown } | null)?.transaction ?? null, (_, item: unknown) =>
        String(item),
      );
    const middle = whole.findIndex(({ sourceOffset }) => sourceOffset.row === 1 && sourceOffset.event !== undefined);
    const at = whole[middle] as SourceRecord;
    const again = await stream(await restarted(run, at.sourceOffset), at.sourceOffset);
    expect(again.map(orderOf)).toEqual(whole.slice(middle + 1).map(orderOf));
  });

  it('has the offsets of the real connector', async () => {
    const run = await snapshotRun(config());
    const offsets = run.records.map(({ sourceOffset }) => sourceOffset);
    expect(JSON.stringify(offsets[0], (_, item: unknown) => (typeof item === 'bigint' ? Number(item) : item))).toMatch(
      /^\{"ts_sec":\d+,"file":"mysql-bin.000003","pos":198,"gtids":"[0-9a-f-]+:1-18","snapshot":"INITIAL"\}$/,
    );
    expect(offsets.at(-1)).not.toHaveProperty('snapshot');
    const last = (await stream(run, run.records.at(-1)?.sourceOffset ?? {})).at(-1);
    expect(
      JSON.stringify(last?.sourceOffset, (_, item: unknown) => (typeof item === 'bigint' ? Number(item) : item)),
    ).toMatch(/^\{"ts_sec":\d+,"file":"mysql-bin.000003","pos":7105,"gtids":"[0-9a-f-]+:1-34","server_id":1\}$/);
  });
});
