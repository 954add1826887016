import { checkDeleteConditions } from '../conditions.ts';
import { eventsFor } from '../notifications.ts';
import { bucketOf, keyOf, noContent, operation, type S3Context } from '../operation.ts';
import type { S3Request } from '../request.ts';
import type { Bucket } from '../store.ts';
import { checkVersion } from './object-reading.ts';

/** Removes one object with its event. A key that is not there is no error, and no event. */
export const removeObject = (context: S3Context, request: S3Request, bucket: Bucket, key: string): void => {
  if (bucket.objects.get(key) === undefined) return;
  const events = eventsFor(context, request, bucket, 'ObjectRemoved:Delete', key);
  context.store.commit({ kind: 'object-deleted', bucket: bucket.name, key, events });
};

/** DELETE /bucket/key – 204 whether or not the key was there; If-Match. Not emulated: versions, MFA, governance. */
export const deleteObject = operation({
  name: 'DeleteObject',
  method: 'DELETE',
  target: 'object',
  handle: (context, request) => {
    const bucket = bucketOf(context, request);
    checkVersion(request);
    const key = keyOf(request);
    checkDeleteConditions(request, bucket.objects.get(key));
    removeObject(context, request, bucket, key);
    return noContent;
  },
});
