import { NotEmulated } from '../../core/not-emulated.ts';
import type { Expression, Identifier, Join, PivotValues, Sample, TableReference, TimeTravel } from './ast.ts';
import {
  advance,
  type Cursor,
  commaList,
  expectOperator,
  expectWords,
  parenthesised,
  peek,
  sees,
  seesAny,
  seesOperator,
  takes,
  takesAny,
  takesOperator,
  unexpected,
} from './cursor.ts';
import { parseArgument, parseExpression } from './expressions.ts';
import {
  nameFromText,
  parseAlias,
  parseIdentifier,
  parseIdentifierList,
  parseLabel,
  parseObjectName,
  parseStage,
  seesStage,
} from './names.ts';
import { parseOptionList } from './options.ts';
import { parseQuery, parseQueryInParentheses, parseRows, seesQueryInParentheses } from './queries.ts';

export const parseTableList = (cursor: Cursor): TableReference[] => commaList(cursor, parseTableReference);

export const parseTableReference = (cursor: Cursor): TableReference => {
  let left = parseSuffixes(cursor, parseTable(cursor));
  for (;;) {
    const join = parseJoinHead(cursor);
    if (!join) return left;
    const right = parseSuffixes(cursor, parseTable(cursor));
    left = { kind: 'join', ...join, left, right, ...parseJoinCondition(cursor), at: left.at };
  }
};

const parseJoinHead = (cursor: Cursor): Pick<Join, 'type' | 'natural'> | undefined => {
  const start = cursor.index;
  const natural = takes(cursor, 'NATURAL');
  if (takes(cursor, 'CROSS')) {
    expectWords(cursor, 'JOIN');
    return { type: 'CROSS', natural };
  }
  if (takes(cursor, 'ASOF')) {
    expectWords(cursor, 'JOIN');
    return { type: 'ASOF', natural };
  }
  const side = takesAny(cursor, 'INNER', 'LEFT', 'RIGHT', 'FULL');
  if (side && side !== 'INNER') takes(cursor, 'OUTER');
  // A directed join only tells the optimizer where to begin.
  takes(cursor, 'DIRECTED');
  if (takes(cursor, 'JOIN')) return { type: side ?? 'INNER', natural };
  if (side || natural) throw unexpected(cursor);
  cursor.index = start;
  return undefined;
};

const parseJoinCondition = (cursor: Cursor): Pick<Join, 'on' | 'using' | 'matchCondition'> => {
  const condition: { on?: Expression; using?: Identifier[]; matchCondition?: Expression } = {};
  if (takes(cursor, 'MATCH_CONDITION')) {
    expectOperator(cursor, '(');
    condition.matchCondition = parseExpression(cursor);
    expectOperator(cursor, ')');
  }
  if (takes(cursor, 'ON')) condition.on = parseExpression(cursor);
  else if (takes(cursor, 'USING')) condition.using = parseIdentifierList(cursor);
  return condition;
};

const parseTable = (cursor: Cursor): TableReference => {
  const { at } = peek(cursor);
  const lateral = takes(cursor, 'LATERAL');
  if (seesOperator(cursor, '(')) return parseParenthesisedTable(cursor, lateral, at);
  if (takes(cursor, 'VALUES')) return aliased(cursor, { kind: 'values-table', rows: parseRows(cursor), at });
  if (seesStage(cursor)) return parseStageTable(cursor);
  if (seesAny(cursor, 'TABLE') && seesOperator(cursor, '(', 1)) return parseTableCall(cursor, lateral, at);
  if (lateral || (seesAny(cursor, 'FLATTEN') && seesOperator(cursor, '(', 1))) {
    return aliased(cursor, { ...parseFunction(cursor), lateral: true, at });
  }
  return parseNamedTable(cursor);
};

const parseParenthesisedTable = (cursor: Cursor, lateral: boolean, at: number): TableReference => {
  if (seesQueryInParentheses(cursor)) {
    return aliased(cursor, { kind: 'derived', query: parseQueryInParentheses(cursor), lateral, at });
  }
  expectOperator(cursor, '(');
  if (seesAny(cursor, 'VALUES')) {
    const query = parseQuery(cursor);
    expectOperator(cursor, ')');
    return aliased(cursor, { kind: 'derived', query, lateral, at });
  }
  const inner = parseTableReference(cursor);
  expectOperator(cursor, ')');
  return inner;
};

/** TABLE(function(…)), TABLE('name') or TABLE($variable) */
const parseTableCall = (cursor: Cursor, lateral: boolean, at: number): TableReference => {
  cursor.index += 2;
  const token = peek(cursor);
  if (token.type === 'string' || token.type === 'variable') {
    const name = token.type === 'string' ? nameFromText(advance(cursor).value) : parseObjectName(cursor);
    expectOperator(cursor, ')');
    return aliased(cursor, { kind: 'table', name: { ...name, at: token.at }, at });
  }
  const call = parseFunction(cursor);
  expectOperator(cursor, ')');
  return aliased(cursor, { ...call, lateral, at });
};

const parseFunction = (cursor: Cursor) => {
  const name = [parseIdentifier(cursor)];
  while (takesOperator(cursor, '.')) name.push(parseLabel(cursor));
  return { kind: 'table-function', name, arguments: parenthesised(cursor, parseArgument) } as const;
};

/** @stage/path (file_format => 'f', pattern => '.*') */
const parseStageTable = (cursor: Cursor): TableReference => {
  const stage = parseStage(cursor);
  const options = seesOperator(cursor, '(') ? parseOptionList(cursor) : {};
  return aliased(cursor, { kind: 'stage-table', stage, options, at: stage.at });
};

const parseNamedTable = (cursor: Cursor): TableReference => {
  const name = parseObjectName(cursor);
  const table: Extract<TableReference, { kind: 'table' }> = { kind: 'table', name, at: name.at };
  if (takes(cursor, 'CHANGES')) {
    expectOperator(cursor, '(');
    expectWords(cursor, 'INFORMATION');
    expectOperator(cursor, '=>');
    const information = takesAny(cursor, 'DEFAULT', 'APPEND_ONLY');
    expectOperator(cursor, ')');
    const from = parseTimeTravel(cursor);
    if (!information || !from) throw unexpected(cursor);
    const to = takes(cursor, 'END') ? parseTimePoint(cursor, 'AT') : undefined;
    table.changes = { information, from, ...(to ? { to } : {}) };
  }
  const timeTravel = parseTimeTravel(cursor);
  if (timeTravel) table.timeTravel = timeTravel;
  return aliased(cursor, table);
};

export const parseTimeTravel = (cursor: Cursor): TimeTravel | undefined => {
  if (!seesAny(cursor, 'AT', 'BEFORE') || !seesOperator(cursor, '(', 1)) return undefined;
  return parseTimePoint(cursor, takesAny(cursor, 'AT') ?? (takes(cursor, 'BEFORE') ? 'BEFORE' : 'AT'));
};

const parseTimePoint = (cursor: Cursor, direction: 'AT' | 'BEFORE'): TimeTravel => {
  expectOperator(cursor, '(');
  const point = takesAny(cursor, 'TIMESTAMP', 'OFFSET', 'STATEMENT', 'STREAM');
  if (!point) throw unexpected(cursor);
  expectOperator(cursor, '=>');
  const value = parseExpression(cursor);
  expectOperator(cursor, ')');
  return { direction, point, value };
};

type Aliasable = Exclude<TableReference, Join>;

const aliased = <T extends Aliasable>(cursor: Cursor, table: T): T => {
  const alias = parseAlias(cursor, takes(cursor, 'AS'));
  if (!alias) return table;
  const columnAliases = seesOperator(cursor, '(') ? parseIdentifierList(cursor) : undefined;
  return { ...table, alias, ...(columnAliases ? { columnAliases } : {}) };
};

/** SAMPLE, PIVOT and UNPIVOT stand after a table; an alias may follow them. */
const parseSuffixes = (cursor: Cursor, table: TableReference): TableReference => {
  let current = table;
  for (;;) {
    if (sees(cursor, 'MATCH_RECOGNIZE')) throw new NotEmulated('snowflake', 'MATCH_RECOGNIZE');
    if (sees(cursor, 'PIVOT') && seesOperator(cursor, '(', 1)) current = parsePivot(cursor, current);
    else if (sees(cursor, 'UNPIVOT')) current = parseUnpivot(cursor, current);
    else if (seesAny(cursor, 'SAMPLE', 'TABLESAMPLE') && (current.kind === 'table' || current.kind === 'derived')) {
      const sampled = { ...current, sample: parseSample(cursor) };
      current = sampled.alias ? sampled : aliased(cursor, sampled);
    } else return current;
  }
};

const parseSample = (cursor: Cursor): Sample => {
  advance(cursor);
  const method = takesAny(cursor, 'BERNOULLI', 'ROW', 'SYSTEM', 'BLOCK');
  expectOperator(cursor, '(');
  const size = parseExpression(cursor);
  const rows = takes(cursor, 'ROWS');
  expectOperator(cursor, ')');
  const sample: Sample = { method: method === 'SYSTEM' || method === 'BLOCK' ? 'SYSTEM' : 'BERNOULLI', size, rows };
  if (!takesAny(cursor, 'SEED', 'REPEATABLE')) return sample;
  expectOperator(cursor, '(');
  const seed = parseExpression(cursor);
  expectOperator(cursor, ')');
  return { ...sample, seed };
};

/** PIVOT (sum(x) FOR column IN ('a', 'b' AS c)) */
const parsePivot = (cursor: Cursor, source: TableReference): TableReference => {
  const { at } = advance(cursor);
  expectOperator(cursor, '(');
  const aggregate = parseExpression(cursor);
  expectWords(cursor, 'FOR');
  const column = parseIdentifier(cursor);
  expectWords(cursor, 'IN');
  const values = parsePivotValues(cursor);
  expectOperator(cursor, ')');
  return aliased(cursor, { kind: 'pivot', source, aggregate, column, values, at });
};

const parsePivotValues = (cursor: Cursor): PivotValues => {
  if (seesQueryInParentheses(cursor)) return { kind: 'query', query: parseQueryInParentheses(cursor) };
  expectOperator(cursor, '(');
  if (takes(cursor, 'ANY')) {
    expectOperator(cursor, ')');
    return { kind: 'any' };
  }
  const items = commaList(cursor, (inner) => {
    const value = parseExpression(inner);
    const alias = parseAlias(inner, takes(inner, 'AS'));
    return { value, ...(alias ? { alias } : {}) };
  });
  expectOperator(cursor, ')');
  return { kind: 'list', items };
};

/** UNPIVOT [INCLUDE NULLS] (value FOR name IN (a, b AS c)) */
const parseUnpivot = (cursor: Cursor, source: TableReference): TableReference => {
  const { at } = advance(cursor);
  const includeNulls = takes(cursor, 'INCLUDE', 'NULLS');
  if (!includeNulls) takes(cursor, 'EXCLUDE', 'NULLS');
  expectOperator(cursor, '(');
  const value = parseIdentifier(cursor);
  expectWords(cursor, 'FOR');
  const name = parseIdentifier(cursor);
  expectWords(cursor, 'IN');
  const columns = parenthesised(cursor, (inner) => {
    const column = parseIdentifier(inner);
    const alias = takes(inner, 'AS') ? parseLabelOrString(inner) : undefined;
    return { name: column, ...(alias ? { alias } : {}) };
  });
  expectOperator(cursor, ')');
  return aliased(cursor, { kind: 'unpivot', source, value, name, columns, includeNulls, at });
};

const parseLabelOrString = (cursor: Cursor): Identifier =>
  peek(cursor).type === 'string' ? { name: advance(cursor).value, quoted: true } : parseLabel(cursor);
