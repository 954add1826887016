import type { RestHandler } from '../rest/rest-handler.ts';

/** GET /connectors/{connector}/tasks: ids and configurations, placeholders unresolved. */
export const getConnectorTasks: RestHandler = {
  method: 'GET',
  path: '/connectors/{connector}/tasks',
  answer: ({ params }, { herder }) => {
    const name = params['connector'] ?? '';
    const { tasks } = herder.info(name);
    const configs = herder.configs.get(name)?.taskConfigs ?? [];
    return { status: 200, body: tasks.map((id) => ({ id, config: configs[id.task] })) };
  },
};
