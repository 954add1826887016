import { restErrors } from '../errors.ts';
import type { RestHandler } from '../rest/rest-handler.ts';

/** POST /connectors/{connector}/tasks/{task}/restart */
export const restartTask: RestHandler = {
  method: 'POST',
  path: '/connectors/{connector}/tasks/{task}/restart',
  answer: async ({ params }, { herder }) => {
    const id = params['task'] ?? '';
    if (!/^\d{1,9}$/.test(id)) throw restErrors.notFound();
    await herder.restartTask(params['connector'] ?? '', Number(id));
    return { status: 204 };
  },
};
