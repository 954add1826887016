import { parseAlter } from './alter.ts';
import type { Expression, Statement } from './ast.ts';
import {
  parseBegin,
  parseCall,
  parseComment,
  parseCommit,
  parseDescribe,
  parseDrop,
  parseExecute,
  parseExplain,
  parseGrant,
  parseScript,
  parseSet,
  parseShow,
  parseUndrop,
  parseUnset,
  parseUse,
} from './commands.ts';
import { parseCopy, parseGet, parsePut, parseStageCommand } from './copy.ts';
import { parseCreate } from './create.ts';
import { atEnd, type Cursor, openCursor, peek, seesOperator, takesOperator, textFrom, unexpected } from './cursor.ts';
import { parseDelete, parseInsert, parseMerge, parseTruncate, parseUpdate, parseWithStatement } from './dml.ts';
import { EmptyStatementError } from './errors.ts';
import { parseExpression as readExpression } from './expressions.ts';
import { parseQuery, seesQueryInParentheses } from './queries.ts';

const parseSelectStatement = (cursor: Cursor): Statement => {
  const { at } = peek(cursor);
  return { kind: 'select', query: parseQuery(cursor), at };
};

/** By first word. */
const statements: Readonly<Record<string, (cursor: Cursor) => Statement>> = {
  SELECT: parseSelectStatement,
  VALUES: parseSelectStatement,
  WITH: parseWithStatement,
  INSERT: parseInsert,
  UPDATE: parseUpdate,
  DELETE: parseDelete,
  MERGE: parseMerge,
  TRUNCATE: parseTruncate,
  CREATE: parseCreate,
  ALTER: parseAlter,
  DROP: parseDrop,
  UNDROP: parseUndrop,
  DESCRIBE: parseDescribe,
  DESC: parseDescribe,
  SHOW: parseShow,
  USE: parseUse,
  SET: parseSet,
  UNSET: parseUnset,
  BEGIN: parseBegin,
  START: parseBegin,
  DECLARE: (cursor) => parseScript(cursor),
  COMMIT: parseCommit,
  ROLLBACK: parseCommit,
  EXECUTE: parseExecute,
  COPY: parseCopy,
  PUT: parsePut,
  GET: parseGet,
  LIST: parseStageCommand,
  LS: parseStageCommand,
  REMOVE: parseStageCommand,
  RM: parseStageCommand,
  GRANT: parseGrant,
  REVOKE: parseGrant,
  COMMENT: parseComment,
  CALL: parseCall,
  EXPLAIN: parseExplain,
};

const parseBody = (cursor: Cursor): Statement => {
  const first = peek(cursor);
  if (seesOperator(cursor, '(') && seesQueryInParentheses(cursor)) return parseSelectStatement(cursor);
  const parse = first.type === 'word' && Object.hasOwn(statements, first.value) ? statements[first.value] : undefined;
  if (!parse) throw unexpected(cursor);
  return parse(cursor);
};

/** A statement within one: a task's body, what EXPLAIN explains. It goes to the end of the text. */
export const parseNestedStatement = (cursor: Cursor): { body: Statement; text: string } => {
  const start = peek(cursor).at;
  const body = parseBody(cursor);
  if (!atEnd(cursor)) throw unexpected(cursor);
  return { body, text: textFrom(cursor, start) };
};

/** Reads one statement (a trailing semicolon is allowed). Throws SnowflakeSyntaxError or EmptyStatementError. */
export const parseStatement = (text: string): Statement => {
  const cursor = openCursor(text);
  while (takesOperator(cursor, ';'));
  if (peek(cursor).type === 'end') throw new EmptyStatementError();
  const statement = parseBody(cursor);
  while (takesOperator(cursor, ';'));
  if (peek(cursor).type !== 'end') throw unexpected(cursor);
  return statement;
};

/** Reads one expression: a column's default, a task's WHEN. */
export const parseExpression = (text: string): Expression => {
  const cursor = openCursor(text);
  const expression = readExpression(cursor);
  if (peek(cursor).type !== 'end') throw unexpected(cursor);
  return expression;
};
