import type { Expression, ObjectName, Query, QueryBody, StageReference, Statement, TableReference } from './ast.ts';

/** What a statement reads and writes, each name once. Common table expressions are no objects and are left out. */
export type Dependencies = {
  /** Tables, views and streams: the text does not tell them apart. */
  reads: readonly ObjectName[];
  readsStages: readonly StageReference[];
  writes: readonly ObjectName[];
  writesStages: readonly StageReference[];
  /** Streams named in SYSTEM$STREAM_HAS_DATA('…'), as written. */
  streamConditions: readonly string[];
};

type Found = {
  reads: Map<string, ObjectName>;
  writes: Map<string, ObjectName>;
  readsStages: StageReference[];
  writesStages: StageReference[];
  streamConditions: Set<string>;
};

const keyOf = (name: ObjectName): string => name.parts.map((part) => part.name).join('\0');

const isNode = (value: unknown): value is { kind: string } =>
  typeof value === 'object' && value !== null && 'kind' in value && typeof value.kind === 'string';

/** The common tables in sight, innermost last. */
type Scope = ReadonlySet<string>;

const visitQuery = (query: Query, found: Found, scope: Scope): void => {
  let inner = scope;
  for (const cte of query.with?.ctes ?? []) {
    // A recursive one, which is always a union, sees itself, with or without the word RECURSIVE; in another a table of that name is meant.
    const own = new Set([...inner, cte.name.name]);
    visitQuery(cte.query, found, isUnion(cte.query.body) ? own : inner);
    inner = own;
  }
  visitAll([query.body, query.orderBy, query.limit, query.offset], found, inner);
};

const isUnion = (body: QueryBody): boolean => body.kind === 'set' || (body.kind === 'query' && isUnion(body.body));

const visitAll = (values: readonly unknown[], found: Found, scope: Scope): void => {
  for (const value of values) visit(value, found, scope);
};

const visit = (value: unknown, found: Found, scope: Scope): void => {
  if (typeof value !== 'object' || value === null) return;
  if (isNode(value) && value.kind === 'query') {
    visitQuery(value as Query, found, scope);
    return;
  }
  if (isNode(value)) {
    if (value.kind === 'table') addTable((value as Extract<TableReference, { kind: 'table' }>).name, found, scope);
    if (value.kind === 'stage') found.readsStages.push(value as StageReference);
    if (value.kind === 'function') addStreamCondition(value as Extract<Expression, { kind: 'function' }>, found);
  }
  visitAll(Object.values(value), found, scope);
};

const addTable = (name: ObjectName, found: Found, scope: Scope): void => {
  const [only] = name.parts;
  if (!only || (name.parts.length === 1 && scope.has(only.name))) return;
  found.reads.set(keyOf(name), name);
};

const addStreamCondition = (call: Extract<Expression, { kind: 'function' }>, found: Found): void => {
  const argument = call.arguments[0]?.value;
  if (call.name.at(-1)?.name === 'SYSTEM$STREAM_HAS_DATA' && argument?.kind === 'string') {
    found.streamConditions.add(argument.value);
  }
};

const addWrite = (name: ObjectName, found: Found): void => {
  found.writes.set(keyOf(name), name);
};

const none: Scope = new Set();

const visitStatement = (statement: Statement, found: Found): void => {
  switch (statement.kind) {
    case 'select':
      visit(statement.query, found, none);
      break;
    case 'insert':
      addWrite(statement.table, found);
      visit(statement.source, found, none);
      break;
    case 'update':
      addWrite(statement.table, found);
      visitAll([statement.assignments, statement.from, statement.where], found, none);
      break;
    case 'delete':
      addWrite(statement.table, found);
      visitAll([statement.using, statement.where], found, none);
      break;
    case 'merge':
      addWrite(statement.table, found);
      visitAll([statement.source, statement.on, statement.clauses], found, none);
      break;
    case 'truncate':
      addWrite(statement.table, found);
      break;
    case 'create-table':
      addWrite(statement.name, found);
      if (statement.clone) addTable(statement.clone.source, found, none);
      visitAll([statement.as], found, none);
      break;
    case 'create-view':
      addWrite(statement.name, found);
      visit(statement.query, found, none);
      break;
    case 'create-pipe':
      visitStatement(statement.copy, found);
      break;
    case 'create-stream':
      addTable(statement.source.name, found, none);
      break;
    case 'create-task':
      visit(statement.when, found, none);
      if (statement.body) visitStatement(statement.body, found);
      break;
    case 'copy-into-table':
      addWrite(statement.table, found);
      visit(statement.from, found, none);
      break;
    case 'copy-into-location':
      if (statement.to.kind === 'stage') found.writesStages.push(statement.to);
      if ('parts' in statement.from) addTable(statement.from, found, none);
      else visitAll([statement.from, statement.partitionBy], found, none);
      break;
    case 'explain':
      visitStatement(statement.statement, found);
      break;
    case 'set':
      visitAll(statement.variables, found, none);
      break;
    default:
  }
};

export const dependencies = (statement: Statement): Dependencies => {
  const found: Found = {
    reads: new Map(),
    writes: new Map(),
    readsStages: [],
    writesStages: [],
    streamConditions: new Set(),
  };
  visitStatement(statement, found);
  return {
    reads: [...found.reads.values()],
    readsStages: found.readsStages,
    writes: [...found.writes.values()],
    writesStages: found.writesStages,
    streamConditions: [...found.streamConditions],
  };
};
