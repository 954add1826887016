import { NotEmulated } from '../../../../core/not-emulated.ts';
import type { TypedConfig } from '../../config/definitions.ts';
import { ConfigError } from '../../connect-errors.ts';
import type { OffsetMap, SourceRecord } from '../../plugin.ts';

// Which records of a page are new, and in which order: OrderDirectionSourceRecordSorter and the filter factories.

const timeOf = (record: SourceRecord): number => record.timestampMs ?? 0;

const isDescending = (records: readonly SourceRecord[]): boolean => {
  const [first, last] = [records[0], records.at(-1)];
  return first !== undefined && last !== undefined && records.length >= 2 && timeOf(first) > timeOf(last);
};

export type Sorter = (records: SourceRecord[]) => SourceRecord[];

export const createSorter = (config: TypedConfig): Sorter => {
  const direction = config.text('http.response.list.order.direction').toUpperCase();
  if (!['ASC', 'DESC', 'IMPLICIT'].includes(direction)) {
    throw new ConfigError(
      `No enum constant com.github.castorm.kafka.connect.http.record.OrderDirectionSourceRecordSorter.OrderDirection.${direction}`,
    );
  }
  return (records) =>
    direction === 'DESC' || (direction === 'IMPLICIT' && isDescending(records)) ? records.toReversed() : records;
};

export const offsetIdentity = (offset: OffsetMap): string =>
  Object.keys(offset)
    .sort()
    .map((name) => `${name}=${offset[name]}`)
    .join('\u0000');

export const offsetTimestampMs = (offset: OffsetMap): number | undefined => {
  const text = offset['timestamp'];
  return typeof text === 'string' ? Date.parse(text) : undefined;
};

export type Filter = (offset: OffsetMap) => (record: SourceRecord) => boolean;

const newer: Filter = (offset) => {
  const seenMs = offsetTimestampMs(offset) ?? 0;
  return (record) => timeOf(record) > seenMs;
};

/** Newer than the offset, or behind the record of that very offset in the page. */
const behindLastSeen: Filter = (offset) => {
  const isNewer = newer(offset);
  const lastSeen = offsetIdentity(offset);
  let reached = false;
  return (record) => {
    if (isNewer(record)) return true;
    const result = reached;
    if (!reached && offsetIdentity(record.sourceOffset) === lastSeen) reached = true;
    return result;
  };
};

const filters: Readonly<Record<string, Filter>> = {
  OffsetRecordFilterFactory: behindLastSeen,
  OffsetTimestampRecordFilterFactory: newer,
  PassthroughRecordFilterFactory: () => () => true,
};

export const createFilter = (config: TypedConfig): Filter => {
  const className = config.text('http.record.filter.factory');
  const filter = filters[className.slice(className.lastIndexOf('.') + 1)];
  if (filter === undefined) throw new NotEmulated('connect', `http.record.filter.factory=${className}`);
  return filter;
};
