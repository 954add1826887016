import {
  type Cursor,
  MalformedBinlog,
  newSink,
  readBytes,
  readText,
  readUint8,
  readUint64,
  remaining,
  type Sink,
  writeBytes,
  writeUint,
  writeUint64,
  written,
} from './bytes.ts';

/** Closed, ordered, apart from each other. */
export type GtidInterval = { first: bigint; last: bigint };

/** Server UUID in lower case, or `uuid:tag`, to the transactions of it. */
export type GtidSet = ReadonlyMap<string, readonly GtidInterval[]>;

const uuidPattern = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;
const tagPattern = /^[a-z_][a-z0-9_]{0,31}$/;

export const uuidText = (bytes: Uint8Array): string => {
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
};

export const uuidBytes = (text: string): Buffer => {
  if (!uuidPattern.test(text)) throw new MalformedBinlog(`'${text}' is no UUID`);
  return Buffer.from(text.replaceAll('-', ''), 'hex');
};

const merge = (intervals: readonly GtidInterval[]): GtidInterval[] => {
  const sorted = [...intervals].sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0));
  const merged: GtidInterval[] = [];
  for (const interval of sorted) {
    const before = merged.at(-1);
    if (before && interval.first <= before.last + 1n) {
      if (interval.last > before.last) merged[merged.length - 1] = { first: before.first, last: interval.last };
    } else merged.push(interval);
  }
  return merged;
};

const parseInterval = (text: string): GtidInterval => {
  const match = /^(\d{1,19})(?:-(\d{1,19}))?$/.exec(text);
  if (!match) throw new MalformedBinlog(`'${text}' is no interval of transactions`);
  const first = BigInt(match[1] as string);
  const last = match[2] === undefined ? first : BigInt(match[2]);
  if (first < 1n || last < first) throw new MalformedBinlog(`'${text}' is no interval of transactions`);
  return { first, last };
};

/** `uuid:1-3:5,uuid:tag:1-2`, as in gtid_executed; spaces and newlines are let through. */
export const parseGtidSet = (text: string): GtidSet => {
  const sets = new Map<string, GtidInterval[]>();
  for (const part of text.replace(/\s/g, '').split(',')) {
    if (part === '') continue;
    const [uuid = '', ...rest] = part.split(':');
    const source = uuidText(uuidBytes(uuid));
    let id = source;
    for (const piece of rest) {
      if (tagPattern.test(piece.toLowerCase())) id = `${source}:${piece.toLowerCase()}`;
      else sets.set(id, [...(sets.get(id) ?? []), parseInterval(piece)]);
    }
  }
  return new Map([...sets].map(([id, intervals]) => [id, merge(intervals)]));
};

const intervalText = ({ first, last }: GtidInterval): string => (first === last ? String(first) : `${first}-${last}`);

/** As MySQL prints it, but on one line: sorted by UUID. */
export const formatGtidSet = (set: GtidSet): string =>
  [...set]
    .filter(([, intervals]) => intervals.length > 0)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, intervals]) => `${id}:${intervals.map(intervalText).join(':')}`)
    .join(',');

export const containsGtid = (set: GtidSet, id: string, number: bigint): boolean =>
  set.get(id)?.some(({ first, last }) => first <= number && number <= last) ?? false;

export const unionGtidSets = (...sets: readonly GtidSet[]): GtidSet => {
  const all = new Map<string, readonly GtidInterval[]>();
  for (const set of sets) for (const [id, intervals] of set) all.set(id, merge([...(all.get(id) ?? []), ...intervals]));
  return all;
};

export const withGtid = (set: GtidSet, id: string, number: bigint): GtidSet => {
  const intervals = set.get(id) ?? [];
  const last = intervals.at(-1);
  // The common case, one more transaction at the end, without sorting.
  if (last && number === last.last + 1n) {
    return new Map(set).set(id, [...intervals.slice(0, -1), { first: last.first, last: number }]);
  }
  return new Map(set).set(id, merge([...intervals, { first: number, last: number }]));
};

const subtractIntervals = (from: readonly GtidInterval[], minus: readonly GtidInterval[]): GtidInterval[] => {
  let rest = [...from];
  for (const hole of minus) {
    rest = rest.flatMap(({ first, last }) => {
      if (hole.last < first || hole.first > last) return [{ first, last }];
      const parts: GtidInterval[] = [];
      if (first < hole.first) parts.push({ first, last: hole.first - 1n });
      if (hole.last < last) parts.push({ first: hole.last + 1n, last });
      return parts;
    });
  }
  return rest;
};

/** Transactions of `from` that are not in `minus`. */
export const subtractGtidSets = (from: GtidSet, minus: GtidSet): GtidSet =>
  new Map(
    [...from]
      .map(([id, intervals]) => [id, subtractIntervals(intervals, minus.get(id) ?? [])] as const)
      .filter(([, intervals]) => intervals.length > 0),
  );

export const isGtidSubset = (part: GtidSet, whole: GtidSet): boolean => subtractGtidSets(part, whole).size === 0;

const readIntervals = (cursor: Cursor): GtidInterval[] => {
  const count = Number(readUint64(cursor));
  if (count * 16 > remaining(cursor)) throw new MalformedBinlog('GTID set runs past its end');
  return Array.from({ length: count }, () => {
    const first = readUint64(cursor);
    return { first, last: readUint64(cursor) - 1n };
  });
};

/**
 * The encoded set of a PREVIOUS_GTIDS event and of COM_BINLOG_DUMP_GTID (Gtid_set::encode): a count of UUIDs in eight bytes; since
 * 8.3, if there are tags, the first and last of these bytes are 1 and each UUID is followed by its tag.
 */
export const readGtidSet = (cursor: Cursor): { gtids: GtidSet; tagged: boolean } => {
  const header = readBytes(cursor, 8);
  const tagged = header[7] === 1;
  const count = tagged ? header.readUIntLE(1, 6) : header.readUIntLE(0, 6);
  if (count * 16 > remaining(cursor)) throw new MalformedBinlog('GTID set runs past its end');
  const sets = new Map<string, GtidInterval[]>();
  for (let index = 0; index < count; index++) {
    const uuid = uuidText(readBytes(cursor, 16));
    const tag = tagged ? readTag(cursor) : '';
    sets.set(tag === '' ? uuid : `${uuid}:${tag}`, readIntervals(cursor));
  }
  return { gtids: sets, tagged };
};

// The tag's length is one varint of mysys' serialization: for up to 63 it is the number doubled.
const readTag = (cursor: Cursor): string => readText(cursor, readUint8(cursor) >> 1);

export const writeGtidSet = (sink: Sink, set: GtidSet, room = false): void => {
  const entries = [...set].filter(([, intervals]) => intervals.length > 0).sort(([a], [b]) => (a < b ? -1 : 1));
  const tagged = room || entries.some(([id]) => id.includes(':'));
  if (tagged) {
    writeUint(sink, 1, 1);
    writeUint(sink, entries.length, 6);
    writeUint(sink, 1, 1);
  } else writeUint64(sink, BigInt(entries.length));
  for (const [id, intervals] of entries) {
    const [uuid = '', tag = ''] = id.split(':');
    writeBytes(sink, uuidBytes(uuid));
    if (tagged) {
      writeUint(sink, tag.length * 2, 1);
      writeBytes(sink, Buffer.from(tag));
    }
    writeUint64(sink, BigInt(intervals.length));
    for (const { first, last } of intervals) {
      writeUint64(sink, first);
      writeUint64(sink, last + 1n);
    }
  }
};

export const encodeGtidSet = (set: GtidSet): Buffer => {
  const sink = newSink(64);
  writeGtidSet(sink, set);
  return written(sink);
};
