import { uriDecode } from '../../../wire/s3/uri.ts';
import type { StoredObject } from '../changes.ts';
import { checkCopyConditions } from '../conditions.ts';
import { S3Error } from '../errors.ts';
import { invalidArgument, type S3Context } from '../operation.ts';
import { header, type S3Request } from '../request.ts';

const malformed = (value: string): S3Error =>
  invalidArgument(
    'x-amz-copy-source',
    value,
    'Copy Source must mention the source bucket and key: sourcebucket/sourcekey',
  );

/** The object that x-amz-copy-source names, its conditions checked. */
export const readCopySource = (context: S3Context, request: S3Request): { bucket: string; object: StoredObject } => {
  const value = header(request, 'x-amz-copy-source') ?? '';
  const [rawPath = '', versionQuery] = value.split(/\?versionId=/);
  const path = uriDecode(rawPath)?.replace(/^\//, '');
  const slash = path?.indexOf('/') ?? -1;
  if (path === undefined || slash < 1 || slash === path.length - 1) throw malformed(value);
  if (versionQuery !== undefined && versionQuery !== 'null')
    throw invalidArgument('x-amz-copy-source', value, 'Invalid version id specified');
  const [name, key] = [path.slice(0, slash), path.slice(slash + 1)];
  const bucket = context.store.buckets.get(name);
  if (bucket === undefined) throw new S3Error('NoSuchBucket', undefined, [['BucketName', name]]);
  const object = bucket.objects.get(key);
  if (object === undefined) throw new S3Error('NoSuchKey', undefined, [['Key', key]]);
  checkCopyConditions(request, object);
  return { bucket: name, object };
};
