import type { Options, OptionValue } from './ast.ts';
import {
  advance,
  atEnd,
  type Cursor,
  expectOperator,
  peek,
  seesOperator,
  takesOperator,
  unexpected,
} from './cursor.ts';
import { bindNumber, parseObjectName } from './names.ts';

/** NAME = value or NAME => value; lists of them may stand with or without commas. */
const takesEquals = (cursor: Cursor): boolean => takesOperator(cursor, '=') || takesOperator(cursor, '=>');

const seesOption = (cursor: Cursor): boolean => {
  const name = peek(cursor);
  return (
    (name.type === 'word' || name.type === 'quoted') && (seesOperator(cursor, '=', 1) || seesOperator(cursor, '=>', 1))
  );
};

/** Options as long as they come, up to the first word that is none. */
export const parseOptions = (cursor: Cursor, flags: readonly string[] = []): Options => {
  const options: Record<string, OptionValue> = {};
  for (;;) {
    const token = peek(cursor);
    if (seesOption(cursor)) {
      advance(cursor);
      takesEquals(cursor);
      options[token.value.toUpperCase()] = parseOptionValue(cursor);
    } else if (token.type === 'word' && flags.includes(token.value)) {
      advance(cursor);
      options[token.value] = { kind: 'boolean', value: true };
    } else if (!(seesOperator(cursor, ',') && Object.keys(options).length > 0 && takesOperator(cursor, ','))) {
      return options;
    }
  }
};

/** ( NAME = value … ) */
export const parseOptionList = (cursor: Cursor): Options => {
  expectOperator(cursor, '(');
  const options = parseOptions(cursor);
  expectOperator(cursor, ')');
  return options;
};

/** Options and nothing else up to the end of the statement. */
export const parseOptionsToEnd = (cursor: Cursor): Options => {
  const options = parseOptions(cursor);
  if (!atEnd(cursor)) throw unexpected(cursor);
  return options;
};

const parseOptionValue = (cursor: Cursor): OptionValue => {
  const token = peek(cursor);
  switch (token.type) {
    case 'string':
      advance(cursor);
      return { kind: 'string', value: token.value };
    case 'number':
      advance(cursor);
      return { kind: 'number', value: Number(token.text) };
    case 'variable':
      advance(cursor);
      return { kind: 'variable', expression: { kind: 'variable', name: token.value, at: token.at } };
    case 'stage':
      throw unexpected(cursor);
    case 'operator':
      return parseOperatorValue(cursor);
    default:
      return parseWordValue(cursor);
  }
};

const parseOperatorValue = (cursor: Cursor): OptionValue => {
  const token = peek(cursor);
  if (token.value === '(') {
    advance(cursor);
    if (seesOption(cursor)) {
      const options = parseOptions(cursor);
      expectOperator(cursor, ')');
      return { kind: 'options', options };
    }
    const items: OptionValue[] = [];
    while (!takesOperator(cursor, ')')) {
      items.push(parseOptionValue(cursor));
      if (!seesOperator(cursor, ')')) expectOperator(cursor, ',');
    }
    return { kind: 'list', items };
  }
  if (token.value === '-') {
    advance(cursor);
    const number = peek(cursor);
    if (number.type !== 'number') throw unexpected(cursor);
    advance(cursor);
    return { kind: 'number', value: -Number(number.text) };
  }
  if (token.value === '?') {
    advance(cursor);
    return { kind: 'variable', expression: { kind: 'bind', name: bindNumber(cursor, token), at: token.at } };
  }
  throw unexpected(cursor);
};

const parseWordValue = (cursor: Cursor): OptionValue => {
  const token = peek(cursor);
  if (token.value === 'TRUE' || token.value === 'FALSE') {
    advance(cursor);
    return { kind: 'boolean', value: token.value === 'TRUE' };
  }
  if (token.value === 'NULL') {
    advance(cursor);
    return { kind: 'word', value: 'NULL', name: { parts: [{ name: 'NULL', quoted: false }], at: token.at } };
  }
  const name = parseObjectName(cursor);
  // ON_ERROR = SKIP_FILE_10%
  const percent = takesOperator(cursor, '%') ? '%' : '';
  return { kind: 'word', value: name.parts.map((part) => part.name).join('.') + percent, name };
};
