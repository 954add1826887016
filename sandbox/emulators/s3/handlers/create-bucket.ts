import { textOf } from '../../../wire/s3/xml.ts';
import { notEmulated, S3Error } from '../errors.ts';
import { operation } from '../operation.ts';
import { readDocument } from '../payload.ts';
import { header } from '../request.ts';

const longestBodyBytes = 64 * 1024;
const mostBuckets = 10_000;

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
const isBucketName = (name: string): boolean =>
  /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) &&
  !name.includes('..') &&
  !/^\d+\.\d+\.\d+\.\d+$/.test(name) &&
  !/^(xn--|sthree-|amzn-s3-demo-)/.test(name) &&
  !/(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/.test(name);

const usEast1 = 'us-east-1';

/** Where the client wants the bucket must be where this endpoint is. */
const checkLocation = (wanted: string | undefined, region: string) => {
  if (wanted === undefined && region !== usEast1) throw new S3Error('IllegalLocationConstraintException');
  if (wanted === undefined || (wanted === region && region !== usEast1)) return;
  if (wanted === usEast1) throw new S3Error('InvalidLocationConstraint', undefined, [['LocationConstraint', wanted]]);
  throw new S3Error(
    'IllegalLocationConstraintException',
    `The ${wanted} location constraint is incompatible for the region specific endpoint this request was sent to.`,
  );
};

/** PUT /bucket – creates it. A bucket that is there already is a success in us-east-1 and BucketAlreadyOwnedByYou elsewhere.
 *  Not emulated: object lock, ACLs, other object ownership than the default, directory buckets, tags. */
export const createBucket = operation({
  name: 'CreateBucket',
  method: 'PUT',
  target: 'bucket',
  handle: async (context, request, payload) => {
    const name = request.bucket ?? '';
    const root = await readDocument(request, payload, longestBodyBytes);
    if (root !== undefined && root.name !== 'CreateBucketConfiguration') throw new S3Error('MalformedXML');
    if (!isBucketName(name)) throw new S3Error('InvalidBucketName', undefined, [['BucketName', name]]);
    if (header(request, 'x-amz-bucket-object-lock-enabled')?.toLowerCase() === 'true') throw notEmulated('object lock');
    const ownership = header(request, 'x-amz-object-ownership') ?? 'BucketOwnerEnforced';
    if (ownership !== 'BucketOwnerEnforced') throw notEmulated(`object ownership ${ownership}`);
    const acl = header(request, 'x-amz-acl') ?? 'private';
    if (acl !== 'private') throw new S3Error('AccessControlListNotSupported');
    for (const child of root?.children ?? [])
      if (child.name !== 'LocationConstraint') throw notEmulated(`CreateBucket with ${child.name}`);
    checkLocation(root && (textOf(root, 'LocationConstraint') || undefined), context.region);
    const headers = { location: `/${name}` };
    if (context.store.buckets.get(name) !== undefined) {
      if (context.region !== usEast1) throw new S3Error('BucketAlreadyOwnedByYou', undefined, [['BucketName', name]]);
      return { status: 200, headers };
    }
    if (context.store.buckets.size >= mostBuckets) throw new S3Error('TooManyBuckets');
    context.store.commit({ kind: 'bucket-created', bucket: name, atMs: context.clock.nowMs() });
    return { status: 200, headers };
  },
});
