import type { AccountName, Privilege, PrivilegeLevel, Statement, UserAuthentication } from './ast.ts';
import {
  accept,
  acceptOneOf,
  acceptSymbol,
  advance,
  atIdentifier,
  atOneOf,
  atSymbol,
  type Cursor,
  commaSeparated,
  expect,
  expectSymbol,
  fail,
  identifier,
  identifierAfterDot,
  identifierOrString,
  integerLiteral,
  parenthesised,
  peek,
  refuse,
  stringLiteral,
} from './cursor.ts';

/** `'name'@'host'`, `name`, or CURRENT_USER. */
export const accountName = (cursor: Cursor): AccountName => {
  if (accept(cursor, 'CURRENT_USER')) {
    if (acceptSymbol(cursor, '(')) expectSymbol(cursor, ')');
    return 'current';
  }
  const user = identifierOrString(cursor);
  return { user, host: peek(cursor).kind === 'variable' ? advance(cursor).text.toLowerCase() : '%' };
};

const authentication = (cursor: Cursor): UserAuthentication => {
  const user: UserAuthentication = { account: accountName(cursor), plugin: null, password: null, hash: null };
  if (!accept(cursor, 'IDENTIFIED')) return user;
  if (accept(cursor, 'WITH')) {
    user.plugin = identifierOrString(cursor).toLowerCase();
    if (accept(cursor, 'AS'))
      user.hash =
        peek(cursor).kind === 'hex'
          ? Buffer.from(advance(cursor).text, 'hex').toString('latin1')
          : stringLiteral(cursor);
  }
  if (user.hash === null && accept(cursor, 'BY')) {
    if (atOneOf(cursor, ['RANDOM'])) refuse('IDENTIFIED BY RANDOM PASSWORD');
    user.password = stringLiteral(cursor);
  }
  if (accept(cursor, 'REPLACE')) stringLiteral(cursor);
  if (atOneOf(cursor, ['AND'])) refuse('multi-factor authentication');
  return user;
};

/** Options after the list of users; returns whether they are locked, null when that is not said. */
const accountOptions = (cursor: Cursor): boolean | null => {
  let locked: boolean | null = null;
  for (;;) {
    if (accept(cursor, 'ACCOUNT')) locked = advance(cursor).upper === 'LOCK';
    else if (accept(cursor, 'REQUIRE')) {
      if (!accept(cursor, 'NONE')) refuse(`REQUIRE ${peek(cursor).upper}`);
    } else if (accept(cursor, 'PASSWORD')) passwordOption(cursor);
    else if (atOneOf(cursor, ['WITH', 'DEFAULT', 'FAILED_LOGIN_ATTEMPTS', 'PASSWORD_LOCK_TIME']))
      refuse(`${peek(cursor).upper} of an account`);
    else if (acceptOneOf(cursor, ['COMMENT', 'ATTRIBUTE'])) stringLiteral(cursor);
    else return locked;
  }
};

// Expiry that changes nothing is read; any other is refused.
const passwordOption = (cursor: Cursor): void => {
  const what = advance(cursor).upper;
  if (what === 'EXPIRE' && (accept(cursor, 'NEVER') || accept(cursor, 'DEFAULT'))) return;
  if ((what === 'HISTORY' || what === 'REUSE') && (accept(cursor, 'DEFAULT') || accept(cursor, 'INTERVAL', 'DEFAULT')))
    return;
  if (what === 'REQUIRE' && accept(cursor, 'CURRENT', 'DEFAULT')) return;
  if (peek(cursor).kind === 'integer') integerLiteral(cursor);
  refuse(`PASSWORD ${what}`);
};

export const parseCreateUser = (cursor: Cursor): Statement => {
  const ifNotExists = accept(cursor, 'IF', 'NOT', 'EXISTS');
  const users = commaSeparated(cursor, authentication);
  return { kind: 'createUser', ifNotExists, users, locked: accountOptions(cursor) };
};

export const parseAlterUser = (cursor: Cursor): Statement => {
  const ifExists = accept(cursor, 'IF', 'EXISTS');
  if (accept(cursor, 'USER')) {
    expectSymbol(cursor, '(');
    expectSymbol(cursor, ')');
    expect(cursor, 'IDENTIFIED', 'BY');
    return {
      kind: 'alterUser',
      ifExists,
      users: [{ account: 'current', plugin: null, password: stringLiteral(cursor), hash: null }],
      locked: null,
    };
  }
  const users = commaSeparated(cursor, authentication);
  return { kind: 'alterUser', ifExists, users, locked: accountOptions(cursor) };
};

export const parseDropUser = (cursor: Cursor): Statement => {
  const ifExists = accept(cursor, 'IF', 'EXISTS');
  return { kind: 'dropUser', ifExists, users: commaSeparated(cursor, accountName) };
};

export const parseRenameUser = (cursor: Cursor): Statement => ({
  kind: 'renameUser',
  pairs: commaSeparated(cursor, (inner) => {
    const from = accountName(inner);
    expect(inner, 'TO');
    return { from, to: accountName(inner) };
  }),
});

// A privilege is one to four words: SELECT, LOCK TABLES, CREATE TEMPORARY TABLES, or a dynamic one with underscores.
const privilege = (cursor: Cursor): Privilege => {
  const words: string[] = [];
  while (peek(cursor).kind === 'word' && !atOneOf(cursor, ['ON', 'TO', 'FROM'])) words.push(advance(cursor).upper);
  if (words.length === 0) {
    if (peek(cursor).kind === 'string' || peek(cursor).kind === 'quoted') return refuse('roles');
    return fail(cursor);
  }
  const name = words.join(' ');
  const columns = atSymbol(cursor, '(') ? parenthesised(cursor, (inner) => commaSeparated(inner, identifier)) : [];
  return { name: name === 'ALL PRIVILEGES' ? 'ALL' : name, columns };
};

const privilegeLevel = (cursor: Cursor): PrivilegeLevel => {
  expect(cursor, 'ON');
  if (atOneOf(cursor, ['FUNCTION', 'PROCEDURE'])) refuse(`GRANT … ON ${peek(cursor).upper}`);
  accept(cursor, 'TABLE');
  if (acceptSymbol(cursor, '*')) {
    if (!acceptSymbol(cursor, '.')) return { schema: '', table: null };
    expectSymbol(cursor, '*');
    return { schema: null, table: null };
  }
  const first = identifier(cursor);
  if (!acceptSymbol(cursor, '.')) return { schema: '', table: first };
  return { schema: first, table: acceptSymbol(cursor, '*') ? null : identifierAfterDot(cursor) };
};

export const parseGrant = (cursor: Cursor): Statement => {
  const privileges = commaSeparated(cursor, privilege);
  if (atOneOf(cursor, ['TO'])) refuse('roles');
  const level = privilegeLevel(cursor);
  expect(cursor, 'TO');
  const users = commaSeparated(cursor, accountName);
  const grantOption = accept(cursor, 'WITH', 'GRANT', 'OPTION');
  if (atIdentifier(cursor) && peek(cursor).upper !== 'AS') fail(cursor);
  return { kind: 'grant', privileges, level, users, grantOption };
};

export const parseRevoke = (cursor: Cursor): Statement => {
  const ifExists = accept(cursor, 'IF', 'EXISTS');
  const privileges = commaSeparated(cursor, privilege);
  // REVOKE ALL PRIVILEGES, GRANT OPTION FROM user
  const everywhere = atOneOf(cursor, ['FROM']);
  if (
    everywhere &&
    !(privileges.length === 2 && privileges[0]?.name === 'ALL' && privileges[1]?.name === 'GRANT OPTION')
  )
    refuse('roles');
  const level = everywhere ? { schema: null, table: null } : privilegeLevel(cursor);
  expect(cursor, 'FROM');
  const users = commaSeparated(cursor, accountName);
  accept(cursor, 'IGNORE', 'UNKNOWN', 'USER');
  return { kind: 'revoke', ifExists, privileges, level, users };
};
