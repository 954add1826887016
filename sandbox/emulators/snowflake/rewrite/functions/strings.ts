import { asText, castTo } from '../casts.ts';
import { array, binary, boolean, count, integer, number, text } from '../data-types.ts';
import { translate } from '../expression.ts';
import { type FunctionRule, rule, special } from './signature.ts';

const bothBinary = (values: readonly { type: { kind: string } }[]) =>
  values.every(({ type }) => type.kind === 'binary');

/** CONCAT and || of a NULL are NULL. */
const concat = special('CONCAT', 1, 10_000, (call, context) => {
  const values = call.arguments.map(({ value }) => translate(value, context));
  const binaries = bothBinary(values);
  const sqls = values.map((value) => (binaries ? value.sql : asText(value, context.resolver).sql));
  return { sql: `(${sqls.join(' || ')})`, type: binaries ? binary : text };
});

/** SPLIT gives an ARRAY of texts. */
const split = rule(
  'SPLIT',
  'tt',
  array,
  ([value, separator]) => `CAST(to_json(string_split(${value}, ${separator})) AS VARCHAR)`,
);

/** SPLIT_PART(x, separator, n): the n-th part from 1, from the end if negative, '' if there is none; 0 means 1. */
const splitPart = rule(
  'SPLIT_PART',
  'tti',
  text,
  ([value, separator, part]) =>
    `CASE WHEN ${value} IS NULL OR ${separator} IS NULL OR ${part} IS NULL THEN NULL ELSE coalesce(string_split(${value}, ${separator})[CASE WHEN ${part} = 0 THEN 1 ELSE ${part} END], '') END`,
);

/** LPAD(x, length, pad): a longer text is cut. */
const pad = (name: string): FunctionRule =>
  rule(
    name,
    'ti?t',
    text,
    ([value, length, filler = "' '"]) =>
      `${name.toLowerCase()}(${value}, CAST(greatest(${length}, 0) AS INTEGER), ${filler})`,
  );

/** SUBSTR(x, start [, length]): start 0 means 1, a negative one counts from the end, a negative length gives ''. */
const substring = rule('SUBSTR SUBSTRING MID', 'ti?i', text, ([value, start, length]) =>
  length === undefined
    ? `substring(${value}, CASE WHEN ${start} = 0 THEN 1 ELSE ${start} END)`
    : `substring(${value}, CASE WHEN ${start} = 0 THEN 1 ELSE ${start} END, greatest(${length}, 0))`,
);

const trim = (names: string, duckdb: string): FunctionRule =>
  rule(names, 't?t', text, ([value, characters]) =>
    characters === undefined ? `${duckdb}(${value}, ' ')` : `${duckdb}(${value}, ${characters})`,
  );

const hashes: readonly FunctionRule[] = [
  rule('MD5 MD5_HEX', 't', text, ([value]) => `md5(${value})`),
  rule('SHA1 SHA1_HEX', 't', text, ([value]) => `sha1(${value})`),
  rule('SHA2 SHA2_HEX', 't?i', text, ([value, bits = '256']) => `sb_sha2(${value}, CAST(${bits} AS BIGINT))`),
  rule('MD5_NUMBER_UPPER64', 't', integer, ([value]) => `CAST(md5_number_upper(${value}) AS DECIMAL(38,0))`),
  rule('MD5_NUMBER_LOWER64', 't', integer, ([value]) => `CAST(md5_number_lower(${value}) AS DECIMAL(38,0))`),
  rule('BASE64_ENCODE', 't', text, ([value]) => `base64(encode(${value}))`),
  rule('BASE64_DECODE_STRING', 't', text, ([value]) => `decode(from_base64(${value}))`),
  rule('TRY_BASE64_DECODE_STRING', 't', text, ([value]) => `TRY(decode(from_base64(${value})))`),
  rule('MD5_BINARY', 't', binary, ([value]) => `unhex(md5(${value}))`),
  rule('SHA1_BINARY', 't', binary, ([value]) => `unhex(sha1(${value}))`),
  rule('SHA2_BINARY', 't?i', binary, ([value, bits = '256']) => `unhex(sb_sha2(${value}, CAST(${bits} AS BIGINT)))`),
  rule('BASE64_DECODE_BINARY', 't', binary, ([value]) => `from_base64(${value})`),
  rule('HEX_DECODE_BINARY', 't', binary, ([value]) => `unhex(${value})`),
  rule('TRY_HEX_DECODE_STRING', 't', text, ([value]) => `TRY(decode(unhex(${value})))`),
  rule('HEX_ENCODE', 't', text, ([value]) => `hex(encode(${value}))`),
  rule('HEX_DECODE_STRING', 't', text, ([value]) => `decode(unhex(${value}))`),
];

/** HASH is a signed 64-bit number of any values, the same for the same values; not the number that Snowflake gives. */
const hash = special('HASH', 1, 10_000, (call, context) => {
  const sqls = call.arguments.map(({ value }) => {
    const typed = translate(value, context);
    return typed.type.kind === 'number' ? castTo(typed, number(38, typed.type.scale), context.resolver).sql : typed.sql;
  });
  return { sql: `(CAST(hash(${sqls.join(', ')}) AS HUGEINT) - 9223372036854775808)`, type: number(19), loose: true };
});

const insert = rule(
  'INSERT',
  'tiit',
  text,
  ([value, position, length, replacement]) =>
    `(left(${value}, ${position} - 1) || ${replacement} || substring(${value}, ${position} + ${length}))`,
);

export const strings: readonly FunctionRule[] = [
  concat,
  special('CONCAT_WS', 2, 10_000, (call, context) => {
    const [separator, ...rest] = call.arguments.map(
      ({ value }) => asText(translate(value, context), context.resolver).sql,
    );
    return { sql: `(${rest.join(` || ${separator} || `)})`, type: text };
  }),
  split,
  splitPart,
  pad('LPAD'),
  pad('RPAD'),
  substring,
  insert,
  trim('TRIM', 'trim'),
  trim('LTRIM', 'ltrim'),
  trim('RTRIM', 'rtrim'),
  rule('UPPER', 't', text, ([value]) => `upper(${value})`),
  rule('LOWER', 't', text, ([value]) => `lower(${value})`),
  rule(
    'INITCAP',
    't?t',
    text,
    ([value, delimiters = 'NULL']) =>
      `sb_initcap(${value}, coalesce(${delimiters}, ' !?@"^#$&~_,.:;+-*%/|\\[](){}<>' || chr(9) || chr(10) || chr(13)))`,
  ),
  special('LENGTH LEN', 1, 1, (call, context) => {
    const [value] = call.arguments.map(({ value: each }) => translate(each, context));
    if (!value) throw new Error('LENGTH has one argument');
    const sql =
      value.type.kind === 'binary' ? `octet_length(${value.sql})` : `length(${asText(value, context.resolver).sql})`;
    return { sql, type: count, loose: true };
  }),
  rule('OCTET_LENGTH', 't', count, ([value]) => `strlen(${value})`, true),
  rule('BIT_LENGTH', 't', count, ([value]) => `(strlen(${value}) * 8)`, true),
  rule('LEFT', 'ti', text, ([value, length]) => `left(${value}, greatest(${length}, 0))`),
  rule('RIGHT', 'ti', text, ([value, length]) => `right(${value}, greatest(${length}, 0))`),
  rule('REPEAT', 'ti', text, ([value, times]) => `repeat(${value}, greatest(${times}, 0))`),
  rule('SPACE', 'i', text, ([times]) => `repeat(' ', greatest(${times}, 0))`),
  rule('REVERSE', 't', text, ([value]) => `reverse(${value})`),
  rule(
    'REPLACE',
    'tt?t',
    text,
    ([value, pattern, replacement = "''"]) => `replace(${value}, ${pattern}, ${replacement})`,
  ),
  rule('TRANSLATE', 'ttt', text, ([value, from, to]) => `translate(${value}, ${from}, ${to})`),
  rule('CONTAINS', 'tt', boolean, ([value, part]) => `contains(${value}, ${part})`),
  rule('STARTSWITH', 'tt', boolean, ([value, part]) => `starts_with(${value}, ${part})`),
  rule('ENDSWITH', 'tt', boolean, ([value, part]) => `ends_with(${value}, ${part})`),
  rule(
    'CHARINDEX POSITION',
    'tt?i',
    count,
    ([part, value, start]) =>
      start === undefined
        ? `strpos(${value}, ${part})`
        : `CASE WHEN strpos(substring(${value}, ${start}), ${part}) = 0 THEN 0 ELSE strpos(substring(${value}, ${start}), ${part}) + ${start} - 1 END`,
    true,
  ),
  rule(
    'LIKE',
    'tt?t',
    boolean,
    ([value, pattern, mark]) => `(${value} LIKE ${pattern}${mark ? ` ESCAPE ${mark}` : ''})`,
  ),
  rule(
    'ILIKE',
    'tt?t',
    boolean,
    ([value, pattern, mark]) => `(${value} ILIKE ${pattern}${mark ? ` ESCAPE ${mark}` : ''})`,
  ),
  rule('ASCII', 't', number(3), ([value]) => `CASE WHEN ${value} = '' THEN 0 ELSE ascii(${value}) END`, true),
  rule('UNICODE', 't', number(10), ([value]) => `CASE WHEN ${value} = '' THEN 0 ELSE unicode(${value}) END`, true),
  rule('CHR CHAR', 'i', text, ([code]) => `chr(CAST(${code} AS INTEGER))`),
  rule(
    'STRTOK',
    't?ti',
    text,
    ([value, delimiters = "' '", part = '1']) => `sb_strtok(${value}, ${delimiters}, ${part})`,
  ),
  rule('STRTOK_TO_ARRAY', 't?t', array, ([value, delimiters = "' '"]) => `sb_strtok_to_array(${value}, ${delimiters})`),
  rule(
    'EDITDISTANCE',
    'tt?i',
    count,
    ([a, b, most]) => (most ? `least(levenshtein(${a}, ${b}), ${most})` : `levenshtein(${a}, ${b})`),
    true,
  ),
  rule(
    'JAROWINKLER_SIMILARITY',
    'tt',
    count,
    ([a, b]) => `CAST(floor(jaro_winkler_similarity(lower(${a}), lower(${b})) * 100) AS INTEGER)`,
    true,
  ),
  rule(
    'PARSE_URL',
    't?i',
    { kind: 'object' },
    ([value, permissive = '0']) => `sb_parse_url(${value}, CAST(${permissive} AS BIGINT))`,
  ),
  rule('COLLATION', 't', text, () => `CAST(NULL AS VARCHAR)`),
  hash,
  ...hashes,
];
