import type { ObjectName, QueryStatement } from '../../wire/snowflake-sql/ast.ts';
import { nameFromText } from '../../wire/snowflake-sql/names.ts';
import { parseStatement } from '../../wire/snowflake-sql/parser.ts';
import { findObject, type NameScope, nameText, placeOf } from './catalog/names.ts';
import {
  physicalSequence,
  physicalTable,
  type StreamObject,
  type TableObject,
  type ViewObject,
} from './catalog/objects.ts';
import { contextFunction } from './context-functions.ts';
import { doesNotExist, SnowflakeError, unsupportedFeature } from './errors.ts';
import { type Execution, scopeOf } from './execution.ts';
import { tableFunctionRelation } from './information-schema/table-functions.ts';
import { informationSchemaRelation } from './information-schema/views.ts';
import type { Column, Relation, Resolver } from './rewrite/types.ts';
import { boundValue } from './sessions/bindings.ts';
import { parameterValue } from './sessions/parameters.ts';
import { streamRelation } from './streams/stream-relation.ts';
import { translateExpression, translateQuery } from './translate.ts';

/** What a statement's translation came across. */
export type Uses = { streams: StreamObject[]; tables: Set<number> };
export const newUses = (): Uses => ({ streams: [], tables: new Set() });
export const noUses: Uses = { streams: [], tables: new Set() };

/** How a statement's stages are read: COPY has put the rows of its files into a relation of this connection beforehand. */
export type StageRelation = NonNullable<Resolver['stage']>;

export type ResolverOptions = {
  stage?: StageRelation;
  scope?: NameScope;
  /** Views within views: how deep already. */
  depth?: number;
};

const viewsWithinViewsAtMost = 32;

const identityDefault = (sequence: string): string => `CAST(nextval('${sequence}') AS DECIMAL(38,0))`;

/** IDENTIFIER($name), IDENTIFIER(?) and $name as an object. */
export const settledName = (execution: Execution, name: ObjectName): ObjectName => {
  const { dynamic } = name;
  if (!dynamic) return name;
  const value =
    dynamic.kind === 'variable'
      ? execution.session.variables.get(dynamic.name.toUpperCase())
      : dynamic.kind === 'bind'
        ? boundValue(execution.bindings, dynamic.name)
        : undefined;
  if (!value || value.value === null) {
    const what = dynamic.kind === 'variable' ? `$${dynamic.name}` : '?';
    throw new SnowflakeError('002211', `SQL compilation error:\nSession variable '${what}' does not exist`);
  }
  return { ...nameFromText(value.value), at: name.at };
};

const tableColumns = (execution: Execution, table: TableObject, resolver: () => Resolver): Column[] =>
  table.columns.map((column): Column => {
    const { name, type, nullable, identity } = column;
    if (identity) return { name, type, nullable, defaultSql: identityDefault(identity.sequence) };
    if (!column.default) return { name, type, nullable };
    const expression = column.default.expression;
    // Most statements name all columns: the default is translated when asked for.
    return {
      name,
      type,
      nullable,
      get defaultSql() {
        return translateExpression(expression, resolver(), execution.text, type);
      },
    } as Column;
  });

export const tableRelation = (execution: Execution, table: TableObject, resolver: () => Resolver): Relation => ({
  sql: physicalTable(table),
  columns: tableColumns(execution, table, resolver),
  rowId: 'rowid',
});

const viewQuery = (view: ViewObject): QueryStatement['query'] => {
  const statement = parseStatement(view.queryText);
  if (statement.kind !== 'select') throw new Error(`view ${view.name} is no query`);
  return statement.query;
};

const viewRelation = (execution: Execution, view: ViewObject, uses: Uses, options: ResolverOptions): Relation => {
  const depth = (options.depth ?? 0) + 1;
  if (depth > viewsWithinViewsAtMost) throw unsupportedFeature('views nested deeper than 32');
  const { catalog } = execution.engine;
  const schema = catalog.byId('schema', view.parent);
  const database = schema && catalog.byId('database', schema.parent);
  const scope: NameScope = { ...scopeOf(execution), database: database?.name, schema: schema?.name };
  const { sql, columns } = translateQuery(
    viewQuery(view),
    createResolver(execution, uses, { scope, depth }),
    view.queryText,
  );
  const named = columns.map((column, index): Column => {
    const name = view.columnNames?.[index] ?? column.name;
    const physical = column.physical ?? column.name;
    return physical === name ? { ...column, name } : { ...column, name, physical };
  });
  return { sql: `(${sql})`, columns: named };
};

export const createResolver = (execution: Execution, uses: Uses, options: ResolverOptions = {}): Resolver => {
  const { engine, session } = execution;
  const scope = options.scope ?? scopeOf(execution);

  const streamAsRelation = (stream: StreamObject): Relation => {
    const table = engine.catalog.byId('table', stream.tableId);
    if (!table || stream.broken) {
      throw new SnowflakeError(
        '091901',
        `SQL compilation error:\nBase table of stream '${stream.name}' was dropped or replaced; the stream is stale and cannot be read.`,
      );
    }
    if (!uses.streams.some(({ id }) => id === stream.id)) uses.streams.push(stream);
    return streamRelation(stream, table, engine.streams.hasChanges(table.id));
  };

  const relation: Resolver['relation'] = (given) => {
    const name = settledName(execution, given);
    const information = informationSchemaRelation(execution, scope, name);
    if (information) return information;
    const place = placeOf(scope, 'table', name);
    const object = engine.catalog.occupant('table', place.parent, place.name, session.id);
    switch (object?.kind) {
      case 'table':
        uses.tables.add(object.id);
        return tableRelation(execution, object, () => resolver);
      case 'view':
        return viewRelation(execution, object, uses, options);
      case 'stream':
        return streamAsRelation(object);
      default:
        return undefined;
    }
  };

  const resolver: Resolver = {
    relation,
    ...(options.stage ? { stage: options.stage } : {}),
    tableFunction: (name, positional, named) => tableFunctionRelation(execution, scope, name, positional, named),
    nextValue: (name) => {
      const sequence = findObject(scope, 'sequence', settledName(execution, name));
      if (!sequence) throw doesNotExist('Sequence', nameText(name));
      return `nextval('${physicalSequence(sequence)}')`;
    },
    bind: (name) => boundValue(execution.bindings, name),
    variable: (name) => session.variables.get(name.toUpperCase()),
    contextFunction: (name, given) => contextFunction(execution, scope, name, given),
    now: BigInt(execution.startedMs) * 1000n,
    timezone: String(parameterValue(session.parameters, 'TIMEZONE')),
    weekStart: Number(parameterValue(session.parameters, 'WEEK_START')),
  };
  return resolver;
};
