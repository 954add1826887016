import { NotEmulated } from '../../../core/not-emulated.ts';
import type { JsonValue } from '../../../wire/connect/json-text.ts';
import { restErrors } from '../errors.ts';
import type { OffsetMap, TopicPartitionOffset } from '../plugin.ts';
import { offsetsAltered, requireStopped } from '../rest/offset-changes.ts';
import type { RestHandler } from '../rest/rest-handler.ts';
import type { OffsetWrite } from '../worker/offset-store.ts';
import { alterSinkOffsets, sinkGroupId } from '../worker/sink-offsets.ts';

type JsonObject = { [key: string]: JsonValue };

const isObject = (json: JsonValue | undefined): json is JsonObject =>
  typeof json === 'object' && json !== null && !Array.isArray(json);

const asOffsetMap = (json: JsonObject): OffsetMap =>
  Object.fromEntries(
    Object.entries(json).map(([name, value]) => {
      if (value !== null && typeof value === 'object') {
        throw restErrors.badOffsets('Offsets and partitions must be flat objects of text, numbers and booleans');
      }
      const small = typeof value === 'bigint' && BigInt.asIntN(53, value) === value;
      return [name, small ? Number(value) : value];
    }),
  );

const readWrites = (body: JsonValue | undefined): OffsetWrite[] => {
  const offsets = isObject(body) ? body['offsets'] : undefined;
  if (!Array.isArray(offsets) || offsets.length === 0) throw restErrors.noOffsetsGiven();
  return offsets.map((item) => {
    const partition = isObject(item) ? item['partition'] : undefined;
    const offset = isObject(item) ? item['offset'] : undefined;
    if (!isObject(partition)) throw restErrors.noOffsetsGiven();
    return { partition: asOffsetMap(partition), offset: isObject(offset) ? asOffsetMap(offset) : null };
  });
};

/** SinkUtils.parseSinkConnectorOffsets. */
const sinkChange = ({
  partition,
  offset,
}: OffsetWrite): { partition: { topic: string; partition: number }; offset: bigint | null } => {
  const topic = partition['kafka_topic'];
  const number = Number(partition['kafka_partition']);
  if (topic === undefined || topic === null || !('kafka_partition' in partition)) {
    throw restErrors.badOffsets(
      "The partition for a sink connector offset must contain the keys 'kafka_topic' and 'kafka_partition'",
    );
  }
  if (!Number.isInteger(number) || number < 0) {
    throw restErrors.badOffsets(
      `Failed to parse the following Kafka partition value in the provided offsets: '${partition['kafka_partition']}'. Partition values for sink connectors need to be integers.`,
    );
  }
  if (offset === null) return { partition: { topic: String(topic), partition: number }, offset: null };
  const next = offset['kafka_offset'];
  if (next === undefined || next === null || !/^[+-]?\d+$/.test(String(next))) {
    throw restErrors.badOffsets(
      `Failed to parse the following Kafka offset value in the provided offsets: '${next}'. Offset values for sink connectors need to be integers.`,
    );
  }
  return { partition: { topic: String(topic), partition: number }, offset: BigInt(String(next)) };
};

/** PATCH /connectors/{connector}/offsets: only while STOPPED; a null offset resets that partition. */
export const alterConnectorOffsets: RestHandler = {
  method: 'PATCH',
  path: '/connectors/{connector}/offsets',
  answer: async ({ params, body }, { herder }) => {
    const name = params['connector'] ?? '';
    const writes = readWrites(body);
    const { type, config } = requireStopped(herder, name);
    if (type === 'sink') {
      const changes = writes.map(sinkChange);
      const set = changes
        .filter(({ offset }) => offset !== null)
        .map(({ partition, offset }): TopicPartitionOffset => ({ ...partition, offset: offset as bigint }));
      // Only the admin client minds, in the middle of the change.
      if (set.some(({ offset }) => offset < 0n)) throw restErrors.offsetsNotModified(name);
      const reset = changes.filter(({ offset }) => offset === null).map(({ partition }) => partition);
      await alterSinkOffsets(herder.access, sinkGroupId(name, config), set, reset);
      return { status: 200, body: { message: 'The offsets for this connector have been altered successfully' } };
    }
    const plugin = herder.pluginOf(config);
    if (plugin.type !== 'source') throw new NotEmulated('connect', `Altering offsets of ${plugin.className}`);
    const byPlugin = (await plugin.alterOffsets?.(config, writes)) ?? false;
    await herder.offsets.write(name, writes);
    return { status: 200, body: { message: offsetsAltered('altered', byPlugin) } };
  },
};
