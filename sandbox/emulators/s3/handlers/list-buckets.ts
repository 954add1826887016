import { writeXml } from '../../../wire/s3/xml.ts';
import { document, invalidArgument, isoSeconds, operation, ownerId } from '../operation.ts';
import { parameter } from '../request.ts';

const mostBuckets = 10_000;

/** GET / – all buckets by name, with `prefix`, `max-buckets` and `continuation-token`. `bucket-region` of another region finds none. */
export const listBuckets = operation({
  name: 'ListBuckets',
  method: 'GET',
  target: 'service',
  handle: (context, request) => {
    const prefix = parameter(request, 'prefix') ?? '';
    const after = Buffer.from(parameter(request, 'continuation-token') ?? '', 'base64url').toString('utf8');
    const most = Number(parameter(request, 'max-buckets') ?? mostBuckets);
    if (!(Number.isInteger(most) && most >= 1 && most <= mostBuckets))
      throw invalidArgument('max-buckets', `${most}`, 'Argument max-buckets must be an integer between 1 and 10000');
    const region = parameter(request, 'bucket-region') ?? context.region;
    const names = region === context.region ? context.store.buckets.keys() : [];
    const matching = names.filter((name) => name.startsWith(prefix) && name > after);
    const listed = matching.slice(0, most);
    const isCut = matching.length > listed.length;
    return document(
      writeXml('ListAllMyBucketsResult', [
        ['Owner', [['ID', ownerId]]],
        [
          'Buckets',
          listed.map((name) => [
            'Bucket',
            [
              ['Name', name],
              ['CreationDate', isoSeconds(context.store.buckets.get(name)?.createdMs ?? 0)],
              ['BucketRegion', parameter(request, 'max-buckets') === undefined ? undefined : context.region],
            ],
          ]),
        ],
        ['Prefix', prefix || undefined],
        ['ContinuationToken', isCut ? Buffer.from(listed.at(-1) ?? '').toString('base64url') : undefined],
      ]),
    );
  },
});
