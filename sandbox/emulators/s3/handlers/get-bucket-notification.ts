import { writeXml, type XmlContent } from '../../../wire/s3/xml.ts';
import type { QueueConfiguration } from '../changes.ts';
import { bucketOf, document, operation } from '../operation.ts';

const filterOf = (queue: QueueConfiguration): XmlContent => {
  const rules: [string, string | undefined][] = [
    ['Prefix', queue.prefix],
    ['Suffix', queue.suffix],
  ];
  const given = rules.filter(([, value]) => value !== undefined);
  if (given.length === 0) return undefined;
  const elements = given.map(([name, value]) => {
    const content: XmlContent = [
      ['Name', name],
      ['Value', value],
    ];
    return ['FilterRule', content] as const;
  });
  return [['S3Key', elements]];
};

/** GET /bucket?notification – the queues that hear of this bucket; empty when none was ever set. */
export const getBucketNotification = operation({
  name: 'GetBucketNotificationConfiguration',
  method: 'GET',
  target: 'bucket',
  parameters: ['notification'],
  handle: (context, request) => {
    const queues = bucketOf(context, request).queues.map((queue) => {
      const content: XmlContent = [
        ['Id', queue.id],
        ['Queue', queue.queueArn],
        ...queue.events.map((event) => ['Event', event] as const),
        ['Filter', filterOf(queue)],
      ];
      return ['QueueConfiguration', content] as const;
    });
    return document(writeXml('NotificationConfiguration', queues));
  },
});
