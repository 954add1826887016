import { asJavaHashMap } from '../../../wire/connect/java-hash-order.ts';
import type { RestHandler } from '../rest/rest-handler.ts';
import { sinkGroupId, sinkOffsets } from '../worker/sink-offsets.ts';

/** GET /connectors/{connector}/offsets: of a source what it stored, of a sink what its group committed. */
export const getConnectorOffsets: RestHandler = {
  method: 'GET',
  path: '/connectors/{connector}/offsets',
  answer: async ({ params }, { herder }) => {
    const name = params['connector'] ?? '';
    const { type, config } = herder.info(name);
    if (type !== 'sink') return { status: 200, body: { offsets: herder.offsets.all(name) } };
    const committed = await sinkOffsets(herder.access, sinkGroupId(name, config));
    const offsets = committed.map(({ topic, partition, offset }) => ({
      partition: asJavaHashMap<string | number>({ kafka_topic: topic, kafka_partition: partition }),
      offset: { kafka_offset: offset },
    }));
    return { status: 200, body: { offsets } };
  },
};
