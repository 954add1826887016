import type { JsonFormat } from './file-format.ts';
import { JsonError, normalizedJson } from './json-document.ts';
import { type ReadItem, recordCharactersAtMost } from './records.ts';

/**
 * Reads JSON documents one after another, with or without line breaks between them, from text that comes in parts. With
 * STRIP_OUTER_ARRAY, the elements of an array at the top are the records. After an error it goes on with the next line.
 */
export type JsonReader = { push(text: string): ReadItem[]; end(): ReadItem[] };

type Boundary = { depth: number; inString: boolean; escaped: boolean; scanned: number };
const freshBoundary = (): Boundary => ({ depth: 0, inString: false, escaped: false, scanned: 0 });

const openers = new Set(['{', '[']);
const closers = new Set(['}', ']']);

/** Where the document that starts the text ends (exclusive), or -1 when more text is needed to know. */
const documentEnd = (text: string, state: Boundary): number => {
  const first = text[0] as string;
  for (; state.scanned < text.length; state.scanned++) {
    const character = text[state.scanned] as string;
    if (state.inString) {
      if (state.escaped) state.escaped = false;
      else if (character === '\\') state.escaped = true;
      else if (character === '"') {
        state.inString = false;
        if (state.depth === 0) return state.scanned + 1;
      } else if (character === '\n') return state.scanned;
      continue;
    }
    if (character === '"') state.inString = true;
    else if (openers.has(character)) state.depth++;
    else if (closers.has(character)) {
      state.depth--;
      if (state.depth <= 0) return state.scanned + 1;
    } else if (state.depth === 0 && !openers.has(first) && /[\s,]/.test(character)) return state.scanned;
  }
  return -1;
};

const restAtMost = 1_000_000;

const countLines = (text: string): number => {
  let lines = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines++;
  return lines;
};

export const jsonReader = (format: JsonFormat): JsonReader => {
  let rest = '';
  let boundary = freshBoundary();
  let line = 1;
  let rowNumber = 0;
  let inArray = false;
  let started = false;
  const options = { allowDuplicate: format.allowDuplicate, stripNullValues: format.stripNullValues };

  const failure = (message: string, position: number, text: string): ReadItem => {
    const before = text.slice(0, position);
    const lastBreak = before.lastIndexOf('\n');
    return {
      error: {
        code: '100069',
        message: `Error parsing JSON: ${message}`,
        line: line + countLines(before),
        character: position - lastBreak - 1,
        rowNumber,
      },
    };
  };
  const toItem = (text: string): ReadItem => {
    rowNumber++;
    if (text.length > recordCharactersAtMost) {
      return failure(`document is too large, max size ${recordCharactersAtMost} bytes`, 0, '');
    }
    try {
      return { record: { fields: [normalizedJson(text, options)], rowNumber, line } };
    } catch (error) {
      if (error instanceof JsonError) return failure(error.message, error.position, text);
      throw error;
    }
  };
  const consume = (count: number): string => {
    const taken = rest.slice(0, count);
    line += countLines(taken);
    rest = rest.slice(count);
    boundary = freshBoundary();
    return taken;
  };
  /** Blanks, and around the elements of an outer array its brackets and commas. */
  const skipBetween = (): void => {
    for (let at = 0; ; at++) {
      const character = rest[at];
      const between =
        character === undefined ? false : /\s/.test(character) || (inArray && (character === ',' || character === ']'));
      const opens = format.stripOuterArray && !started && character === '[';
      if (opens) {
        inArray = true;
        started = true;
      } else if (!between) {
        if (at > 0) consume(at);
        return;
      }
    }
  };
  const skipLine = (from: number): void => {
    const end = rest.indexOf('\n', from);
    consume(end < 0 ? rest.length : end + 1);
  };
  const drain = (atEnd: boolean): ReadItem[] => {
    const items: ReadItem[] = [];
    // One slice a document would copy the rest each time; whole lines are cut out first where that is possible.
    for (;;) {
      if (boundary.scanned === 0) skipBetween();
      if (rest === '') return items;
      started = true;
      const end = documentEnd(rest, boundary);
      if (end < 0 && !atEnd) return items;
      const text = rest.slice(0, end < 0 ? rest.length : end);
      const item = toItem(text);
      items.push(item);
      if ('error' in item && !inArray) skipLine(Math.max(0, text.length - 1));
      else consume(text.length);
    }
  };
  /** The common case, one document a line: found by its line break, with no scan for where it ends. */
  const drainLines = (): ReadItem[] => {
    const items: ReadItem[] = [];
    let from = 0;
    for (;;) {
      const end = rest.indexOf('\n', from);
      if (end < 0) break;
      const text = rest.slice(from, end);
      if (text.charCodeAt(0) !== 123) {
        if (text.trim() !== '') break;
        line++;
        from = end + 1;
        continue;
      }
      let document: string;
      try {
        document = normalizedJson(text, options);
      } catch {
        // More than a line, or an error: the slow way knows which.
        break;
      }
      rowNumber++;
      items.push({ record: { fields: [document], rowNumber, line } });
      line++;
      from = end + 1;
    }
    if (from > 0) {
      rest = rest.slice(from);
      started = true;
      boundary = freshBoundary();
    }
    return items;
  };
  return {
    push: (text) => {
      rest += text;
      if (inArray) return drain(false);
      const quick = drainLines();
      // The start of a line waits for its end: where a document ends without a line break is found out when none comes for long.
      const waits = !(format.stripOuterArray && !started) && rest.length < restAtMost && !rest.includes('\n');
      const slow = waits ? [] : drain(false);
      return quick.length === 0 ? slow : slow.length === 0 ? quick : [...quick, ...slow];
    },
    end: () => drain(true),
  };
};
