import type {
  AlterAction,
  ColumnDefinition,
  ColumnPlace,
  CreateTableStatement,
  IndexDefinition,
  KeyPart,
  References,
  ReferentialAction,
  Statement,
  TableElement,
  TableOptions,
  WrittenExpression,
} from './ast.ts';
import {
  accept,
  acceptOneOf,
  acceptSymbol,
  advance,
  atIdentifier,
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
  identifierOrString,
  integerLiteral,
  parenthesised,
  peek,
  refuse,
  stringLiteral,
  textSince,
} from './cursor.ts';
import { acceptCharset, charsetName, parseDataType } from './data-types.ts';
import { parseExpression } from './expressions.ts';
import { parseQuery, startsQuery, tableName } from './queries.ts';

const written = (cursor: Cursor): WrittenExpression => {
  const start = peek(cursor).start;
  const expression = parseExpression(cursor);
  return { expression, text: textSince(cursor, start) };
};

const keyPart = (cursor: Cursor): KeyPart => {
  if (atSymbol(cursor, '(')) return refuse('functional key parts');
  const column = identifier(cursor);
  const length = atSymbol(cursor, '(') ? parenthesised(cursor, (inner) => Number(integerLiteral(inner))) : null;
  return { column, length, descending: acceptOneOf(cursor, ['ASC', 'DESC']) === 'DESC' };
};

const keyParts = (cursor: Cursor): KeyPart[] => parenthesised(cursor, (inner) => commaSeparated(inner, keyPart));

const indexOptions = (cursor: Cursor, index: IndexDefinition): IndexDefinition => {
  for (;;) {
    if (accept(cursor, 'USING')) index.type = expectOneOf(cursor, ['BTREE', 'HASH']);
    else if (accept(cursor, 'COMMENT')) index.comment = stringLiteral(cursor);
    else if (accept(cursor, 'KEY_BLOCK_SIZE')) {
      acceptSymbol(cursor, '=');
      integerLiteral(cursor);
    } else if (accept(cursor, 'INVISIBLE')) index.invisible = true;
    else if (accept(cursor, 'VISIBLE')) index.invisible = false;
    else return index;
  }
};

const blankIndex = (kind: IndexDefinition['kind'], name: string | null): IndexDefinition => ({
  kind,
  name,
  parts: [],
  type: null,
  comment: '',
  invisible: false,
});

const indexBody = (cursor: Cursor, kind: IndexDefinition['kind'], constraint: string | null): IndexDefinition => {
  const index = blankIndex(kind, constraint);
  if (kind !== 'primary' && atIdentifier(cursor)) index.name = identifier(cursor);
  else if (kind === 'primary' && atIdentifier(cursor) && peek(cursor).upper !== 'USING') identifier(cursor);
  if (accept(cursor, 'USING')) index.type = expectOneOf(cursor, ['BTREE', 'HASH']);
  index.parts = keyParts(cursor);
  return indexOptions(cursor, index);
};

const referentialAction = (cursor: Cursor): ReferentialAction => {
  if (accept(cursor, 'SET', 'NULL')) return 'SET NULL';
  if (accept(cursor, 'SET', 'DEFAULT')) return 'SET DEFAULT';
  if (accept(cursor, 'NO', 'ACTION')) return 'NO ACTION';
  return expectOneOf(cursor, ['RESTRICT', 'CASCADE']) as ReferentialAction;
};

const references = (cursor: Cursor): References => {
  expect(cursor, 'REFERENCES');
  const result: References = { table: tableName(cursor), columns: [], onDelete: null, onUpdate: null };
  if (atSymbol(cursor, '(')) result.columns = keyParts(cursor).map((part) => part.column);
  if (accept(cursor, 'MATCH')) refuse('FOREIGN KEY … MATCH');
  while (accept(cursor, 'ON')) {
    if (expectOneOf(cursor, ['DELETE', 'UPDATE']) === 'DELETE') result.onDelete = referentialAction(cursor);
    else result.onUpdate = referentialAction(cursor);
  }
  return result;
};

const checkConstraint = (cursor: Cursor, name: string | null) => {
  expect(cursor, 'CHECK');
  const check = parenthesised(cursor, written);
  const enforced = !accept(cursor, 'NOT', 'ENFORCED');
  if (enforced) accept(cursor, 'ENFORCED');
  return { name, check, enforced };
};

const blankColumn = (name: string): Omit<ColumnDefinition, 'type'> => ({
  name,
  nullable: null,
  default: null,
  onUpdate: null,
  autoIncrement: false,
  primaryKey: false,
  unique: false,
  comment: '',
  invisible: false,
  checks: [],
  references: null,
});

const defaultValue = (cursor: Cursor): WrittenExpression => {
  if (atSymbol(cursor, '(')) return parenthesised(cursor, written);
  const start = peek(cursor).start;
  const word = peek(cursor);
  const bare = ['CURRENT_TIMESTAMP', 'NOW', 'LOCALTIME', 'LOCALTIMESTAMP', 'NULL', 'TRUE', 'FALSE'].includes(
    word.upper,
  );
  const literal =
    ['string', 'integer', 'decimal', 'float', 'hex', 'bit'].includes(word.kind) ||
    word.text === '-' ||
    word.text === '+';
  const temporal = ['DATE', 'TIME', 'TIMESTAMP', 'N'].includes(word.upper) || word.upper.startsWith('_');
  if (!bare && !literal && !temporal) return fail(cursor);
  // A literal, not an expression: `DEFAULT 1 NOT NULL` must not read on.
  const expression = parseDefaultLiteral(cursor);
  return { expression, text: textSince(cursor, start) };
};

const parseDefaultLiteral = (cursor: Cursor) => {
  // The attribute words that may follow all end a simple expression, except NOT and COLLATE, which parseExpression would take.
  const end = cursor.tokens.findIndex(
    (token, index) =>
      index > cursor.position &&
      (token.kind === 'word' || token.text === ',' || token.text === ')' || token.kind === 'end'),
  );
  const calls = atSymbol(cursor, '(', 1);
  if (calls || peek(cursor).kind === 'word') {
    const limit = calls
      ? closingParenthesis(cursor) + 1
      : cursor.position + (peek(cursor, 1).kind === 'string' ? 2 : 1);
    return parseWithin(cursor, limit);
  }
  return parseWithin(cursor, end);
};

const closingParenthesis = (cursor: Cursor): number => {
  let depth = 0;
  for (let index = cursor.position; index < cursor.tokens.length; index++) {
    const { kind, text } = cursor.tokens[index] as { kind: string; text: string };
    if (kind === 'operator' && text === '(') depth++;
    if (kind === 'operator' && text === ')' && --depth === 0) return index;
  }
  return fail(cursor);
};

const parseWithin = (cursor: Cursor, limit: number) => {
  const end = cursor.tokens[limit - 1] as { end: number };
  const inner: Cursor = {
    ...cursor,
    tokens: [...cursor.tokens.slice(0, limit), { kind: 'end', text: '', upper: '', start: end.end, end: end.end }],
  };
  const expression = parseExpression(inner);
  cursor.position = inner.position;
  return expression;
};

const columnBody = (cursor: Cursor, name: string): ColumnDefinition => {
  const type = parseDataType(cursor);
  const column: ColumnDefinition = { ...blankColumn(name), type };
  if (type.name === 'serial')
    Object.assign(column, {
      type: { ...type, name: 'bigint', unsigned: true },
      nullable: false,
      autoIncrement: true,
      unique: true,
    });
  for (;;) {
    const constraint = accept(cursor, 'CONSTRAINT') ? (atWords(cursor, 'CHECK') ? null : identifier(cursor)) : null;
    if (atWords(cursor, 'CHECK')) column.checks.push(checkConstraint(cursor, constraint));
    else if (accept(cursor, 'NOT', 'NULL')) column.nullable = false;
    else if (accept(cursor, 'NULL')) column.nullable = true;
    else if (accept(cursor, 'DEFAULT')) column.default = defaultValue(cursor);
    else if (accept(cursor, 'ON')) {
      expect(cursor, 'UPDATE');
      if (!['CURRENT_TIMESTAMP', 'NOW', 'LOCALTIME', 'LOCALTIMESTAMP'].includes(peek(cursor).upper)) fail(cursor);
      column.onUpdate = parseDefaultLiteral(cursor);
    } else if (accept(cursor, 'AUTO_INCREMENT')) column.autoIncrement = true;
    else if (accept(cursor, 'PRIMARY')) {
      accept(cursor, 'KEY');
      column.primaryKey = true;
    } else if (accept(cursor, 'KEY')) column.primaryKey = true;
    else if (accept(cursor, 'UNIQUE')) {
      accept(cursor, 'KEY');
      column.unique = true;
    } else if (accept(cursor, 'COMMENT')) column.comment = stringLiteral(cursor);
    else if (accept(cursor, 'COLLATE')) type.collation = charsetName(cursor);
    else if (accept(cursor, 'INVISIBLE')) column.invisible = true;
    else if (accept(cursor, 'VISIBLE')) column.invisible = false;
    else if (accept(cursor, 'COLUMN_FORMAT') || accept(cursor, 'STORAGE')) advance(cursor);
    else if (accept(cursor, 'SRID')) refuse('SRID');
    else if (atOneOf(cursor, ['GENERATED', 'AS'])) refuse('generated columns');
    else if (atWords(cursor, 'REFERENCES')) column.references = references(cursor);
    else return column;
  }
};

const columnDefinition = (cursor: Cursor): ColumnDefinition => columnBody(cursor, identifier(cursor));

/** A key, constraint or check in a table's list; null when a column stands there. */
const constraintElement = (cursor: Cursor): Exclude<TableElement, { kind: 'column' }> | null => {
  const named = accept(cursor, 'CONSTRAINT');
  const name = named && atIdentifier(cursor) ? identifier(cursor) : null;
  if (accept(cursor, 'PRIMARY')) {
    expect(cursor, 'KEY');
    return { kind: 'key', index: indexBody(cursor, 'primary', null) };
  }
  if (accept(cursor, 'UNIQUE')) {
    acceptOneOf(cursor, ['INDEX', 'KEY']);
    return { kind: 'key', index: indexBody(cursor, 'unique', name) };
  }
  if (accept(cursor, 'FOREIGN')) {
    expect(cursor, 'KEY');
    const indexName = atIdentifier(cursor) ? identifier(cursor) : null;
    const columns = keyParts(cursor).map((part) => part.column);
    return { kind: 'foreignKey', name, indexName, columns, references: references(cursor) };
  }
  if (atWords(cursor, 'CHECK')) return { kind: 'check', ...checkConstraint(cursor, name) };
  if (named) return fail(cursor);
  if (atOneOf(cursor, ['FULLTEXT', 'SPATIAL'])) return refuse(`${peek(cursor).upper} indexes`);
  if (acceptOneOf(cursor, ['INDEX', 'KEY'])) return { kind: 'key', index: indexBody(cursor, 'index', null) };
  return null;
};

const tableElement = (cursor: Cursor): TableElement =>
  constraintElement(cursor) ?? { kind: 'column', column: columnDefinition(cursor) };

const ignoredOptions = [
  'AUTOEXTEND_SIZE',
  'AVG_ROW_LENGTH',
  'CHECKSUM',
  'COMPRESSION',
  'DELAY_KEY_WRITE',
  'ENCRYPTION',
  'INSERT_METHOD',
  'KEY_BLOCK_SIZE',
  'MAX_ROWS',
  'MIN_ROWS',
  'PACK_KEYS',
  'STATS_AUTO_RECALC',
  'STATS_PERSISTENT',
  'STATS_SAMPLE_PAGES',
];

const acceptTableOption = (cursor: Cursor, options: TableOptions): boolean => {
  const equals = () => acceptSymbol(cursor, '=');
  if (accept(cursor, 'ENGINE')) {
    equals();
    options.engine = identifierOrString(cursor);
    return true;
  }
  if (accept(cursor, 'AUTO_INCREMENT')) {
    equals();
    options.autoIncrement = integerLiteral(cursor);
    return true;
  }
  if (accept(cursor, 'COMMENT')) {
    equals();
    options.comment = stringLiteral(cursor);
    return true;
  }
  if (accept(cursor, 'ROW_FORMAT')) {
    equals();
    options.rowFormat = advance(cursor).upper;
    return true;
  }
  const start = cursor.position;
  accept(cursor, 'DEFAULT');
  const charset = acceptCharset(cursor);
  if (charset !== null) {
    options.charset = charset;
    return true;
  }
  if (accept(cursor, 'COLLATE')) {
    equals();
    options.collation = charsetName(cursor);
    return true;
  }
  cursor.position = start;
  if (acceptOneOf(cursor, ignoredOptions)) {
    equals();
    advance(cursor);
    return true;
  }
  if (atOneOf(cursor, ['TABLESPACE', 'CONNECTION', 'UNION'])) refuse(`the table option ${peek(cursor).upper}`);
  if (atOneOf(cursor, ['DATA', 'INDEX']) && peek(cursor, 1).upper === 'DIRECTORY')
    refuse('the table option DATA DIRECTORY');
  return false;
};

const tableOptions = (cursor: Cursor): TableOptions => {
  const options: TableOptions = {};
  while (acceptTableOption(cursor, options)) acceptSymbol(cursor, ',');
  return options;
};

const ifNotExists = (cursor: Cursor): boolean => accept(cursor, 'IF', 'NOT', 'EXISTS');
const ifExists = (cursor: Cursor): boolean => accept(cursor, 'IF', 'EXISTS');

const parseCreateTable = (cursor: Cursor, temporary: boolean): CreateTableStatement => {
  const missing = ifNotExists(cursor);
  const statement: CreateTableStatement = {
    kind: 'createTable',
    temporary,
    ifNotExists: missing,
    table: tableName(cursor),
    like: null,
    elements: [],
    options: {},
    query: null,
  };
  if (accept(cursor, 'LIKE')) return { ...statement, like: tableName(cursor) };
  if (atSymbol(cursor, '(') && peek(cursor, 1).upper === 'LIKE') {
    expectSymbol(cursor, '(');
    expect(cursor, 'LIKE');
    const like = tableName(cursor);
    expectSymbol(cursor, ')');
    return { ...statement, like };
  }
  if (atSymbol(cursor, '(') && !startsQuery(cursor))
    statement.elements = parenthesised(cursor, (inner) => commaSeparated(inner, tableElement));
  statement.options = tableOptions(cursor);
  if (accept(cursor, 'PARTITION')) refuse('PARTITION BY');
  acceptOneOf(cursor, ['IGNORE', 'REPLACE']);
  accept(cursor, 'AS');
  if (startsQuery(cursor)) statement.query = parseQuery(cursor);
  // The form that the binlog has of CREATE TABLE … SELECT.
  else if (accept(cursor, 'START')) expect(cursor, 'TRANSACTION');
  if (statement.elements.length === 0 && statement.query === null) fail(cursor);
  return statement;
};

const databaseOptions = (cursor: Cursor) => {
  let charset: string | null = null;
  let collation: string | null = null;
  for (;;) {
    accept(cursor, 'DEFAULT');
    const found = acceptCharset(cursor);
    if (found !== null) charset = found;
    else if (accept(cursor, 'COLLATE')) {
      acceptSymbol(cursor, '=');
      collation = charsetName(cursor);
    } else if (accept(cursor, 'ENCRYPTION')) {
      acceptSymbol(cursor, '=');
      stringLiteral(cursor);
    } else return { charset, collation };
  }
};

const otherObjects = [
  'PROCEDURE',
  'FUNCTION',
  'TRIGGER',
  'EVENT',
  'SERVER',
  'TABLESPACE',
  'UNDO',
  'LOGFILE',
  'RESOURCE',
  'SPATIAL',
  'ROLE',
  'AGGREGATE',
  'LIBRARY',
];

const refuseObject = (cursor: Cursor, verb: string): never | undefined => {
  if (atOneOf(cursor, otherObjects)) return refuse(`${verb} ${peek(cursor).upper}`);
  return undefined;
};

/** CREATE …, but users, which parseAccountStatement reads. The verb is taken. */
export const parseCreate = (cursor: Cursor): Statement => {
  refuseObject(cursor, 'CREATE');
  if (acceptOneOf(cursor, ['DATABASE', 'SCHEMA'])) {
    const missing = ifNotExists(cursor);
    const name = identifier(cursor);
    return { kind: 'createDatabase', ifNotExists: missing, name, ...databaseOptions(cursor) };
  }
  const temporary = accept(cursor, 'TEMPORARY');
  if (accept(cursor, 'TABLE')) return parseCreateTable(cursor, temporary);
  if (atOneOf(cursor, ['FULLTEXT', 'SPATIAL'])) refuse(`CREATE ${peek(cursor).upper} INDEX`);
  const unique = accept(cursor, 'UNIQUE');
  if (accept(cursor, 'INDEX')) return parseCreateIndex(cursor, unique);
  return parseCreateView(cursor);
};

const parseCreateIndex = (cursor: Cursor, unique: boolean): Statement => {
  const index = blankIndex(unique ? 'unique' : 'index', identifier(cursor));
  if (accept(cursor, 'USING')) index.type = expectOneOf(cursor, ['BTREE', 'HASH']);
  expect(cursor, 'ON');
  const table = tableName(cursor);
  index.parts = keyParts(cursor);
  indexOptions(cursor, index);
  alterAlgorithm(cursor);
  return { kind: 'createIndex', table, index };
};

const parseCreateView = (cursor: Cursor): Statement => {
  const orReplace = accept(cursor, 'OR', 'REPLACE');
  if (accept(cursor, 'ALGORITHM')) {
    expectSymbol(cursor, '=');
    advance(cursor);
  }
  if (accept(cursor, 'DEFINER')) {
    expectSymbol(cursor, '=');
    advance(cursor);
    if (peek(cursor).kind === 'variable') advance(cursor);
    if (acceptSymbol(cursor, '(')) expectSymbol(cursor, ')');
    refuseObject(cursor, 'CREATE');
  }
  if (accept(cursor, 'SQL')) {
    expect(cursor, 'SECURITY');
    advance(cursor);
  }
  expect(cursor, 'VIEW');
  const name = tableName(cursor);
  const columns = atSymbol(cursor, '(') ? parenthesised(cursor, (inner) => commaSeparated(inner, identifier)) : [];
  expect(cursor, 'AS');
  const start = peek(cursor).start;
  const query = parseQuery(cursor);
  const text = textSince(cursor, start);
  if (accept(cursor, 'WITH')) refuse('WITH CHECK OPTION');
  return { kind: 'createView', orReplace, name, columns, query, text };
};

/** DROP …, but users. The verb is taken. */
export const parseDrop = (cursor: Cursor): Statement => {
  refuseObject(cursor, 'DROP');
  if (acceptOneOf(cursor, ['DATABASE', 'SCHEMA'])) {
    const exists = ifExists(cursor);
    return { kind: 'dropDatabase', ifExists: exists, name: identifier(cursor) };
  }
  if (accept(cursor, 'VIEW')) {
    const exists = ifExists(cursor);
    const names = commaSeparated(cursor, tableName);
    acceptOneOf(cursor, ['RESTRICT', 'CASCADE']);
    return { kind: 'dropView', ifExists: exists, names };
  }
  if (accept(cursor, 'INDEX')) {
    const name = accept(cursor, 'PRIMARY') ? 'PRIMARY' : identifier(cursor);
    expect(cursor, 'ON');
    const table = tableName(cursor);
    alterAlgorithm(cursor);
    return { kind: 'dropIndex', table, name };
  }
  const temporary = accept(cursor, 'TEMPORARY');
  expectOneOf(cursor, ['TABLE', 'TABLES']);
  const exists = ifExists(cursor);
  const tables = commaSeparated(cursor, tableName);
  acceptOneOf(cursor, ['RESTRICT', 'CASCADE']);
  return { kind: 'dropTable', temporary, ifExists: exists, tables };
};

/** ALTER …, but users. The verb is taken. */
export const parseAlter = (cursor: Cursor): Statement => {
  refuseObject(cursor, 'ALTER');
  if (atOneOf(cursor, ['VIEW', 'INSTANCE', 'ALGORITHM', 'DEFINER'])) refuse(`ALTER ${peek(cursor).upper}`);
  if (acceptOneOf(cursor, ['DATABASE', 'SCHEMA'])) {
    const name = atIdentifier(cursor) && !['CHARSET'].includes(peek(cursor).upper) ? identifier(cursor) : null;
    return { kind: 'alterDatabase', name, ...databaseOptions(cursor) };
  }
  expect(cursor, 'TABLE');
  const table = tableName(cursor);
  const actions: AlterAction[] = [];
  do actions.push(...alterAction(cursor));
  while (acceptSymbol(cursor, ','));
  return { kind: 'alterTable', table, actions };
};

const columnPlace = (cursor: Cursor): ColumnPlace => {
  if (accept(cursor, 'FIRST')) return 'first';
  return accept(cursor, 'AFTER') ? { after: identifier(cursor) } : null;
};

// ALGORITHM= and LOCK= ask how, not what: every change here is made at once.
const alterAlgorithm = (cursor: Cursor): boolean => {
  let found = false;
  while (atOneOf(cursor, ['ALGORITHM', 'LOCK'])) {
    advance(cursor);
    acceptSymbol(cursor, '=');
    advance(cursor);
    found = true;
  }
  return found;
};

const alterAction = (cursor: Cursor): AlterAction[] => {
  if (alterAlgorithm(cursor)) return [];
  const verb = peek(cursor).upper;
  const parse = alterVerbs[verb];
  if (parse) {
    advance(cursor);
    return parse(cursor);
  }
  if (
    [
      'DISCARD',
      'IMPORT',
      'PARTITION',
      'REMOVE',
      'COALESCE',
      'REORGANIZE',
      'EXCHANGE',
      'TRUNCATE',
      'ANALYZE',
      'CHECK',
      'OPTIMIZE',
      'REBUILD',
      'REPAIR',
      'SECONDARY_LOAD',
    ].includes(verb)
  )
    refuse(`ALTER TABLE … ${verb}`);
  if (atOneOf(cursor, ['WITHOUT', 'WITH']) && peek(cursor, 1).upper === 'VALIDATION') {
    cursor.position += 2;
    return [];
  }
  if (peek(cursor).kind === 'end' || atSymbol(cursor, ';')) return [{ kind: 'nothing' }];
  const options = tableOptions(cursor);
  if (Object.keys(options).length === 0 && !atSymbol(cursor, ',')) fail(cursor);
  // An option list takes the comma after it with it.
  if (cursor.tokens[cursor.position - 1]?.text === ',') cursor.position--;
  return [{ kind: 'options', options }];
};

const alterVerbs: Readonly<Record<string, (cursor: Cursor) => AlterAction[]>> = {
  ADD: (cursor) => {
    if (atWords(cursor, 'PARTITION')) refuse('ALTER TABLE … ADD PARTITION');
    const element = constraintElement(cursor);
    if (element) return [{ kind: 'add', element }];
    accept(cursor, 'COLUMN');
    if (atSymbol(cursor, '('))
      return parenthesised(cursor, (inner) => commaSeparated(inner, tableElement)).map((item) =>
        item.kind === 'column'
          ? { kind: 'addColumn', column: item.column, place: null }
          : { kind: 'add', element: item },
      );
    return [{ kind: 'addColumn', column: columnDefinition(cursor), place: columnPlace(cursor) }];
  },
  MODIFY: (cursor) => {
    accept(cursor, 'COLUMN');
    const column = columnDefinition(cursor);
    return [{ kind: 'modifyColumn', name: column.name, column, place: columnPlace(cursor) }];
  },
  CHANGE: (cursor) => {
    accept(cursor, 'COLUMN');
    const name = identifier(cursor);
    const column = columnDefinition(cursor);
    return [{ kind: 'modifyColumn', name, column, place: columnPlace(cursor) }];
  },
  DROP: (cursor) => {
    if (accept(cursor, 'PRIMARY')) {
      expect(cursor, 'KEY');
      return [{ kind: 'dropPrimaryKey' }];
    }
    if (accept(cursor, 'FOREIGN')) {
      expect(cursor, 'KEY');
      return [{ kind: 'dropForeignKey', name: identifier(cursor) }];
    }
    if (acceptOneOf(cursor, ['INDEX', 'KEY']))
      return [{ kind: 'dropIndex', name: accept(cursor, 'PRIMARY') ? 'PRIMARY' : identifier(cursor) }];
    if (accept(cursor, 'CHECK')) return [{ kind: 'dropCheck', name: identifier(cursor) }];
    if (accept(cursor, 'CONSTRAINT')) return [{ kind: 'dropConstraint', name: identifier(cursor) }];
    if (atWords(cursor, 'PARTITION')) refuse('ALTER TABLE … DROP PARTITION');
    accept(cursor, 'COLUMN');
    const name = identifier(cursor);
    acceptOneOf(cursor, ['RESTRICT', 'CASCADE']);
    return [{ kind: 'dropColumn', name }];
  },
  ALTER: (cursor) => {
    if (atOneOf(cursor, ['INDEX', 'CHECK', 'CONSTRAINT'])) refuse(`ALTER TABLE … ALTER ${peek(cursor).upper}`);
    accept(cursor, 'COLUMN');
    const column = identifier(cursor);
    if (accept(cursor, 'DROP')) {
      expect(cursor, 'DEFAULT');
      return [{ kind: 'setDefault', column, default: null }];
    }
    expect(cursor, 'SET');
    if (atOneOf(cursor, ['VISIBLE', 'INVISIBLE'])) refuse('ALTER COLUMN … SET INVISIBLE');
    expect(cursor, 'DEFAULT');
    return [{ kind: 'setDefault', column, default: defaultValue(cursor) }];
  },
  RENAME: (cursor) => {
    if (accept(cursor, 'COLUMN')) {
      const from = identifier(cursor);
      expect(cursor, 'TO');
      return [{ kind: 'renameColumn', from, to: identifier(cursor) }];
    }
    if (acceptOneOf(cursor, ['INDEX', 'KEY'])) {
      const from = identifier(cursor);
      expect(cursor, 'TO');
      return [{ kind: 'renameIndex', from, to: identifier(cursor) }];
    }
    if (!acceptOneOf(cursor, ['TO', 'AS'])) acceptSymbol(cursor, '=');
    return [{ kind: 'renameTable', to: tableName(cursor) }];
  },
  CONVERT: (cursor) => {
    expect(cursor, 'TO');
    const charset = acceptCharset(cursor) ?? fail(cursor);
    const collation = accept(cursor, 'COLLATE') ? charsetName(cursor) : null;
    return [{ kind: 'convertCharset', charset, collation }];
  },
  ENABLE: (cursor) => {
    expect(cursor, 'KEYS');
    return [{ kind: 'nothing' }];
  },
  DISABLE: (cursor) => {
    expect(cursor, 'KEYS');
    return [{ kind: 'nothing' }];
  },
  FORCE: () => [{ kind: 'nothing' }],
  ORDER: () => refuse('ALTER TABLE … ORDER BY'),
};

export const parseRenameTable = (cursor: Cursor): Statement => ({
  kind: 'renameTable',
  pairs: commaSeparated(cursor, (inner) => {
    const from = tableName(inner);
    expect(inner, 'TO');
    return { from, to: tableName(inner) };
  }),
});
