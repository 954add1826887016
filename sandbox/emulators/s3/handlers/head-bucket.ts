import { bucketOf, operation } from '../operation.ts';

/** HEAD /bucket – is it there, and in which region. */
export const headBucket = operation({
  name: 'HeadBucket',
  method: 'HEAD',
  target: 'bucket',
  handle: (context, request) => {
    bucketOf(context, request);
    return {
      status: 200,
      headers: {
        'x-amz-bucket-region': context.region,
        'x-amz-access-point-alias': 'false',
        'content-type': 'application/xml',
      },
    };
  },
});
