import { type JsonValue, parseJson, printJson, printJsonString } from '../../../wire/connect/json-text.ts';
import type { OffsetMap } from '../plugin.ts';
import type { StateTopics } from './state-topics.ts';

// KafkaOffsetBackingStore: source offsets by connector and source partition, `["name",{partition}]` → `{offset}`.

export type StoredOffset = { partition: OffsetMap; offset: OffsetMap };
export type OffsetWrite = { partition: OffsetMap; offset: OffsetMap | null };

export type OffsetStore = {
  read(connector: string, partition: OffsetMap): OffsetMap | null;
  all(connector: string): readonly StoredOffset[];
  write(connector: string, writes: readonly OffsetWrite[]): Promise<void>;
};

const printMap = (map: OffsetMap): string => {
  const members = Object.entries(map).map(([name, value]) => {
    const printed = typeof value === 'number' && Number.isInteger(value) ? String(value) : printJson(value);
    return `${printJsonString(name)}:${printed}`;
  });
  return `{${members.join(',')}}`;
};

/** Names the same source partition in any order of its properties. */
const identityOf = (partition: OffsetMap): string =>
  Object.keys(partition)
    .sort()
    .map((name) => `${printJsonString(name)}:${String(partition[name])}`)
    .join(',');

const asOffsetMap = (json: JsonValue): OffsetMap => {
  const map: Record<string, OffsetMap[string]> = {};
  for (const [name, value] of Object.entries((json ?? {}) as Record<string, JsonValue>)) {
    const small = typeof value === 'bigint' && BigInt(Number(value)) === value && Number.isSafeInteger(Number(value));
    map[name] = small ? Number(value) : (value as OffsetMap[string]);
  }
  return map;
};

export const openOffsetStore = (topics: StateTopics, topic: string): OffsetStore => {
  const byConnector = new Map<string, Map<string, StoredOffset>>();
  const apply = (connector: string, { partition, offset }: OffsetWrite): void => {
    let offsets = byConnector.get(connector);
    if (offsets === undefined) byConnector.set(connector, (offsets = new Map()));
    if (offset === null) offsets.delete(identityOf(partition));
    else offsets.set(identityOf(partition), { partition, offset });
  };
  for (const { key, value } of topics.messages(topic)) {
    const parsed = key === null ? null : parseJson(key, { keepOrder: true });
    if (!Array.isArray(parsed) || typeof parsed[0] !== 'string') continue;
    const offset = value === null ? null : asOffsetMap(parseJson(value, { keepOrder: true }));
    apply(parsed[0], { partition: asOffsetMap(parsed[1] ?? null), offset });
  }
  return {
    read: (connector, partition) => byConnector.get(connector)?.get(identityOf(partition))?.offset ?? null,
    all: (connector) => [...(byConnector.get(connector)?.values() ?? [])],
    write: async (connector, writes) => {
      const records = writes.map(({ partition, offset }) => ({
        key: `[${printJsonString(connector)},${printMap(partition)}]`,
        value: offset === null ? null : printMap(offset),
      }));
      await topics.append(topic, records);
      for (const write of writes) apply(connector, write);
    },
  };
};
