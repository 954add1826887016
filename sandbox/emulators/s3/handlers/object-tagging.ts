import { writeXml } from '../../../wire/s3/xml.ts';
import { type EventName, eventsFor } from '../notifications.ts';
import { bucketOf, document, noContent, operation, type S3Context } from '../operation.ts';
import { readDocument } from '../payload.ts';
import type { S3Request } from '../request.ts';
import { parseTagging } from '../tags.ts';
import { objectOf } from './object-reading.ts';

const longestBodyBytes = 64 * 1024;

const setTags = (context: S3Context, request: S3Request, tags: Record<string, string>, name: EventName): void => {
  const bucket = bucketOf(context, request);
  const object = objectOf(context, request);
  const events = eventsFor(context, request, bucket, name, object.key, object);
  context.store.commit({ kind: 'object-tagged', bucket: bucket.name, key: object.key, tags, events });
};

/** GET /bucket/key?tagging */
export const getObjectTagging = operation({
  name: 'GetObjectTagging',
  method: 'GET',
  target: 'object',
  parameters: ['tagging'],
  handle: (context, request) => {
    const tags = Object.entries(objectOf(context, request).tags).map(([key, value]) => {
      const content = Object.entries({ Key: key, Value: value });
      return ['Tag', content] as const;
    });
    return document(writeXml('Tagging', [['TagSet', tags]]));
  },
});

/** PUT /bucket/key?tagging – replaces the object's tags, ten at most. */
export const putObjectTagging = operation({
  name: 'PutObjectTagging',
  method: 'PUT',
  target: 'object',
  parameters: ['tagging'],
  handle: async (context, request, payload) => {
    const root = await readDocument(request, payload, longestBodyBytes);
    setTags(context, request, parseTagging(root), 'ObjectTagging:Put');
    return { status: 200 };
  },
});

/** DELETE /bucket/key?tagging */
export const deleteObjectTagging = operation({
  name: 'DeleteObjectTagging',
  method: 'DELETE',
  target: 'object',
  parameters: ['tagging'],
  handle: (context, request) => {
    setTags(context, request, {}, 'ObjectTagging:Delete');
    return noContent;
  },
});
