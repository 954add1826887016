import { accountName } from './account-statements.ts';
import type { Expression, SetItem, Statement } from './ast.ts';
import {
  accept,
  acceptOneOf,
  acceptSymbol,
  advance,
  atOneOf,
  atSymbol,
  atWords,
  type Cursor,
  commaSeparated,
  expect,
  expectOneOf,
  expectSymbol,
  fail,
  identifier,
  identifierAfterDot,
  identifierOrString,
  peek,
  refuse,
  stringLiteral,
} from './cursor.ts';
import { charsetName } from './data-types.ts';
import { parseExpression } from './expressions.ts';
import { tableName } from './queries.ts';

type Scope = 'GLOBAL' | 'SESSION' | 'PERSIST' | null;
const scopeWords = ['GLOBAL', 'SESSION', 'LOCAL', 'PERSIST', 'PERSIST_ONLY'];

const scopeOf = (word: string): Scope => {
  if (word === 'GLOBAL') return 'GLOBAL';
  return word.startsWith('PERSIST') ? 'PERSIST' : 'SESSION';
};

const assign = (cursor: Cursor): void => {
  if (!acceptSymbol(cursor, '=')) expectSymbol(cursor, ':=');
};

// SET x = ON: words that are no expression stand for themselves.
const variableValue = (cursor: Cursor): Expression | { kind: 'default' } => {
  const text = (value: string): Expression => ({ kind: 'literal', type: 'string', value, charset: null });
  if (atWords(cursor, 'DEFAULT')) {
    advance(cursor);
    return { kind: 'default' };
  }
  if (atOneOf(cursor, ['ON', 'ALL', 'BINARY', 'ROW', 'SYSTEM'])) return text(advance(cursor).upper);
  const bare =
    peek(cursor).kind === 'word' &&
    !atSymbol(cursor, '(', 1) &&
    !atOneOf(cursor, ['NULL', 'TRUE', 'FALSE', 'CASE', 'NOT']);
  const ends = peek(cursor, 1).kind === 'end' || atSymbol(cursor, ',', 1) || atSymbol(cursor, ';', 1);
  if (bare && ends && !peek(cursor).upper.startsWith('CURRENT_')) return text(advance(cursor).text);
  return parseExpression(cursor);
};

const isolationLevel = (cursor: Cursor): string => {
  if (accept(cursor, 'REPEATABLE')) {
    expect(cursor, 'READ');
    return 'REPEATABLE-READ';
  }
  if (accept(cursor, 'READ')) return `READ-${expectOneOf(cursor, ['COMMITTED', 'UNCOMMITTED'])}`;
  expect(cursor, 'SERIALIZABLE');
  return 'SERIALIZABLE';
};

const transactionItem = (cursor: Cursor, scope: 'GLOBAL' | 'SESSION' | null): SetItem => {
  const item = {
    kind: 'transaction' as const,
    scope,
    isolation: null as string | null,
    readOnly: null as boolean | null,
  };
  do {
    if (accept(cursor, 'ISOLATION')) {
      expect(cursor, 'LEVEL');
      item.isolation = isolationLevel(cursor);
    } else {
      expect(cursor, 'READ');
      item.readOnly = expectOneOf(cursor, ['ONLY', 'WRITE']) === 'ONLY';
    }
  } while (acceptSymbol(cursor, ','));
  return item;
};

const setItem = (cursor: Cursor): SetItem => {
  const token = peek(cursor);
  if (token.kind === 'variable') {
    advance(cursor);
    assign(cursor);
    return { kind: 'user', name: token.text.toLowerCase(), value: parseExpression(cursor) };
  }
  if (acceptSymbol(cursor, '@@')) {
    const word = peek(cursor).upper;
    const scoped = scopeWords.includes(word) && atSymbol(cursor, '.', 1);
    if (scoped) cursor.position += 2;
    return systemItem(cursor, scoped ? scopeOf(word) : 'SESSION');
  }
  if (accept(cursor, 'NAMES')) {
    if (accept(cursor, 'DEFAULT')) return { kind: 'names', charset: null, collation: null };
    const charset = peek(cursor).kind === 'string' ? advance(cursor).text.toLowerCase() : charsetName(cursor);
    return { kind: 'names', charset, collation: accept(cursor, 'COLLATE') ? charsetName(cursor) : null };
  }
  if (accept(cursor, 'CHARACTER', 'SET') || accept(cursor, 'CHARSET'))
    return { kind: 'characterSet', charset: accept(cursor, 'DEFAULT') ? null : charsetName(cursor) };
  if (atWords(cursor, 'PASSWORD')) return passwordItem(cursor);
  const scopeWord = acceptOneOf(cursor, scopeWords);
  if (accept(cursor, 'TRANSACTION')) {
    const scope = scopeWord === null ? null : scopeOf(scopeWord);
    return transactionItem(cursor, scope === 'PERSIST' ? fail(cursor) : scope);
  }
  if (atOneOf(cursor, ['ROLE', 'RESOURCE']) || (atWords(cursor, 'DEFAULT') && peek(cursor, 1).upper === 'ROLE'))
    refuse('SET ROLE');
  return systemItem(cursor, scopeWord === null ? null : scopeOf(scopeWord));
};

const systemItem = (cursor: Cursor, scope: Scope): SetItem => {
  let name = identifier(cursor);
  if (acceptSymbol(cursor, '.')) name += `.${identifierAfterDot(cursor)}`;
  assign(cursor);
  return { kind: 'system', scope, name: name.toLowerCase(), value: variableValue(cursor) };
};

const passwordItem = (cursor: Cursor): SetItem => {
  expect(cursor, 'PASSWORD');
  const account = accept(cursor, 'FOR') ? accountName(cursor) : ('current' as const);
  if (accept(cursor, 'TO')) refuse('SET PASSWORD TO RANDOM');
  assign(cursor);
  const password = stringLiteral(cursor);
  return { kind: 'password', account, password };
};

/** SET …; the verb is taken. */
export const parseSet = (cursor: Cursor): Statement => ({ kind: 'set', items: commaSeparated(cursor, setItem) });

/** START TRANSACTION and BEGIN; the verb is taken. */
export const parseBegin = (cursor: Cursor): Statement => {
  let readOnly: boolean | null = null;
  let consistentSnapshot = false;
  do {
    if (accept(cursor, 'WITH')) {
      expect(cursor, 'CONSISTENT', 'SNAPSHOT');
      consistentSnapshot = true;
    } else if (accept(cursor, 'READ')) readOnly = expectOneOf(cursor, ['ONLY', 'WRITE']) === 'ONLY';
    else break;
  } while (acceptSymbol(cursor, ','));
  return { kind: 'begin', readOnly, consistentSnapshot };
};

/** What may follow COMMIT and ROLLBACK. */
export const completion = (cursor: Cursor): { chain: boolean; release: boolean } => {
  accept(cursor, 'WORK');
  let chain = false;
  let release = false;
  if (accept(cursor, 'AND')) {
    chain = !accept(cursor, 'NO');
    expect(cursor, 'CHAIN');
  }
  if (accept(cursor, 'NO', 'RELEASE')) release = false;
  else if (accept(cursor, 'RELEASE')) release = true;
  return { chain, release };
};

export const parseRollback = (cursor: Cursor): Statement => {
  accept(cursor, 'WORK');
  if (accept(cursor, 'TO')) {
    accept(cursor, 'SAVEPOINT');
    return { kind: 'rollbackTo', name: identifier(cursor) };
  }
  return { kind: 'rollback', ...completion(cursor) };
};

const flushable = ['ENGINE', 'ERROR', 'GENERAL', 'SLOW', 'RELAY', 'HOSTS', 'OPTIMIZER_COSTS', 'USER_RESOURCES'];

/** FLUSH …; the verb is taken. */
export const parseFlush = (cursor: Cursor): Statement => {
  acceptOneOf(cursor, ['NO_WRITE_TO_BINLOG', 'LOCAL']);
  if (acceptOneOf(cursor, ['TABLES', 'TABLE'])) {
    if (accept(cursor, 'WITH', 'READ', 'LOCK')) return { kind: 'flush', what: 'READ LOCK', tables: [] };
    if (peek(cursor).kind === 'end' || atSymbol(cursor, ';')) return { kind: 'flush', what: 'TABLES', tables: [] };
    const tables = commaSeparated(cursor, tableName);
    if (accept(cursor, 'FOR', 'EXPORT')) refuse('FLUSH TABLES … FOR EXPORT');
    return { kind: 'flush', what: accept(cursor, 'WITH', 'READ', 'LOCK') ? 'READ LOCK' : 'TABLES', tables };
  }
  if (accept(cursor, 'PRIVILEGES')) return { kind: 'flush', what: 'PRIVILEGES', tables: [] };
  if (accept(cursor, 'STATUS')) return { kind: 'flush', what: 'STATUS', tables: [] };
  acceptOneOf(cursor, ['BINARY']);
  if (accept(cursor, 'LOGS')) return { kind: 'flush', what: 'LOGS', tables: [] };
  if (atOneOf(cursor, flushable)) return refuse(`FLUSH ${peek(cursor).upper}`);
  return fail(cursor);
};

export const parsePurge = (cursor: Cursor): Statement => {
  expectOneOf(cursor, ['BINARY', 'MASTER']);
  expect(cursor, 'LOGS');
  if (accept(cursor, 'TO')) return { kind: 'purgeLogs', to: stringLiteral(cursor), before: null };
  expect(cursor, 'BEFORE');
  return { kind: 'purgeLogs', to: null, before: parseExpression(cursor) };
};

export const parsePrepare = (cursor: Cursor): Statement => {
  const name = identifier(cursor);
  expect(cursor, 'FROM');
  const token = peek(cursor);
  if (token.kind !== 'string' && token.kind !== 'variable') fail(cursor);
  advance(cursor);
  const source: Expression =
    token.kind === 'string'
      ? { kind: 'literal', type: 'string', value: token.text, charset: null }
      : { kind: 'userVariable', name: token.text.toLowerCase() };
  return { kind: 'prepare', name: name.toLowerCase(), source };
};

export const parseExecute = (cursor: Cursor): Statement => {
  const name = identifierOrString(cursor).toLowerCase();
  const variables = accept(cursor, 'USING')
    ? commaSeparated(cursor, (inner) =>
        peek(inner).kind === 'variable' ? advance(inner).text.toLowerCase() : fail(inner),
      )
    : [];
  return { kind: 'executePrepared', name, variables };
};
