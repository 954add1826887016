import { charsets, collationRows } from './collation-list.ts';

/** How strings of a column or expression compare. */
export type Collation = {
  readonly id: number;
  readonly name: string;
  readonly charset: string;
  readonly isDefault: boolean;
  readonly pad: 'PAD SPACE' | 'NO PAD';
  readonly kind: 'binary' | 'caseInsensitive' | 'accentSensitive' | 'caseSensitive';
};

export type Charset = {
  readonly name: string;
  readonly description: string;
  readonly defaultCollation: string;
  readonly maxLength: number;
};

const kindOf = (name: string): Collation['kind'] => {
  if (name === 'binary' || name.endsWith('_bin')) return 'binary';
  if (name.endsWith('_as_cs') || name.endsWith('_general_cs')) return 'caseSensitive';
  if (name.endsWith('_as_ci')) return 'accentSensitive';
  return 'caseInsensitive';
};

const noPad = (name: string): boolean => name === 'binary' || name.includes('_0900_');

const all: readonly Collation[] = collationRows.map(([id, name, charset, isDefault]) => ({
  id,
  name,
  charset,
  isDefault: isDefault === 1,
  pad: noPad(name) ? 'NO PAD' : 'PAD SPACE',
  kind: kindOf(name),
}));

const byName = new Map(all.map((collation) => [collation.name, collation]));
const byId = new Map(all.map((collation) => [collation.id, collation]));

const canonical = (name: string): string => name.toLowerCase().replace(/^utf8(?=$|_)/, 'utf8mb3');

export const findCollation = (name: string): Collation | undefined => byName.get(canonical(name));
export const collationById = (id: number): Collation | undefined => byId.get(id);
export const allCollations = (): readonly Collation[] => all;

export const allCharsets = (): readonly Charset[] =>
  charsets.map(([name, description, defaultCollation, maxLength]) => ({
    name,
    description,
    defaultCollation,
    maxLength,
  }));

export const findCharset = (name: string): Charset | undefined =>
  allCharsets().find((charset) => charset.name === canonical(name));

export const defaultCollation = (charset: string): Collation | undefined => {
  const found = findCharset(charset);
  return found && byName.get(found.defaultCollation);
};

const required = (name: string): Collation => {
  const found = byName.get(name);
  if (!found) throw new Error(`the collation ${name} is missing from the list`);
  return found;
};

export const utf8mb4 = required('utf8mb4_0900_ai_ci');
export const utf8mb4Binary = required('utf8mb4_bin');
export const binaryCollation = required('binary');
export const utf8mb3 = required('utf8mb3_general_ci');

// Order of ASCII in the default Unicode collation table: white space, punctuation, symbols, digits, letters.
const order = '\t\n\v\f\r _-,;:!?.\'"()[]{}@*/\\&#%`^+<=>|~$0123456789';
const weights = new Uint16Array(128);
for (let code = 0; code < 128; code++) weights[code] = code < 32 || code === 127 ? 1 + code : 0;
[...order].forEach((character, index) => {
  weights[character.charCodeAt(0)] = 0x40 + index;
});
for (let letter = 0; letter < 26; letter++) weights[65 + letter] = weights[97 + letter] = 0x80 + letter;

const asciiOnly = /^[\x00-\x7f]*$/;

const foldAscii = (text: string): string => {
  let key = '';
  for (let index = 0; index < text.length; index++)
    key += String.fromCharCode(weights[text.charCodeAt(index)] as number);
  return key;
};

// Letters that decomposition does not reach, with the primary weight the Unicode table gives them.
const unicode9: Readonly<Record<string, string>> = { ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', đ: 'd', ł: 'l', ð: 'd' };
const unicode4: Readonly<Record<string, string>> = { ß: 'ss' };
const general: Readonly<Record<string, string>> = { ß: 's', ı: 'i' };

const expansionsOf = ({ name }: Collation): Readonly<Record<string, string>> =>
  name.includes('_general_') ? general : name.includes('_unicode_ci') ? unicode4 : unicode9;

const foldUnicode = (text: string, accents: boolean, collation: Collation): string => {
  let plain = text.toLowerCase().normalize('NFKD');
  if (!accents) {
    const expansions = expansionsOf(collation);
    plain = plain.replace(/\p{M}/gu, '').replace(/[ßæœøđłıð]/g, (letter) => expansions[letter] ?? letter);
  }
  let key = '';
  for (let index = 0; index < plain.length; index++) {
    const code = plain.charCodeAt(index);
    key += code < 128 ? String.fromCharCode(weights[code] as number) : String.fromCharCode(code);
  }
  return key;
};

/** A string that orders (by code units) as the collation orders the text; equal exactly when the collation calls them equal. */
export const sortKey = (text: string, collation: Collation): string => {
  const trimmed = collation.pad === 'PAD SPACE' ? trimEnd(text) : text;
  if (collation.kind === 'binary') return trimmed;
  if (collation.kind === 'caseSensitive') return `${foldUnicode(trimmed, false, collation)}\u0001${trimmed}`;
  if (asciiOnly.test(trimmed)) return foldAscii(trimmed);
  return foldUnicode(trimmed, collation.kind === 'accentSensitive', collation);
};

const trimEnd = (text: string): string => {
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === 32) end--;
  return end === text.length ? text : text.slice(0, end);
};

export const compareStrings = (left: string, right: string, collation: Collation): number => {
  if (left === right) return 0;
  const one = sortKey(left, collation);
  const other = sortKey(right, collation);
  return one < other ? -1 : one > other ? 1 : 0;
};
