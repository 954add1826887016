import { createHash } from 'node:crypto';
import { startChecksum } from '../../../wire/s3/checksums.ts';
import { writeXml } from '../../../wire/s3/xml.ts';
import { largestBodyBytes } from '../body-intake.ts';
import type { ObjectChecksum, Segment, StoredObject } from '../changes.ts';
import { checkWriteConditions } from '../conditions.ts';
import { readStretch } from '../content-stream.ts';
import { S3Error } from '../errors.ts';
import { eventsFor } from '../notifications.ts';
import { checksumElement, parseAlgorithm } from '../object-checksums.ts';
import { encryptionHeader, type ObjectAttributes, readObjectAttributes } from '../object-headers.ts';
import {
  bucketOf,
  document,
  invalidArgument,
  isoSeconds,
  keyOf,
  operation,
  quoted,
  type S3Context,
} from '../operation.ts';
import { header, type S3Request } from '../request.ts';
import { readCopySource } from './copy-source.ts';

const directive = (request: S3Request, name: string): 'COPY' | 'REPLACE' => {
  const value = header(request, name) ?? 'COPY';
  if (value !== 'COPY' && value !== 'REPLACE') throw invalidArgument(name, value, `Unknown ${name.slice(6)}.`);
  return value;
};

const attributesOf = (request: S3Request, source: StoredObject): ObjectAttributes => {
  const given = readObjectAttributes(request);
  const metadata = directive(request, 'x-amz-metadata-directive') === 'REPLACE' ? given : source;
  const tags = directive(request, 'x-amz-tagging-directive') === 'REPLACE' ? given.tags : source.tags;
  return { headers: metadata.headers, metadata: metadata.metadata, tags, storageClass: given.storageClass };
};

const checkChange = (request: S3Request, source: { bucket: string; object: StoredObject }) => {
  const isItself = source.bucket === request.bucket && source.object.key === request.key;
  const storageClass = header(request, 'x-amz-storage-class') ?? source.object.storageClass;
  const changes =
    directive(request, 'x-amz-metadata-directive') === 'REPLACE' ||
    header(request, 'x-amz-server-side-encryption') !== undefined ||
    storageClass !== source.object.storageClass;
  if (isItself && !changes)
    throw new S3Error(
      'InvalidRequest',
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    );
};

type Copied = { segment: Segment; etag: string; checksum: ObjectChecksum };

/** Bytes that are stored once already get a second name; those of several parts become one file, with an ETag of its own. */
const copyBytes = async (context: S3Context, request: S3Request, source: StoredObject): Promise<Copied> => {
  const { contents } = context.store;
  const asked = header(request, 'x-amz-checksum-algorithm');
  const algorithm = asked === undefined ? source.checksum.algorithm : parseAlgorithm(asked);
  const [only] = source.segments;
  if (!source.isMultipart && only !== undefined && algorithm === source.checksum.algorithm) {
    return { segment: contents.duplicate(only), etag: source.etag, checksum: source.checksum };
  }
  const writer = contents.create();
  try {
    const [md5, checksum] = [createHash('md5'), startChecksum(algorithm)];
    for await (const block of readStretch(contents, source.segments, 0, source.sizeBytes)) {
      md5.update(block);
      checksum.update(block);
      writer.write(block);
    }
    const value = checksum.digest().toString('base64');
    return { segment: writer.keep(), etag: md5.digest('hex'), checksum: { algorithm, value, type: 'FULL_OBJECT' } };
  } catch (error) {
    writer.discard();
    throw error;
  }
};

const commitCopy = (
  context: S3Context,
  request: S3Request,
  source: StoredObject,
  copied: Copied,
  attributes: ObjectAttributes,
): StoredObject => {
  const bucket = bucketOf(context, request);
  const key = keyOf(request);
  checkWriteConditions(request, bucket.objects.get(key));
  const object: StoredObject = {
    key,
    sizeBytes: source.sizeBytes,
    etag: copied.etag,
    lastModifiedMs: context.clock.nowMs(),
    segments: [copied.segment],
    isMultipart: false,
    ...attributes,
    checksum: copied.checksum,
  };
  const events = eventsFor(context, request, bucket, 'ObjectCreated:Copy', key, object);
  context.store.commit({ kind: 'object-put', bucket: bucket.name, object, events });
  return object;
};

/** PUT with x-amz-copy-source – copies an object of up to 5 GiB, with its metadata and tags or new ones; conditions on both ends.
 *  Not emulated: versions, encryption with other keys than S3's. */
export const copyObject = operation({
  name: 'CopyObject',
  method: 'PUT',
  target: 'object',
  header: 'x-amz-copy-source',
  handle: async (context, request) => {
    const bucket = bucketOf(context, request);
    const source = readCopySource(context, request);
    if (source.object.sizeBytes > largestBodyBytes)
      throw new S3Error(
        'InvalidRequest',
        `The specified copy source is larger than the maximum allowable size for a copy source: ${largestBodyBytes}`,
      );
    const attributes = attributesOf(request, source.object);
    checkChange(request, source);
    checkWriteConditions(request, bucket.objects.get(keyOf(request)));
    const copied = await copyBytes(context, request, source.object);
    try {
      const object = commitCopy(context, request, source.object, copied, attributes);
      const result = writeXml('CopyObjectResult', [
        ['LastModified', isoSeconds(object.lastModifiedMs)],
        ['ETag', quoted(object.etag)],
        [checksumElement(object.checksum.algorithm), object.checksum.value],
        ['ChecksumType', object.checksum.type],
      ]);
      return document(result, encryptionHeader);
    } catch (error) {
      context.store.contents.remove([copied.segment]);
      throw error;
    }
  },
});
