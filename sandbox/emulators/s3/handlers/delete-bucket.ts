import { S3Error } from '../errors.ts';
import { bucketOf, noContent, operation } from '../operation.ts';

/** DELETE /bucket – an empty one; uploads under way in it go with it. */
export const deleteBucket = operation({
  name: 'DeleteBucket',
  method: 'DELETE',
  target: 'bucket',
  handle: (context, request) => {
    const bucket = bucketOf(context, request);
    if (bucket.objects.size > 0) throw new S3Error('BucketNotEmpty', undefined, [['BucketName', bucket.name]]);
    context.store.commit({ kind: 'bucket-deleted', bucket: bucket.name });
    return noContent;
  },
});
