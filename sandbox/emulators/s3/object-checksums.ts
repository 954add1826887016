import { createHash } from 'node:crypto';
import {
  type ChecksumAlgorithm,
  checksumAlgorithms,
  digestBytes,
  isChecksumAlgorithm,
  startChecksum,
} from '../../wire/s3/checksums.ts';
import { S3Error } from './errors.ts';
import { header, type S3Request } from './request.ts';

export const checksumHeader = (algorithm: ChecksumAlgorithm): string => `x-amz-checksum-${algorithm.toLowerCase()}`;

/** The element of a document that holds a checksum: ChecksumCRC32, … */
export const checksumElement = (algorithm: ChecksumAlgorithm): string => `Checksum${algorithm}`;

export const parseAlgorithm = (name: string): ChecksumAlgorithm => {
  const upper = name.toUpperCase();
  if (!isChecksumAlgorithm(upper))
    throw new S3Error(
      'InvalidRequest',
      'Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]',
    );
  return upper;
};

const isDigest = (value: string, bytes: number): boolean =>
  /^[A-Za-z0-9+/]+={0,2}$/.test(value) && Buffer.from(value, 'base64').length === bytes;

/** The checksum that the client sends with the body: its value in a header, or to come in a trailer. */
type SentChecksum = { algorithm: ChecksumAlgorithm; value: string | undefined };

const sentChecksum = (request: S3Request): SentChecksum | undefined => {
  const found: SentChecksum[] = [];
  const trailer = header(request, 'x-amz-trailer')?.toLowerCase().trim();
  for (const algorithm of checksumAlgorithms) {
    const name = checksumHeader(algorithm);
    const value = header(request, name);
    if (value !== undefined && !isDigest(value, digestBytes[algorithm]))
      throw new S3Error('InvalidRequest', `Value for ${name} header is invalid.`);
    if (value !== undefined || trailer === name) found.push({ algorithm, value });
  }
  if (found.length > 1)
    throw new S3Error(
      'InvalidRequest',
      'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.',
    );
  const announced = header(request, 'x-amz-sdk-checksum-algorithm');
  if (announced !== undefined && found.length === 0)
    throw new S3Error(
      'InvalidRequest',
      'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.',
    );
  if (announced !== undefined && parseAlgorithm(announced) !== found[0]?.algorithm)
    throw new S3Error('InvalidRequest', 'Value for x-amz-sdk-checksum-algorithm header is invalid.');
  return found[0];
};

const sentMd5 = (request: S3Request): string | undefined => {
  const value = header(request, 'content-md5');
  if (value !== undefined && !isDigest(value, 16))
    throw new S3Error('InvalidDigest', undefined, [['Content-MD5', value]]);
  return value;
};

export type BodyDigests = {
  update(data: Buffer): void;
  /** Throws BadDigest when the body is not the one that the client has digested. */
  finish(trailers: ReadonlyMap<string, string>): {
    md5: Buffer;
    crc64: string;
    /** The client's own checksum; undefined when it sent none. */
    sent: { algorithm: ChecksumAlgorithm; value: string } | undefined;
  };
};

/** Digests a body as it streams by: MD5 for the ETag, CRC64NVME, which S3 adds to every object, and what the client sent. */
export const digestBody = (request: S3Request): BodyDigests => {
  const expectedMd5 = sentMd5(request);
  const sent = sentChecksum(request);
  const md5Hash = createHash('md5');
  const crc64 = startChecksum('CRC64NVME');
  const other = sent && sent.algorithm !== 'CRC64NVME' ? startChecksum(sent.algorithm) : undefined;

  const update = (data: Buffer) => {
    md5Hash.update(data);
    crc64.update(data);
    other?.update(data);
  };

  const finish = (trailers: ReadonlyMap<string, string>) => {
    const md5 = md5Hash.digest();
    const crc64Text = crc64.digest().toString('base64');
    if (expectedMd5 !== undefined && md5.toString('base64') !== expectedMd5)
      throw new S3Error('BadDigest', undefined, [
        ['ExpectedDigest', expectedMd5],
        ['CalculatedDigest', md5.toString('base64')],
      ]);
    if (sent === undefined) return { md5, crc64: crc64Text, sent: undefined };
    const value = other ? other.digest().toString('base64') : crc64Text;
    const expected = sent.value ?? trailers.get(checksumHeader(sent.algorithm));
    if (expected === undefined)
      throw new S3Error('InvalidRequest', 'The trailer that x-amz-trailer announces is missing.');
    if (expected !== value)
      throw new S3Error('BadDigest', `The ${sent.algorithm} you specified did not match the calculated checksum.`);
    return { md5, crc64: crc64Text, sent: { algorithm: sent.algorithm, value } };
  };

  return { update, finish };
};
