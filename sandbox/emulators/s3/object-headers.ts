import type { StoredObject } from './changes.ts';
import { notEmulated, S3Error } from './errors.ts';
import { checksumHeader } from './object-checksums.ts';
import { header, type S3Request } from './request.ts';
import { parseTagHeader } from './tags.ts';

const keptHeaders = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
];
const metadataPrefix = 'x-amz-meta-';
const largestMetadataBytes = 2048;

/** Classes whose objects can be read at once; here all of them are stored alike, and the name is kept. */
const readableClasses = new Set([
  'STANDARD',
  'REDUCED_REDUNDANCY',
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'GLACIER_IR',
]);
const otherClasses = new Set(['GLACIER', 'DEEP_ARCHIVE', 'OUTPOSTS', 'SNOW', 'EXPRESS_ONEZONE']);

/** Grants nothing that the owner does not have anyway, so a bucket without ACLs takes them. */
const harmlessAcls = new Set(['private', 'bucket-owner-full-control']);

const refusedHeaders = [
  'x-amz-website-redirect-location',
  'x-amz-write-offset-bytes',
  'x-amz-server-side-encryption-customer-algorithm',
  'x-amz-server-side-encryption-aws-kms-key-id',
  'x-amz-server-side-encryption-context',
  'x-amz-copy-source-server-side-encryption-customer-algorithm',
];

const checkAcl = (request: S3Request) => {
  const acl = header(request, 'x-amz-acl');
  const grants = Object.keys(request.http.headers).some((name) => name.startsWith('x-amz-grant-'));
  if (grants || (acl !== undefined && !harmlessAcls.has(acl))) throw new S3Error('AccessControlListNotSupported');
};

const checkEncryption = (request: S3Request) => {
  const encryption = header(request, 'x-amz-server-side-encryption');
  if (encryption === undefined || encryption === 'AES256') return;
  if (encryption.startsWith('aws:')) throw notEmulated(`server-side encryption ${encryption}`);
  throw new S3Error('InvalidArgument', 'The encryption method specified is not supported');
};

const readStorageClass = (request: S3Request): string => {
  const name = header(request, 'x-amz-storage-class') ?? 'STANDARD';
  if (otherClasses.has(name)) throw notEmulated(`storage class ${name}`);
  if (!readableClasses.has(name)) throw new S3Error('InvalidStorageClass');
  return name;
};

/** aws-chunked is the framing of the transfer, not of the object. */
const withoutFraming = (encoding: string): string =>
  encoding
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== 'aws-chunked' && part !== '')
    .join(',');

export const readMetadata = (request: S3Request): Record<string, string> => {
  const metadata: Record<string, string> = {};
  let size = 0;
  for (const [name, value] of Object.entries(request.http.headers)) {
    if (!name.startsWith(metadataPrefix) || value === undefined) continue;
    const text = Array.isArray(value) ? value.join(',') : value;
    metadata[name.slice(metadataPrefix.length)] = text;
    size += name.length - metadataPrefix.length + text.length;
  }
  if (size > largestMetadataBytes)
    throw new S3Error('MetadataTooLarge', undefined, [
      ['Size', `${size}`],
      ['MaxSizeAllowed', `${largestMetadataBytes}`],
    ]);
  return metadata;
};

export const readKeptHeaders = (request: S3Request): Record<string, string> => {
  const headers: Record<string, string> = {};
  for (const name of keptHeaders) {
    const value = header(request, name);
    const kept = name === 'content-encoding' && value !== undefined ? withoutFraming(value) : value;
    if (kept) headers[name] = kept;
  }
  headers['content-type'] ??= 'binary/octet-stream';
  return headers;
};

/** Refuses what a request may ask of an object that is not emulated here. */
export const checkObjectRequest = (request: S3Request): void => {
  checkAcl(request);
  checkEncryption(request);
  if (header(request, 'x-amz-object-lock-mode') || header(request, 'x-amz-object-lock-legal-hold'))
    throw new S3Error('InvalidRequest', 'Bucket is missing Object Lock Configuration');
  const refused = refusedHeaders.find((name) => header(request, name) !== undefined);
  if (refused !== undefined) throw notEmulated(`the header ${refused}`);
};

export type ObjectAttributes = Pick<StoredObject, 'headers' | 'metadata' | 'tags' | 'storageClass'>;

/** What the headers of a PutObject or CreateMultipartUpload say about the object to come. */
export const readObjectAttributes = (request: S3Request): ObjectAttributes => {
  checkObjectRequest(request);
  return {
    headers: readKeptHeaders(request),
    metadata: readMetadata(request),
    tags: parseTagHeader(header(request, 'x-amz-tagging')),
    storageClass: readStorageClass(request),
  };
};

/** S3 encrypts every object with keys of its own and says so; what lies on this disk is plain (see SUPPORT.md). */
export const encryptionHeader = { 'x-amz-server-side-encryption': 'AES256' };

export const checksumHeaders = (checksum: StoredObject['checksum']): Record<string, string> => ({
  [checksumHeader(checksum.algorithm)]: checksum.value,
  'x-amz-checksum-type': checksum.type,
});

/** The headers of GET and HEAD that describe the whole object. */
export const describeObject = (object: StoredObject): Record<string, string> => {
  const headers: Record<string, string> = {
    ...object.headers,
    'last-modified': new Date(object.lastModifiedMs).toUTCString(),
    etag: `"${object.etag}"`,
    'accept-ranges': 'bytes',
    ...encryptionHeader,
  };
  for (const [name, value] of Object.entries(object.metadata)) headers[metadataPrefix + name] = value;
  const tagCount = Object.keys(object.tags).length;
  if (tagCount > 0) headers['x-amz-tagging-count'] = `${tagCount}`;
  if (object.storageClass !== 'STANDARD') headers['x-amz-storage-class'] = object.storageClass;
  return headers;
};
