import { childOf, childrenOf, textOf, writeXml, type XmlContent, type XmlElement } from '../../../wire/s3/xml.ts';
import { S3Error } from '../errors.ts';
import { bucketOf, document, operation } from '../operation.ts';
import { readDocument } from '../payload.ts';
import { header } from '../request.ts';
import { removeObject } from './delete-object.ts';

const longestBodyBytes = 8 << 20;
const mostKeys = 1000;

type Outcome = readonly [name: string, content: XmlContent];

const failure = (key: string, code: string, message: string, version?: string): Outcome => [
  'Error',
  [
    ['Key', key],
    ['VersionId', version],
    ['Code', code],
    ['Message', message],
  ],
];

const hasIntegrityHeader = (headers: NodeJS.Dict<unknown>): boolean =>
  Object.keys(headers).some(
    (name) => name === 'content-md5' || name === 'x-amz-trailer' || name.startsWith('x-amz-checksum-'),
  );

/** POST /bucket?delete – up to 1000 keys, each with its own outcome; ETag conditions; `Quiet` tells failures alone. */
export const deleteObjects = operation({
  name: 'DeleteObjects',
  method: 'POST',
  target: 'bucket',
  parameters: ['delete'],
  handle: async (context, request, payload) => {
    if (!hasIntegrityHeader(request.http.headers) && header(request, 'x-amz-sdk-checksum-algorithm') === undefined)
      throw new S3Error('InvalidRequest', 'Missing required header for this request: Content-MD5');
    const root = await readDocument(request, payload, longestBodyBytes);
    const bucket = bucketOf(context, request);
    const named = root?.name === 'Delete' ? childrenOf(root, 'Object') : [];
    if (root === undefined || named.length === 0 || named.length > mostKeys) throw new S3Error('MalformedXML');
    const quiet = textOf(root, 'Quiet')?.toLowerCase() === 'true';

    const remove = (element: XmlElement): Outcome | undefined => {
      const key = childOf(element, 'Key')?.text;
      if (!key) throw new S3Error('MalformedXML');
      const version = textOf(element, 'VersionId');
      if (version !== undefined && version !== 'null')
        return failure(key, 'NoSuchVersion', 'The specified version does not exist.', version);
      const etag = textOf(element, 'ETag')?.replace(/^"(.*)"$/, '$1');
      const current = bucket.objects.get(key);
      if (etag !== undefined && current === undefined)
        return failure(key, 'NoSuchKey', 'The specified key does not exist.');
      if (etag !== undefined && etag !== '*' && etag !== current?.etag)
        return failure(key, 'PreconditionFailed', 'At least one of the pre-conditions you specified did not hold');
      removeObject(context, request, bucket, key);
      return quiet
        ? undefined
        : [
            'Deleted',
            [
              ['Key', key],
              ['VersionId', version],
            ],
          ];
    };

    const outcomes = named.map(remove).filter((outcome) => outcome !== undefined);
    return document(writeXml('DeleteResult', outcomes));
  },
});
