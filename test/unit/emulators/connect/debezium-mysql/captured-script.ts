import { readFileSync } from 'node:fs';
import type { Clock } from '../../../../../sandbox/core/clock.ts';
import { createHeaderConverter } from '../../../../../sandbox/emulators/connect/converters/header-converter.ts';
import { findConverter } from '../../../../../sandbox/emulators/connect/converters/index.ts';
import type {
  ConnectLog,
  ConnectorConfig,
  OffsetMap,
  SourceRecord,
} from '../../../../../sandbox/emulators/connect/plugin.ts';
import {
  type BinlogReader,
  binlogReader,
} from '../../../../../sandbox/emulators/connect/plugins/debezium-mysql/binlog-reader.ts';
import {
  contextHeaders,
  type RecordMaker,
  recordMaker,
} from '../../../../../sandbox/emulators/connect/plugins/debezium-mysql/change-records.ts';
import {
  type DatabaseSchema,
  databaseSchema,
} from '../../../../../sandbox/emulators/connect/plugins/debezium-mysql/database-schema.ts';
import { heartbeat } from '../../../../../sandbox/emulators/connect/plugins/debezium-mysql/heartbeat.ts';
import {
  encodeHistoryRecord,
  type HistoryRecord,
} from '../../../../../sandbox/emulators/connect/plugins/debezium-mysql/history-record.ts';
import type { HistoryStore } from '../../../../../sandbox/emulators/connect/plugins/debezium-mysql/history-store.ts';
import type { MysqlConnection } from '../../../../../sandbox/emulators/connect/plugins/debezium-mysql/mysql-connection.ts';
import type { OffsetContext } from '../../../../../sandbox/emulators/connect/plugins/debezium-mysql/offset-context.ts';
import { type Settings, settingsOf } from '../../../../../sandbox/emulators/connect/plugins/debezium-mysql/settings.ts';
import { takeSnapshot } from '../../../../../sandbox/emulators/connect/plugins/debezium-mysql/snapshot.ts';
import { restoreTransactionCounts } from '../../../../../sandbox/emulators/connect/plugins/debezium-mysql/transaction-metadata.ts';
import { readFile } from '../../../../../sandbox/wire/mysql/binlog/file.ts';
import { parseGtidSet } from '../../../../../sandbox/wire/mysql/binlog/gtid-set.ts';

// test/golden/debezium: what the real Debezium made of script.sql, and the binlog and query answers of the same script on a real MySQL 9.7.4
// (another run: other server UUID, thread and times, but byte for byte the same places).
export const golden = new URL('../../../../golden/debezium/', import.meta.url);

export type GoldenRecord = {
  topic: string;
  partition: number;
  offset: number;
  headers: [string, string][];
  key: string | null;
  value: string | null;
};

export const goldenRecords = (name: string): GoldenRecord[] =>
  readFileSync(new URL(`${name}.jsonl`, golden), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as GoldenRecord);

type Cell = string | null | { base64: string };

const answers = JSON.parse(readFileSync(new URL('snapshot-queries.json', golden), 'utf8')) as Record<string, Cell[][]>;

const bytesOf = (cell: Cell | undefined): Buffer | null => {
  if (cell === null || cell === undefined) return null;
  return typeof cell === 'string' ? Buffer.from(cell) : Buffer.from(cell.base64, 'base64');
};

const answerOf = (sql: string): Cell[][] => {
  if (/^(SET|START|FLUSH|UNLOCK|ROLLBACK)/.test(sql)) return [];
  const answer = answers[sql];
  if (!answer) throw new Error(`no answer recorded for ${sql}`);
  return answer;
};

export const recordedConnection = (asked: string[] = []): MysqlConnection => ({
  query: async (sql) => {
    asked.push(sql);
    return answerOf(sql).map((row) => row.map((cell) => bytesOf(cell)?.toString() ?? null));
  },
  rows: async function* (sql) {
    asked.push(sql);
    for (const row of answerOf(sql)) yield row.map(bytesOf);
  },
  close: async () => {},
});

/** The schema history in memory. */
export const memoryHistory = (records: HistoryRecord[] = []): HistoryStore & { records: HistoryRecord[] } => ({
  records,
  exists: async () => records.length > 0,
  initialize: async () => {},
  read: async () => records,
  append: async (more) => {
    records.push(...more);
  },
  close: async () => {},
});

export const frozenClock: Clock = { nowMs: () => 1_795_368_400_000, sleep: async () => {} };
export const silent: ConnectLog = { info: () => {}, warn: () => {}, error: () => {} };

export const configOf = (name: string): ConnectorConfig =>
  (JSON.parse(readFileSync(new URL('connectors.json', golden), 'utf8')) as Record<string, ConnectorConfig>)[
    name
  ] as ConnectorConfig;

export const streamEvents = (): Buffer[] => {
  const file = readFileSync(new URL('script-binlog.000003', golden));
  return [...readFile(file)].filter(({ position }) => position >= 198).map(({ bytes }) => bytes);
};

export type Run = {
  settings: Settings;
  records: SourceRecord[];
  history: HistoryRecord[];
  schema: DatabaseSchema;
  maker: RecordMaker;
  asked: string[];
  offset: OffsetContext;
};

export const snapshotRun = async (config: ConnectorConfig): Promise<Run> => {
  const settings = settingsOf(config);
  const records: SourceRecord[] = [];
  const asked: string[] = [];
  const store = memoryHistory();
  const sourcePartition = { server: settings.topicPrefix };
  const schema = databaseSchema({ settings, history: store, log: silent });
  const headers = contextHeaders(settings, 0, 'run');
  const maker = recordMaker({ settings, clock: frozenClock, sourcePartition, contextHeaders: headers });
  const offset = await takeSnapshot(
    {
      settings,
      clock: frozenClock,
      log: silent,
      connection: recordedConnection(asked),
      schema,
      maker,
      sourcePartition,
      push: async (record) => {
        records.push(record);
      },
      stopped: () => false,
    },
    { data: true, keptOffset: undefined },
  );
  return { settings, records, history: store.records, schema, maker, asked, offset };
};

export const readerFor = (
  run: Pick<Run, 'settings' | 'schema' | 'maker'>,
  offset: OffsetContext,
  stored: OffsetMap,
  push: (record: SourceRecord) => void,
): BinlogReader =>
  binlogReader({
    ...run,
    clock: frozenClock,
    log: silent,
    heartbeat: heartbeat({ ...run.settings, heartbeatIntervalMs: 0 }, frozenClock),
    offset,
    counts: restoreTransactionCounts(stored),
    sourcePartition: { server: run.settings.topicPrefix },
    checksum: true,
    executed: parseGtidSet(offset.restartGtids ?? ''),
    push,
  });

/** Snapshot and stream, in order, as the connector would send them. */
export const wholeRun = async (config: ConnectorConfig): Promise<Run> => {
  const run = await snapshotRun(config);
  const reader = readerFor(run, run.offset, {}, (record) => run.records.push(record));
  for (const event of streamEvents()) await reader.handle(event);
  return run;
};

const converter = (schemas: string | undefined) => {
  const json = findConverter('org.apache.kafka.connect.json.JsonConverter');
  if (!json) throw new Error('no JsonConverter');
  return json.create({ 'schemas.enable': schemas ?? 'true' });
};

const text = (bytes: Buffer | null): string | null => bytes?.toString('utf8') ?? null;

/** Records by topic with offsets, as they would stand in Kafka. */
export const asStored = (run: Run, config: ConnectorConfig): GoldenRecord[] => {
  const keys = converter(config['key.converter.schemas.enable']);
  const values = converter(config['value.converter.schemas.enable']);
  const headerConverter = createHeaderConverter(undefined, {});
  const next = new Map<string, number>();
  const placed = (topic: string): number => {
    const offset = next.get(topic) ?? 0;
    next.set(topic, offset + 1);
    return offset;
  };
  const records = run.records.map((record) => ({
    topic: record.topic,
    partition: record.partition ?? 0,
    offset: placed(record.topic),
    headers: record.headers.map(({ key, schema, value }): [string, string] => [
      key,
      text(headerConverter.fromConnect(record.topic, schema, value)) ?? '',
    ]),
    key: text(keys.fromConnect(record.topic, record.keySchema, record.key)),
    value: text(values.fromConnect(record.topic, record.valueSchema, record.value)),
  }));
  const historyTopic = run.settings.historyTopic;
  const history = run.history.map((record) => ({
    topic: historyTopic,
    partition: 0,
    offset: placed(historyTopic),
    headers: [],
    key: null,
    value: encodeHistoryRecord(record),
  }));
  return [...records, ...history];
};

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-1[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** What differs from run to run: server UUID, times, thread, run id. Nothing else is let through. */
export const withoutRun = (record: GoldenRecord): GoldenRecord => {
  const strip = (json: string | null): string | null =>
    json === null
      ? null
      : json
          .replace(uuid, 'UUID')
          .replace(/("ts_(?:ms|us|ns|sec)"\s*:\s*)\d+/g, '$10')
          .replace(/("thread":)\d+/g, '$10');
  return {
    topic: record.topic,
    partition: record.partition,
    offset: record.offset,
    headers: record.headers.map(([name, value]) => [name, name.endsWith('runId') ? '' : value]),
    key: strip(record.key),
    value: strip(record.value),
  };
};
