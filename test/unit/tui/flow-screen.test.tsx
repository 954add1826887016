import { render } from 'ink-testing-library';
import { expect, test } from 'vitest';
import type { Readings } from '../../../sandbox/monitor/reading.ts';
import { readArtefacts } from '../../../sandbox/pipeline/artefacts.ts';
import { deriveGraph } from '../../../sandbox/pipeline/graph.ts';
import { findProject } from '../../../sandbox/pipeline/project.ts';
import { FlowScreen, type View } from '../../../sandbox/tui/flow-screen.tsx';
import { emptyModel, type Model } from '../../../sandbox/tui/model.ts';

const graph = deriveGraph(readArtefacts(findProject(`${import.meta.dirname}/../../..`)));

const readings: Readings = {
  atMs: 65_000,
  nodes: {
    'topic:clickstream-http-data': { state: 'running', total: 12_345, perSecond: 99.7 },
    'sink-connector:sink_s3_connector': { state: 'running', backlog: 17 },
    'sink-connector:sink_mysql_connector': {
      state: 'failed',
      note: 'org.apache.kafka.connect.errors.DataException: boom',
    },
    'task:insert_event_data_task': { state: 'paused', note: 'suspended' },
    'table:transformed_clickstream': { state: 'running', total: 12_300, perSecond: 100 },
  },
  newest: { transformed_clickstream: [{ event_id: 12_300, visitor_id: 'v-0001', referrer: null }] },
  firstRowAtMs: {},
};

const model: Model = {
  ...emptyModel(0),
  nowMs: 65_000,
  graph,
  seed: 'sluicebox',
  readings,
  firstRowMs: { transformed_clickstream: 1_420 },
  step: 'the pipeline stands',
};

const screen = (columns: number, rows: number, view: View = 'flow', change: Partial<Model> = {}): string[] => {
  const shown = { ...model, ...change };
  const { lastFrame } = render(<FlowScreen model={shown} view={view} firstLane={0} columns={columns} rows={rows} />);
  return (lastFrame() ?? '').split('\n');
};

for (const [columns, rows] of [
  [80, 24],
  [120, 40],
  [200, 60],
] as const) {
  test(`at ${columns}×${rows} both lanes, their figures and the newest row fit without filling the terminal`, () => {
    const lines = screen(columns, rows);
    expect(lines.length).toBeLessThan(rows);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
    const text = lines.join('\n');
    expect(text).toContain('transformed_clickstream');
    expect(text).toContain('first 1.42 s');
    expect(text).toContain('no row yet');
    expect(text).toContain('12345');
    expect(text).toContain('99.7/s');
    expect(text).toContain('lag 17');
    expect(text).toContain('v-0001');
    expect(text).toContain('? help q quit');
  });
}

test('a failed connector says so with its reason, and a suspended task is marked, without colour', () => {
  const text = screen(120, 40).join('\n');
  expect(text).toMatch(/✗ sink_mysql_connector.*failed: DataExc/);
  expect(text).toMatch(/‖ insert_event_data_task/);
});

test('help, addresses and events each fill the same place', () => {
  expect(screen(80, 24, 'help').join('\n')).toContain('quit: everything stops in order');
  const address = { KAFKA_BOOTSTRAP_SERVERS: '127.0.0.1:9092' };
  expect(screen(80, 24, 'addresses', { address }).join('\n')).toContain('KAFKA_BOOTSTRAP_SERVERS=127.0.0.1:9092');
  const events = [{ component: 'mysql', kind: 'not-emulated' as const, message: 'CREATE TRIGGER', number: 1 }];
  expect(screen(80, 24, 'events', { events }).join('\n')).toContain('mysql: not-emulated: CREATE TRIGGER');
  expect(screen(80, 24, 'flow', { events }).at(-1)).toContain('mysql: not-emulated: CREATE TRIGGER');
});
