import { NotEmulated } from '../../core/not-emulated.ts';
import type { Drop, Expression, GrantOrRevoke, ObjectKind, Show, Statement } from './ast.ts';
import { parseKnownOnly, parseTaskName } from './create.ts';
import {
  advance,
  atEnd,
  type Cursor,
  commaList,
  expectInteger,
  expectOperator,
  expectString,
  expectWords,
  parenthesised,
  peek,
  seesAny,
  seesOperator,
  takeRest,
  takes,
  takesAny,
  takesOperator,
  textFrom,
  unexpected,
} from './cursor.ts';
import { parseArgument, parseExpression } from './expressions.ts';
import { parseIdentifier, parseLabel, parseObjectName } from './names.ts';
import { parseNestedStatement } from './parser.ts';
import { seesQueryInParentheses } from './queries.ts';

/** Longer names first, so that EXTERNAL TABLE is not TABLE. */
const objectKinds: readonly ObjectKind[] = [
  'MATERIALIZED VIEW',
  'EXTERNAL TABLE',
  'DYNAMIC TABLE',
  'FILE FORMAT',
  'STORAGE INTEGRATION',
  'NOTIFICATION INTEGRATION',
  'DATABASE',
  'SCHEMA',
  'TABLE',
  'VIEW',
  'STAGE',
  'PIPE',
  'STREAM',
  'TASK',
  'SEQUENCE',
  'WAREHOUSE',
  'INTEGRATION',
  'USER',
  'ROLE',
  'TAG',
  'FUNCTION',
  'PROCEDURE',
  'ACCOUNT',
];

const takesObjectKind = (cursor: Cursor): ObjectKind | undefined =>
  objectKinds.find((words) => takes(cursor, ...words.split(' ')));

/** The argument types of a function or procedure: (NUMBER, VARCHAR) */
const skipSignature = (cursor: Cursor): void => {
  if (!seesOperator(cursor, '(')) return;
  while (!takesOperator(cursor, ')')) {
    if (atEnd(cursor)) throw unexpected(cursor);
    advance(cursor);
  }
};

export const parseDrop = (cursor: Cursor): Statement => {
  const { at } = advance(cursor);
  takesAny(cursor, 'TEMPORARY', 'TRANSIENT');
  const object = takesObjectKind(cursor);
  if (!object) return parseKnownOnly(cursor, 'DROP', at);
  const ifExists = takes(cursor, 'IF', 'EXISTS');
  const name = object === 'TASK' ? parseTaskName(cursor) : parseObjectName(cursor);
  skipSignature(cursor);
  const behavior = takesAny(cursor, 'CASCADE', 'RESTRICT');
  const drop: Drop & { at: number } = { kind: 'drop', object, ifExists, name, at };
  return behavior ? { ...drop, behavior } : drop;
};

export const parseUndrop = (cursor: Cursor): Statement => {
  const { at } = advance(cursor);
  const object = takesObjectKind(cursor);
  if (!object) throw unexpected(cursor);
  return { kind: 'undrop', object, name: parseObjectName(cursor), at };
};

export const parseDescribe = (cursor: Cursor): Statement => {
  const { at } = advance(cursor);
  if (takes(cursor, 'RESULT')) {
    const token = advance(cursor);
    if (token.type === 'string') {
      return {
        kind: 'describe',
        object: 'RESULT',
        name: { parts: [{ name: token.value, quoted: true }], at: token.at },
        at,
      };
    }
    takeRest(cursor);
    return { kind: 'describe', object: 'RESULT', name: { parts: [], at: token.at }, at };
  }
  if (takes(cursor, 'SEARCH', 'OPTIMIZATION') || takes(cursor, 'TRANSACTION')) {
    takeRest(cursor);
    return { kind: 'other', name: 'DESCRIBE TRANSACTION', text: cursor.text, at };
  }
  const object = takesObjectKind(cursor);
  if (!object && !peekKnown(cursor)) return { kind: 'describe', object: 'TABLE', name: parseObjectName(cursor), at };
  if (!object) return parseKnownOnly(cursor, 'DESCRIBE', at);
  const name = parseObjectName(cursor);
  skipSignature(cursor);
  if (!takes(cursor, 'TYPE')) return { kind: 'describe', object, name, at };
  expectOperator(cursor, '=');
  return { kind: 'describe', object, name, type: advance(cursor).value.toUpperCase(), at };
};

/** DESCRIBE MASKING POLICY p has more words than DESCRIBE t. */
const peekKnown = (cursor: Cursor): boolean => {
  const second = peek(cursor, 1);
  return second.type === 'word' || second.type === 'quoted';
};

/** The kinds of objects that SHOW lists here; whatever else stands before LIKE, IN, … is kept as written and refused by name later. */
export const parseShow = (cursor: Cursor): Statement => {
  const { at } = advance(cursor);
  const terse = takes(cursor, 'TERSE');
  const words: string[] = [];
  while (
    peek(cursor).type === 'word' &&
    !seesAny(cursor, 'LIKE', 'IN', 'STARTS', 'LIMIT', 'HISTORY', 'FOR', 'ON', 'TO', 'OF', 'WITH')
  ) {
    words.push(advance(cursor).value);
  }
  if (words.length === 0) throw unexpected(cursor);
  const objects = words.join(' ');
  if (objects === 'GRANTS' || objects === 'FUTURE GRANTS' || objects === 'VERSIONS') {
    takeRest(cursor);
    return { kind: 'other', name: `SHOW ${objects}`, text: cursor.text, at };
  }
  const show: Show & { at: number } = { kind: 'show', objects, terse, history: takes(cursor, 'HISTORY'), at };
  while (!atEnd(cursor)) parseShowClause(cursor, show);
  return show;
};

const showScopes = [
  'ACCOUNT',
  'DATABASE',
  'SCHEMA',
  'TABLE',
  'VIEW',
  'SESSION',
  'USER',
  'WAREHOUSE',
  'TASK',
  'APPLICATION',
  'STAGE',
  'ROLE',
] as const;

const parseShowClause = (cursor: Cursor, show: Show): void => {
  if (takes(cursor, 'LIKE')) show.like = expectString(cursor);
  else if (takesAny(cursor, 'IN', 'FOR')) show.in = parseScope(cursor);
  else if (takes(cursor, 'STARTS', 'WITH')) show.startsWith = expectString(cursor);
  else if (takes(cursor, 'LIMIT')) {
    const rows = expectInteger(cursor);
    show.limit = takes(cursor, 'FROM') ? { rows, from: expectString(cursor) } : { rows };
  } else if (takes(cursor, 'WITH', 'PRIVILEGES')) commaList(cursor, parseLabel);
  else throw unexpected(cursor);
};

const parseScope = (cursor: Cursor): NonNullable<Show['in']> => {
  const scope = takesAny(cursor, ...showScopes);
  if (!scope) return { scope: '', name: parseObjectName(cursor) };
  if (atEnd(cursor) || seesAny(cursor, 'STARTS', 'LIMIT', 'LIKE', 'WITH')) return { scope };
  return { scope, name: parseObjectName(cursor) };
};

export const parseUse = (cursor: Cursor): Statement => {
  const { at } = advance(cursor);
  if (takes(cursor, 'SECONDARY', 'ROLES')) {
    const which = advance(cursor);
    takeRest(cursor);
    return {
      kind: 'use',
      object: 'SECONDARY ROLES',
      name: { parts: [{ name: which.value, quoted: false }], at: which.at },
      at,
    };
  }
  const object = takesAny(cursor, 'DATABASE', 'SCHEMA', 'WAREHOUSE', 'ROLE');
  const name = parseObjectName(cursor);
  // USE a is a database, USE a.b a schema.
  return { kind: 'use', object: object ?? (name.parts.length > 1 ? 'SCHEMA' : 'DATABASE'), name, at };
};

export const parseSet = (cursor: Cursor): Statement => {
  const { at } = advance(cursor);
  if (!seesOperator(cursor, '(')) {
    const { name } = parseIdentifier(cursor);
    expectOperator(cursor, '=');
    return { kind: 'set', variables: [{ name: name.toUpperCase(), value: parseExpression(cursor) }], at };
  }
  const names = parenthesised(cursor, parseIdentifier);
  expectOperator(cursor, '=');
  const start = peek(cursor);
  if (seesQueryInParentheses(cursor)) throw new NotEmulated('snowflake', 'SET of several variables from one query');
  const values = parenthesised(cursor, parseExpression);
  if (values.length !== names.length) throw unexpected(cursor, start);
  const variables = names.map(({ name }, index) => ({ name: name.toUpperCase(), value: values[index] as Expression }));
  return { kind: 'set', variables, at };
};

export const parseUnset = (cursor: Cursor): Statement => {
  const { at } = advance(cursor);
  const names = seesOperator(cursor, '(') ? parenthesised(cursor, parseIdentifier) : [parseIdentifier(cursor)];
  return { kind: 'unset', variables: names.map(({ name }) => name.toUpperCase()), at };
};

/** BEGIN [TRANSACTION | WORK] [NAME x], START TRANSACTION, or a block of Snowflake Scripting. */
export const parseBegin = (cursor: Cursor): Statement => {
  const { at } = peek(cursor);
  const started = takes(cursor, 'START');
  if (started) expectWords(cursor, 'TRANSACTION');
  else {
    advance(cursor);
    if (!takesAny(cursor, 'TRANSACTION', 'WORK') && !seesAny(cursor, 'NAME') && !atEnd(cursor))
      return parseScript(cursor, at);
  }
  return takes(cursor, 'NAME') ? { kind: 'begin', name: parseLabel(cursor).name, at } : { kind: 'begin', at };
};

export const parseScript = (cursor: Cursor, at = peek(cursor).at): Statement => {
  takeRest(cursor);
  return { kind: 'script', text: textFrom(cursor, at), at };
};

export const parseCommit = (cursor: Cursor): Statement => {
  const word = advance(cursor);
  takes(cursor, 'WORK');
  return { kind: word.value === 'COMMIT' ? 'commit' : 'rollback', at: word.at };
};

export const parseExecute = (cursor: Cursor): Statement => {
  const { at } = advance(cursor);
  if (takes(cursor, 'TASK')) {
    const task = parseTaskName(cursor);
    const retryLast = takes(cursor, 'RETRY', 'LAST');
    if (seesAny(cursor, 'USING'))
      return { kind: 'other', name: 'EXECUTE TASK USING CONFIG', text: takeAll(cursor), at };
    return { kind: 'execute-task', task, retryLast, at };
  }
  if (takes(cursor, 'IMMEDIATE')) {
    if (seesAny(cursor, 'FROM')) return { kind: 'other', name: 'EXECUTE IMMEDIATE FROM', text: takeAll(cursor), at };
    const source = parseExpression(cursor);
    const using = takes(cursor, 'USING') ? parenthesised(cursor, parseExpression) : [];
    return { kind: 'execute-immediate', source, using, at };
  }
  const word = takesAny(cursor, 'ALERT', 'NOTEBOOK', 'SERVICE', 'JOB', 'MANAGED');
  if (!word) throw unexpected(cursor);
  return { kind: 'other', name: `EXECUTE ${word}`, text: takeAll(cursor), at };
};

const takeAll = (cursor: Cursor): string => {
  takeRest(cursor);
  return cursor.text;
};

export const parseComment = (cursor: Cursor): Statement => {
  const { at } = advance(cursor);
  const ifExists = takes(cursor, 'IF', 'EXISTS');
  expectWords(cursor, 'ON');
  const object = takes(cursor, 'COLUMN') ? 'COLUMN' : takesObjectKind(cursor);
  if (!object) throw unexpected(cursor);
  const first = peek(cursor);
  const parts = [parseIdentifier(cursor)];
  while (takesOperator(cursor, '.')) parts.push(parseLabel(cursor));
  skipSignature(cursor);
  expectWords(cursor, 'IS');
  return { kind: 'comment', ifExists, object, name: { parts, at: first.at }, comment: expectString(cursor), at };
};

export const parseGrant = (cursor: Cursor): Statement => {
  const verb = advance(cursor);
  const start = peek(cursor);
  const words: string[] = [];
  while (!atEnd(cursor) && !seesAny(cursor, 'ON', 'TO', 'FROM')) words.push(advance(cursor).text);
  if (words.length === 0) throw unexpected(cursor, start);
  const grant: GrantOrRevoke & { at: number } = {
    kind: verb.value === 'GRANT' ? 'grant' : 'revoke',
    privileges: words.join(' ').replaceAll(' , ', ', ').toUpperCase(),
    text: cursor.text,
    at: verb.at,
  };
  if (takes(cursor, 'ON')) grant.on = parseGrantObject(cursor);
  if (takesAny(cursor, 'TO', 'FROM')) {
    const object = takesAny(cursor, 'ROLE', 'USER', 'SHARE') ?? 'ROLE';
    grant.to = { object, name: parseObjectName(cursor) };
  } else throw unexpected(cursor);
  takeRest(cursor);
  return grant;
};

const parseGrantObject = (cursor: Cursor): NonNullable<GrantOrRevoke['on']> => {
  const object = takesObjectKind(cursor);
  if (object && !seesAny(cursor, 'TO', 'FROM')) {
    const name = parseObjectName(cursor);
    skipSignature(cursor);
    return { object, name };
  }
  const words: string[] = object ? [object] : [];
  while (!atEnd(cursor) && !seesAny(cursor, 'TO', 'FROM')) words.push(advance(cursor).text);
  return { object: words.join(' ').toUpperCase() };
};

export const parseCall = (cursor: Cursor): Statement => {
  const { at } = advance(cursor);
  const name = parseObjectName(cursor);
  return { kind: 'call', name, arguments: parenthesised(cursor, parseArgument), at };
};

export const parseExplain = (cursor: Cursor): Statement => {
  const { at } = advance(cursor);
  const format = takes(cursor, 'USING') ? takesAny(cursor, 'TABULAR', 'JSON', 'TEXT') : 'TABULAR';
  if (!format) throw unexpected(cursor);
  return { kind: 'explain', format, statement: parseNestedStatement(cursor).body, at };
};
