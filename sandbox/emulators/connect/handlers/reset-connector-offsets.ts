import { offsetsAltered, requireStopped } from '../rest/offset-changes.ts';
import type { RestHandler } from '../rest/rest-handler.ts';
import { resetSinkOffsets, sinkGroupId } from '../worker/sink-offsets.ts';

/** DELETE /connectors/{connector}/offsets: only while STOPPED; a sink's consumer group is deleted, as in the real worker. */
export const resetConnectorOffsets: RestHandler = {
  method: 'DELETE',
  path: '/connectors/{connector}/offsets',
  answer: async ({ params }, { herder }) => {
    const name = params['connector'] ?? '';
    const { type, config } = requireStopped(herder, name);
    if (type === 'sink') {
      await resetSinkOffsets(herder.access, sinkGroupId(name, config));
      return { status: 200, body: { message: 'The offsets for this connector have been reset successfully' } };
    }
    const plugin = herder.pluginOf(config);
    const writes = herder.offsets.all(name).map(({ partition }) => ({ partition, offset: null }));
    const byPlugin = plugin.type === 'source' ? ((await plugin.alterOffsets?.(config, writes)) ?? false) : false;
    await herder.offsets.write(name, writes);
    return { status: 200, body: { message: offsetsAltered('reset', byPlugin) } };
  },
};
