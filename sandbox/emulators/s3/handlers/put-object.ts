import { takeBody } from '../body-intake.ts';
import type { ObjectChecksum, StoredObject } from '../changes.ts';
import { checkWriteConditions } from '../conditions.ts';
import { eventsFor } from '../notifications.ts';
import { checksumHeaders, encryptionHeader, readObjectAttributes } from '../object-headers.ts';
import { bucketOf, keyOf, operation, quoted } from '../operation.ts';

/** PUT /bucket/key – stores an object whole: headers, user metadata, tags, Content-MD5, one checksum of five, conditional writes.
 *  Not emulated: ACLs other than the owner's, KMS and customer keys, object lock, website redirects, cold storage classes. */
export const putObject = operation({
  name: 'PutObject',
  method: 'PUT',
  target: 'object',
  handle: async (context, request, payload) => {
    const bucket = bucketOf(context, request);
    const key = keyOf(request);
    const attributes = readObjectAttributes(request);
    checkWriteConditions(request, bucket.objects.get(key));
    const object = await takeBody(context, request, payload, (taken): StoredObject => {
      // The bucket and the object under this key may have changed while the body came in.
      const present = bucketOf(context, request);
      checkWriteConditions(request, present.objects.get(key));
      const algorithm = taken.sentAlgorithm ?? 'CRC64NVME';
      const checksum: ObjectChecksum = { algorithm, value: taken.checksums[algorithm] ?? '', type: 'FULL_OBJECT' };
      const stored: StoredObject = {
        key,
        sizeBytes: taken.segment.sizeBytes,
        etag: taken.md5.toString('hex'),
        lastModifiedMs: context.clock.nowMs(),
        segments: [taken.segment],
        isMultipart: false,
        ...attributes,
        checksum,
      };
      const events = eventsFor(context, request, present, 'ObjectCreated:Put', key, stored);
      context.store.commit({ kind: 'object-put', bucket: present.name, object: stored, events });
      return stored;
    });
    return {
      status: 200,
      headers: { etag: quoted(object.etag), ...checksumHeaders(object.checksum), ...encryptionHeader },
    };
  },
});
