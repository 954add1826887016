import { componentName, snowpipeQueueName } from '../engine.ts';
import { type Endpoint, jsonBody } from './endpoint.ts';

/**
 * POST /queues/<queue name>: what S3 tells the queue of auto-ingest pipes, as AWS writes it. On AWS an SQS queue of Snowflake's stands
 * here. It answers 200 once the events are on disk; s3:TestEvent, which has no Records, is taken and forgotten.
 */
export const queues: Endpoint = {
  method: 'POST',
  path: /^\/queues\/([A-Za-z0-9_-]+)$/,
  answer: async (engine, request) => {
    if (request.parameters[0] !== snowpipeQueueName) {
      return {
        status: 404,
        json: { code: 'AWS.SimpleQueueService.NonExistentQueue', message: `no queue ${request.parameters[0]}` },
      };
    }
    const message = jsonBody(request);
    const records = message['Records'];
    try {
      if (Array.isArray(records)) engine.pipes.receive(records);
    } catch (error) {
      // Not as the failure of a statement, which is told with status 200: what is not on disk must be sent again.
      const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
      engine.emit({ component: componentName, kind: 'failed', message: `an event of S3 was not taken: ${reason}` });
      return { status: 500, json: { code: 'InternalFailure', message: String(error) } };
    }
    return { json: { success: true } };
  },
};
