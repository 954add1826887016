import { createHash } from 'node:crypto';
import { printJson, sorted } from '../json.ts';
import { engineError, type Native } from './native.ts';

const sha2 = (text: string, bits: number): string => {
  const size = bits === 0 ? 256 : bits;
  if (![224, 256, 384, 512].includes(size)) throw engineError('100040', '22023', `Invalid SHA2 digest size: ${bits}`);
  return createHash(`sha${size}`).update(text).digest('hex');
};

const initcap = (text: string, delimiters: string): string => {
  let atStart = true;
  return [...text]
    .map((character) => {
      const shown = atStart ? character.toUpperCase() : character.toLowerCase();
      atStart = delimiters.includes(character);
      return shown;
    })
    .join('');
};

const tokens = (text: string, delimiters: string): string[] => {
  const found: string[] = [];
  let current = '';
  for (const character of text) {
    if (!delimiters.includes(character)) current += character;
    else if (current) {
      found.push(current);
      current = '';
    }
  }
  return current ? [...found, current] : found;
};

const parseUrl = (text: string, permissive: number): string => {
  try {
    const url = new URL(text);
    const parameters = new Map([...url.searchParams].sort(([a], [b]) => (a < b ? -1 : 1)));
    const orNull = (value: string) => (value === '' ? null : value);
    return printJson(
      sorted(
        new Map<string, Parameters<typeof printJson>[0]>([
          ['fragment', orNull(url.hash.slice(1))],
          ['host', url.hostname],
          ['parameters', parameters.size > 0 ? parameters : null],
          ['path', orNull(url.pathname.slice(1))],
          ['port', orNull(url.port)],
          ['query', orNull(url.search.slice(1))],
          ['scheme', url.protocol.slice(0, -1)],
        ]),
      ),
    );
  } catch {
    if (permissive === 1) return printJson(new Map([['error', 'Scheme not specified']]));
    throw engineError('100139', '22000', `Error parsing URL: scheme not specified.`);
  }
};

const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/** A text of letters and digits from a seed. */
const randomText = (length: number, seed: number): string => {
  let state = BigInt(seed) | 1n;
  return Array.from({ length: Math.max(0, Math.min(length, 1_000_000)) }, () => {
    state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffff_ffff_ffff_ffffn;
    return letters[Number((state >> 33n) % BigInt(letters.length))];
  }).join('');
};

const formatBinary = (hex: string, format: string): string => {
  const bytes = Buffer.from(hex, 'hex');
  const shape = format.toUpperCase();
  if (shape === 'HEX') return hex;
  if (shape === 'BASE64') return bytes.toString('base64');
  if (shape === 'UTF-8' || shape === 'UTF8') return bytes.toString('utf8');
  throw engineError('100095', '22023', `Bad binary format: '${format}'`);
};

export const textNatives: readonly Native[] = [
  { name: 'sb_sha2', parameters: ['text', 'integer'], returns: 'text', run: sha2 },
  { name: 'sb_initcap', parameters: ['text', 'text'], returns: 'text', run: initcap },
  {
    name: 'sb_strtok',
    parameters: ['text', 'text', 'integer'],
    returns: 'text',
    run: (text: string, delimiters: string, part: number) => tokens(text, delimiters)[part - 1] ?? null,
  },
  {
    name: 'sb_strtok_to_array',
    parameters: ['text', 'text'],
    returns: 'text',
    run: (text: string, delimiters: string) => printJson(tokens(text, delimiters)),
  },
  { name: 'sb_parse_url', parameters: ['text', 'integer'], returns: 'text', run: parseUrl },
  { name: 'sb_random_text', parameters: ['integer', 'integer'], returns: 'text', run: randomText },
  { name: 'sb_format_binary', parameters: ['text', 'text'], returns: 'text', run: formatBinary },
];
