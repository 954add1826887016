import {
  parseAlterUser,
  parseCreateUser,
  parseDropUser,
  parseGrant,
  parseRenameUser,
  parseRevoke,
} from './account-statements.ts';
import type { ParsedStatement, Statement } from './ast.ts';
import {
  accept,
  acceptOneOf,
  acceptSymbol,
  advance,
  atOneOf,
  atSymbol,
  type Cursor,
  commaSeparated,
  expect,
  expectOneOf,
  fail,
  identifier,
  parenthesised,
  peek,
  refuse,
  textSince,
} from './cursor.ts';
import { parseDelete, parseInsert, parseLockTables, parseUpdate } from './data-statements.ts';
import { parseAlter, parseCreate, parseDrop, parseRenameTable } from './definition-statements.ts';
import { parseExpression } from './expressions.ts';
import { type LexerOptions, type Token, tokenize } from './lexer.ts';
import { parseQuery, parseWith, tableName } from './queries.ts';
import {
  completion,
  parseBegin,
  parseExecute,
  parseFlush,
  parsePrepare,
  parsePurge,
  parseRollback,
  parseSet,
} from './session-statements.ts';
import { parseDescribe, parseShow } from './show-statements.ts';
import { SqlSyntaxError } from './syntax-error.ts';

export type ParserOptions = LexerOptions & { pipesAsConcat?: boolean };

const parseExplain = (cursor: Cursor): Statement => {
  const analyze = accept(cursor, 'ANALYZE');
  let format: string | null = null;
  if (accept(cursor, 'FORMAT')) {
    if (!acceptSymbol(cursor, '=')) fail(cursor);
    format = advance(cursor).upper;
  }
  if (atOneOf(cursor, ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'REPLACE', 'WITH', 'TABLE']) || atSymbol(cursor, '('))
    return { kind: 'explain', format, analyze, statement: parseOne(cursor) };
  if (accept(cursor, 'FOR')) refuse('EXPLAIN FOR CONNECTION');
  return parseDescribe(cursor);
};

const maintain =
  (operation: 'ANALYZE' | 'CHECK' | 'OPTIMIZE') =>
  (cursor: Cursor): Statement => {
    acceptOneOf(cursor, ['NO_WRITE_TO_BINLOG', 'LOCAL']);
    expectOneOf(cursor, ['TABLE', 'TABLES']);
    const tables = commaSeparated(cursor, tableName);
    if (operation === 'ANALYZE' && atOneOf(cursor, ['UPDATE', 'DROP'])) refuse('ANALYZE TABLE … HISTOGRAM');
    acceptOneOf(cursor, ['FOR', 'QUICK', 'FAST', 'MEDIUM', 'EXTENDED', 'CHANGED']);
    accept(cursor, 'UPGRADE');
    return { kind: 'maintain', operation, tables };
  };

const named =
  (kind: 'savepoint' | 'releaseSavepoint') =>
  (cursor: Cursor): Statement => {
    if (kind === 'releaseSavepoint') expect(cursor, 'SAVEPOINT');
    return { kind, name: identifier(cursor) };
  };

const deallocate = (cursor: Cursor): Statement => {
  expect(cursor, 'PREPARE');
  return { kind: 'deallocate', name: identifier(cursor).toLowerCase() };
};

/** Statements by their first word, which is taken when these are called. */
const statements: Readonly<Record<string, (cursor: Cursor) => Statement>> = {
  INSERT: (cursor) => parseInsert(cursor, false),
  REPLACE: (cursor) => parseInsert(cursor, true),
  CREATE: (cursor) => (accept(cursor, 'USER') ? parseCreateUser(cursor) : parseCreate(cursor)),
  ALTER: (cursor) => (accept(cursor, 'USER') ? parseAlterUser(cursor) : parseAlter(cursor)),
  DROP: (cursor) => {
    if (accept(cursor, 'PREPARE')) return { kind: 'deallocate', name: identifier(cursor).toLowerCase() };
    return accept(cursor, 'USER') ? parseDropUser(cursor) : parseDrop(cursor);
  },
  RENAME: (cursor) => {
    if (accept(cursor, 'USER')) return parseRenameUser(cursor);
    expectOneOf(cursor, ['TABLE', 'TABLES']);
    return parseRenameTable(cursor);
  },
  TRUNCATE: (cursor) => {
    accept(cursor, 'TABLE');
    return { kind: 'truncate', table: tableName(cursor) };
  },
  GRANT: parseGrant,
  REVOKE: parseRevoke,
  USE: (cursor) => ({ kind: 'use', database: identifier(cursor) }),
  SET: parseSet,
  SHOW: parseShow,
  DESCRIBE: parseExplain,
  DESC: parseExplain,
  EXPLAIN: parseExplain,
  BEGIN: (cursor) => {
    accept(cursor, 'WORK');
    return { kind: 'begin', readOnly: null, consistentSnapshot: false };
  },
  START: (cursor) => {
    if (atOneOf(cursor, ['REPLICA', 'SLAVE', 'GROUP_REPLICATION'])) refuse(`START ${peek(cursor).upper}`);
    expect(cursor, 'TRANSACTION');
    return parseBegin(cursor);
  },
  COMMIT: (cursor) => ({ kind: 'commit', ...completion(cursor) }),
  ROLLBACK: parseRollback,
  SAVEPOINT: named('savepoint'),
  RELEASE: named('releaseSavepoint'),
  LOCK: (cursor) => {
    if (atOneOf(cursor, ['INSTANCE'])) refuse('LOCK INSTANCE FOR BACKUP');
    return parseLockTables(cursor);
  },
  UNLOCK: (cursor) => {
    if (atOneOf(cursor, ['INSTANCE'])) refuse('UNLOCK INSTANCE');
    expectOneOf(cursor, ['TABLES', 'TABLE']);
    return { kind: 'unlockTables' };
  },
  // There are no procedures: whatever is called is not there.
  CALL: (cursor) => {
    const name = tableName(cursor);
    if (atSymbol(cursor, '('))
      parenthesised(cursor, (inner) => (atSymbol(inner, ')') ? [] : commaSeparated(inner, parseExpression)));
    return { kind: 'call', name };
  },
  FLUSH: parseFlush,
  PURGE: parsePurge,
  RESET: (cursor) => {
    if (accept(cursor, 'MASTER') || accept(cursor, 'BINARY', 'LOGS', 'AND', 'GTIDS')) return { kind: 'resetLogs' };
    return atOneOf(cursor, ['REPLICA', 'PERSIST']) ? refuse(`RESET ${peek(cursor).upper}`) : fail(cursor);
  },
  KILL: (cursor) => {
    const query = acceptOneOf(cursor, ['CONNECTION', 'QUERY']) === 'QUERY';
    return { kind: 'kill', query, id: parseExpression(cursor) };
  },
  PREPARE: parsePrepare,
  EXECUTE: parseExecute,
  DEALLOCATE: deallocate,
  DO: (cursor) => ({ kind: 'do', expressions: commaSeparated(cursor, parseExpression) }),
  ANALYZE: maintain('ANALYZE'),
  CHECK: maintain('CHECK'),
  OPTIMIZE: maintain('OPTIMIZE'),
};

const refusedVerbs = [
  'HANDLER',
  'LOAD',
  'IMPORT',
  'XA',
  'CHANGE',
  'STOP',
  'INSTALL',
  'UNINSTALL',
  'SIGNAL',
  'RESIGNAL',
  'GET',
  'HELP',
  'CACHE',
  'REPAIR',
  'CHECKSUM',
  'BINLOG',
  'CLONE',
  'RESTART',
  'SHUTDOWN',
];

const parseOne = (cursor: Cursor): Statement => {
  if (atSymbol(cursor, '(') || atOneOf(cursor, ['SELECT', 'TABLE', 'VALUES'])) return parseQuery(cursor);
  if (atOneOf(cursor, ['WITH'])) return parseAfterWith(cursor);
  if (atOneOf(cursor, ['UPDATE'])) return parseUpdate(cursor, null);
  if (atOneOf(cursor, ['DELETE'])) return parseDelete(cursor, null);
  if (atOneOf(cursor, refusedVerbs)) return refuse(`${peek(cursor).upper}`);
  const token = peek(cursor);
  const parse = token.kind === 'word' ? statements[token.upper] : undefined;
  if (!parse) return fail(cursor);
  advance(cursor);
  return parse(cursor);
};

// WITH … may begin a SELECT, an UPDATE or a DELETE.
const parseAfterWith = (cursor: Cursor): Statement => {
  const start = cursor.position;
  const withClause = parseWith(cursor);
  if (atOneOf(cursor, ['UPDATE'])) return parseUpdate(cursor, withClause);
  if (atOneOf(cursor, ['DELETE'])) return parseDelete(cursor, withClause);
  cursor.position = start;
  cursor.parameterCount = 0;
  return parseQuery(cursor);
};

/** A text cut into tokens, whose statements are read one after another: a later one's error must not keep an earlier one from running. */
export type Script = {
  readonly sql: string;
  readonly tokens: readonly Token[];
  readonly options: ParserOptions;
  position: number;
};

export const openScript = (sql: string, options: ParserOptions = {}): Script => ({
  sql,
  tokens: tokenize(sql, options),
  options,
  position: 0,
});

/** Is there another statement? Empty ones are passed over. */
export const hasNext = (script: Script): boolean => {
  while (script.tokens[script.position]?.kind === 'operator' && script.tokens[script.position]?.text === ';')
    script.position++;
  return script.tokens[script.position]?.kind !== 'end';
};

/** Reads the next statement. Throws SqlSyntaxError or SqlNotEmulated. */
export const nextStatement = (script: Script): ParsedStatement => {
  const cursor: Cursor = {
    sql: script.sql,
    tokens: script.tokens,
    position: script.position,
    parameterCount: 0,
    depth: 0,
    deprecated: [],
    locksRows: false,
    pipesAsConcat: script.options.pipesAsConcat === true,
    bytes: script.options.bytes === true,
  };
  const start = peek(cursor).start;
  const statement = parseOne(cursor);
  const text = textSince(cursor, start);
  if (peek(cursor).kind !== 'end' && !acceptSymbol(cursor, ';')) fail(cursor);
  script.position = cursor.position;
  const { parameterCount, locksRows, deprecated } = cursor;
  return { statement, text, parameterCount, locksRows, deprecated };
};

/** The one statement of a text. */
export const parseStatement = (sql: string, options: ParserOptions = {}): ParsedStatement => {
  const script = openScript(sql, options);
  const parsed = nextStatement(script);
  if (hasNext(script)) throw new SqlSyntaxError(sql, script.tokens[script.position]?.start ?? sql.length);
  return parsed;
};
