import { SnowflakeError } from '../errors.ts';
import type { Endpoint } from './endpoint.ts';
import { failure } from './query-answer.ts';

/** GET /results/<query>/<n>: a further part of a large result. The query's id, which nobody can guess, is the key to it. */
export const results: Endpoint = {
  method: 'GET',
  path: /^\/results\/([0-9a-f-]+)\/(\d+)$/,
  answer: async (engine, request) => {
    const [id, index] = request.parameters as [string, string];
    const chunk = engine.queries.find(id)?.outcome?.result.chunks[Number(index)];
    if (!chunk)
      return {
        status: 404,
        ...(failure(new SnowflakeError('000709', `Statement ${id} not found`), id) as { json: unknown }),
      };
    return { file: chunk.file, contentType: 'binary/octet-stream' };
  },
};
