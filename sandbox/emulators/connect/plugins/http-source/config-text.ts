import { ConnectError } from '../../connect-errors.ts';

// ConfigUtils: the small languages of the settings.

const list = (text: string, splitter: string | RegExp): string[] =>
  text === ''
    ? []
    : text
        .split(splitter)
        .map((item) => item.trim())
        .filter((item) => item !== '');

const pair = (text: string, splitter: string): [string, string] => {
  const at = text.indexOf(splitter);
  if (at < 0) throw new ConnectError(`Incomplete pair: ${text}`, { javaClass: 'java.lang.IllegalStateException' });
  return [text.slice(0, at).trim(), text.slice(at + splitter.length).trim()];
};

/** `a=1, b=2` */
export const breakDownMap = (text: string): [string, string][] => list(text, ',').map((item) => pair(item, '='));

/** `Name: Value, Name2: Value2`; a comma in a value is written `\,`. */
export const breakDownHeaders = (text: string): [string, string][] =>
  list(text, /(?<!\\),/).map((item) => {
    const [name, value] = pair(item, ':');
    return [name, value.replaceAll('\\,', ',')];
  });

/** `name=value & name2=value2` */
export const breakDownQueryParams = (text: string): [string, string][] =>
  list(text, '&').map((item) => pair(item, '='));

export const breakDownList = (text: string): string[] => list(text, ',');

/** `200..205, 207` as a test. */
export const inRanges = (text: string): ((code: number) => boolean) => {
  const ranges = list(text, ',').map((range): [number, number] => {
    const parts = range.split('..').map((part) => Number(part.trim()));
    const [from = Number.NaN, to = from] = parts;
    if (parts.length > 2 || !Number.isInteger(from) || !Number.isInteger(to)) {
      throw new ConnectError(`Invalid range definition ${range}`, { javaClass: 'java.lang.IllegalStateException' });
    }
    return [Math.min(from, to), Math.max(from, to)];
  });
  return (code) => ranges.some(([from, to]) => code >= from && code <= to);
};
