// The few forms of DER (X.690) that a certificate needs. Node reads certificates and writes keys, but writes no certificate.

const length = (sizeBytes: number): Buffer => {
  if (sizeBytes < 0x80) return Buffer.from([sizeBytes]);
  const digits: number[] = [];
  for (let left = sizeBytes; left > 0; left >>>= 8) digits.unshift(left & 0xff);
  return Buffer.from([0x80 | digits.length, ...digits]);
};

const tagged = (tag: number, ...contents: readonly Uint8Array[]): Buffer => {
  const content = Buffer.concat(contents);
  return Buffer.concat([Buffer.from([tag]), length(content.length), content]);
};

export const sequence = (...parts: readonly Uint8Array[]): Buffer => tagged(0x30, ...parts);
export const set = (...parts: readonly Uint8Array[]): Buffer => tagged(0x31, ...parts);
/** `contents` is big-endian two's complement. */
export const integer = (contents: Uint8Array): Buffer => tagged(0x02, contents);
export const boolean = (value: boolean): Buffer => tagged(0x01, Buffer.from([value ? 0xff : 0]));
export const octets = (contents: Uint8Array): Buffer => tagged(0x04, contents);
export const bits = (contents: Uint8Array): Buffer => tagged(0x03, Buffer.from([0]), contents);
export const text = (value: string): Buffer => tagged(0x0c, Buffer.from(value));
/** [number] EXPLICIT, constructed. */
export const context = (number: number, ...parts: readonly Uint8Array[]): Buffer => tagged(0xa0 | number, ...parts);
/** [number] IMPLICIT, primitive. */
export const contextPrimitive = (number: number, contents: Uint8Array): Buffer => tagged(0x80 | number, contents);

/** YYYYMMDDhhmmssZ */
export const time = (epochMs: number): Buffer =>
  tagged(0x18, Buffer.from(`${new Date(epochMs).toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`));

export const objectIdentifier = (dotted: string): Buffer => {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [first * 40 + second];
  for (const arc of rest) {
    const digits = [arc & 0x7f];
    for (let left = arc >>> 7; left > 0; left >>>= 7) digits.unshift((left & 0x7f) | 0x80);
    bytes.push(...digits);
  }
  return tagged(0x06, Buffer.from(bytes));
};
