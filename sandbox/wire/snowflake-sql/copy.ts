import type { CopyIntoTable, Expression, StageReference, Statement } from './ast.ts';
import {
  advance,
  type Cursor,
  expectOperator,
  expectString,
  expectWords,
  peek,
  seesOperator,
  takes,
  takesOperator,
  unexpected,
} from './cursor.ts';
import { parseExpression } from './expressions.ts';
import { parseIdentifierList, parseObjectName, parseStage, seesStage } from './names.ts';
import { parseOptionsToEnd } from './options.ts';
import { parseQueryInParentheses, seesQueryInParentheses } from './queries.ts';

type Location = StageReference | { kind: 'location'; url: string; at: number };

const parseLocation = (cursor: Cursor): Location => {
  if (seesStage(cursor)) return parseStage(cursor);
  const { at } = peek(cursor);
  return { kind: 'location', url: expectString(cursor), at };
};

export const parseCopy = (cursor: Cursor): Statement => {
  const { at } = peek(cursor);
  expectWords(cursor, 'COPY', 'INTO');
  if (seesStage(cursor) || peek(cursor).type === 'string') return parseCopyIntoLocation(cursor, at);
  return parseCopyIntoTable(cursor, at);
};

const parseCopyIntoTable = (cursor: Cursor, at: number): CopyIntoTable => {
  const table = parseObjectName(cursor);
  const columns = seesOperator(cursor, '(') ? parseIdentifierList(cursor) : undefined;
  expectWords(cursor, 'FROM');
  const from = seesQueryInParentheses(cursor)
    ? parseQueryInParentheses(cursor)
    : takesOperator(cursor, '(')
      ? closeLocation(cursor)
      : parseLocation(cursor);
  const options = parseOptionsToEnd(cursor);
  return { kind: 'copy-into-table', table, from, options, at, ...(columns ? { columns } : {}) };
};

const closeLocation = (cursor: Cursor): Location => {
  const location = parseLocation(cursor);
  expectOperator(cursor, ')');
  return location;
};

const parseCopyIntoLocation = (cursor: Cursor, at: number): Statement => {
  const to = parseLocation(cursor);
  expectWords(cursor, 'FROM');
  const from = seesQueryInParentheses(cursor) ? parseQueryInParentheses(cursor) : parseObjectName(cursor);
  let partitionBy: Expression | undefined;
  if (takes(cursor, 'PARTITION', 'BY')) partitionBy = parseExpression(cursor);
  const options = parseOptionsToEnd(cursor);
  return { kind: 'copy-into-location', to, from, options, at, ...(partitionBy ? { partitionBy } : {}) };
};

/** PUT file://path @stage OPTIONS…: the path is not quoted as a rule, and // in it is no comment, so it is read from the text. */
export const parsePut = (cursor: Cursor): Statement => {
  const { at } = advance(cursor);
  const file = parseFile(cursor);
  const stage = parseStage(cursor);
  return { kind: 'put', file, stage, options: parseOptionsToEnd(cursor), at };
};

export const parseGet = (cursor: Cursor): Statement => {
  const { at } = advance(cursor);
  const stage = parseStage(cursor);
  const file = parseFile(cursor);
  return { kind: 'get', stage, file, options: parseOptionsToEnd(cursor), at };
};

const parseFile = (cursor: Cursor): string => {
  const token = advance(cursor);
  if (token.type !== 'string' && token.type !== 'file') throw unexpected(cursor, token);
  return token.value;
};

export const parseStageCommand = (cursor: Cursor): Statement => {
  const word = advance(cursor);
  const kind = word.value === 'LIST' || word.value === 'LS' ? 'list' : 'remove';
  const stage = parseStage(cursor);
  const { PATTERN } = parseOptionsToEnd(cursor);
  const pattern = PATTERN?.kind === 'string' ? { pattern: PATTERN.value } : {};
  return { kind, stage, at: word.at, ...pattern };
};
