/** Which bytes a character column's text is, by collation id. Ids from INFORMATION_SCHEMA.COLLATIONS of MySQL 9.7. */
const ranges: readonly (readonly [first: number, last: number, charset: string])[] = [
  [45, 46, 'utf8mb4'],
  [224, 247, 'utf8mb4'],
  [255, 323, 'utf8mb4'],
  [33, 33, 'utf8mb3'],
  [76, 76, 'utf8mb3'],
  [83, 83, 'utf8mb3'],
  [192, 215, 'utf8mb3'],
  [223, 223, 'utf8mb3'],
  [5, 5, 'latin1'],
  [8, 8, 'latin1'],
  [15, 15, 'latin1'],
  [31, 31, 'latin1'],
  [47, 49, 'latin1'],
  [94, 94, 'latin1'],
  [11, 11, 'ascii'],
  [65, 65, 'ascii'],
  [63, 63, 'binary'],
  [1, 1, 'big5'],
  [84, 84, 'big5'],
  [2, 2, 'latin2'],
  [9, 9, 'latin2'],
  [21, 21, 'latin2'],
  [27, 27, 'latin2'],
  [77, 77, 'latin2'],
  [7, 7, 'koi8r'],
  [74, 74, 'koi8r'],
  [12, 12, 'ujis'],
  [91, 91, 'ujis'],
  [13, 13, 'sjis'],
  [88, 88, 'sjis'],
  [95, 96, 'cp932'],
  [97, 98, 'eucjpms'],
  [16, 16, 'hebrew'],
  [71, 71, 'hebrew'],
  [18, 18, 'tis620'],
  [89, 89, 'tis620'],
  [19, 19, 'euckr'],
  [85, 85, 'euckr'],
  [22, 22, 'koi8u'],
  [75, 75, 'koi8u'],
  [24, 24, 'gb2312'],
  [86, 86, 'gb2312'],
  [25, 25, 'greek'],
  [70, 70, 'greek'],
  [26, 26, 'cp1250'],
  [34, 34, 'cp1250'],
  [44, 44, 'cp1250'],
  [66, 66, 'cp1250'],
  [99, 99, 'cp1250'],
  [28, 28, 'gbk'],
  [87, 87, 'gbk'],
  [30, 30, 'latin5'],
  [78, 78, 'latin5'],
  [35, 35, 'ucs2'],
  [90, 90, 'ucs2'],
  [128, 151, 'ucs2'],
  [159, 159, 'ucs2'],
  [36, 36, 'cp866'],
  [68, 68, 'cp866'],
  [20, 20, 'latin7'],
  [41, 42, 'latin7'],
  [79, 79, 'latin7'],
  [14, 14, 'cp1251'],
  [23, 23, 'cp1251'],
  [50, 52, 'cp1251'],
  [54, 55, 'utf16'],
  [101, 124, 'utf16'],
  [56, 56, 'utf16le'],
  [62, 62, 'utf16le'],
  [57, 57, 'cp1256'],
  [67, 67, 'cp1256'],
  [29, 29, 'cp1257'],
  [58, 59, 'cp1257'],
  [60, 61, 'utf32'],
  [160, 183, 'utf32'],
  [248, 250, 'gb18030'],
];

// WHATWG's names of the same tables. utf32 has none; latin1 is Windows-1252, which TextDecoder of Node 20 reads as ISO 8859-1.
const encodings = new Map<string, string>([
  ['utf8mb4', 'utf-8'],
  ['utf8mb3', 'utf-8'],
  ['utf8', 'utf-8'],
  ['ascii', 'utf-8'],
  ['latin2', 'iso-8859-2'],
  ['latin5', 'windows-1254'],
  ['latin7', 'iso-8859-13'],
  ['cp1250', 'windows-1250'],
  ['cp1251', 'windows-1251'],
  ['cp1256', 'windows-1256'],
  ['cp1257', 'windows-1257'],
  ['cp866', 'ibm866'],
  ['greek', 'iso-8859-7'],
  ['hebrew', 'iso-8859-8'],
  ['tis620', 'windows-874'],
  ['koi8r', 'koi8-r'],
  ['koi8u', 'koi8-u'],
  ['big5', 'big5'],
  ['gbk', 'gbk'],
  ['gb2312', 'gbk'],
  ['gb18030', 'gb18030'],
  ['euckr', 'euc-kr'],
  ['ujis', 'euc-jp'],
  ['eucjpms', 'euc-jp'],
  ['sjis', 'shift_jis'],
  ['cp932', 'shift_jis'],
  ['ucs2', 'utf-16be'],
  ['utf16', 'utf-16be'],
  ['utf16le', 'utf-16le'],
]);

const byCollation = new Map<number, string>();
for (const [first, last, charset] of ranges) for (let id = first; id <= last; id++) byCollation.set(id, charset);

export const binaryCollation = 63;

export const charsetOfCollation = (collation: number): string | undefined => byCollation.get(collation);

export type TextDecode = (bytes: Buffer) => string;

const utf8: TextDecode = (bytes) => bytes.toString('utf8');

const utf32: TextDecode = (bytes) => {
  let text = '';
  for (let at = 0; at + 4 <= bytes.length; at += 4) text += String.fromCodePoint(bytes.readUInt32BE(at));
  return text;
};

// Windows-1252 at 0x80 … 0x9f; MySQL keeps the five holes as control characters.
const latin1Middle = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

const latin1: TextDecode = (bytes) =>
  bytes
    .toString('latin1')
    .replace(/[\u0080-\u009f]/g, (control) => latin1Middle[control.charCodeAt(0) - 0x80] as string);

const decoders = new Map<string, TextDecode>([
  ['latin1', latin1],
  ['utf32', utf32],
]);

/** How to read a column's bytes as text; undefined for `binary` and for a character set that is not known. */
export const textDecoderOf = (charset: string): TextDecode | undefined => {
  const known = decoders.get(charset);
  if (known) return known;
  const encoding = encodings.get(charset);
  if (encoding === undefined) return undefined;
  const whatwg = encoding === 'utf-8' ? undefined : new TextDecoder(encoding);
  const decode: TextDecode = whatwg ? (bytes) => whatwg.decode(bytes) : utf8;
  decoders.set(charset, decode);
  return decode;
};

export type TextEncode = (text: string) => Buffer;

const bigEndian: TextEncode = (text) => Buffer.from(text, 'utf16le').swap16();

const fourBytes: TextEncode = (text) => {
  const points = Array.from(text, (character) => character.codePointAt(0) as number);
  const bytes = Buffer.alloc(points.length * 4);
  points.forEach((point, index) => {
    bytes.writeUInt32BE(point, index * 4);
  });
  return bytes;
};

/** A single-byte character set's table read backwards; what it lacks becomes a question mark, as in MySQL. */
const singleByte = (decode: TextDecode): TextEncode => {
  const bytesOf = new Map<string, number>();
  for (let byte = 0; byte < 256; byte++) bytesOf.set(decode(Buffer.of(byte)), byte);
  return (text) => Buffer.from(Array.from(text, (character) => bytesOf.get(character) ?? 0x3f));
};

const encoders = new Map<string, TextEncode>([
  ['ucs2', bigEndian],
  ['utf16', bigEndian],
  ['utf16le', (text) => Buffer.from(text, 'utf16le')],
  ['utf32', fourBytes],
  ['binary', (text) => Buffer.from(text, 'utf8')],
]);

const isSingleByte = (encoding: string): boolean => /^(latin1|windows|iso|ibm|koi8)/.test(encoding);

/** How to write text in a character set; undefined for one that is not known and for the multi-byte ones of East Asia. */
export const textEncoderOf = (charset: string): TextEncode | undefined => {
  const known = encoders.get(charset);
  if (known) return known;
  const encoding = encodings.get(charset) ?? charset;
  const decode = textDecoderOf(charset);
  if (!decode || !(encoding === 'utf-8' || isSingleByte(encoding))) return undefined;
  const encode: TextEncode = encoding === 'utf-8' ? (text) => Buffer.from(text, 'utf8') : singleByte(decode);
  encoders.set(charset, encode);
  return encode;
};
