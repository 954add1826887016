import { parseNotificationConfiguration, testEvents } from '../notifications.ts';
import { bucketOf, operation } from '../operation.ts';
import { readDocument } from '../payload.ts';

const longestBodyBytes = 1 << 20;

/** PUT /bucket?notification – replaces the bucket's configuration and sends each queue an s3:TestEvent.
 *  Queues of `options.queues` alone; SNS topics, Lambda functions and EventBridge are refused by name. */
export const putBucketNotification = operation({
  name: 'PutBucketNotificationConfiguration',
  method: 'PUT',
  target: 'bucket',
  parameters: ['notification'],
  handle: async (context, request, payload) => {
    const root = await readDocument(request, payload, longestBodyBytes);
    const bucket = bucketOf(context, request);
    const queues = parseNotificationConfiguration(context, root);
    const events = testEvents(context, request, bucket.name, queues);
    context.store.commit({ kind: 'notifications-set', bucket: bucket.name, queues, events });
    return { status: 200 };
  },
});
