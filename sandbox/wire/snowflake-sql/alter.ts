import { NotEmulated } from '../../core/not-emulated.ts';
import type {
  AlterObject,
  AlterPipe,
  AlterTableAction,
  AlterTask,
  ColumnChange,
  ObjectName,
  Options,
  Statement,
} from './ast.ts';
import { parseColumnDefinition, parseConstraint, parseKnownOnly, parseTaskName } from './create.ts';
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
  takeRest,
  takes,
  takesAny,
  takesOperator,
  textFrom,
  unexpected,
} from './cursor.ts';
import { parseExpression } from './expressions.ts';
import { parseDataType, parseIdentifier, parseLabel, parseObjectName } from './names.ts';
import { parseOptionsToEnd } from './options.ts';
import { parseNestedStatement } from './parser.ts';

export const parseAlter = (cursor: Cursor): Statement => {
  const { at } = advance(cursor);
  if (takes(cursor, 'SESSION')) return { kind: 'alter-session', action: parseSetOrUnset(cursor), at };
  if (takes(cursor, 'TABLE')) return parseAlterTable(cursor, 'TABLE', at);
  if (takes(cursor, 'VIEW')) return parseAlterTable(cursor, 'VIEW', at);
  if (takes(cursor, 'TASK')) return parseAlterTask(cursor, at);
  if (takes(cursor, 'PIPE')) return parseAlterPipe(cursor, at);
  const object = alterable.find((words) => takes(cursor, ...words.split(' ')));
  return object ? parseAlterObject(cursor, object, at) : parseKnownOnly(cursor, 'ALTER', at);
};

const alterable: readonly AlterObject['object'][] = [
  'DATABASE',
  'SCHEMA',
  'WAREHOUSE',
  'STAGE',
  'FILE FORMAT',
  'STREAM',
  'SEQUENCE',
  'STORAGE INTEGRATION',
  'NOTIFICATION INTEGRATION',
  'INTEGRATION',
  'USER',
  'ROLE',
  'TAG',
  'ACCOUNT',
  'MATERIALIZED VIEW',
  'EXTERNAL TABLE',
  'DYNAMIC TABLE',
];

type SetOrUnset = { kind: 'set'; options: Options } | { kind: 'unset'; names: readonly string[] };

const parseSetOrUnset = (cursor: Cursor): SetOrUnset => {
  if (takes(cursor, 'UNSET')) return { kind: 'unset', names: parseNames(cursor) };
  expectWords(cursor, 'SET');
  const options = parseOptionsToEnd(cursor);
  if (Object.keys(options).length === 0) throw unexpected(cursor);
  return { kind: 'set', options };
};

const parseNames = (cursor: Cursor): string[] => {
  const names: string[] = [];
  do names.push(parseLabel(cursor).name);
  while (takesOperator(cursor, ',') || !atEnd(cursor));
  return names;
};

const parseAlterTable = (cursor: Cursor, object: 'TABLE' | 'VIEW', at: number): Statement => {
  const ifExists = takes(cursor, 'IF', 'EXISTS');
  const name = parseObjectName(cursor);
  return { kind: 'alter-table', object, ifExists, name, action: parseTableAction(cursor), at };
};

const parseTableAction = (cursor: Cursor): AlterTableAction => {
  if (takes(cursor, 'RENAME', 'TO')) return { kind: 'rename', to: parseObjectName(cursor) };
  if (takes(cursor, 'RENAME', 'COLUMN')) {
    const from = parseIdentifier(cursor);
    expectWords(cursor, 'TO');
    return { kind: 'rename-column', from, to: parseIdentifier(cursor) };
  }
  if (takes(cursor, 'SWAP', 'WITH')) return { kind: 'swap', with: parseObjectName(cursor) };
  if (takes(cursor, 'CLUSTER', 'BY')) return { kind: 'cluster', by: parenthesised(cursor, parseExpression) };
  if (takes(cursor, 'DROP', 'CLUSTERING', 'KEY')) return { kind: 'drop-cluster' };
  if (sees(cursor, 'SUSPEND', 'RECLUSTER') || sees(cursor, 'RESUME', 'RECLUSTER')) {
    const operation = advance(cursor).value === 'SUSPEND' ? 'SUSPEND' : 'RESUME';
    advance(cursor);
    return { kind: 'recluster', operation };
  }
  if (takes(cursor, 'ADD')) return parseAdd(cursor);
  if (takes(cursor, 'DROP')) return parseDropFromTable(cursor);
  if (takesAny(cursor, 'ALTER', 'MODIFY')) return parseColumnChanges(cursor);
  if (sees(cursor, 'SET', 'TAG') || sees(cursor, 'UNSET', 'TAG')) return otherAction(cursor, 'SET TAG');
  if (sees(cursor, 'SET', 'SECURE') || sees(cursor, 'UNSET', 'SECURE')) return otherAction(cursor, 'SET SECURE');
  if (seesAny(cursor, 'SET', 'UNSET')) return parseSetOrUnset(cursor);
  throw unexpected(cursor);
};

const otherAction = (cursor: Cursor, name: string): { kind: 'other'; name: string } => {
  takeRest(cursor);
  return { kind: 'other', name };
};

const parseAdd = (cursor: Cursor): AlterTableAction => {
  if (seesAny(cursor, 'CONSTRAINT', 'UNIQUE', 'PRIMARY', 'FOREIGN')) {
    return { kind: 'add-constraint', constraint: parseConstraint(cursor, []) };
  }
  if (sees(cursor, 'ROW', 'ACCESS', 'POLICY')) return otherAction(cursor, 'ADD ROW ACCESS POLICY');
  if (sees(cursor, 'SEARCH', 'OPTIMIZATION')) return otherAction(cursor, 'ADD SEARCH OPTIMIZATION');
  takes(cursor, 'COLUMN');
  const ifNotExists = takes(cursor, 'IF', 'NOT', 'EXISTS');
  const columns = commaList(cursor, (inner) => {
    takes(inner, 'COLUMN');
    takes(inner, 'IF', 'NOT', 'EXISTS');
    return parseColumnDefinition(inner);
  });
  return { kind: 'add-columns', ifNotExists, columns };
};

const parseDropFromTable = (cursor: Cursor): AlterTableAction => {
  if (seesAny(cursor, 'CONSTRAINT', 'UNIQUE') || sees(cursor, 'PRIMARY', 'KEY') || sees(cursor, 'FOREIGN', 'KEY')) {
    return { kind: 'drop-constraint', text: takeRest(cursor) };
  }
  takes(cursor, 'COLUMN');
  const ifExists = takes(cursor, 'IF', 'EXISTS');
  return { kind: 'drop-columns', ifExists, columns: commaList(cursor, parseIdentifier) };
};

const parseColumnChanges = (cursor: Cursor): AlterTableAction => {
  if (!takesOperator(cursor, '(')) return { kind: 'alter-columns', changes: commaList(cursor, parseColumnChange) };
  const changes = commaList(cursor, parseColumnChange);
  expectOperator(cursor, ')');
  return { kind: 'alter-columns', changes };
};

const parseColumnChange = (cursor: Cursor): ColumnChange => {
  takes(cursor, 'COLUMN');
  const column = parseIdentifier(cursor);
  if (takes(cursor, 'DROP', 'NOT', 'NULL')) return { column, kind: 'drop-not-null' };
  if (takes(cursor, 'DROP', 'DEFAULT')) return { column, kind: 'drop-default' };
  if (takes(cursor, 'COMMENT')) return { column, kind: 'comment', comment: expectString(cursor) };
  if (takes(cursor, 'SET', 'NOT', 'NULL') || takes(cursor, 'NOT', 'NULL')) return { column, kind: 'set-not-null' };
  if (takes(cursor, 'SET', 'DEFAULT')) return { column, kind: 'set-default', value: parseExpression(cursor) };
  if (sees(cursor, 'SET', 'MASKING') || sees(cursor, 'UNSET', 'MASKING')) {
    throw new NotEmulated('snowflake', 'a masking policy on a column');
  }
  takes(cursor, 'SET');
  takes(cursor, 'DATA');
  takes(cursor, 'TYPE');
  return { column, kind: 'type', type: parseDataType(cursor) };
};

const parseAlterTask = (cursor: Cursor, at: number): Statement => {
  const ifExists = takes(cursor, 'IF', 'EXISTS');
  const name = parseTaskName(cursor);
  return { kind: 'alter-task', ifExists, name, action: parseTaskAction(cursor), at };
};

const parseTaskAction = (cursor: Cursor): AlterTask['action'] => {
  if (takes(cursor, 'RESUME')) return { kind: 'resume' };
  if (takes(cursor, 'SUSPEND')) return { kind: 'suspend' };
  if (takes(cursor, 'ADD', 'AFTER')) return { kind: 'add-after', tasks: commaList(cursor, parseTaskName) };
  if (takes(cursor, 'REMOVE', 'AFTER')) return { kind: 'remove-after', tasks: commaList(cursor, parseTaskName) };
  if (takes(cursor, 'REMOVE', 'WHEN')) return { kind: 'remove-when' };
  if (takes(cursor, 'MODIFY', 'AS')) {
    const { body, text } = parseNestedStatement(cursor);
    return { kind: 'modify-as', body, bodyText: text };
  }
  if (takes(cursor, 'MODIFY', 'WHEN')) {
    const start = peek(cursor).at;
    const when = parseExpression(cursor);
    return { kind: 'modify-when', when, whenText: textFrom(cursor, start) };
  }
  return parseSetOrUnset(cursor);
};

const parseAlterPipe = (cursor: Cursor, at: number): Statement => {
  const ifExists = takes(cursor, 'IF', 'EXISTS');
  const name = parseObjectName(cursor);
  return { kind: 'alter-pipe', ifExists, name, action: parsePipeAction(cursor), at };
};

const parsePipeAction = (cursor: Cursor): AlterPipe['action'] => {
  if (!takes(cursor, 'REFRESH')) return parseSetOrUnset(cursor);
  const { PREFIX, MODIFIED_AFTER } = parseOptionsToEnd(cursor);
  return {
    kind: 'refresh',
    ...(PREFIX?.kind === 'string' ? { prefix: PREFIX.value } : {}),
    ...(MODIFIED_AFTER?.kind === 'string' ? { modifiedAfter: MODIFIED_AFTER.value } : {}),
  };
};

const parseAlterObject = (cursor: Cursor, object: AlterObject['object'], at: number): Statement => {
  const ifExists = takes(cursor, 'IF', 'EXISTS');
  const nameless =
    object === 'ACCOUNT' ||
    (object === 'USER' && seesAny(cursor, 'SET', 'UNSET')) ||
    (object === 'WAREHOUSE' && seesAny(cursor, 'SET', 'UNSET', 'RESUME', 'SUSPEND', 'ABORT'));
  const name: ObjectName = nameless ? { parts: [], at: peek(cursor).at } : parseObjectName(cursor);
  return { kind: 'alter-object', object, ifExists, name, action: parseObjectAction(cursor), at };
};

const parseObjectAction = (cursor: Cursor): AlterObject['action'] => {
  if (takes(cursor, 'RENAME', 'TO')) return { kind: 'rename', to: parseObjectName(cursor) };
  if (takes(cursor, 'SWAP', 'WITH')) return { kind: 'swap', with: parseObjectName(cursor) };
  if (sees(cursor, 'SET', 'TAG') || sees(cursor, 'UNSET', 'TAG')) return otherAction(cursor, 'SET TAG');
  if (takes(cursor, 'SET', 'INCREMENT')) return { kind: 'set', options: parseIncrement(cursor) };
  if (seesAny(cursor, 'SET', 'UNSET')) return parseSetOrUnset(cursor);
  const words: string[] = [];
  if (takes(cursor, 'INCREMENT')) return { kind: 'set', options: parseIncrement(cursor) };
  while (peek(cursor).type === 'word') words.push(advance(cursor).value);
  if (words.length === 0) throw unexpected(cursor);
  takeRest(cursor);
  return { kind: 'other', name: words.join(' ') };
};

/** ALTER SEQUENCE s SET INCREMENT [BY] [=] 5 */
const parseIncrement = (cursor: Cursor): Options => {
  takes(cursor, 'BY');
  takesOperator(cursor, '=');
  return { INCREMENT: { kind: 'number', value: expectInteger(cursor) } };
};
