import type { CsvFormat } from './file-format.ts';
import { type ReadItem, recordCharactersAtMost } from './records.ts';

/** Reads delimited text that comes in parts. Fields may stand in quotes, with delimiters, line breaks and doubled quotes inside. */
export type CsvReader = { push(text: string): ReadItem[]; end(): ReadItem[]; header(): readonly string[] | undefined };

type Field = { text: string; enclosed: boolean };
type Cut = { fields: Field[]; end: number };

export const csvReader = (format: CsvFormat): CsvReader => {
  const { fieldDelimiter, recordDelimiter, enclosedBy, escape: escapeEnclosed, escapeUnenclosed } = format;
  let rest = '';
  let line = 1;
  let rowNumber = 0;
  let toSkip = format.skipHeader + (format.parseHeader ? 1 : 0);
  let header: readonly string[] | undefined;

  /** The record that starts the text, or undefined when its end has not come yet. */
  const cut = (atEnd: boolean): Cut | 'unfinished' | undefined => {
    const fields: Field[] = [];
    let text = '';
    let enclosed = false;
    let inside = false;
    let at = 0;
    const close = (): void => {
      fields.push({ text, enclosed });
      text = '';
      enclosed = false;
    };
    for (; at < rest.length; ) {
      const character = rest[at] as string;
      if (inside) {
        if (escapeEnclosed !== '' && character === escapeEnclosed && at + 1 < rest.length) {
          text += unescapedCharacter(rest[at + 1] as string);
          at += 2;
        } else if (character === enclosedBy) {
          if (at + 1 >= rest.length && !atEnd) return undefined;
          if (rest[at + 1] === enclosedBy) {
            text += enclosedBy;
            at += 2;
          } else {
            inside = false;
            at++;
          }
        } else {
          text += character;
          at++;
        }
        continue;
      }
      if (enclosedBy !== '' && character === enclosedBy && text.trim() === '' && !enclosed) {
        text = '';
        enclosed = true;
        inside = true;
        at++;
      } else if (fieldDelimiter !== '' && rest.startsWith(fieldDelimiter, at)) {
        close();
        at += fieldDelimiter.length;
      } else if (recordDelimiter !== '' && rest.startsWith(recordDelimiter, at)) {
        close();
        return { fields, end: at + recordDelimiter.length };
      } else if (escapeUnenclosed !== '' && character === escapeUnenclosed && !enclosed) {
        if (at + 1 >= rest.length && !atEnd) return undefined;
        const pair = rest.slice(at, at + 2);
        // \N stands for NULL and is compared as written.
        text += format.nullIf.includes(pair) ? pair : unescapedCharacter(rest[at + 1] ?? '');
        at += 2;
      } else {
        if (!(enclosed && /\s/.test(character))) text += character;
        at++;
      }
    }
    if (!atEnd) return undefined;
    if (inside) return 'unfinished';
    close();
    return { fields, end: rest.length };
  };

  const value = ({ text, enclosed }: Field): string | null => {
    const plain = !enclosed && recordDelimiter === '\n' && text.endsWith('\r') ? text.slice(0, -1) : text;
    const trimmed = format.trimSpace && !enclosed ? plain.trim() : plain;
    if (format.nullIf.includes(trimmed)) return null;
    return trimmed === '' && !enclosed && format.emptyFieldAsNull ? null : trimmed;
  };

  const tooLarge = (): ReadItem => ({
    error: {
      code: '100078',
      message: `Record is longer than ${recordCharactersAtMost} bytes`,
      line,
      character: 0,
      rowNumber,
    },
  });

  const drain = (atEnd: boolean): ReadItem[] => {
    const items: ReadItem[] = [];
    while (rest !== '') {
      const found = cut(atEnd);
      if (found === undefined) {
        if (rest.length > recordCharactersAtMost * 2) {
          items.push(tooLarge());
          rest = '';
        }
        return items;
      }
      rowNumber++;
      if (found === 'unfinished') {
        const message = `Found character without a closing field_optionally_enclosed_by character '${enclosedBy}'`;
        items.push({ error: { code: '100068', message, line, character: rest.length, rowNumber } });
        rest = '';
        return items;
      }
      const startLine = line;
      for (let at = 0; at < found.end; at++) if (rest[at] === '\n') line++;
      rest = rest.slice(found.end);
      if (toSkip > 0) {
        if (--toSkip === 0 && format.parseHeader) header = found.fields.map(({ text }) => text.replace(/\r$/, ''));
        continue;
      }
      const [only] = found.fields;
      const isBlank = found.fields.length === 1 && only?.text.trim() === '' && !only.enclosed;
      if (isBlank && (format.skipBlankLines || atEnd)) continue;
      items.push({ record: { fields: found.fields.map(value), rowNumber, line: startLine } });
    }
    return items;
  };
  return {
    push: (text) => {
      rest += text;
      return drain(false);
    },
    end: () => drain(true),
    header: () => header,
  };
};

const unescapedCharacter = (character: string): string =>
  ({ n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', '0': '\0' })[character] ?? character;
