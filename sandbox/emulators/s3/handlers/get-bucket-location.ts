import { writeXml } from '../../../wire/s3/xml.ts';
import { bucketOf, document, operation } from '../operation.ts';

/** GET /bucket?location – the region; us-east-1 is the empty element. */
export const getBucketLocation = operation({
  name: 'GetBucketLocation',
  method: 'GET',
  target: 'bucket',
  parameters: ['location'],
  handle: (context, request) => {
    bucketOf(context, request);
    return document(writeXml('LocationConstraint', context.region === 'us-east-1' ? '' : context.region));
  },
});
