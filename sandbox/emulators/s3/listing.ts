import { formEncodeKey } from '../../wire/s3/uri.ts';
import { firstNotBefore, type OrderedMap } from './key-order.ts';
import { invalidArgument } from './operation.ts';
import { parameter, type S3Request } from './request.ts';

export type ListingRequest = {
  prefix: string;
  delimiter: string;
  /** Items up to and including this key or common prefix are left out. */
  after: string;
  most: number;
};

export type Listing<Value> = {
  values: Value[];
  commonPrefixes: string[];
  isTruncated: boolean;
  /** The last key or common prefix that is in the listing. */
  last: string;
};

/** Keys in order, those with a delimiter after the prefix rolled up to one common prefix, which counts as one item. */
export const listKeys = <Value>(map: OrderedMap<Value>, request: ListingRequest): Listing<Value> => {
  const { prefix, delimiter, after, most } = request;
  const keys = map.keys();
  const listing: Listing<Value> = { values: [], commonPrefixes: [], isTruncated: false, last: '' };
  if (most === 0) return listing;
  let count = 0;
  let index = Math.max(firstNotBefore(keys, prefix), firstNotBefore(keys, after));
  const skipPrefix = (common: string) => {
    index = firstNotBefore(keys, `${common}\u{10ffff}`);
    while (keys[index]?.startsWith(common)) index++;
  };
  for (let key = keys[index]; key?.startsWith(prefix); key = keys[index]) {
    const found = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    const common = found < 0 ? undefined : key.slice(0, found + delimiter.length);
    if (common === after && common !== undefined) {
      skipPrefix(common);
      continue;
    }
    if (key === after) {
      index++;
      continue;
    }
    if (count === most) {
      listing.isTruncated = true;
      break;
    }
    count++;
    listing.last = common ?? key;
    if (common === undefined) {
      listing.values.push(map.get(key) as Value);
      index++;
    } else {
      listing.commonPrefixes.push(common);
      skipPrefix(common);
    }
  }
  return listing;
};

export const mostListed = 1000;

export const readCount = (request: S3Request, name: string): number => {
  const text = parameter(request, name);
  if (text === undefined || text === '') return mostListed;
  if (!/^-?\d+$/.test(text))
    throw invalidArgument(name, text, `Provided ${name} not an integer or within integer range`);
  const value = Number(text);
  if (value < 0 || value > 2147483647)
    throw invalidArgument(name, text, `Argument ${name} must be an integer between 0 and 2147483647`);
  return value;
};

/** The function that writes keys into the answer: as they are, or URL-encoded where the client asks for it. */
export const keyEncoder = (request: S3Request): ((key: string) => string) => {
  const encoding = parameter(request, 'encoding-type');
  if (encoding === undefined || encoding === '') return (key) => key;
  if (encoding !== 'url')
    throw invalidArgument('encoding-type', encoding, 'Invalid Encoding Method specified in Request');
  return formEncodeKey;
};
