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
  finish(trailers: ReadonlyMap<string, string>): DigestedBody;
};

export type DigestedBody = {
  md5: Buffer;
  /** Those that were wanted, and the client's own. */
  checksums: Partial<Record<ChecksumAlgorithm, string>>;
  /** The algorithm of the checksum that the client sent; undefined when it sent none. */
  sentAlgorithm: ChecksumAlgorithm | undefined;
};

const checkDigest = (sent: SentChecksum, value: string | undefined, trailers: ReadonlyMap<string, string>) => {
  const expected = sent.value ?? trailers.get(checksumHeader(sent.algorithm));
  if (expected === undefined)
    throw new S3Error('InvalidRequest', 'The trailer that x-amz-trailer announces is missing.');
  if (expected !== value)
    throw new S3Error('BadDigest', `The ${sent.algorithm} you specified did not match the calculated checksum.`);
};

/** Digests a body as it streams by: MD5 for the ETag, the checksum that the client sent, and the one that is wanted here.
 *  Without either, CRC64NVME, which S3 adds to an object that came without a checksum. */
export const digestBody = (request: S3Request, wanted?: ChecksumAlgorithm): BodyDigests => {
  const expectedMd5 = sentMd5(request);
  const sent = sentChecksum(request);
  const md5Hash = createHash('md5');
  const algorithms = new Set([wanted, sent?.algorithm].filter((algorithm) => algorithm !== undefined));
  if (algorithms.size === 0) algorithms.add('CRC64NVME');
  const running = [...algorithms].map((algorithm) => ({ algorithm, checksum: startChecksum(algorithm) }));

  const update = (data: Buffer) => {
    md5Hash.update(data);
    for (const { checksum } of running) checksum.update(data);
  };

  const finish = (trailers: ReadonlyMap<string, string>): DigestedBody => {
    const md5 = md5Hash.digest();
    if (expectedMd5 !== undefined && md5.toString('base64') !== expectedMd5)
      throw new S3Error('BadDigest', undefined, [
        ['ExpectedDigest', expectedMd5],
        ['CalculatedDigest', md5.toString('base64')],
      ]);
    const checksums: DigestedBody['checksums'] = {};
    for (const { algorithm, checksum } of running) checksums[algorithm] = checksum.digest().toString('base64');
    if (sent !== undefined) checkDigest(sent, checksums[sent.algorithm], trailers);
    return { md5, checksums, sentAlgorithm: sent?.algorithm };
  };

  return { update, finish };
};
