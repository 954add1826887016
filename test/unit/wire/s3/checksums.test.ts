import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ChecksumAlgorithm,
  type CombinableAlgorithm,
  checksumAlgorithms,
  combineChecksums,
  digestBytes,
  startChecksum,
} from '../../../../sandbox/wire/s3/checksums.ts';

const digest = (algorithm: ChecksumAlgorithm, ...parts: Uint8Array[]): Buffer => {
  const checksum = startChecksum(algorithm);
  for (const part of parts) checksum.update(part);
  return checksum.digest();
};

describe('checksums', () => {
  // The check values of https://reveng.sourceforge.io/crc-catalogue/ and of FIPS 180.
  it.each([
    ['CRC32', 'cbf43926'],
    ['CRC32C', 'e3069283'],
    ['CRC64NVME', 'ae8b14860a799888'],
    ['SHA1', 'f7c3bc1d808e04732adf679965ccc34ca7ae3441'],
    ['SHA256', '15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225'],
  ] as const)('%s of "123456789"', (algorithm, expected) => {
    expect(digest(algorithm, Buffer.from('123456789')).toString('hex')).toBe(expected);
    expect(digest(algorithm)).toHaveLength(digestBytes[algorithm]);
  });

  it('do not depend on where the data is cut', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(200), (data, at) => {
        for (const algorithm of checksumAlgorithms)
          expect(digest(algorithm, data.subarray(0, at), data.subarray(at))).toEqual(digest(algorithm, data));
      }),
    );
  });

  it('of parts combine to that of the whole', () => {
    const algorithms: CombinableAlgorithm[] = ['CRC32', 'CRC32C', 'CRC64NVME'];
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 100 }), { minLength: 1, maxLength: 5 }), (parts) => {
        for (const algorithm of algorithms) {
          const digests = parts.map((part) => ({ digest: digest(algorithm, part), sizeBytes: part.length }));
          expect(combineChecksums(algorithm, digests)).toEqual(digest(algorithm, ...parts));
        }
      }),
    );
  });
});
