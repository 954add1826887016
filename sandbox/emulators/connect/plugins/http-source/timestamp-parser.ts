import { NotEmulated } from '../../../../core/not-emulated.ts';
import type { TypedConfig } from '../../config/definitions.ts';
import { ConfigError, ConnectError } from '../../connect-errors.ts';

// http.response.record.timestamp.parser: text to milliseconds since the epoch.

export type TimestampParser = (text: string) => number;

const fields: Readonly<Record<string, string>> = {
  yyyy: '(?<year>\\d{4})',
  uuuu: '(?<year>\\d{4})',
  MM: '(?<month>\\d{2})',
  dd: '(?<day>\\d{2})',
  HH: '(?<hour>\\d{2})',
  mm: '(?<minute>\\d{2})',
  ss: '(?<second>\\d{2})',
  X: '(?<offset>Z|[+-]\\d{2}(?:\\d{2})?)',
  XX: '(?<offset>Z|[+-]\\d{4})',
  XXX: '(?<offset>Z|[+-]\\d{2}:\\d{2})',
  Z: '(?<offset>[+-]\\d{4})',
};

const escapePattern = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');

/** java.time's DateTimeFormatter for patterns of numbers: other letters are refused by name. */
const compileFormat = (pattern: string): RegExp => {
  let source = '';
  for (const [token] of pattern.matchAll(/'(?:[^']|'')*'|([A-Za-z])\1*|[^A-Za-z']/g)) {
    if (token.startsWith("'")) source += escapePattern(token.slice(1, -1).replaceAll("''", "'")) || "'";
    else if (token === '[') source += '(?:';
    else if (token === ']') source += ')?';
    else if (/^S{1,9}$/.test(token)) source += `(?<fraction>\\d{${token.length}})`;
    else if (/^[A-Za-z]/.test(token)) {
      const field = fields[token];
      if (field === undefined)
        throw new NotEmulated('connect', `Letters ${token} in http.response.record.timestamp.parser.pattern`);
      source += field;
    } else source += escapePattern(token);
  }
  return new RegExp(`^${source}$`);
};

const offsetMs = (text: string): number => {
  if (text === 'Z') return 0;
  const digits = text.replace(':', '');
  const minutes = Number(digits.slice(1, 3)) * 60 + Number(digits.slice(3, 5) || '0');
  return (digits.startsWith('-') ? -minutes : minutes) * 60_000;
};

const byFormat = (pattern: string): TimestampParser => {
  const format = compileFormat(pattern);
  return (text) => {
    const groups = format.exec(text)?.groups;
    if (groups?.['offset'] === undefined) {
      throw new ConnectError(`Text '${text}' could not be parsed at index 0`, {
        javaClass: 'java.time.format.DateTimeParseException',
      });
    }
    const number = (name: string, byDefault: number): number => Number(groups[name] ?? byDefault);
    const milliseconds = Number((groups['fraction'] ?? '').padEnd(3, '0').slice(0, 3));
    const localMs = Date.UTC(
      number('year', 1970),
      number('month', 1) - 1,
      number('day', 1),
      number('hour', 0),
      number('minute', 0),
      number('second', 0),
      milliseconds,
    );
    return localMs - offsetMs(groups['offset']);
  };
};

const epochMillis: TimestampParser = (text) => {
  if (/^[+-]?\d+$/.test(text)) return Number(text);
  throw new ConnectError(`For input string: "${text}"`, { javaClass: 'java.lang.NumberFormatException' });
};

const byRegex = (pattern: string, delegate: TimestampParser): TimestampParser => {
  const regex = new RegExp(pattern);
  return (text) => {
    const extracted = regex.exec(text)?.[1];
    if (extracted === undefined)
      throw new ConnectError('No match found', { javaClass: 'java.lang.IllegalStateException' });
    return delegate(extracted);
  };
};

const parserOf = (setting: string, config: TypedConfig): TimestampParser => {
  const className = config.text(setting);
  const simple = className.slice(className.lastIndexOf('.') + 1);
  switch (simple) {
    case 'EpochMillisTimestampParser':
      return epochMillis;
    case 'DateTimeFormatterTimestampParser':
      return byFormat(config.text('http.response.record.timestamp.parser.pattern'));
    case 'EpochMillisOrDelegateTimestampParser': {
      if (setting !== 'http.response.record.timestamp.parser')
        throw new ConfigError(`${className} cannot be its own delegate`);
      const delegate = parserOf('http.response.record.timestamp.parser.delegate', config);
      return (text) => (/^[+-]?\d+$/.test(text) ? Number(text) : delegate(text));
    }
    case 'RegexTimestampParser':
      return byRegex(
        config.text('http.response.record.timestamp.parser.regex'),
        parserOf('http.response.record.timestamp.parser.regex.delegate', config),
      );
    default:
      throw new NotEmulated('connect', `${setting}=${className}`);
  }
};

export const timestampParser = (config: TypedConfig): TimestampParser =>
  parserOf('http.response.record.timestamp.parser', config);

/** Instant.toString: as many digits as are needed, in groups of three. */
export const instantText = (epochMs: number): string => new Date(epochMs).toISOString().replace('.000Z', 'Z');
