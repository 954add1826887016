import { NotEmulated } from '../../core/not-emulated.ts';
import type {
  ColumnDefinition,
  Constraint,
  CreateObject,
  CreateTable,
  Expression,
  ObjectName,
  Statement,
} from './ast.ts';
import { parseCopy } from './copy.ts';
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
  sees,
  seesAny,
  seesOperator,
  takeRest,
  takes,
  takesAny,
  takesOperator,
  textFrom,
  unexpected,
} from './cursor.ts';
import { parseExpression } from './expressions.ts';
import { parseDataType, parseIdentifier, parseIdentifierList, parseObjectName } from './names.ts';
import { parseOptions, parseOptionsToEnd } from './options.ts';
import { parseNestedStatement } from './parser.ts';
import { parseQuery, parseQueryInParentheses } from './queries.ts';
import { parseTimeTravel } from './tables.ts';

type Modifiers = { at: number; orReplace: boolean; words: ReadonlySet<string> };

const modifierWords = [
  'SECURE',
  'LOCAL',
  'GLOBAL',
  'TEMP',
  'TEMPORARY',
  'VOLATILE',
  'TRANSIENT',
  'RECURSIVE',
  'MATERIALIZED',
  'EXTERNAL',
  'DYNAMIC',
  'HYBRID',
  'ICEBERG',
  'EVENT',
  'STORAGE',
  'NOTIFICATION',
  'API',
  'CATALOG',
  'SECURITY',
] as const;

/** Statements that Snowflake has and that stay text here. */
const knownOnly = [
  'FUNCTION',
  'PROCEDURE',
  'AGGREGATE FUNCTION',
  'MASKING POLICY',
  'ROW ACCESS POLICY',
  'NETWORK POLICY',
  'NETWORK RULE',
  'PASSWORD POLICY',
  'SESSION POLICY',
  'AUTHENTICATION POLICY',
  'AGGREGATION POLICY',
  'PROJECTION POLICY',
  'PRIVACY POLICY',
  'RESOURCE MONITOR',
  'SHARE',
  'ALERT',
  'APPLICATION',
  'COMPUTE POOL',
  'SERVICE',
  'IMAGE REPOSITORY',
  'SECRET',
  'GIT REPOSITORY',
  'STREAMLIT',
  'NOTEBOOK',
  'MODEL',
  'CONNECTION',
  'FAILOVER GROUP',
  'REPLICATION GROUP',
  'DATABASE ROLE',
  'INTEGRATION',
  'CORTEX SEARCH SERVICE',
  'ACCOUNT',
  'MANAGED ACCOUNT',
  'LISTING',
  'EXTERNAL FUNCTION',
  'EXTERNAL VOLUME',
  'API INTEGRATION',
  'SECURITY INTEGRATION',
  'CATALOG INTEGRATION',
  'EXTERNAL ACCESS INTEGRATION',
];

export const parseCreate = (cursor: Cursor): Statement => {
  const start = cursor.index;
  const { at } = advance(cursor);
  const orReplace = takes(cursor, 'OR', 'REPLACE');
  const orAlter = !orReplace && takes(cursor, 'OR', 'ALTER');
  const words = new Set<string>();
  if (!orAlter)
    for (let word = takesAny(cursor, ...modifierWords); word; word = takesAny(cursor, ...modifierWords))
      words.add(word);
  const modifiers = { at, orReplace, words };
  const create = orAlter ? undefined : creations.find(({ object }) => takes(cursor, ...object.split(' ')));
  if (create) return create.parse(cursor, modifiers);
  cursor.index = start + 1 + (orReplace || orAlter ? 2 : 0);
  return parseKnownOnly(cursor, orAlter ? 'CREATE OR ALTER' : 'CREATE', at, orAlter);
};

/** A known kind of object that is not read further; anything else is a syntax error. */
export const parseKnownOnly = (cursor: Cursor, verb: string, at: number, anyObject = false): Statement => {
  while (takesAny(cursor, 'SECURE', 'TEMP', 'TEMPORARY', 'TRANSIENT'));
  const object =
    knownOnly.find((words) => sees(cursor, ...words.split(' '))) ?? (anyObject ? peek(cursor).value : undefined);
  if (!object) throw unexpected(cursor);
  takeRest(cursor);
  return { kind: 'other', name: `${verb} ${object}`, text: cursor.text, at };
};

type Creation = { orReplace: boolean; ifNotExists: boolean; name: ObjectName; at: number };

const parseCreation = (cursor: Cursor, { at, orReplace }: Modifiers): Creation => {
  const before = takes(cursor, 'IF', 'NOT', 'EXISTS');
  const name = parseObjectName(cursor);
  return { at, orReplace, ifNotExists: before || takes(cursor, 'IF', 'NOT', 'EXISTS'), name };
};

const temporary = ({ words }: Modifiers): boolean =>
  words.has('TEMP') || words.has('TEMPORARY') || words.has('VOLATILE');

const parseClone = (cursor: Cursor): CreateTable['clone'] => {
  if (!takes(cursor, 'CLONE')) return undefined;
  const source = parseObjectName(cursor);
  const timeTravel = parseTimeTravel(cursor);
  return { source, ...(timeTravel ? { timeTravel } : {}) };
};

const defined = <T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;

const varieties = ['EXTERNAL', 'DYNAMIC', 'HYBRID', 'ICEBERG', 'EVENT'] as const;

const parseTable = (cursor: Cursor, modifiers: Modifiers): Statement => {
  const creation = parseCreation(cursor, modifiers);
  const variety = varieties.find((word) => modifiers.words.has(word));
  const table: CreateTable & { at: number } = {
    kind: 'create-table',
    ...creation,
    persistence: temporary(modifiers) ? 'TEMPORARY' : modifiers.words.has('TRANSIENT') ? 'TRANSIENT' : 'PERMANENT',
    columns: [],
    constraints: [],
    options: {},
    ...defined({ variety }),
  };
  if (variety && variety !== 'HYBRID') {
    takeRest(cursor);
    return table;
  }
  if (takes(cursor, 'USING', 'TEMPLATE')) table.template = parseQueryInParentheses(cursor);
  if (seesOperator(cursor, '(')) Object.assign(table, parseTableElements(cursor));
  parseTableTail(cursor, table);
  return table;
};

const parseTableTail = (cursor: Cursor, table: CreateTable): void => {
  while (!atEnd(cursor)) {
    if (takes(cursor, 'CLUSTER', 'BY')) {
      takes(cursor, 'LINEAR');
      table.clusterBy = parenthesised(cursor, parseExpression);
    } else if (takes(cursor, 'LIKE')) table.like = parseObjectName(cursor);
    else if (sees(cursor, 'CLONE')) Object.assign(table, defined({ clone: parseClone(cursor) }));
    else if (takes(cursor, 'COPY', 'GRANTS'))
      table.options = { ...table.options, 'COPY GRANTS': { kind: 'boolean', value: true } };
    else if (takes(cursor, 'AS')) {
      table.as = parseQuery(cursor);
      return;
    } else {
      const options = parseOptions(cursor);
      if (Object.keys(options).length === 0) throw unexpected(cursor);
      table.options = { ...table.options, ...options };
    }
  }
};

const seesConstraint = (cursor: Cursor): boolean =>
  sees(cursor, 'CONSTRAINT') ||
  sees(cursor, 'PRIMARY', 'KEY') ||
  sees(cursor, 'FOREIGN', 'KEY') ||
  seesAny(cursor, 'UNIQUE', 'CHECK');

const parseTableElements = (cursor: Cursor): Pick<CreateTable, 'columns' | 'constraints'> => {
  const columns: ColumnDefinition[] = [];
  const constraints: Constraint[] = [];
  expectOperator(cursor, '(');
  do {
    if (seesConstraint(cursor)) constraints.push(parseConstraint(cursor, []));
    else columns.push(parseColumnDefinition(cursor));
  } while (takesOperator(cursor, ','));
  expectOperator(cursor, ')');
  return { columns, constraints };
};

export const parseConstraint = (cursor: Cursor, ofColumn: Constraint['columns']): Constraint => {
  const name = takes(cursor, 'CONSTRAINT') ? parseIdentifier(cursor) : undefined;
  const type = takes(cursor, 'PRIMARY', 'KEY')
    ? 'PRIMARY KEY'
    : takes(cursor, 'FOREIGN', 'KEY') || sees(cursor, 'REFERENCES')
      ? 'FOREIGN KEY'
      : takesAny(cursor, 'UNIQUE', 'CHECK');
  if (!type) throw unexpected(cursor);
  if (type === 'CHECK') {
    expectOperator(cursor, '(');
    parseExpression(cursor);
    expectOperator(cursor, ')');
  }
  const columns = seesOperator(cursor, '(') ? parseIdentifierList(cursor) : ofColumn;
  let references: Constraint['references'];
  if (takes(cursor, 'REFERENCES')) {
    const table = parseObjectName(cursor);
    references = { table, columns: seesOperator(cursor, '(') ? parseIdentifierList(cursor) : [] };
  }
  skipConstraintProperties(cursor);
  return { type, columns, ...defined({ name, references }) };
};

/** Snowflake takes and ignores these, for they say how a constraint would be kept: only NOT NULL is. */
const skipConstraintProperties = (cursor: Cursor): void => {
  for (;;) {
    if (takes(cursor, 'NOT', 'ENFORCED') || takes(cursor, 'NOT', 'DEFERRABLE')) continue;
    if (takesAny(cursor, 'ENFORCED', 'DEFERRABLE', 'ENABLE', 'DISABLE', 'VALIDATE', 'NOVALIDATE', 'RELY', 'NORELY'))
      continue;
    if (takes(cursor, 'INITIALLY')) takesAny(cursor, 'DEFERRED', 'IMMEDIATE');
    else if (takes(cursor, 'MATCH')) takesAny(cursor, 'FULL', 'SIMPLE', 'PARTIAL');
    else if (sees(cursor, 'ON', 'UPDATE') || sees(cursor, 'ON', 'DELETE')) {
      cursor.index += 2;
      if (!takes(cursor, 'SET', 'NULL') && !takes(cursor, 'SET', 'DEFAULT') && !takes(cursor, 'NO', 'ACTION')) {
        if (!takesAny(cursor, 'CASCADE', 'RESTRICT')) throw unexpected(cursor);
      }
    } else return;
  }
};

export const parseColumnDefinition = (cursor: Cursor): ColumnDefinition => {
  const { at } = peek(cursor);
  const name = parseIdentifier(cursor);
  const column: ColumnDefinition & { constraints: Constraint[] } = { name, at, notNull: false, constraints: [] };
  if (!seesOperator(cursor, ',') && !seesOperator(cursor, ')') && !atEnd(cursor)) column.type = parseDataType(cursor);
  if (sees(cursor, 'AS') && seesOperator(cursor, '(', 1)) throw new NotEmulated('snowflake', 'a virtual column');
  while (parseColumnClause(cursor, column));
  return column;
};

const parseColumnClause = (cursor: Cursor, column: ColumnDefinition & { constraints: Constraint[] }): boolean => {
  if (takes(cursor, 'NOT', 'NULL')) column.notNull = true;
  else if (takes(cursor, 'NULL')) column.notNull = false;
  else if (takes(cursor, 'DEFAULT')) {
    const start = peek(cursor).at;
    column.default = parseExpression(cursor);
    column.defaultText = textFrom(cursor, start);
  } else if (takesAny(cursor, 'AUTOINCREMENT', 'IDENTITY')) column.identity = parseIdentity(cursor);
  else if (takes(cursor, 'COLLATE')) column.collation = expectString(cursor);
  else if (takes(cursor, 'COMMENT')) {
    takesOperator(cursor, '=');
    column.comment = expectString(cursor);
  } else if (takes(cursor, 'WITH', 'MASKING', 'POLICY') || takes(cursor, 'MASKING', 'POLICY')) {
    throw new NotEmulated('snowflake', 'a masking policy on a column');
  } else if (takes(cursor, 'WITH', 'TAG') || takes(cursor, 'TAG')) {
    throw new NotEmulated('snowflake', 'a tag on a column');
  } else if (seesConstraint(cursor) || sees(cursor, 'REFERENCES')) {
    column.constraints.push(parseConstraint(cursor, [column.name]));
    if (column.constraints.at(-1)?.type === 'PRIMARY KEY') column.notNull = true;
  } else return false;
  return true;
};

const parseIdentity = (cursor: Cursor): NonNullable<ColumnDefinition['identity']> => {
  let start = 1;
  let increment = 1;
  if (takesOperator(cursor, '(')) {
    start = expectInteger(cursor);
    expectOperator(cursor, ',');
    increment = expectInteger(cursor);
    expectOperator(cursor, ')');
  }
  if (takes(cursor, 'START')) start = expectAfter(cursor, 'WITH');
  if (takes(cursor, 'INCREMENT')) increment = expectAfter(cursor, 'BY');
  const order = takes(cursor, 'NOORDER') ? false : takes(cursor, 'ORDER') ? true : undefined;
  return { start, increment, ...defined({ order }) };
};

/** START [WITH] [=] 1, INCREMENT [BY] [=] 1 */
const expectAfter = (cursor: Cursor, word: string): number => {
  takes(cursor, word);
  takesOperator(cursor, '=');
  return expectInteger(cursor);
};

const parseView = (cursor: Cursor, modifiers: Modifiers): Statement => {
  const creation = parseCreation(cursor, modifiers);
  const columns = seesOperator(cursor, '(')
    ? parenthesised(cursor, (inner) => {
        const name = parseIdentifier(inner);
        const comment = takes(inner, 'COMMENT') ? expectString(inner) : undefined;
        return { name, ...defined({ comment }) };
      })
    : undefined;
  takes(cursor, 'COPY', 'GRANTS');
  const options = parseOptions(cursor);
  takes(cursor, 'COPY', 'GRANTS');
  expectWords(cursor, 'AS');
  const start = peek(cursor).at;
  const query = parseQuery(cursor);
  const has = (word: string) => modifiers.words.has(word);
  return {
    kind: 'create-view',
    ...creation,
    secure: has('SECURE'),
    recursive: has('RECURSIVE'),
    materialized: has('MATERIALIZED'),
    temporary: temporary(modifiers),
    options,
    query,
    queryText: textFrom(cursor, start),
    ...defined({ columns }),
  };
};

const parseObject =
  (object: CreateObject['object']) =>
  (cursor: Cursor, modifiers: Modifiers): Statement => {
    const creation = parseCreation(cursor, modifiers);
    const clone = parseClone(cursor);
    takes(cursor, 'WITH', 'MANAGED', 'ACCESS');
    takes(cursor, 'WITH');
    const options = parseOptionsToEnd(cursor);
    return {
      kind: 'create-object',
      object,
      ...creation,
      temporary: temporary(modifiers),
      transient: modifiers.words.has('TRANSIENT'),
      options,
      ...defined({ clone }),
    };
  };

const integration = (cursor: Cursor, modifiers: Modifiers): Statement => {
  if (modifiers.words.has('STORAGE')) return parseObject('STORAGE INTEGRATION')(cursor, modifiers);
  if (modifiers.words.has('NOTIFICATION')) return parseObject('NOTIFICATION INTEGRATION')(cursor, modifiers);
  const [kind] = modifiers.words;
  takeRest(cursor);
  return { kind: 'other', name: `CREATE ${kind ? `${kind} ` : ''}INTEGRATION`, text: cursor.text, at: modifiers.at };
};

const parseTag = (cursor: Cursor, modifiers: Modifiers): Statement => {
  const creation = parseCreation(cursor, modifiers);
  const values = takes(cursor, 'ALLOWED_VALUES') ? commaList(cursor, expectString) : undefined;
  const options = {
    ...(values
      ? {
          ALLOWED_VALUES: { kind: 'list', items: values.map((value) => ({ kind: 'string', value }) as const) } as const,
        }
      : {}),
    ...parseOptionsToEnd(cursor),
  };
  return { kind: 'create-object', object: 'TAG', ...creation, temporary: false, transient: false, options };
};

const parseStage = (cursor: Cursor, modifiers: Modifiers): Statement => {
  const creation = parseCreation(cursor, modifiers);
  const clone = parseClone(cursor);
  const options = parseOptionsToEnd(cursor);
  return { kind: 'create-stage', ...creation, temporary: temporary(modifiers), options, ...defined({ clone }) };
};

const parsePipe = (cursor: Cursor, modifiers: Modifiers): Statement => {
  const creation = parseCreation(cursor, modifiers);
  const options = parseOptions(cursor);
  expectWords(cursor, 'AS');
  const start = peek(cursor);
  const copy = parseCopy(cursor);
  if (copy.kind !== 'copy-into-table') throw unexpected(cursor, start);
  return { kind: 'create-pipe', ...creation, options, copy, copyText: textFrom(cursor, start.at) };
};

const streamSources = [
  'EXTERNAL TABLE',
  'DYNAMIC TABLE',
  'TABLE',
  'STAGE',
  'VIEW',
  'EVENT TABLE',
  'DIRECTORY TABLE',
] as const;

const parseStream = (cursor: Cursor, modifiers: Modifiers): Statement => {
  const creation = parseCreation(cursor, modifiers);
  if (takes(cursor, 'CLONE')) {
    const source = parseObjectName(cursor);
    return {
      kind: 'create-stream',
      ...creation,
      source: { object: 'TABLE', name: source },
      clone: { source },
      options: {},
    };
  }
  const leading = parseOptions(cursor);
  takes(cursor, 'COPY', 'GRANTS');
  expectWords(cursor, 'ON');
  const object = streamSources.find((words) => takes(cursor, ...words.split(' ')));
  if (!object) throw unexpected(cursor);
  const name = parseObjectName(cursor);
  const timeTravel = parseTimeTravel(cursor);
  const options = { ...leading, ...parseOptionsToEnd(cursor) };
  if (object !== 'TABLE' && object !== 'EXTERNAL TABLE' && object !== 'STAGE' && object !== 'VIEW') {
    return { kind: 'other', name: `CREATE STREAM ON ${object}`, text: cursor.text, at: modifiers.at };
  }
  return { kind: 'create-stream', ...creation, source: { object, name }, options, ...defined({ timeTravel }) };
};

const parseTask = (cursor: Cursor, modifiers: Modifiers): Statement => {
  const creation = parseCreation(cursor, modifiers);
  if (takes(cursor, 'CLONE')) {
    const source = parseObjectName(cursor);
    return { kind: 'create-task', ...creation, options: {}, after: [], clone: { source }, bodyText: '' };
  }
  let options = {};
  const after: ObjectName[] = [];
  let when: Expression | undefined;
  let whenText: string | undefined;
  while (!seesAny(cursor, 'AS')) {
    if (takes(cursor, 'AFTER')) after.push(...commaList(cursor, parseTaskName));
    else if (takes(cursor, 'WHEN')) {
      const start = peek(cursor).at;
      when = parseExpression(cursor);
      whenText = textFrom(cursor, start);
    } else {
      const more = parseOptions(cursor);
      if (Object.keys(more).length === 0) throw unexpected(cursor);
      options = { ...options, ...more };
    }
  }
  advance(cursor);
  const { body, text } = parseNestedStatement(cursor);
  return { kind: 'create-task', ...creation, options, after, body, bodyText: text, ...defined({ when, whenText }) };
};

/** AFTER also takes names in strings. */
export const parseTaskName = (cursor: Cursor): ObjectName => {
  const token = peek(cursor);
  if (token.type !== 'string') return parseObjectName(cursor);
  advance(cursor);
  return { parts: token.value.split('.').map((name) => ({ name: name.toUpperCase(), quoted: false })), at: token.at };
};

const parseSequence = (cursor: Cursor, modifiers: Modifiers): Statement => {
  const creation = parseCreation(cursor, modifiers);
  takes(cursor, 'WITH');
  const sequence: Extract<Statement, { kind: 'create-sequence' }> = {
    kind: 'create-sequence',
    ...creation,
    start: 1,
    increment: 1,
  };
  while (!atEnd(cursor)) {
    if (takes(cursor, 'START')) sequence.start = expectAfter(cursor, 'WITH');
    else if (takes(cursor, 'INCREMENT')) sequence.increment = expectAfter(cursor, 'BY');
    else if (takes(cursor, 'NOORDER')) sequence.order = false;
    else if (takes(cursor, 'ORDER')) sequence.order = true;
    else if (takes(cursor, 'COMMENT')) {
      expectOperator(cursor, '=');
      sequence.comment = expectString(cursor);
    } else if (!takesOperator(cursor, ',')) throw unexpected(cursor);
  }
  return sequence;
};

const creations: readonly { object: string; parse: (cursor: Cursor, modifiers: Modifiers) => Statement }[] = [
  { object: 'TABLE', parse: parseTable },
  { object: 'VIEW', parse: parseView },
  { object: 'STAGE', parse: parseStage },
  { object: 'PIPE', parse: parsePipe },
  { object: 'STREAM', parse: parseStream },
  { object: 'TASK', parse: parseTask },
  { object: 'SEQUENCE', parse: parseSequence },
  { object: 'FILE FORMAT', parse: parseObject('FILE FORMAT') },
  { object: 'DATABASE ROLE', parse: (cursor, { at }) => other(cursor, 'CREATE DATABASE ROLE', at) },
  { object: 'DATABASE', parse: parseObject('DATABASE') },
  { object: 'SCHEMA', parse: parseObject('SCHEMA') },
  { object: 'WAREHOUSE', parse: parseObject('WAREHOUSE') },
  { object: 'INTEGRATION', parse: integration },
  { object: 'ROLE', parse: parseObject('ROLE') },
  { object: 'USER', parse: parseObject('USER') },
  { object: 'TAG', parse: parseTag },
];

const other = (cursor: Cursor, name: string, at: number): Statement => {
  takeRest(cursor);
  return { kind: 'other', name, text: cursor.text, at };
};
