import type { Options, OptionValue } from '../../../wire/snowflake-sql/ast.ts';
import { nameFromText } from '../../../wire/snowflake-sql/names.ts';
import { type NameScope, needObject } from '../catalog/names.ts';
import { invalidValue, unsupportedFeature } from '../errors.ts';
import { booleanOption, checkOptions, listOption, nameOption, numberOption, textOption } from '../options.ts';

/** How a file's bytes become records. */
export type JsonFormat = {
  type: 'JSON';
  compression: Compression;
  stripOuterArray: boolean;
  stripNullValues: boolean;
  allowDuplicate: boolean;
  ignoreUtf8Errors: boolean;
  skipByteOrderMark: boolean;
  nullIf: readonly string[];
  trimSpace: boolean;
};
export type CsvFormat = {
  type: 'CSV';
  compression: Compression;
  recordDelimiter: string;
  fieldDelimiter: string;
  skipHeader: number;
  parseHeader: boolean;
  skipBlankLines: boolean;
  enclosedBy: string;
  escape: string;
  escapeUnenclosed: string;
  trimSpace: boolean;
  nullIf: readonly string[];
  errorOnColumnCountMismatch: boolean;
  emptyFieldAsNull: boolean;
  skipByteOrderMark: boolean;
};
export type FileFormat = JsonFormat | CsvFormat;
export type Compression = 'AUTO' | 'GZIP' | 'DEFLATE' | 'RAW_DEFLATE' | 'BROTLI' | 'ZSTD' | 'NONE';

const commonOptions = [
  'TYPE',
  'FORMAT_NAME',
  'COMPRESSION',
  'COMMENT',
  'NULL_IF',
  'TRIM_SPACE',
  'SKIP_BYTE_ORDER_MARK',
  'FILE_EXTENSION',
  'REPLACE_INVALID_CHARACTERS',
  'ENCODING',
  'DATE_FORMAT',
  'TIME_FORMAT',
  'TIMESTAMP_FORMAT',
  'BINARY_FORMAT',
  'MULTI_LINE',
];
const jsonOptions = [
  ...commonOptions,
  'STRIP_OUTER_ARRAY',
  'STRIP_NULL_VALUES',
  'ALLOW_DUPLICATE',
  'ENABLE_OCTAL',
  'IGNORE_UTF8_ERRORS',
];
const csvOptions = [
  ...commonOptions,
  'RECORD_DELIMITER',
  'FIELD_DELIMITER',
  'SKIP_HEADER',
  'PARSE_HEADER',
  'SKIP_BLANK_LINES',
  'ESCAPE',
  'ESCAPE_UNENCLOSED_FIELD',
  'FIELD_OPTIONALLY_ENCLOSED_BY',
  'ERROR_ON_COLUMN_COUNT_MISMATCH',
  'EMPTY_FIELD_AS_NULL',
  'VALIDATE_UTF8',
];

/** Options that would change what is read and are not emulated, unless they have their default. */
const defaultsOnly: Readonly<Record<string, readonly string[]>> = {
  ENABLE_OCTAL: ['FALSE'],
  REPLACE_INVALID_CHARACTERS: ['FALSE'],
  IGNORE_UTF8_ERRORS: ['FALSE'],
  ENCODING: ['UTF8', 'UTF-8'],
  DATE_FORMAT: ['AUTO'],
  TIME_FORMAT: ['AUTO'],
  TIMESTAMP_FORMAT: ['AUTO'],
  BINARY_FORMAT: ['HEX'],
  MULTI_LINE: ['TRUE'],
  VALIDATE_UTF8: ['TRUE'],
};

const compressions: readonly string[] = ['AUTO', 'GZIP', 'DEFLATE', 'RAW_DEFLATE', 'BROTLI', 'NONE'];

const compressionOf = (options: Options): Compression => {
  const text = textOption(options, 'COMPRESSION')?.toUpperCase() ?? 'AUTO';
  if (['BZ2', 'ZSTD', 'SNAPPY', 'LZO'].includes(text)) throw unsupportedFeature(`COMPRESSION = ${text}`);
  if (!compressions.includes(text)) throw invalidValue(text, 'COMPRESSION');
  return text as Compression;
};

const character = (options: Options, name: string, otherwise: string): string => {
  const text = textOption(options, name);
  if (text === undefined) return otherwise;
  return options[name]?.kind === 'word' && /^NONE$/i.test(text) ? '' : unescaped(text);
};

const unescaped = (text: string): string =>
  text
    .replace(/^0x([0-9a-f]{2})+$/i, (hex) => Buffer.from(hex.slice(2), 'hex').toString('latin1'))
    .replace(/\\(n|r|t|\\|'|x[0-9a-fA-F]{2}|[0-7]{3})/g, (_all, code: string) => {
      const named: Record<string, string> = { n: '\n', r: '\r', t: '\t', '\\': '\\', "'": "'" };
      if (code in named) return named[code] as string;
      return String.fromCharCode(code.startsWith('x') ? Number.parseInt(code.slice(1), 16) : Number.parseInt(code, 8));
    });

const nullIfOf = (options: Options, otherwise: readonly string[]): readonly string[] =>
  (listOption(options, 'NULL_IF') ?? otherwise).map(unescaped);

const refuseOthers = (options: Options): void => {
  for (const [name, allowed] of Object.entries(defaultsOnly)) {
    const text = textOption(options, name);
    if (text !== undefined && !allowed.includes(text.toUpperCase())) throw unsupportedFeature(`${name} = ${text}`);
  }
};

const jsonFormat = (options: Options): JsonFormat => {
  checkOptions(options, 'FILE FORMAT', jsonOptions);
  refuseOthers(options);
  return {
    type: 'JSON',
    compression: compressionOf(options),
    stripOuterArray: booleanOption(options, 'STRIP_OUTER_ARRAY') ?? false,
    stripNullValues: booleanOption(options, 'STRIP_NULL_VALUES') ?? false,
    allowDuplicate: booleanOption(options, 'ALLOW_DUPLICATE') ?? false,
    ignoreUtf8Errors: booleanOption(options, 'IGNORE_UTF8_ERRORS') ?? false,
    skipByteOrderMark: booleanOption(options, 'SKIP_BYTE_ORDER_MARK') ?? true,
    nullIf: nullIfOf(options, []),
    trimSpace: booleanOption(options, 'TRIM_SPACE') ?? false,
  };
};

const csvFormat = (options: Options): CsvFormat => {
  checkOptions(options, 'FILE FORMAT', csvOptions);
  refuseOthers(options);
  return {
    type: 'CSV',
    compression: compressionOf(options),
    recordDelimiter: character(options, 'RECORD_DELIMITER', '\n'),
    fieldDelimiter: character(options, 'FIELD_DELIMITER', ','),
    skipHeader: numberOption(options, 'SKIP_HEADER') ?? 0,
    parseHeader: booleanOption(options, 'PARSE_HEADER') ?? false,
    skipBlankLines: booleanOption(options, 'SKIP_BLANK_LINES') ?? false,
    enclosedBy: character(options, 'FIELD_OPTIONALLY_ENCLOSED_BY', ''),
    escape: character(options, 'ESCAPE', ''),
    escapeUnenclosed: character(options, 'ESCAPE_UNENCLOSED_FIELD', '\\'),
    trimSpace: booleanOption(options, 'TRIM_SPACE') ?? false,
    nullIf: nullIfOf(options, ['\\N']),
    errorOnColumnCountMismatch: booleanOption(options, 'ERROR_ON_COLUMN_COUNT_MISMATCH') ?? true,
    emptyFieldAsNull: booleanOption(options, 'EMPTY_FIELD_AS_NULL') ?? true,
    skipByteOrderMark: booleanOption(options, 'SKIP_BYTE_ORDER_MARK') ?? true,
  };
};

export const typeOf = (options: Options): 'CSV' | 'JSON' => {
  const type = textOption(options, 'TYPE')?.toUpperCase() ?? 'CSV';
  if (['AVRO', 'ORC', 'PARQUET', 'XML', 'CUSTOM'].includes(type))
    throw unsupportedFeature(`FILE FORMAT TYPE = ${type}`);
  if (type !== 'CSV' && type !== 'JSON') throw invalidValue(type, 'TYPE');
  return type;
};

export const fileFormatOf = (options: Options): FileFormat =>
  typeOf(options) === 'JSON' ? jsonFormat(options) : csvFormat(options);

/** FILE_FORMAT = (FORMAT_NAME = …, TYPE = …, …) or a name alone, as the options that are meant in the end. */
export const resolvedFormatOptions = (scope: NameScope, given: OptionValue | undefined): Options => {
  if (given === undefined) return {};
  const direct = given.kind === 'options' ? undefined : nameOption(given);
  const options = given.kind === 'options' ? given.options : {};
  const named = direct ?? (options['FORMAT_NAME'] ? nameOption(options['FORMAT_NAME']) : undefined);
  if (named === undefined) return options;
  const format = needObject(scope, 'file-format', typeof named === 'string' ? nameFromText(named) : named);
  const { FORMAT_NAME: _name, ...others } = options;
  return { TYPE: { kind: 'string', value: format.type }, ...format.options, ...others };
};
