import { writeXml, type XmlContent } from '../../../wire/s3/xml.ts';
import type { StoredObject } from '../changes.ts';
import { S3Error } from '../errors.ts';
import { mostListed } from '../listing.ts';
import { checksumElement } from '../object-checksums.ts';
import { document, invalidArgument, operation } from '../operation.ts';
import { header, type S3Request } from '../request.ts';
import { objectOf } from './object-reading.ts';

const wholeNumber = (request: S3Request, name: string, otherwise: number): number => {
  const text = header(request, name) ?? `${otherwise}`;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw invalidArgument(name, text, `Provided ${name} not an integer or within integer range`);
};

/** Parts are told only of an object whose upload named a checksum algorithm. */
const partsOf = (request: S3Request, object: StoredObject): XmlContent => {
  if (!object.isMultipart) return undefined;
  const total = ['PartsCount', object.segments.length] as const;
  if (object.partChecksums === undefined) return [total];
  const most = Math.min(wholeNumber(request, 'x-amz-max-parts', mostListed), mostListed);
  const marker = wholeNumber(request, 'x-amz-part-number-marker', 0);
  const listed = object.segments.slice(marker, marker + most);
  const parts = listed.map(({ sizeBytes }, index) => {
    const content: XmlContent = [
      [checksumElement(object.checksum.algorithm), object.partChecksums?.[marker + index]],
      ['PartNumber', marker + index + 1],
      ['Size', sizeBytes],
    ];
    return ['Part', content] as const;
  });
  return [
    total,
    ['PartNumberMarker', marker],
    ['NextPartNumberMarker', marker + listed.length],
    ['MaxParts', most],
    ['IsTruncated', marker + listed.length < object.segments.length],
    ...parts,
  ];
};

const attributes: Record<string, (request: S3Request, object: StoredObject) => XmlContent> = {
  ETag: (_, object) => object.etag,
  Checksum: (_, { checksum }) => [
    [checksumElement(checksum.algorithm), checksum.value.replace(/-\d+$/, '')],
    ['ChecksumType', checksum.type],
  ],
  ObjectParts: partsOf,
  StorageClass: (_, object) => object.storageClass,
  ObjectSize: (_, object) => object.sizeBytes,
};

/** GET /bucket/key?attributes – those that x-amz-object-attributes names. */
export const getObjectAttributes = operation({
  name: 'GetObjectAttributes',
  method: 'GET',
  target: 'object',
  parameters: ['attributes'],
  handle: (context, request) => {
    const object = objectOf(context, request);
    const wanted = (header(request, 'x-amz-object-attributes') ?? '').split(',').map((name) => name.trim());
    if (wanted.some((name) => !Object.hasOwn(attributes, name)))
      throw new S3Error('InvalidArgument', 'Invalid attribute name specified.');
    const told = Object.entries(attributes).filter(([name]) => wanted.includes(name));
    const content = told.map(([name, read]) => [name, read(request, object)] as const);
    return document(writeXml('GetObjectAttributesResponse', content), {
      'last-modified': new Date(object.lastModifiedMs).toUTCString(),
    });
  },
});
