import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** The five checksums that S3 knows; each value is base64 of the big-endian digest.
 *  https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html */
export const checksumAlgorithms = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const;
export type ChecksumAlgorithm = (typeof checksumAlgorithms)[number];

export const isChecksumAlgorithm = (name: string): name is ChecksumAlgorithm =>
  (checksumAlgorithms as readonly string[]).includes(name);

export const digestBytes: Record<ChecksumAlgorithm, number> = {
  CRC32: 4,
  CRC32C: 4,
  CRC64NVME: 8,
  SHA1: 20,
  SHA256: 32,
};

export type Checksum = { update(data: Uint8Array): void; digest(): Buffer };

const slices = 8;

const tables32 = (polynomial: number): Uint32Array => {
  const table = new Uint32Array(256 * slices);
  for (let byte = 0; byte < 256; byte++) {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ polynomial : value >>> 1;
    table[byte] = value;
  }
  for (let index = 256; index < table.length; index++) {
    const previous = table[index - 256] as number;
    table[index] = (previous >>> 8) ^ (table[previous & 255] as number);
  }
  return table;
};

const castagnoli = tables32(0x82f63b78);

const updateCrc32c = (state: number, data: Uint8Array): number => {
  const table = castagnoli;
  let crc = state;
  let index = 0;
  for (const wholeEnd = data.length - (data.length % 8); index < wholeEnd; index += 8) {
    const low =
      crc ^
      ((data[index] as number) |
        ((data[index + 1] as number) << 8) |
        ((data[index + 2] as number) << 16) |
        ((data[index + 3] as number) << 24));
    crc =
      (table[1792 + (low & 255)] as number) ^
      (table[1536 + ((low >>> 8) & 255)] as number) ^
      (table[1280 + ((low >>> 16) & 255)] as number) ^
      (table[1024 + (low >>> 24)] as number) ^
      (table[768 + (data[index + 4] as number)] as number) ^
      (table[512 + (data[index + 5] as number)] as number) ^
      (table[256 + (data[index + 6] as number)] as number) ^
      (table[data[index + 7] as number] as number);
  }
  for (; index < data.length; index++) crc = (crc >>> 8) ^ (table[(crc ^ (data[index] as number)) & 255] as number);
  return crc >>> 0;
};

// CRC-64/NVME, reflected; its 64 bits are kept as two halves, since BigInt is a hundred times slower.
const nvmeHigh = 0x9a6c9329;
const nvmeLow = 0xac4bc9b5;

const tables64 = (): { high: Uint32Array; low: Uint32Array } => {
  const high = new Uint32Array(256 * slices);
  const low = new Uint32Array(256 * slices);
  for (let byte = 0; byte < 256; byte++) {
    let [upper, lower] = [0, byte];
    for (let bit = 0; bit < 8; bit++) {
      const odd = lower & 1;
      lower = (lower >>> 1) | (upper << 31);
      upper >>>= 1;
      if (odd) [upper, lower] = [upper ^ nvmeHigh, lower ^ nvmeLow];
    }
    high[byte] = upper;
    low[byte] = lower;
  }
  for (let index = 256; index < high.length; index++) {
    const upper = high[index - 256] as number;
    const lower = low[index - 256] as number;
    high[index] = (upper >>> 8) ^ (high[lower & 255] as number);
    low[index] = ((lower >>> 8) | (upper << 24)) ^ (low[lower & 255] as number);
  }
  return { high, low };
};

const nvme = tables64();

const updateCrc64 = (state: { high: number; low: number }, data: Uint8Array): void => {
  const { high: highs, low: lows } = nvme;
  let { high, low } = state;
  let index = 0;
  for (const wholeEnd = data.length - (data.length % 8); index < wholeEnd; index += 8) {
    const first =
      low ^
      ((data[index] as number) |
        ((data[index + 1] as number) << 8) |
        ((data[index + 2] as number) << 16) |
        ((data[index + 3] as number) << 24));
    const second =
      high ^
      ((data[index + 4] as number) |
        ((data[index + 5] as number) << 8) |
        ((data[index + 6] as number) << 16) |
        ((data[index + 7] as number) << 24));
    const at7 = 1792 + (first & 255);
    const at6 = 1536 + ((first >>> 8) & 255);
    const at5 = 1280 + ((first >>> 16) & 255);
    const at4 = 1024 + (first >>> 24);
    const at3 = 768 + (second & 255);
    const at2 = 512 + ((second >>> 8) & 255);
    const at1 = 256 + ((second >>> 16) & 255);
    const at0 = second >>> 24;
    high =
      (highs[at7] as number) ^
      (highs[at6] as number) ^
      (highs[at5] as number) ^
      (highs[at4] as number) ^
      (highs[at3] as number) ^
      (highs[at2] as number) ^
      (highs[at1] as number) ^
      (highs[at0] as number);
    low =
      (lows[at7] as number) ^
      (lows[at6] as number) ^
      (lows[at5] as number) ^
      (lows[at4] as number) ^
      (lows[at3] as number) ^
      (lows[at2] as number) ^
      (lows[at1] as number) ^
      (lows[at0] as number);
  }
  for (; index < data.length; index++) {
    const at = (low ^ (data[index] as number)) & 255;
    low = ((low >>> 8) | (high << 24)) ^ (lows[at] as number);
    high = (high >>> 8) ^ (highs[at] as number);
  }
  state.high = high >>> 0;
  state.low = low >>> 0;
};

const words = (...values: number[]): Buffer => {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => void bytes.writeUInt32BE(value >>> 0, index * 4));
  return bytes;
};

const startCrc32 = (): Checksum => {
  let crc = 0;
  return { update: (data) => void (crc = crc32(data, crc)), digest: () => words(crc) };
};

const startCrc32c = (): Checksum => {
  let crc = 0xffffffff;
  return { update: (data) => void (crc = updateCrc32c(crc, data)), digest: () => words(~crc) };
};

const startCrc64 = (): Checksum => {
  const state = { high: 0xffffffff, low: 0xffffffff };
  return { update: (data) => updateCrc64(state, data), digest: () => words(~state.high, ~state.low) };
};

const startHash = (name: string): Checksum => {
  const hash = createHash(name);
  return { update: (data) => void hash.update(data), digest: () => hash.digest() };
};

export const startChecksum = (algorithm: ChecksumAlgorithm): Checksum => {
  switch (algorithm) {
    case 'CRC32':
      return startCrc32();
    case 'CRC32C':
      return startCrc32c();
    case 'CRC64NVME':
      return startCrc64();
    case 'SHA1':
      return startHash('sha1');
    case 'SHA256':
      return startHash('sha256');
  }
};

export type CombinableAlgorithm = 'CRC32' | 'CRC32C' | 'CRC64NVME';

export const isCombinable = (algorithm: ChecksumAlgorithm): algorithm is CombinableAlgorithm =>
  algorithm.startsWith('CRC');

// The polynomials of degree below 32 or 64 over GF(2), bit-reflected: the highest bit is x^0.
const fields = {
  CRC32: { bits: 32n, polynomial: 0xedb88320n },
  CRC32C: { bits: 32n, polynomial: 0x82f63b78n },
  CRC64NVME: { bits: 64n, polynomial: 0x9a6c9329ac4bc9b5n },
} as const;

const multiply = (left: bigint, right: bigint, field: { bits: bigint; polynomial: bigint }): bigint => {
  let product = 0n;
  let factor = right;
  for (let mask = 1n << (field.bits - 1n); mask !== 0n; mask >>= 1n) {
    if (left & mask) product ^= factor;
    factor = factor & 1n ? (factor >> 1n) ^ field.polynomial : factor >> 1n;
  }
  return product;
};

const powerOfX = (exponent: bigint, field: { bits: bigint; polynomial: bigint }): bigint => {
  let result = 1n << (field.bits - 1n);
  let square = 1n << (field.bits - 2n);
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = multiply(result, square, field);
    square = multiply(square, square, field);
  }
  return result;
};

/** The CRC of the parts put together, from the CRC and length of each. */
export const combineChecksums = (
  algorithm: CombinableAlgorithm,
  parts: readonly { digest: Buffer; sizeBytes: number }[],
): Buffer => {
  const field = fields[algorithm];
  const shifts = new Map<number, bigint>();
  let crc = 0n;
  for (const part of parts) {
    const shift = shifts.get(part.sizeBytes) ?? powerOfX(BigInt(part.sizeBytes) * 8n, field);
    shifts.set(part.sizeBytes, shift);
    crc = multiply(crc, shift, field) ^ BigInt(`0x${part.digest.toString('hex')}`);
  }
  return Buffer.from(crc.toString(16).padStart(Number(field.bits / 4n), '0'), 'hex');
};
