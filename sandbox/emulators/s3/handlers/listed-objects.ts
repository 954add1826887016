import type { XmlContent } from '../../../wire/s3/xml.ts';
import type { StoredObject } from '../changes.ts';
import { isoSeconds, ownerId, quoted } from '../operation.ts';

type Entry = readonly [name: string, content: XmlContent];

/** How an object looks in a listing. */
export const listedObject = (object: StoredObject, encode: (key: string) => string, withOwner: boolean): Entry => [
  'Contents',
  [
    ['Key', encode(object.key)],
    ['LastModified', isoSeconds(object.lastModifiedMs)],
    ['ETag', quoted(object.etag)],
    ['ChecksumAlgorithm', object.checksum.algorithm],
    ['ChecksumType', object.checksum.type],
    ['Size', object.sizeBytes],
    ['Owner', withOwner ? [['ID', ownerId]] : undefined],
    ['StorageClass', object.storageClass],
  ],
];

export const listedPrefixes = (prefixes: readonly string[], encode: (key: string) => string): Entry[] =>
  prefixes.map((prefix) => ['CommonPrefixes', [['Prefix', encode(prefix)]]]);
