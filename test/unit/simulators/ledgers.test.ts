import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openEventLog, readEventLog } from '../../../simulators/clickstream/event-log.ts';
import type { OrderChange } from '../../../simulators/orders/life-cycle.ts';
import { openOrderLedger, readOrderLedger } from '../../../simulators/orders/order-ledger.ts';

let path: string;
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'sluicebox-ledger-'));
  path = join(dir, 'ledger');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const events = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => ({
    createdAtMs: from + index,
    json: `{"event_id":${from + index},"ü":"€"}`,
  }));

test('any cursor is served again after the log is opened again', () => {
  const log = openEventLog(path);
  log.append(events(1, 3));
  log.append(events(4, 2_000));
  log.close();
  const again = openEventLog(path);
  expect(again.count()).toBe(2_000);
  expect(again.read(0, 2)).toEqual(events(1, 2));
  expect(again.read(1_998, 100)).toEqual(events(1_999, 2_000));
  expect(again.read(2_000, 100)).toEqual([]);
  again.append(events(2_001, 2_001));
  expect(again.read(2_000, 1)).toEqual(events(2_001, 2_001));
  again.close();
});

test('cut at any byte, the log keeps every whole event and goes on behind them', () => {
  const log = openEventLog(path);
  log.append(events(1, 4));
  log.close();
  const whole = readFileSync(path);
  for (let size = 0; size <= whole.length; size++) {
    writeFileSync(path, whole.subarray(0, size));
    const cut = openEventLog(path);
    const kept = whole.subarray(0, size).toString('latin1').split('\n').length - 1;
    expect(cut.count()).toBe(kept);
    cut.append(events(kept + 1, kept + 1));
    expect(cut.read(0, 10)).toEqual(events(1, kept + 1));
    cut.close();
  }
});

test('a reader leaves out the line that is being written, and does not touch the file', () => {
  const log = openEventLog(path);
  log.append(events(1, 2));
  appendFileSync(path, '3\t{"eve');
  expect(readEventLog(path).count()).toBe(2);
  expect(readFileSync(path, 'utf8')).toContain('3\t{"eve');
  log.close();
});

const change = (sequence: number, kind: OrderChange['kind'], id: number): OrderChange => ({
  sequence,
  kind,
  row: {
    id,
    customer_id: 1,
    product_id: 1,
    quantity: 1,
    unit_price: '1.00',
    total_amount: '1.00',
    status: 'created',
    created_at: '2026-01-01 00:00:00.000',
    updated_at: '2026-01-01 00:00:00.000',
  },
});

test('what was begun and not settled is doubtful after a crash, and only that', () => {
  const ledger = openOrderLedger(path);
  ledger.intend(change(1, 'insert', 10));
  ledger.settle(change(1, 'insert', 10));
  ledger.intend(change(2, 'insert', 11));
  ledger.intend(change(3, 'delete', 10));
  ledger.settle(change(3, 'delete', 10));
  ledger.close();
  truncateSync(path, readFileSync(path).length);
  appendFileSync(path, '{"intent":{"sequ');
  const again = openOrderLedger(path);
  expect(again.state()).toMatchObject({
    lastSequence: 3,
    orders: new Map([[10, null]]),
    doubtful: [change(2, 'insert', 11)],
  });
  again.settle(change(2, 'insert', 11));
  again.close();
  expect(readOrderLedger(path).doubtful).toEqual([]);
  expect(readOrderLedger(path).orders.get(11)).toEqual(change(2, 'insert', 11).row);
});

test('a change that waited while later ones were begun is known not to have been', () => {
  const ledger = openOrderLedger(path);
  for (const sequence of [1, 2, 5, 4]) ledger.intend(change(sequence, 'insert', sequence));
  ledger.close();
  const { lastSequence, wasBegun } = readOrderLedger(path);
  expect(lastSequence).toBe(5);
  expect([1, 2, 3, 4, 5, 6].filter(wasBegun)).toEqual([1, 2, 4, 5]);
});
