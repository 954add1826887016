import { parseQuery } from '../../wire/s3/uri.ts';
import { childOf, childrenOf, textOf, type XmlElement } from '../../wire/s3/xml.ts';
import { S3Error } from './errors.ts';

const mostTags = 10;
const longestKey = 128;
const longestValue = 256;
const allowed = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

const checkTags = (pairs: readonly (readonly [string, string])[]): Record<string, string> => {
  if (pairs.length > mostTags) throw new S3Error('InvalidTag', 'Object tags cannot be greater than 10');
  const tags: Record<string, string> = {};
  for (const [key, value] of pairs) {
    if (key === '' || key.length > longestKey || !allowed.test(key) || key.startsWith('aws:'))
      throw new S3Error('InvalidTag');
    if (value.length > longestValue || !allowed.test(value))
      throw new S3Error('InvalidTag', 'The TagValue you have provided is invalid');
    if (Object.hasOwn(tags, key)) throw new S3Error('InvalidTag', 'Cannot provide multiple Tags with the same key');
    tags[key] = value;
  }
  return tags;
};

/** Reads x-amz-tagging: `key=value&…`, URL-encoded. */
export const parseTagHeader = (text: string | undefined): Record<string, string> => {
  const pairs = parseQuery(text ?? '');
  if (pairs === undefined)
    throw new S3Error(
      'InvalidArgument',
      'The header x-amz-tagging shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.',
    );
  return checkTags(pairs);
};

/** Reads the body of PutObjectTagging. */
export const parseTagging = (root: XmlElement | undefined): Record<string, string> => {
  const set = root?.name === 'Tagging' ? childOf(root, 'TagSet') : undefined;
  if (set === undefined) throw new S3Error('MalformedXML');
  return checkTags(
    childrenOf(set, 'Tag').map((tag) => {
      const key = textOf(tag, 'Key');
      const value = textOf(tag, 'Value');
      if (key === undefined || value === undefined) throw new S3Error('MalformedXML');
      return [key, value];
    }),
  );
};
