import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { columnTypes } from '../../../../../sandbox/wire/mysql/binlog/column-types.ts';
import { type EventBody, encodeEvent } from '../../../../../sandbox/wire/mysql/binlog/event.ts';
import { type PlacedEvent, readFile } from '../../../../../sandbox/wire/mysql/binlog/file.ts';
import { formatGtidSet } from '../../../../../sandbox/wire/mysql/binlog/gtid-set.ts';
import { readJson, writeJson } from '../../../../../sandbox/wire/mysql/binlog/jsonb.ts';
import { encodeRows, readRows } from '../../../../../sandbox/wire/mysql/binlog/rows.ts';
import type { TableMap } from '../../../../../sandbox/wire/mysql/binlog/table-map.ts';

// A binlog file that MySQL 9.7.4 wrote, and what its SHOW BINLOG EVENTS said about the first part of it.
const golden = new URL('../../../../golden/mysql/', import.meta.url);
const file = readFileSync(new URL('mysql-bin.000003', golden));
const listing = readFileSync(new URL('binlog.tsv', golden), 'utf8');
const events = [...readFile(file)];

type Line = { position: number; type: string; end: number; info: string };

const lines: Line[] = listing
  .slice(listing.indexOf('Log_name\tPos'))
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => {
    const [, position, type = '', , end, info = ''] = line.split('\t');
    return { position: Number(position), type, end: Number(end), info };
  });

const typeName = (body: EventBody): string => {
  if (body.kind === 'rows') return `${body.change[0]?.toUpperCase()}${body.change.slice(1)}_rows`;
  const names: Partial<Record<EventBody['kind'], string>> = {
    'format-description': 'Format_desc',
    'previous-gtids': 'Previous_gtids',
    gtid: 'Gtid',
    query: 'Query',
    'table-map': 'Table_map',
    xid: 'Xid',
  };
  return names[body.kind] ?? body.kind;
};

const info = (body: EventBody): string => {
  switch (body.kind) {
    case 'format-description':
      return `Server ver: ${body.serverVersion}, Binlog ver: ${body.binlogVersion}`;
    case 'previous-gtids':
      return formatGtidSet(body.gtids);
    case 'gtid':
      return `SET @@SESSION.GTID_NEXT= '${body.uuid}:${body.number}'`;
    case 'query':
      return body.query;
    case 'table-map':
      return `table_id: ${body.tableId} (${body.database}.${body.table})`;
    case 'rows':
      return `table_id: ${body.tableId} flags: STMT_END_F USE_SQL_FOREIGN_KEY_F`;
    case 'xid':
      return `COMMIT /* xid=${body.xid} */`;
    default:
      return '';
  }
};

const described = (event: PlacedEvent): Line => ({
  position: event.position,
  type: typeName(event.body),
  end: event.header.nextPosition,
  info: info(event.body),
});

const tableOf = (index: number, all = events): TableMap => {
  const before = all.slice(0, index).findLast(({ body }) => body.kind === 'table-map');
  return before?.body as TableMap;
};

describe('the binlog file of a real server', () => {
  it('is read to its end', () => {
    const last = events.at(-1) as PlacedEvent;
    expect(last.position + last.header.sizeBytes).toBe(file.length);
    expect(events).toHaveLength(92);
  });

  it('says what SHOW BINLOG EVENTS says', () => {
    expect(lines.length).toBeGreaterThan(50);
    expect(events.slice(0, lines.length).map(described)).toEqual(lines);
  });

  it('is written again to the same bytes, event by event', () => {
    for (const { body, header, position, bytes } of events) {
      const again = encodeEvent(body, { ...header, position }, true);
      expect(again.toString('hex')).toBe(bytes.toString('hex'));
    }
  });

  it('has its rows written again to the same bytes', () => {
    let count = 0;
    events.forEach(({ body }, index) => {
      if (body.kind !== 'rows') return;
      const { columns } = tableOf(index);
      const changes = readRows(body, columns);
      count += changes.length;
      expect(encodeRows(body, changes, columns).toString('hex')).toBe(Buffer.from(body.rows).toString('hex'));
    });
    expect(count).toBe(21);
  });

  it('has the rows that were inserted', () => {
    const index = events.findIndex(({ body }) => body.kind === 'rows' && body.change === 'update');
    const { body } = events[index] as PlacedEvent;
    if (body.kind !== 'rows') throw new Error('no rows');
    expect(readRows(body, tableOf(index).columns)).toEqual([
      {
        before: [1n, 101n, 501n, 1, '19.99', 1, '2026-01-02 03:04:05.006', '2026-01-02 03:04:05.006'],
        after: expect.any(Array),
      },
    ]);
  });

  it('ends at a torn tail', () => {
    const whole = [...readFile(file.subarray(0, file.length - 1))];
    expect(whole).toHaveLength(91);
    const broken = Buffer.from(file);
    broken[300] = (broken[300] as number) ^ 1;
    expect([...readFile(broken)]).toHaveLength(3);
  });
});

// Written by MySQL 9.7.4 with binlog_row_metadata=FULL: every column type, JSON small and large, a tagged GTID, partial JSON, ROWS_QUERY.
describe('a binlog file with full metadata', () => {
  const typed = [...readFile(readFileSync(new URL('all-types-full-metadata.bin', golden)))];

  it('is written again to the same bytes, event by event', () => {
    expect(typed.at(-1)?.body).toEqual({ kind: 'rotate', position: 4n, file: 'mysql-bin.000002' });
    for (const { body, header, position, bytes } of typed) {
      expect(encodeEvent(body, { ...header, position }, true).equals(bytes)).toBe(true);
    }
  });

  it('has its rows and its JSON values written again to the same bytes', () => {
    let documents = 0;
    typed.forEach(({ body }, index) => {
      if (body.kind !== 'rows' || body.change === 'partial-update') return;
      const { columns } = tableOf(index, typed);
      const changes = readRows(body, columns, { json: 'binary' });
      expect(encodeRows(body, changes, columns).equals(body.rows)).toBe(true);
      for (const value of changes.flatMap(({ before = [], after = [] }) => [...before, ...after])) {
        if (!(value instanceof Uint8Array) || !columns.some((column) => column.type === columnTypes.json)) continue;
        const at = changes.some((change) =>
          [change.before, change.after].some((image) =>
            image?.some((one, place) => one === value && columns[place]?.type === columnTypes.json),
          ),
        );
        if (!at) continue;
        documents++;
        expect(writeJson(readJson(value)).equals(value)).toBe(true);
      }
    });
    expect(documents).toBeGreaterThan(8);
  });

  it('tells names, labels, collations and keys', () => {
    const maps = typed.flatMap(({ body }) => (body.kind === 'table-map' ? [body] : []));
    const orders = maps.find(({ table }) => table === 'orders');
    expect(orders?.primaryKey).toEqual([{ column: 0, prefixLength: 0 }]);
    expect(orders?.columns[5]).toMatchObject({ name: 'status', labels: ['pending', 'paid', 'shipped', 'cancelled'] });
    expect(maps.find(({ table }) => table === 'pk')?.primaryKey).toEqual([
      { column: 0, prefixLength: 0 },
      { column: 1, prefixLength: 10 },
    ]);
    expect(maps.find(({ table }) => table === 't3')?.columns.map((column) => column.visible)).toContain(false);
  });

  it('prints JSON as the server does', () => {
    const index = typed.findIndex(({ body }, at) => body.kind === 'rows' && tableOf(at, typed).table === 't3');
    const { body } = typed[index] as PlacedEvent;
    if (body.kind !== 'rows') throw new Error('no rows');
    const row = readRows(body, tableOf(index, typed).columns)[0]?.after;
    expect(row?.at(-1)).toBe(
      '{"a": 1, "b": -1, "c": 1.5, "d": 100000, "e": 5000000000, "f": 18446744073709551615, "g": 1e100, "h": 1.10, "i": "2020-01-02", ' +
        '"j": "2020-01-02 03:04:05.600000", "k": "-01:02:03.400000", "l": [true, false, null, "x\\"\\\\\\nu0001é/"], "m": {}, ' +
        '"n": "base64:type15:/wA=", "o": 0.1, "p": 1e15, "q": 123456789012345.0, "r": 0.000000000000001, "s": 1e-16, "t": 0.0, ' +
        '"v": 65535, "w": 40000, "x": 1.0, "uu": 3000000000}',
    );
  });
});
