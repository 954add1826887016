import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, request as httpRequest, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  DeleteObjectTaggingCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketLocationCommand,
  GetBucketNotificationConfigurationCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  type GetObjectCommandInput,
  GetObjectTaggingCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListMultipartUploadsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  ListPartsCommand,
  PutBucketNotificationConfigurationCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  PutObjectTaggingCommand,
  type QueueConfiguration,
  S3Client,
  type S3ClientConfig,
  S3ServiceException,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { removeFolder, type Served, serve } from './serve.ts';

const clientOf = ({ address }: Served, config: S3ClientConfig = {}): S3Client =>
  new S3Client({
    region: address['AWS_REGION'] ?? '',
    endpoint: address['AWS_ENDPOINT_URL_S3'] ?? '',
    forcePathStyle: true,
    maxAttempts: 1,
    credentials: {
      accessKeyId: address['AWS_ACCESS_KEY_ID'] ?? '',
      secretAccessKey: address['AWS_SECRET_ACCESS_KEY'] ?? '',
    },
    ...config,
  });

/** What a refusal says: its code and status. */
const refusal = async (promise: Promise<unknown>): Promise<string> => {
  try {
    await promise;
    return 'done';
  } catch (error) {
    if (error instanceof S3ServiceException) return `${error.name} ${error.$metadata.httpStatusCode}`;
    throw error;
  }
};

const until = <T>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 30_000, interval: 50 });

describe('the S3 server', () => {
  let served: Served;
  let s3: S3Client;
  const Bucket = 'contract';
  beforeAll(async () => {
    served = await serve({ components: ['s3'] });
    s3 = clientOf(served);
    await s3.send(new CreateBucketCommand({ Bucket }));
  });
  afterAll(async () => {
    s3.destroy();
    expect(await served.stop()).toBe(0);
    removeFolder(served.dataDir);
  });

  const put = (Key: string, Body: PutObjectCommandInput['Body'] = Key, more: Partial<PutObjectCommandInput> = {}) =>
    s3.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
  const get = async (Key: string, more: Partial<GetObjectCommandInput> = {}) => {
    const answer = await s3.send(new GetObjectCommand({ Bucket, Key, ...more }));
    return { ...answer, bytes: Buffer.from((await answer.Body?.transformToByteArray()) ?? []) };
  };
  const keysOf = (prefix: string) =>
    s3
      .send(new ListObjectsV2Command({ Bucket, Prefix: prefix }))
      .then(({ Contents = [] }) => Contents.map(({ Key }) => Key));

  it('keeps an object as it was put: bytes, headers, metadata', async () => {
    const { ETag } = await put('whole/one', 'hello', {
      ContentType: 'text/plain',
      ContentEncoding: 'identity',
      CacheControl: 'no-store',
      ContentDisposition: 'inline',
      Metadata: { one: 'first', two: 'second' },
    });
    expect(ETag).toBe(`"${createHash('md5').update('hello').digest('hex')}"`);
    const found = await get('whole/one');
    expect(found.bytes.toString()).toBe('hello');
    expect(found).toMatchObject({
      ContentType: 'text/plain',
      ContentEncoding: 'identity',
      CacheControl: 'no-store',
      ContentDisposition: 'inline',
      ContentLength: 5,
      ETag,
      AcceptRanges: 'bytes',
      Metadata: { one: 'first', two: 'second' },
    });
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'whole/one' }));
    expect(head).toMatchObject({ ContentLength: 5, ETag, Metadata: { one: 'first', two: 'second' } });
  });

  it('takes any key as a name', async () => {
    const keys = [
      '/',
      '//',
      '.',
      '..',
      '../../etc/passwd',
      'a//b',
      'a/',
      'sp ace+plus',
      'ünï/文/😀',
      '%2F',
      'k'.repeat(1024),
    ];
    for (const key of keys) await put(`names/${key}`.slice(-1024), key);
    for (const key of keys) expect((await get(`names/${key}`.slice(-1024))).bytes.toString()).toBe(key);
    expect(await refusal(put('k'.repeat(1025)))).toBe('KeyTooLongError 400');
  });

  it.each(['CRC32', 'CRC32C', 'SHA1', 'SHA256'] as const)('checks and returns %s', async (ChecksumAlgorithm) => {
    const name = `Checksum${ChecksumAlgorithm}` as const;
    const stored = await put(`sums/${ChecksumAlgorithm}`, 'summed', { ChecksumAlgorithm });
    expect(stored[name]).toBeTruthy();
    const head = await s3.send(
      new HeadObjectCommand({ Bucket, Key: `sums/${ChecksumAlgorithm}`, ChecksumMode: 'ENABLED' }),
    );
    expect(head[name]).toBe(stored[name]);
    expect(await refusal(put('sums/other', 'not summed', { [name]: stored[name] }))).toBe('BadDigest 400');
  });

  it('checks Content-MD5', async () => {
    const ContentMD5 = createHash('md5').update('right').digest('base64');
    await put('sums/md5', 'right', { ContentMD5 });
    expect(await refusal(put('sums/md5', 'wrong', { ContentMD5 }))).toBe('BadDigest 400');
    expect(await refusal(put('sums/md5', 'wrong', { ContentMD5: 'short' }))).toBe('InvalidDigest 400');
    expect((await get('sums/md5')).bytes.toString()).toBe('right');
  });

  it('takes a stream, chunked, with its checksum in the trailer', async () => {
    const blocks = Array.from({ length: 40 }, () => randomBytes(64 * 1024));
    const ContentLength = 40 * 64 * 1024;
    await put('streamed', Readable.from(blocks), { ContentLength });
    expect((await get('streamed')).bytes.equals(Buffer.concat(blocks))).toBe(true);
  });

  it('serves ranges', async () => {
    await put('ranges', '0123456789');
    const read = async (Range: string) => {
      const { bytes, ContentRange } = await get('ranges', { Range });
      return `${bytes} ${ContentRange}`;
    };
    expect(await read('bytes=0-0')).toBe('0 bytes 0-0/10');
    expect(await read('bytes=7-')).toBe('789 bytes 7-9/10');
    expect(await read('bytes=-3')).toBe('789 bytes 7-9/10');
    expect(await read('bytes=5-99')).toBe('56789 bytes 5-9/10');
    expect(await read('bytes=nonsense')).toBe('0123456789 undefined');
    expect(await refusal(get('ranges', { Range: 'bytes=10-' }))).toBe('InvalidRange 416');
  });

  it('answers conditions', async () => {
    const { ETag = '' } = await put('conditions', 'x');
    expect(await refusal(get('conditions', { IfMatch: ETag }))).toBe('done');
    expect(await refusal(get('conditions', { IfMatch: '"other"' }))).toBe('PreconditionFailed 412');
    expect(await refusal(get('conditions', { IfNoneMatch: ETag }))).toContain('304');
    expect(await refusal(get('conditions', { IfModifiedSince: new Date(Date.now() + 86_400_000) }))).toContain('304');
    expect(await refusal(get('conditions', { IfUnmodifiedSince: new Date(0) }))).toBe('PreconditionFailed 412');
  });

  it('writes only if it may', async () => {
    await put('only-new', 'first', { IfNoneMatch: '*' });
    expect(await refusal(put('only-new', 'second', { IfNoneMatch: '*' }))).toBe('PreconditionFailed 412');
    const { ETag } = await get('only-new');
    await put('only-new', 'third', { IfMatch: ETag });
    expect(await refusal(put('only-new', 'fourth', { IfMatch: ETag }))).toBe('PreconditionFailed 412');
    expect(await refusal(put('never', 'x', { IfMatch: ETag }))).toBe('NoSuchKey 404');
    expect((await get('only-new')).bytes.toString()).toBe('third');
    const racers = Array.from({ length: 8 }, (_, index) => refusal(put('race', `${index}`, { IfNoneMatch: '*' })));
    expect((await Promise.all(racers)).filter((outcome) => outcome === 'done')).toHaveLength(1);
  });

  it('lists in order of bytes, in pages, with prefixes rolled up', async () => {
    const names = ['a', 'a/b', 'a/b/c', 'a0', 'b/1', 'b/2', 'é', '\uffee', '😀'];
    for (const name of names) await put(`list/${name}`);
    expect(await keysOf('list/')).toEqual(names.map((name) => `list/${name}`));
    const page = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'list/', Delimiter: '/', MaxKeys: 3 }));
    expect(page).toMatchObject({ IsTruncated: true, KeyCount: 3, CommonPrefixes: [{ Prefix: 'list/a/' }] });
    expect(page.Contents?.map(({ Key }) => Key)).toEqual(['list/a', 'list/a0']);
    const next = await s3.send(
      new ListObjectsV2Command({
        Bucket,
        Prefix: 'list/',
        Delimiter: '/',
        ContinuationToken: page.NextContinuationToken,
      }),
    );
    expect(next).toMatchObject({ IsTruncated: false, KeyCount: 4, CommonPrefixes: [{ Prefix: 'list/b/' }] });
    const after = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'list/', StartAfter: 'list/b/2' }));
    expect(after.KeyCount).toBe(3);
    const older = await s3.send(new ListObjectsCommand({ Bucket, Prefix: 'list/', Delimiter: '/', MaxKeys: 2 }));
    expect(older).toMatchObject({ IsTruncated: true, NextMarker: 'list/a/' });
    const encoded = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'list/é', EncodingType: 'url' }));
    expect(encoded.Contents?.[0]?.Key).toBe('list/%C3%A9');
    const versions = await s3.send(new ListObjectVersionsCommand({ Bucket, Prefix: 'list/a0' }));
    expect(versions.Versions).toMatchObject([{ Key: 'list/a0', VersionId: 'null', IsLatest: true }]);
  });

  it('deletes one and many, there or not', async () => {
    for (const name of ['1', '2', '3']) await put(`gone/${name}`);
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'gone/1' }));
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'gone/never' }));
    const Objects = [{ Key: 'gone/2' }, { Key: 'gone/never' }, { Key: 'gone/3', ETag: '"other"' }];
    const { Deleted, Errors } = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    expect(Deleted).toEqual([{ Key: 'gone/2' }, { Key: 'gone/never' }]);
    expect(Errors).toMatchObject([{ Key: 'gone/3', Code: 'PreconditionFailed' }]);
    expect(await keysOf('gone/')).toEqual(['gone/3']);
  });

  it('copies, with metadata kept or replaced', async () => {
    const { ETag } = await put('source/a b+é', 'copied', { Metadata: { kept: 'yes' }, ContentType: 'text/plain' });
    const CopySource = `${Bucket}/${encodeURIComponent('source/a b+é')}`;
    const kept = await s3.send(new CopyObjectCommand({ Bucket, Key: 'target/kept', CopySource }));
    expect(kept.CopyObjectResult?.ETag).toBe(ETag);
    expect(await get('target/kept')).toMatchObject({ Metadata: { kept: 'yes' }, ContentType: 'text/plain' });
    await s3.send(
      new CopyObjectCommand({
        Bucket,
        Key: 'target/new',
        CopySource,
        MetadataDirective: 'REPLACE',
        Metadata: { new: '1' },
      }),
    );
    expect((await get('target/new')).Metadata).toEqual({ new: '1' });
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'source/a b+é' }));
    expect((await get('target/kept')).bytes.toString()).toBe('copied');
    const itself = { Bucket, Key: 'target/kept', CopySource: `${Bucket}/target/kept` };
    expect(await refusal(s3.send(new CopyObjectCommand(itself)))).toBe('InvalidRequest 400');
    const missing = { Bucket, Key: 'x', CopySource: `${Bucket}/none` };
    expect(await refusal(s3.send(new CopyObjectCommand(missing)))).toBe('NoSuchKey 404');
  });

  it('keeps tags', async () => {
    await put('tagged', 'x', { Tagging: 'a=1&b=two%20words' });
    const tagsOf = () => s3.send(new GetObjectTaggingCommand({ Bucket, Key: 'tagged' })).then(({ TagSet }) => TagSet);
    expect(await tagsOf()).toEqual([
      { Key: 'a', Value: '1' },
      { Key: 'b', Value: 'two words' },
    ]);
    const Tagging = { TagSet: [{ Key: 'c', Value: '' }] };
    await s3.send(new PutObjectTaggingCommand({ Bucket, Key: 'tagged', Tagging }));
    expect(await tagsOf()).toEqual([{ Key: 'c', Value: '' }]);
    await s3.send(new DeleteObjectTaggingCommand({ Bucket, Key: 'tagged' }));
    expect(await tagsOf()).toEqual([]);
    expect(await refusal(put('tagged', 'x', { Tagging: 'aws:x=1' }))).toBe('InvalidTag 400');
  });

  describe('uploads in parts', () => {
    const partBytes = 5 * 1024 ** 2;
    const begin = async (Key: string) => {
      const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key, Metadata: { m: '1' } }));
      return { Bucket, Key, UploadId };
    };
    type Begun = Awaited<ReturnType<typeof begin>>;
    const part = async (upload: Begun, PartNumber: number, Body: Buffer) => {
      const { ETag, ChecksumCRC32 } = await s3.send(new UploadPartCommand({ ...upload, PartNumber, Body }));
      return { PartNumber, ETag, ChecksumCRC32 };
    };
    type Part = Awaited<ReturnType<typeof part>>;
    const complete = (upload: Begun, Parts: Part[]) =>
      s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }));

    it('make one object, which appears when it is complete', async () => {
      const upload = await begin('parts/whole');
      const bodies = [Buffer.alloc(partBytes, 'a'), Buffer.alloc(partBytes + 1, 'b'), Buffer.from('tail')];
      const parts = await Promise.all(bodies.map((body, index) => part(upload, index + 1, body)));
      expect((await s3.send(new ListPartsCommand(upload))).Parts).toHaveLength(3);
      expect((await s3.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads).toHaveLength(1);
      expect(await keysOf('parts/whole')).toEqual([]);
      const { ETag } = await complete(upload, parts);
      const md5 = createHash('md5');
      for (const body of bodies) md5.update(createHash('md5').update(body).digest());
      expect(ETag).toBe(`"${md5.digest('hex')}-3"`);
      const found = await get('parts/whole');
      expect(found.bytes.equals(Buffer.concat(bodies))).toBe(true);
      expect(found.Metadata).toEqual({ m: '1' });
      const range = await get('parts/whole', { Range: `bytes=${partBytes - 2}-${partBytes + 1}` });
      expect(range.bytes.toString()).toBe('aabb');
      const second = await get('parts/whole', { PartNumber: 3 });
      expect(second).toMatchObject({ PartsCount: 3, ContentLength: 4 });
      const attributes = await s3.send(
        new GetObjectAttributesCommand({ Bucket, Key: 'parts/whole', ObjectAttributes: ['ObjectParts', 'ObjectSize'] }),
      );
      expect(attributes).toMatchObject({ ObjectSize: found.bytes.length, ObjectParts: { TotalPartsCount: 3 } });
      expect(await refusal(complete(upload, parts))).toBe('NoSuchUpload 404');
    });

    it('are checked', async () => {
      const upload = await begin('parts/checked');
      const small = await part(upload, 1, Buffer.from('small'));
      const last = await part(upload, 2, Buffer.from('last'));
      expect(await refusal(complete(upload, [small, last]))).toBe('EntityTooSmall 400');
      expect(await refusal(complete(upload, [last, small]))).toBe('InvalidPartOrder 400');
      expect(await refusal(complete(upload, [{ ...small, ETag: last.ETag }]))).toBe('InvalidPart 400');
      expect(await refusal(complete(upload, [{ ...small, PartNumber: 9 }]))).toBe('InvalidPart 400');
      expect(await refusal(complete(upload, []))).toBe('MalformedXML 400');
      await complete(upload, [last]);
      expect((await get('parts/checked')).bytes.toString()).toBe('last');
    });

    it('can be copied from objects, and forgotten', async () => {
      await put('parts/source', '0123456789');
      const upload = await begin('parts/copied');
      const CopySource = `${Bucket}/parts/source`;
      const input = { ...upload, PartNumber: 1, CopySource, CopySourceRange: 'bytes=2-4' };
      const { CopyPartResult } = await s3.send(new UploadPartCopyCommand(input));
      await complete(upload, [{ PartNumber: 1, ETag: CopyPartResult?.ETag, ChecksumCRC32: undefined }]);
      expect((await get('parts/copied')).bytes.toString()).toBe('234');
      const forgotten = await begin('parts/forgotten');
      await s3.send(new AbortMultipartUploadCommand(forgotten));
      expect(await refusal(part(forgotten, 1, Buffer.from('x')))).toBe('NoSuchUpload 404');
    });

    it('tell the checksum of the whole that the client asked for', async () => {
      const Key = 'parts/full';
      const begun = { Bucket, Key, ChecksumAlgorithm: 'CRC32', ChecksumType: 'FULL_OBJECT' } as const;
      const { UploadId } = await s3.send(new CreateMultipartUploadCommand(begun));
      const upload = { Bucket, Key, UploadId };
      const bodies = [Buffer.alloc(partBytes, 'a'), Buffer.from('tail')];
      const parts = await Promise.all(bodies.map((body, index) => part(upload, index + 1, body)));
      const { ChecksumCRC32, ChecksumType } = await complete(upload, parts);
      const whole = await put('parts/at-once', Buffer.concat(bodies), { ChecksumAlgorithm: 'CRC32' });
      expect({ ChecksumCRC32, ChecksumType }).toEqual({
        ChecksumCRC32: whole.ChecksumCRC32,
        ChecksumType: 'FULL_OBJECT',
      });
    });
  });

  it('knows its buckets', async () => {
    expect(await refusal(s3.send(new CreateBucketCommand({ Bucket })))).toBe('done');
    expect(await refusal(s3.send(new CreateBucketCommand({ Bucket: 'Not_a_name' })))).toBe('InvalidBucketName 400');
    const elsewhere = { Bucket: 'elsewhere', CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } } as const;
    expect(await refusal(s3.send(new CreateBucketCommand(elsewhere)))).toBe('IllegalLocationConstraintException 400');
    expect((await s3.send(new ListBucketsCommand({}))).Buckets?.map(({ Name }) => Name)).toEqual([Bucket]);
    expect((await s3.send(new HeadBucketCommand({ Bucket }))).BucketRegion).toBe('us-east-1');
    expect((await s3.send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint).toBeUndefined();
    await put('something');
    expect(await refusal(s3.send(new DeleteBucketCommand({ Bucket })))).toBe('BucketNotEmpty 409');
    await s3.send(new CreateBucketCommand({ Bucket: 'short-lived' }));
    await s3.send(new DeleteBucketCommand({ Bucket: 'short-lived' }));
    expect(await refusal(s3.send(new HeadBucketCommand({ Bucket: 'short-lived' })))).toBe('NotFound 404');
    expect(await refusal(s3.send(new ListObjectsV2Command({ Bucket: 'short-lived' })))).toBe('NoSuchBucket 404');
  });

  it('answers as a bucket that was never configured, and refuses to configure it by name', async () => {
    expect((await s3.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBeUndefined();
    expect(await refusal(s3.send(new GetBucketPolicyCommand({ Bucket })))).toBe('NoSuchBucketPolicy 404');
    expect(await refusal(s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket })))).toBe(
      'NoSuchLifecycleConfiguration 404',
    );
    const { ServerSideEncryptionConfiguration } = await s3.send(new GetBucketEncryptionCommand({ Bucket }));
    expect(ServerSideEncryptionConfiguration?.Rules).toHaveLength(1);
    const versioning = { Bucket, VersioningConfiguration: { Status: 'Enabled' } } as const;
    const refused = s3.send(new PutBucketVersioningCommand(versioning));
    await expect(refused).rejects.toMatchObject({
      name: 'NotImplemented',
      message: expect.stringContaining('PutBucketVersioning'),
    });
    expect(await refusal(put('x', 'x', { ServerSideEncryption: 'aws:kms' }))).toBe('NotImplemented 501');
    expect(await refusal(put('x', 'x', { StorageClass: 'GLACIER' }))).toBe('NotImplemented 501');
    expect(await refusal(put('x', 'x', { ACL: 'public-read' }))).toBe('AccessControlListNotSupported 400');
    expect(await refusal(put('x', 'x', { Metadata: { m: 'x'.repeat(2048) } }))).toBe('MetadataTooLarge 400');
  });

  describe('checks who asks', () => {
    const ask = async (config: S3ClientConfig) => {
      const stranger = clientOf(served, config);
      const answer = await refusal(stranger.send(new ListBucketsCommand({})));
      stranger.destroy();
      return answer;
    };
    const accessKeyId = () => served.address['AWS_ACCESS_KEY_ID'] ?? '';
    const secretAccessKey = () => served.address['AWS_SECRET_ACCESS_KEY'] ?? '';

    it('by key, signature, region and clock', async () => {
      const other = { accessKeyId: 'AKIAOTHER', secretAccessKey: secretAccessKey() };
      expect(await ask({ credentials: other })).toBe('InvalidAccessKeyId 403');
      const wrong = { accessKeyId: accessKeyId(), secretAccessKey: 'wrong' };
      expect(await ask({ credentials: wrong })).toBe('SignatureDoesNotMatch 403');
      const token = { accessKeyId: accessKeyId(), secretAccessKey: secretAccessKey(), sessionToken: 'token' };
      expect(await ask({ credentials: token })).toBe('InvalidToken 400');
      expect(await ask({ signer: { sign: async (request) => request } })).toBe('AccessDenied 403');
      expect(await ask({ systemClockOffset: -3_600_000 })).toBe('RequestTimeTooSkewed 403');
      expect(await ask({ region: 'eu-west-1', followRegionRedirects: false })).toBe('AuthorizationHeaderMalformed 400');
    });

    it('of a presigned request too', async () => {
      await put('presigned', 'for you');
      const { hostname, port } = new URL(served.address['AWS_ENDPOINT_URL_S3'] ?? '');
      type Presigned = { query?: Record<string, string>; path: string };
      const signer = (await s3.config.signer()) as unknown as {
        presign(request: object, options: object): Promise<Presigned>;
      };
      const presign = async (signingDate: Date) => {
        const request = {
          method: 'GET',
          protocol: 'http:',
          hostname,
          port: Number(port),
          path: `/${Bucket}/presigned`,
          query: { 'response-content-type': 'text/x' },
          headers: { host: `${hostname}:${port}`, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' },
        };
        const options = { expiresIn: 60, signingDate, signingRegion: 'us-east-1', signingService: 's3' };
        const { query = {}, path } = await signer.presign(request, options);
        return `http://${hostname}:${port}${path}?${new URLSearchParams(query)}`;
      };
      const url = await presign(new Date());
      const answer = await fetch(url);
      expect(`${answer.status} ${answer.headers.get('content-type')} ${await answer.text()}`).toBe(
        '200 text/x for you',
      );
      expect(await (await fetch(url.replace('presigned?', 'other?'))).text()).toContain('SignatureDoesNotMatch');
      const expired = await fetch(await presign(new Date(Date.now() - 120_000)));
      expect(`${expired.status} ${await expired.text()}`).toContain('Request has expired');
    });

    it('of whoever is not signed at all, before reading what it sends', async () => {
      const url = `${served.address['AWS_ENDPOINT_URL_S3']}/${Bucket}/x`;
      const answer = await fetch(url, { method: 'PUT', body: 'x' });
      expect(answer.status).toBe(403);
      expect(await answer.text()).toContain('<Code>AccessDenied</Code>');
      const waiting = httpRequest(url, {
        method: 'PUT',
        headers: { expect: '100-continue', 'content-length': 1 << 30 },
      });
      waiting.flushHeaders();
      const [response] = await once(waiting, 'response');
      expect(response.statusCode).toBe(403);
      waiting.destroy();
    });
  });

  it('finds the bucket in the host name as well', async () => {
    const { hostname, port } = new URL(served.address['AWS_ENDPOINT_URL_S3'] ?? '');
    const virtual = clientOf(served, { endpoint: `http://localhost:${port}`, forcePathStyle: false });
    virtual.middlewareStack.add(
      (next) => async (args) => {
        // The name is for the Host header; the address is where the server listens.
        const request = args.request as { hostname: string; headers: Record<string, string> };
        expect(request.hostname).toBe(`${Bucket}.localhost`);
        request.hostname = hostname;
        return next(args);
      },
      { step: 'finalizeRequest', name: 'resolveLocalhost', priority: 'low' },
    );
    await virtual.send(new PutObjectCommand({ Bucket, Key: 'virtual', Body: 'host' }));
    expect((await get('virtual')).bytes.toString()).toBe('host');
    virtual.destroy();
  });

  it('forgets a body that breaks off', async () => {
    const aborting = new AbortController();
    const endless = Readable.from(
      (async function* () {
        for (let block = 0; block < 3; block++) yield randomBytes(256 * 1024);
        aborting.abort();
        yield randomBytes(256 * 1024);
      })(),
    );
    const input = { Bucket, Key: 'broken', Body: endless, ContentLength: 1 << 20 };
    await expect(s3.send(new PutObjectCommand(input), { abortSignal: aborting.signal })).rejects.toThrow();
    expect(await refusal(s3.send(new HeadObjectCommand({ Bucket, Key: 'broken' })))).toBe('NotFound 404');
  });

  it('answers nonsense and lives on', async () => {
    const { hostname, port } = new URL(served.address['AWS_ENDPOINT_URL_S3'] ?? '');
    const say = async (text: string | Buffer) => {
      const socket = connect(Number(port), hostname);
      const chunks: Buffer[] = [];
      socket.on('data', (chunk) => chunks.push(chunk));
      socket.on('error', () => {});
      socket.end(text);
      await once(socket, 'close');
      return Buffer.concat(chunks).toString();
    };
    expect(await say('nonsense\r\n\r\n')).toContain('400');
    expect(await say(randomBytes(2000))).toContain('400');
    expect(await say(`GET / HTTP/1.1\r\nhost: x\r\nx-long: ${'x'.repeat(100_000)}\r\n\r\n`)).toContain(
      'RequestHeaderSectionTooLarge',
    );
    expect(await say('GET /%ff HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')).toContain('InvalidURI');
    expect(await say('BREW / HTTP/1.1\r\nhost: x\r\n\r\n')).toContain('400');
    expect(await say(`PUT /${Bucket}/x HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nshort`)).toContain(
      'AccessDenied',
    );
    expect((await s3.send(new ListBucketsCommand({}))).Buckets).toHaveLength(1);
  });
});

type Told = { key: string; name: string; size: number; eTag: string };

/** A queue's webhook, as Snowflake's is: takes messages, or refuses them while it is told to. */
const startWebhook = async () => {
  const told: Told[] = [];
  const messages: Record<string, unknown>[] = [];
  const state = { isDown: false, refusedKey: '' };
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      if (state.isDown) return response.writeHead(503).end();
      const text = Buffer.concat(chunks).toString();
      if (state.refusedKey !== '' && text.includes(state.refusedKey)) return response.writeHead(400).end();
      const message = JSON.parse(text);
      messages.push(message);
      for (const { eventName, s3 } of message.Records ?? []) {
        const { key, size, eTag } = s3.object;
        told.push({ key: decodeURIComponent(key.replace(/\+/g, ' ')), name: eventName, size, eTag });
      }
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const args = ['SNOWFLAKE_PROTOCOL=http', 'SNOWFLAKE_HOST=127.0.0.1', `SNOWFLAKE_PORT=${port}`];
  return {
    told,
    messages,
    state,
    args: args.flatMap((setting) => ['--set', setting]),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
};

// The queue that the sandbox gives to Snowflake's pipes, as SHOW PIPES tells it.
const QueueArn = 'arn:aws:sqs:us-east-1:000000000000:sf-snowpipe-sluicebox';

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
const documentedFields = [
  ...['eventVersion', 'eventSource', 'awsRegion', 'eventTime', 'eventName', 'userIdentity/principalId'],
  ...['requestParameters/sourceIPAddress', 'responseElements/x-amz-request-id', 'responseElements/x-amz-id-2'],
  ...['s3/s3SchemaVersion', 's3/configurationId', 's3/bucket/name', 's3/bucket/ownerIdentity/principalId'],
  ...['s3/bucket/arn', 's3/object/key', 's3/object/size', 's3/object/eTag', 's3/object/sequencer'],
];

const fieldAt = (value: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>((inner, name) => (inner as Record<string, unknown> | undefined)?.[name], value);

describe('event notifications', () => {
  const Bucket = 'notifying';
  let webhook: Awaited<ReturnType<typeof startWebhook>>;
  let served: Served;
  let s3: S3Client;
  beforeAll(async () => {
    webhook = await startWebhook();
    served = await serve({ components: ['s3'], args: webhook.args });
    s3 = clientOf(served);
    await s3.send(new CreateBucketCommand({ Bucket }));
  });
  afterAll(async () => {
    s3.destroy();
    expect(await served.stop()).toBe(0);
    webhook.close();
    removeFolder(served.dataDir);
  });

  const configure = (QueueConfigurations: QueueConfiguration[]) =>
    s3.send(
      new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration: { QueueConfigurations } }),
    );
  const filtered = (prefix: string, suffix: string): QueueConfiguration => ({
    Id: `${prefix}${suffix}`,
    QueueArn,
    Events: ['s3:ObjectCreated:*'],
    Filter: {
      Key: {
        FilterRules: [
          { Name: 'prefix', Value: prefix },
          { Name: 'suffix', Value: suffix },
        ],
      },
    },
  });

  it('are configured, tested and told', async () => {
    const removed: QueueConfiguration = { Id: 'removed', QueueArn, Events: ['s3:ObjectRemoved:*'] };
    await configure([filtered('topics/', '.json'), removed]);
    const { QueueConfigurations } = await s3.send(new GetBucketNotificationConfigurationCommand({ Bucket }));
    const told = JSON.stringify(QueueConfigurations).replace('"Prefix"', '"prefix"').replace('"Suffix"', '"suffix"');
    expect(JSON.parse(told)).toEqual([filtered('topics/', '.json'), removed]);
    await until(() => expect(webhook.messages[0]).toMatchObject({ Event: 's3:TestEvent', Bucket }));
    const Key = 'topics/a b+c/date=2026-01-01/é.json';
    const { ETag } = await s3.send(new PutObjectCommand({ Bucket, Key, Body: 'told' }));
    await s3.send(new PutObjectCommand({ Bucket, Key: 'topics/other.csv', Body: 'not told' }));
    await s3.send(new CopyObjectCommand({ Bucket, Key: 'topics/copy.json', CopySource: `${Bucket}/topics/other.csv` }));
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'topics/copy.json' }));
    const eTag = ETag?.replaceAll('"', '');
    await until(() => expect(webhook.told).toHaveLength(3));
    const byName = Object.fromEntries(webhook.told.map((event) => [event.name, event]));
    expect(byName['ObjectCreated:Put']).toEqual({ key: Key, name: 'ObjectCreated:Put', size: 4, eTag });
    expect(byName['ObjectCreated:Copy']?.key).toBe('topics/copy.json');
    expect(byName['ObjectRemoved:Delete']?.key).toBe('topics/copy.json');
    const message = webhook.messages.find(({ Records }) => Records !== undefined);
    expect(message).toMatchObject({
      Records: [
        {
          eventVersion: '2.1',
          eventSource: 'aws:s3',
          awsRegion: 'us-east-1',
          requestParameters: { sourceIPAddress: '127.0.0.1' },
          s3: {
            s3SchemaVersion: '1.0',
            configurationId: 'topics/.json',
            bucket: { name: Bucket, arn: `arn:aws:s3:::${Bucket}` },
            object: {
              key: 'topics/a+b%2Bc/date%3D2026-01-01/%C3%A9.json',
              sequencer: expect.stringMatching(/^[0-9A-F]+$/),
            },
          },
        },
      ],
    });
  });

  // What a real MinIO (module 20260212201848) posted for an object that a sink wrote, 2026-11-22. It says more than AWS does; what AWS says too is of one shape.
  it('have the fields that AWS documents, of the types that MinIO gives them', () => {
    const [real] = JSON.parse(readFileSync(new URL('../golden/s3/bucket-notifications.json', import.meta.url), 'utf8'));
    const [first] = webhook.messages.flatMap(({ Records }) => (Records as unknown[] | undefined) ?? []);
    const shape = (event: unknown): Record<string, string> =>
      Object.fromEntries(documentedFields.map((path) => [path, typeof fieldAt(event, path.split('/'))]));
    expect(shape(first)).toEqual(shape(real.Records[0]));
    expect(Object.values(shape(first))).not.toContain('undefined');
  });

  it('go to known queues only, and without overlaps', async () => {
    const unknown = { ...filtered('x', ''), QueueArn: 'arn:aws:sqs:us-east-1:000000000000:unknown' };
    await expect(configure([unknown])).rejects.toMatchObject({
      name: 'InvalidArgument',
      message: 'Unable to validate the following destination configurations',
    });
    expect(await refusal(configure([filtered('a', ''), filtered('ab', '')]))).toBe('InvalidArgument 400');
    const Events = ['s3:NoSuchEvent'] as unknown as QueueConfiguration['Events'];
    expect(await refusal(configure([{ QueueArn, Events }]))).toBe('InvalidArgument 400');
    const TopicConfigurations = [
      { TopicArn: 'arn:aws:sns:us-east-1:000000000000:t', Events: ['s3:ObjectCreated:*' as const] },
    ];
    const topics = { Bucket, NotificationConfiguration: { TopicConfigurations } };
    expect(await refusal(s3.send(new PutBucketNotificationConfigurationCommand(topics)))).toBe('NotImplemented 501');
  });

  it('wait for a queue that is down', async () => {
    await configure([filtered('later/', '')]);
    webhook.state.isDown = true;
    for (let index = 0; index < 20; index++)
      await s3.send(new PutObjectCommand({ Bucket, Key: `later/${index}`, Body: 'x' }));
    expect(webhook.told.filter(({ key }) => key.startsWith('later/'))).toEqual([]);
    webhook.state.isDown = false;
    await until(() => expect(webhook.told.filter(({ key }) => key.startsWith('later/'))).toHaveLength(20));
  });

  it('pass a message by that the queue refuses, and keep it', async () => {
    await configure([filtered('mixed/', '')]);
    const told = () => webhook.told.filter(({ key }) => key.startsWith('mixed/')).map(({ key }) => key);
    webhook.state.refusedKey = 'mixed/7';
    const names = Array.from({ length: 10 }, (_, index) => `mixed/${index}`);
    await Promise.all(names.map((Key) => s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }))));
    await until(() => expect(new Set(told())).toEqual(new Set(names.filter((name) => name !== 'mixed/7'))));
    webhook.state.refusedKey = '';
    await until(() => expect(told()).toContain('mixed/7'));
  });
});

describe('kill -9 of the S3 server', () => {
  it('loses no object that was acknowledged, no event of an object that is there, and leaves nothing half', async () => {
    const Bucket = 'crashing';
    const webhook = await startWebhook();
    let served = await serve({ components: ['s3'], args: webhook.args });
    let s3 = clientOf(served);
    await s3.send(new CreateBucketCommand({ Bucket }));
    const QueueConfigurations: QueueConfiguration[] = [{ QueueArn, Events: ['s3:ObjectCreated:*'] }];
    const NotificationConfiguration = { QueueConfigurations };
    await s3.send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration }));

    const acknowledged = new Map<string, Buffer>();
    const sent = new Map<string, Buffer>();
    for (let round = 0; round < 4; round++) {
      webhook.state.isDown = round % 2 === 1;
      let isKilled = false;
      const writers = Array.from({ length: 6 }, async (_, writer) => {
        for (let index = 0; !isKilled; index++) {
          const Key = `${round}/${writer}/${index}`;
          const Body = randomBytes(1 + ((index * 7919) % 60_000));
          sent.set(Key, Body);
          await s3.send(new PutObjectCommand({ Bucket, Key, Body }));
          acknowledged.set(Key, Body);
        }
      }).map((writing) => writing.catch(() => {}));
      await new Promise((resolve) => setTimeout(resolve, 150 + round * 130));
      await served.kill();
      isKilled = true;
      await Promise.all(writers);
      s3.destroy();
      served = await serve({ components: ['s3'], dataDir: served.dataDir, args: webhook.args });
      s3 = clientOf(served);
    }
    webhook.state.isDown = false;
    expect(acknowledged.size).toBeGreaterThan(0);

    const present = new Set<string>();
    let token: string | undefined;
    do {
      const page = await s3.send(new ListObjectsV2Command({ Bucket, ContinuationToken: token }));
      for (const { Key = '' } of page.Contents ?? []) present.add(Key);
      token = page.NextContinuationToken;
    } while (token !== undefined);
    for (const key of acknowledged.keys()) expect(present.has(key), key).toBe(true);
    for (const key of present) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: key }));
      expect(Buffer.from((await Body?.transformToByteArray()) ?? []).equals(sent.get(key) as Buffer), key).toBe(true);
    }
    await until(() => {
      const told = new Set(webhook.told.map(({ key }) => key));
      expect([...present].filter((key) => !told.has(key))).toEqual([]);
      expect([...told].filter((key) => !present.has(key))).toEqual([]);
    });
    s3.destroy();
    expect(await served.stop()).toBe(0);
    webhook.close();
    removeFolder(served.dataDir);
  });

  it('and a second instance on the same folder is turned away', async () => {
    const served = await serve({ components: ['s3'] });
    await expect(serve({ components: ['s3'], dataDir: served.dataDir })).rejects.toThrow(/in use/);
    const s3 = clientOf(served);
    await s3.send(new ListBucketsCommand({}));
    s3.destroy();
    await served.stop();
    removeFolder(served.dataDir);
  });
});
