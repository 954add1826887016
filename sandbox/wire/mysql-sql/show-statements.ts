import { accountName } from './account-statements.ts';
import type { ShowStatement, Statement } from './ast.ts';
import {
  accept,
  acceptOneOf,
  advance,
  atOneOf,
  atWords,
  type Cursor,
  fail,
  identifier,
  integerLiteral,
  peek,
  refuse,
  stringLiteral,
} from './cursor.ts';
import { parseExpression } from './expressions.ts';
import { parseLimit, tableName } from './queries.ts';

const blank = (what: string): ShowStatement => ({
  kind: 'show',
  what,
  full: false,
  extended: false,
  scope: null,
  schema: null,
  table: null,
  account: null,
  logName: null,
  position: null,
  limit: null,
  filter: { like: null, where: null },
});

const filtered = (cursor: Cursor, show: ShowStatement): ShowStatement => {
  if (accept(cursor, 'LIKE')) show.filter.like = stringLiteral(cursor);
  else if (accept(cursor, 'WHERE')) show.filter.where = parseExpression(cursor);
  return show;
};

const fromSchema = (cursor: Cursor, show: ShowStatement): ShowStatement => {
  if (acceptOneOf(cursor, ['FROM', 'IN'])) show.schema = identifier(cursor);
  return show;
};

/** SHOW COLUMNS FROM t FROM db */
const fromTable = (cursor: Cursor, show: ShowStatement): ShowStatement => {
  if (!acceptOneOf(cursor, ['FROM', 'IN'])) fail(cursor);
  show.table = tableName(cursor);
  if (acceptOneOf(cursor, ['FROM', 'IN'])) show.table = { ...show.table, schema: identifier(cursor) };
  return show;
};

const binlogEvents = (cursor: Cursor): ShowStatement => {
  const show = blank('BINLOG EVENTS');
  if (accept(cursor, 'IN')) show.logName = stringLiteral(cursor);
  if (accept(cursor, 'FROM')) show.position = integerLiteral(cursor);
  show.limit = parseLimit(cursor);
  return show;
};

const showCreate = (cursor: Cursor): ShowStatement => {
  const what = advance(cursor).upper;
  if (what === 'TABLE' || what === 'VIEW') return { ...blank(`CREATE ${what}`), table: tableName(cursor) };
  if (what === 'DATABASE' || what === 'SCHEMA') {
    accept(cursor, 'IF', 'NOT', 'EXISTS');
    return { ...blank('CREATE DATABASE'), schema: identifier(cursor) };
  }
  if (what === 'USER') return { ...blank('CREATE USER'), account: accountName(cursor) };
  return refuse(`SHOW CREATE ${what}`);
};

type Reader = (cursor: Cursor, show: ShowStatement) => ShowStatement;
const plain: Reader = (_cursor, show) => show;
const limited: Reader = (cursor, show) => ({ ...show, limit: parseLimit(cursor) });

// Each form by its words; of several that fit, the longest is taken.
const forms: readonly (readonly [words: string, what: string, read: Reader])[] = [
  ['DATABASES', 'DATABASES', filtered],
  ['SCHEMAS', 'DATABASES', filtered],
  ['TABLES', 'TABLES', (cursor, show) => filtered(cursor, fromSchema(cursor, show))],
  ['TABLE STATUS', 'TABLE STATUS', (cursor, show) => filtered(cursor, fromSchema(cursor, show))],
  ['OPEN TABLES', 'OPEN TABLES', (cursor, show) => filtered(cursor, fromSchema(cursor, show))],
  ['TRIGGERS', 'TRIGGERS', (cursor, show) => filtered(cursor, fromSchema(cursor, show))],
  ['EVENTS', 'EVENTS', (cursor, show) => filtered(cursor, fromSchema(cursor, show))],
  ['COLUMNS', 'COLUMNS', (cursor, show) => filtered(cursor, fromTable(cursor, show))],
  ['FIELDS', 'COLUMNS', (cursor, show) => filtered(cursor, fromTable(cursor, show))],
  ['INDEX', 'INDEX', (cursor, show) => filtered(cursor, fromTable(cursor, show))],
  ['INDEXES', 'INDEX', (cursor, show) => filtered(cursor, fromTable(cursor, show))],
  ['KEYS', 'INDEX', (cursor, show) => filtered(cursor, fromTable(cursor, show))],
  ['VARIABLES', 'VARIABLES', filtered],
  ['STATUS', 'STATUS', filtered],
  ['COLLATION', 'COLLATION', filtered],
  ['CHARACTER SET', 'CHARACTER SET', filtered],
  ['CHARSET', 'CHARACTER SET', filtered],
  ['PROCEDURE STATUS', 'PROCEDURE STATUS', filtered],
  ['FUNCTION STATUS', 'FUNCTION STATUS', filtered],
  ['ENGINES', 'ENGINES', plain],
  ['STORAGE ENGINES', 'ENGINES', plain],
  ['PLUGINS', 'PLUGINS', plain],
  ['PRIVILEGES', 'PRIVILEGES', plain],
  ['PROCESSLIST', 'PROCESSLIST', plain],
  ['WARNINGS', 'WARNINGS', limited],
  ['ERRORS', 'ERRORS', limited],
  ['COUNT WARNINGS', 'COUNT WARNINGS', plain],
  ['BINARY LOGS', 'BINARY LOGS', plain],
  ['MASTER LOGS', 'BINARY LOGS', plain],
  ['BINARY LOG STATUS', 'BINARY LOG STATUS', plain],
  // Gone in 8.4, and still what older clients ask.
  ['MASTER STATUS', 'BINARY LOG STATUS', plain],
  ['BINLOG EVENTS', 'BINLOG EVENTS', (cursor) => binlogEvents(cursor)],
  ['REPLICAS', 'REPLICAS', plain],
  ['SLAVE HOSTS', 'REPLICAS', plain],
  ['REPLICA STATUS', 'REPLICA STATUS', plain],
  ['SLAVE STATUS', 'REPLICA STATUS', plain],
  ['CREATE', '', (cursor) => showCreate(cursor)],
  [
    'GRANTS',
    'GRANTS',
    (cursor, show) => ({ ...show, account: accept(cursor, 'FOR') ? accountName(cursor) : 'current' }),
  ],
];

/** SHOW …; the verb is taken. */
export const parseShow = (cursor: Cursor): Statement => {
  const extended = accept(cursor, 'EXTENDED');
  const full = accept(cursor, 'FULL');
  const scopeWord = acceptOneOf(cursor, ['GLOBAL', 'SESSION', 'LOCAL']);
  const scope = scopeWord === null ? null : scopeWord === 'GLOBAL' ? 'GLOBAL' : 'SESSION';
  if (atWords(cursor, 'COUNT')) {
    const rest = cursor.tokens.slice(cursor.position + 1, cursor.position + 5).map((token) => token.text.toUpperCase());
    if (rest.join('') === '(*)WARNINGS' || rest.join('') === '(*)ERRORS') {
      cursor.position += 5;
      return blank(`COUNT ${rest[3]}`);
    }
  }
  const fitting = forms.filter(([words]) => atWords(cursor, ...words.split(' ')));
  const form = fitting.sort((one, other) => other[0].length - one[0].length)[0];
  if (form) {
    cursor.position += form[0].split(' ').length;
    return form[2](cursor, { ...blank(form[1]), extended, full, scope });
  }
  if (atOneOf(cursor, ['ENGINE', 'PROFILE', 'PROFILES', 'RELAYLOG', 'PARSE_TREE', 'PROCEDURE', 'FUNCTION']))
    refuse(`SHOW ${peek(cursor).upper}`);
  return fail(cursor);
};

/** DESCRIBE, DESC and EXPLAIN of a table; of a statement it is left to the caller. */
export const parseDescribe = (cursor: Cursor): Statement => {
  const table = tableName(cursor);
  const column =
    peek(cursor).kind === 'string'
      ? stringLiteral(cursor)
      : peek(cursor).kind === 'word' || peek(cursor).kind === 'quoted'
        ? identifier(cursor)
        : null;
  return { kind: 'describe', table, column };
};
