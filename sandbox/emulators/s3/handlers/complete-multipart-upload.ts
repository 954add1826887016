import { createHash } from 'node:crypto';
import { checksumAlgorithms } from '../../../wire/s3/checksums.ts';
import { childrenOf, textOf, writeXml, type XmlElement } from '../../../wire/s3/xml.ts';
import type { StoredObject, StoredPart } from '../changes.ts';
import { checkWriteConditions } from '../conditions.ts';
import { S3Error } from '../errors.ts';
import { combinedChecksum, largestObjectBytes, leastPartBytes, mostParts, uploadOf } from '../multipart.ts';
import { eventsFor } from '../notifications.ts';
import { checksumElement, checksumHeader } from '../object-checksums.ts';
import { encryptionHeader } from '../object-headers.ts';
import { document, operation, quoted } from '../operation.ts';
import { readDocument } from '../payload.ts';
import { header, type S3Request } from '../request.ts';
import type { Upload } from '../store.ts';

const longestBodyBytes = 8 << 20;

const invalidPart = (upload: Upload, number: number, etag: string): S3Error =>
  new S3Error('InvalidPart', undefined, [
    ['UploadId', upload.id],
    ['PartNumber', `${number}`],
    ['ETag', etag],
  ]);

type ListedPart = { number: number; etag: string; element: XmlElement };

const readListed = (element: XmlElement): ListedPart => {
  const number = Number(textOf(element, 'PartNumber'));
  const etag = textOf(element, 'ETag')?.replace(/^"(.*)"$/, '$1');
  if (!Number.isInteger(number) || etag === undefined) throw new S3Error('MalformedXML');
  if (number < 1 || number > mostParts) throw new S3Error('InvalidArgument', 'PartNumber must be >= 1 and <= 10000');
  return { number, etag, element };
};

const storedPart = (upload: Upload, { number, etag, element }: ListedPart): StoredPart => {
  const part = upload.parts.get(number);
  if (part === undefined || part.etag !== etag) throw invalidPart(upload, number, etag);
  for (const algorithm of checksumAlgorithms) {
    const claimed = textOf(element, checksumElement(algorithm));
    if (claimed !== undefined && part.checksums[algorithm] !== claimed) throw invalidPart(upload, number, etag);
  }
  return part;
};

const tooSmall = ({ number, etag, segment }: StoredPart): S3Error =>
  new S3Error('EntityTooSmall', undefined, [
    ['ProposedSize', `${segment.sizeBytes}`],
    ['MinSizeAllowed', `${leastPartBytes}`],
    ['PartNumber', `${number}`],
    ['ETag', etag],
  ]);

/** The parts that the client lists, checked: in order, there, and none but the last below 5 MiB. */
const listedParts = (upload: Upload, root: XmlElement | undefined): StoredPart[] => {
  const elements = root?.name === 'CompleteMultipartUpload' ? childrenOf(root, 'Part') : [];
  if (elements.length === 0 || elements.length > mostParts) throw new S3Error('MalformedXML');
  const listed = elements.map(readListed);
  if (listed.some(({ number }, index) => number <= (listed[index - 1]?.number ?? 0)))
    throw new S3Error('InvalidPartOrder', undefined, [['UploadId', upload.id]]);
  const parts = listed.map((part) => storedPart(upload, part));
  const small = parts.slice(0, -1).find((part) => part.segment.sizeBytes < leastPartBytes);
  if (small !== undefined) throw tooSmall(small);
  return parts;
};

const checkSize = (request: S3Request, sizeBytes: number) => {
  const claimed = header(request, 'x-amz-mp-object-size');
  if (claimed !== undefined && claimed !== `${sizeBytes}`)
    throw new S3Error(
      'InvalidRequest',
      `The provided 'x-amz-mp-object-size' header value ${claimed} does not match what was computed: ${sizeBytes}`,
    );
  if (sizeBytes > largestObjectBytes)
    throw new S3Error('EntityTooLarge', undefined, [
      ['ProposedSize', `${sizeBytes}`],
      ['MaxSizeAllowed', `${largestObjectBytes}`],
    ]);
};

const checkChecksum = (request: S3Request, { algorithm, value, type }: StoredObject['checksum']) => {
  const claimedType = header(request, 'x-amz-checksum-type')?.toUpperCase();
  if (claimedType !== undefined && claimedType !== type)
    throw new S3Error(
      'InvalidRequest',
      `The upload was created using the ${type} checksum mode. The complete request must use the same checksum mode.`,
    );
  const claimed = header(request, checksumHeader(algorithm));
  if (claimed !== undefined && claimed.replace(/-\d+$/, '') !== value.replace(/-\d+$/, ''))
    throw new S3Error('BadDigest', `The ${algorithm} you specified did not match the calculated checksum.`);
};

const assemble = (upload: Upload, parts: readonly StoredPart[], nowMs: number): StoredObject => {
  const md5 = createHash('md5');
  for (const part of parts) md5.update(Buffer.from(part.etag, 'hex'));
  const checksum = combinedChecksum(upload, parts);
  const partChecksums = parts.map((part) => part.checksums[checksum.algorithm] ?? '');
  return {
    key: upload.key,
    sizeBytes: parts.reduce((sum, part) => sum + part.segment.sizeBytes, 0),
    etag: `${md5.digest('hex')}-${parts.length}`,
    lastModifiedMs: nowMs,
    segments: parts.map((part) => part.segment),
    isMultipart: true,
    headers: upload.headers,
    metadata: upload.metadata,
    tags: upload.tags,
    storageClass: upload.storageClass,
    checksum,
    ...(upload.checksumAlgorithm && { partChecksums }),
  };
};

/** POST /bucket/key?uploadId – makes the object of its parts, in one step and without copying a byte; conditional writes. */
export const completeMultipartUpload = operation({
  name: 'CompleteMultipartUpload',
  method: 'POST',
  target: 'object',
  parameters: ['uploadId'],
  handle: async (context, request, payload) => {
    const root = await readDocument(request, payload, longestBodyBytes);
    const { bucket, upload } = uploadOf(context, request);
    const parts = listedParts(upload, root);
    checkWriteConditions(request, bucket.objects.get(upload.key));
    const object = assemble(upload, parts, context.clock.nowMs());
    checkSize(request, object.sizeBytes);
    checkChecksum(request, object.checksum);
    const events = eventsFor(context, request, bucket, 'ObjectCreated:CompleteMultipartUpload', object.key, object);
    context.store.commit({ kind: 'object-put', bucket: bucket.name, object, events, uploadId: upload.id });
    const result = writeXml('CompleteMultipartUploadResult', [
      ['Location', `http://${request.http.headers.host ?? ''}${request.path}`],
      ['Bucket', bucket.name],
      ['Key', object.key],
      ['ETag', quoted(object.etag)],
      [checksumElement(object.checksum.algorithm), object.checksum.value],
      ['ChecksumType', object.checksum.type],
    ]);
    return document(result, encryptionHeader);
  },
});
