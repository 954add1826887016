import { NotEmulated } from '../../../../core/not-emulated.ts';
import type { BinaryOperator, DataType, Expression } from '../../../../wire/mysql-sql/ast.ts';
import { MysqlError, mysqlError } from '../../errors.ts';
import { complain } from '../context.ts';
import { aggregateNames, compileAggregate } from '../functions/aggregates.ts';
import { intervalMicroseconds, shiftDate } from '../functions/date-arithmetic.ts';
import { functions, refusedFunctions } from '../functions/index.ts';
import { likePattern, regularExpression } from '../functions/patterns.ts';
import { fieldType } from '../types.ts';
import {
  binaryCollation,
  type Collation,
  defaultCollation,
  findCharset,
  findCollation,
  sortKey,
  utf8mb4,
} from '../values/collation.ts';
import {
  bytesToText,
  toBytes,
  toDate,
  toDatetime,
  toDecimal,
  toInteger,
  toJson,
  toNumber,
  toText,
  toTime,
  toTruth,
} from '../values/convert.ts';
import { type Decimal, decimal, parseDecimal, rescale } from '../values/decimal.ts';
import {
  followPath,
  formatJson,
  type Json,
  JsonTextError,
  parseJson,
  parsePath,
  pathHasWildcard,
} from '../values/json.ts';
import {
  bigintType,
  binaryType,
  booleanType,
  type Datum,
  dateType,
  datetimeType,
  decimalType,
  doubleType,
  hexadecimalType,
  integerPartDigits,
  isNumber,
  isTemporal,
  jsonType,
  kindOf,
  nullType,
  type SqlType,
  stringType,
  timeType,
  unsignedBigintType,
  yearType,
} from '../values/sql-type.ts';
import { characterCount, cutCharacters } from '../values/store.ts';
import { timestampToLocal } from '../values/time-zone.ts';
import { systemVariableDatum } from '../variables/access.ts';
import { arithmetic, bitOperation, invertedBits, negation } from './arithmetic.ts';
import { type Comparator, comparator, sharedCollation } from './compare.ts';
import { type Compiled, constant, derive, type Frame, isConstant } from './compiled.ts';
import type { Compiler, PlannedQuery } from './compiler.ts';
import { planQuery } from './plan.ts';
import { printExpression } from './print.ts';
import { findColumn, type MergedColumn, type Scope, type Source } from './scope.ts';
import { compileWindow, isWindowFunction } from './window.ts';

/** Makes an expression runnable in its place. Throws what the server answers to a wrong one. */
export const compile = (expression: Expression, compiler: Compiler): Compiled => {
  switch (expression.kind) {
    case 'literal':
      return compileLiteral(expression, compiler);
    case 'parameter':
      return compileParameter(expression.index, compiler);
    case 'column':
      return compileColumn(expression, compiler);
    case 'userVariable':
      return compileUserVariable(expression.name, compiler);
    case 'assignment':
      return compileAssignment(expression.name, compile(expression.value, compiler), compiler);
    case 'systemVariable': {
      const { value, type } = systemVariableDatum(
        compiler.statement.server,
        compiler.statement.session,
        expression.scope,
        expression.name,
      );
      return { ...constant(value, type, 3), nullable: true };
    }
    case 'unary':
      return compileUnary(expression, compiler);
    case 'binary':
      return compileBinary(expression.operator, expression.left, expression.right, compiler);
    case 'isNull': {
      const operand = compile(expression.operand, compiler);
      const { negated } = expression;
      // A zero date of a NOT NULL column IS NULL in MySQL; that quirk is left out.
      return truth([operand], (frame) => (operand.evaluate(frame) === null) !== negated, false);
    }
    case 'isTruth':
      return compileIsTruth(expression, compiler);
    case 'between':
      return compileBetween(expression, compiler);
    case 'in':
      return compileIn(expression, compiler);
    case 'inQuery':
      return compileInQuery(expression, compiler);
    case 'quantified':
      return compileQuantified(expression, compiler);
    case 'like':
      return compileLike(expression, compiler);
    case 'regexp': {
      const operand = compile(expression.operand, compiler);
      const pattern = compile(expression.pattern, compiler);
      const matches = regularExpression(operand, pattern, null, compiler.statement);
      return truth([operand, pattern], (frame) => {
        const result = matches(frame);
        return result === null ? null : result !== expression.negated;
      });
    }
    case 'exists': {
      const query = planSubquery(expression.query, compiler);
      return truth([outerDependence(query)], (frame) => query.rows(frame, 1).length > 0, false);
    }
    case 'subquery':
      return compileScalarSubquery(expression, compiler);
    case 'row': {
      const items = expression.items.map((item) => compile(item, compiler));
      return derive(nullType, items, () => null, { items });
    }
    case 'case':
      return compileCase(expression, compiler);
    case 'cast':
      return compileCast(compile(expression.operand, compiler), expression.type, compiler, printExpression(expression));
    case 'convertUsing':
      return compileConvertUsing(compile(expression.operand, compiler), expression.charset);
    case 'collate':
      return compileCollate(compile(expression.operand, compiler), expression.collation);
    case 'interval':
      return shiftDate(
        compile(expression.operand, compiler),
        intervalMicroseconds(
          compile(expression.amount, compiler),
          expression.unit,
          expression.subtract,
          compiler.statement,
        ),
        compiler.statement,
      );
    case 'default':
      return compileDefault(expression.column, compiler);
    case 'insertedValue': {
      const source = compiler.inserted;
      if (!source) return constant(null, nullType);
      const column = source.columns.findIndex(
        (candidate) => candidate.name.toLowerCase() === expression.column.toLowerCase(),
      );
      if (column < 0) throw mysqlError('ER_BAD_FIELD_ERROR', expression.column, compiler.clause);
      return columnOf(source, column, 0, compiler);
    }
    case 'call':
      return compileCall(expression, compiler);
  }
};

/** As `compile`, for places that take one value: a row constructor is refused there. */
export const compileScalar = (expression: Expression, compiler: Compiler): Compiled => {
  const compiled = compile(expression, compiler);
  if (compiled.items) throw mysqlError('ER_OPERAND_COLUMNS', 1);
  return compiled;
};

/** A condition; NULL counts as not met. */
export const compileCondition = (
  expression: Expression,
  compiler: Compiler,
): { compiled: Compiled; holds: (frame: Frame) => boolean } => {
  const compiled = compileScalar(expression, compiler);
  const { statement } = compiler;
  return { compiled, holds: (frame) => toTruth(compiled.evaluate(frame), compiled.type, statement) === true };
};

const truth = (inputs: readonly Compiled[], test: (frame: Frame) => boolean | null, nullable?: boolean): Compiled =>
  derive(
    booleanType,
    inputs,
    (frame) => {
      const result = test(frame);
      return result === null ? null : result ? 1n : 0n;
    },
    nullable === undefined ? { coercibility: 5 } : { nullable, coercibility: 5 },
  );

const connectionCollation = (compiler: Compiler): Collation =>
  findCollation(
    String(
      systemVariableDatum(compiler.statement.server, compiler.statement.session, null, 'collation_connection').value,
    ),
  ) ?? utf8mb4;

const compileLiteral = (literal: Extract<Expression, { kind: 'literal' }>, compiler: Compiler): Compiled => {
  switch (literal.type) {
    case 'null':
      return constant(null, nullType, 6);
    case 'boolean':
      return constant(literal.value ? 1n : 0n, booleanType, 5);
    case 'integer': {
      const digits = literal.value.toString().length;
      if (literal.value > 18446744073709551615n || literal.value < -9223372036854775808n)
        return constant(decimal(literal.value), decimalType(digits, 0), 5);
      const unsigned = literal.value > 9223372036854775807n;
      return constant(
        literal.value,
        { ...bigintType, length: unsigned ? digits : digits + (literal.value < 0n ? 0 : 1), unsigned },
        5,
      );
    }
    case 'decimal': {
      const value = parseDecimal(literal.value) as Decimal;
      return constant(
        value,
        decimalType(
          Math.max(literal.value.replace(/[-.]/g, '').replace(/^0+(?=\d)/, '').length, value.scale),
          value.scale,
        ),
        5,
      );
    }
    case 'double':
      return constant(literal.value, doubleType, 5);
    case 'string': {
      const collation = literal.charset === null ? connectionCollation(compiler) : defaultCollation(literal.charset);
      if (!collation) throw mysqlError('ER_UNKNOWN_CHARACTER_SET', String(literal.charset));
      return constant(literal.value, stringType(characterCount(literal.value), collation));
    }
    case 'bytes':
      return constant(
        literal.value,
        literal.notation === 'introducer' ? binaryType(literal.value.length) : hexadecimalType(literal.value.length),
      );
    default:
      return compileTemporalLiteral(literal.type, literal.value, compiler);
  }
};

const fractionDigits = (text: string): number => Math.min(6, /\.(\d+)\s*$/.exec(text)?.[1]?.length ?? 0);

const compileTemporalLiteral = (type: 'date' | 'time' | 'timestamp', text: string, compiler: Compiler): Compiled => {
  const from = stringType(text.length);
  const digits = fractionDigits(text);
  const { statement } = compiler;
  const value =
    type === 'date'
      ? toDate(text, from, statement)
      : type === 'time'
        ? toTime(text, from, digits)
        : /\d[T\s]\d/i.test(text)
          ? toDatetime(text, from, digits, statement)
          : null;
  if (!value || value.problem !== null)
    throw mysqlError('ER_INCORRECT_TEMPORAL_LITERAL', type === 'timestamp' ? 'DATETIME' : type.toUpperCase(), text);
  return constant(
    value.text,
    type === 'date' ? dateType : type === 'time' ? timeType(digits) : datetimeType(digits),
    5,
  );
};

const parameterTypes: Readonly<Record<number, (unsigned: boolean) => SqlType>> = {
  [fieldType.TINY]: (unsigned) => (unsigned ? unsignedBigintType : bigintType),
  [fieldType.SHORT]: (unsigned) => (unsigned ? unsignedBigintType : bigintType),
  [fieldType.INT24]: (unsigned) => (unsigned ? unsignedBigintType : bigintType),
  [fieldType.LONG]: (unsigned) => (unsigned ? unsignedBigintType : bigintType),
  [fieldType.LONGLONG]: (unsigned) => (unsigned ? unsignedBigintType : bigintType),
  [fieldType.YEAR]: () => unsignedBigintType,
  [fieldType.FLOAT]: () => doubleType,
  [fieldType.DOUBLE]: () => doubleType,
};

// A parameter may be NULL the next time.
const compileParameter = (index: number, compiler: Compiler): Compiled => ({
  ...boundParameter(index, compiler),
  nullable: true,
});

const boundParameter = (index: number, compiler: Compiler): Compiled => {
  const parameter = compiler.statement.parameters?.[index];
  // While a statement is only prepared, its parameters have no values yet.
  if (!parameter || parameter.value === null) return constant(null, nullType, 6);
  const { value, type, unsigned } = parameter;
  const numeric = parameterTypes[type];
  if (numeric && (typeof value === 'bigint' || typeof value === 'number')) return constant(value, numeric(unsigned), 5);
  if (typeof value === 'bigint') return constant(value, unsigned ? unsignedBigintType : bigintType, 5);
  if (typeof value === 'number') return constant(value, doubleType, 5);
  const text = typeof value === 'string' ? value : bytesToText(value);
  if (type === fieldType.NEWDECIMAL || type === fieldType.DECIMAL) {
    const exact = parseDecimal(text);
    if (exact) return constant(exact, decimalType(65, exact.scale), 5);
  }
  if (
    type === fieldType.DATE ||
    type === fieldType.DATETIME ||
    type === fieldType.TIMESTAMP ||
    type === fieldType.TIME
  ) {
    const kind = type === fieldType.DATE ? 'date' : type === fieldType.TIME ? 'time' : 'timestamp';
    return compileTemporalLiteral(kind, text, compiler);
  }
  if (type === fieldType.JSON) return constant(formatJson(parseJson(text)), jsonType);
  if (
    value instanceof Uint8Array &&
    (type === fieldType.BLOB ||
      type === fieldType.TINY_BLOB ||
      type === fieldType.MEDIUM_BLOB ||
      type === fieldType.LONG_BLOB)
  )
    return constant(value, binaryType(value.length));
  return constant(text, stringType(characterCount(text), connectionCollation(compiler)));
};

/** A column of a source, `depth` blocks out. */
export const columnOf = (source: Source, column: number, depth: number, compiler: Compiler): Compiled => {
  const definition = source.columns[column];
  if (!definition) throw new Error(`source ${source.name} has no column ${column}`);
  const { index } = source;
  const base = {
    type: definition.type,
    nullable: definition.nullable || source.nullable,
    coercibility: 2 as const,
    sources: depth === 0 ? 2 ** index : 0,
    outer: depth > 0,
    volatile: false,
    origin: {
      schema: definition.orgSchema ?? source.schema,
      table: source.name,
      orgTable: definition.orgTable,
      orgName: definition.orgName,
      flags: definition.flags,
      noDefault: definition.noDefault,
    },
  };
  const read = (frame: Frame): Datum => {
    let at = frame;
    for (let level = depth; level > 0; level--) at = at.outer as Frame;
    const row = at.rows[index];
    return row ? (row[column] as Datum) : null;
  };
  const zone = compiler.statement.timeZone;
  // Stored in UTC; rows that a query made are local already.
  if (definition.type.base === 'timestamp' && source.table && zone.name !== 'SYSTEM' && zone.name !== 'UTC')
    return {
      ...base,
      evaluate: (frame) => {
        const value = read(frame);
        return value === null ? null : timestampToLocal(value as string, zone, definition.type.decimals);
      },
    };
  if (depth === 0)
    return {
      ...base,
      evaluate: (frame) => {
        const row = frame.rows[index];
        return row ? (row[column] as Datum) : null;
      },
    };
  return { ...base, evaluate: read };
};

const isMerged = (found: object): found is MergedColumn => 'expression' in found;

const compileColumn = (reference: Extract<Expression, { kind: 'column' }>, compiler: Compiler): Compiled => {
  const { schema, table, name } = reference;
  const alias = schema === null && table === null ? compiler.scope.aliases?.get(name.toLowerCase()) : undefined;
  if (alias && compiler.aliasesFirst) return alias;
  let depth = 0;
  const passed: Scope[] = [];
  for (let scope: Scope | null = compiler.scope; scope; scope = scope.parent) {
    const found = findColumn(scope, schema, table, name, compiler.clause);
    if (found) {
      if (depth > 0) for (const inner of passed) inner.correlated = true;
      if (isMerged(found)) return depth === 0 ? found.expression : outerExpression(found.expression, depth);
      return columnOf(found.source, found.column, depth, compiler);
    }
    if (depth === 0 && alias) return alias;
    passed.push(scope);
    depth++;
  }
  throw mysqlError(
    'ER_BAD_FIELD_ERROR',
    [schema, table, name].filter((part) => part !== null).join('.'),
    compiler.clause,
  );
};

const outerExpression = (expression: Compiled, depth: number): Compiled => ({
  ...expression,
  sources: 0,
  outer: true,
  evaluate: (frame) => {
    let at = frame;
    for (let level = depth; level > 0; level--) at = at.outer as Frame;
    return expression.evaluate(at);
  },
});

const compileUserVariable = (name: string, compiler: Compiler): Compiled => {
  const variables = compiler.statement.session.userVariables;
  const known = variables.get(name);
  return {
    type: known?.type ?? binaryType(0),
    nullable: true,
    coercibility: 2,
    sources: 0,
    outer: false,
    volatile: false,
    evaluate: () => variables.get(name)?.value ?? null,
  };
};

/** The type that a user variable gets from a value: only BIGINT, DOUBLE, DECIMAL and strings exist. */
const variableType = (type: SqlType): SqlType => {
  const kind = kindOf(type);
  if (kind === 'integer') return type.unsigned ? unsignedBigintType : bigintType;
  if (kind === 'decimal' || kind === 'double' || kind === 'binary') return type;
  return stringType(type.length, kind === 'string' ? type.collation : utf8mb4);
};

export const assignUserVariable = (
  compiler: Pick<Compiler, 'statement'>,
  name: string,
  value: Datum,
  type: SqlType,
): void => {
  const { session, assigned } = compiler.statement;
  if (!assigned.has(name)) assigned.set(name, session.userVariables.get(name));
  session.userVariables.set(name, { value, type: variableType(type) });
};

const compileAssignment = (name: string, value: Compiled, compiler: Compiler): Compiled =>
  derive(
    variableType(value.type),
    [value],
    (frame) => {
      const result = value.evaluate(frame);
      assignUserVariable(compiler, name, result, value.type);
      return result;
    },
    { volatile: true, coercibility: 2 },
  );

const compileUnary = (expression: Extract<Expression, { kind: 'unary' }>, compiler: Compiler): Compiled => {
  const operand = compileScalar(expression.operand, compiler);
  const { statement } = compiler;
  switch (expression.operator) {
    case '-':
      return negation(operand, statement, () => printExpression(expression));
    case '+':
      return operand;
    case '~':
      return invertedBits(operand, statement);
    case 'BINARY':
      return derive(
        binaryType(operand.type.length),
        [operand],
        (frame) => toBytes(operand.evaluate(frame), operand.type),
        { coercibility: 2, nullable: true },
      );
    default:
      return truth([operand], (frame) => {
        const value = toTruth(operand.evaluate(frame), operand.type, statement);
        return value === null ? null : !value;
      });
  }
};

const tests: Partial<Record<BinaryOperator, (order: number) => boolean>> = {
  '=': (order) => order === 0,
  '<>': (order) => order !== 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

const compileBinary = (
  operator: BinaryOperator,
  leftExpression: Expression,
  rightExpression: Expression,
  compiler: Compiler,
): Compiled => {
  const left = compile(leftExpression, compiler);
  const right = compile(rightExpression, compiler);
  const { statement } = compiler;
  if (left.items || right.items) return compareRows(operator, left, right, compiler);
  switch (operator) {
    case 'AND':
      return truth([left, right], (frame) => {
        const one = toTruth(left.evaluate(frame), left.type, statement);
        if (one === false) return false;
        const other = toTruth(right.evaluate(frame), right.type, statement);
        if (other === false) return false;
        return one === null || other === null ? null : true;
      });
    case 'OR':
      return truth([left, right], (frame) => {
        const one = toTruth(left.evaluate(frame), left.type, statement);
        if (one === true) return true;
        const other = toTruth(right.evaluate(frame), right.type, statement);
        if (other === true) return true;
        return one === null || other === null ? null : false;
      });
    case 'XOR':
      return truth([left, right], (frame) => {
        const one = toTruth(left.evaluate(frame), left.type, statement);
        const other = toTruth(right.evaluate(frame), right.type, statement);
        return one === null || other === null ? null : one !== other;
      });
    case '+':
    case '-':
    case '*':
    case '/':
    case 'DIV':
    case '%':
      return arithmetic(operator, left, right, statement, () =>
        printExpression({ kind: 'binary', operator, left: leftExpression, right: rightExpression }),
      );
    case '|':
    case '&':
    case '^':
    case '<<':
    case '>>':
      return bitOperation(operator, left, right, statement);
    case '->':
    case '->>':
      return compileArrow(operator, left, right, compiler);
    default:
      return compareValues(operator, left, right, compiler);
  }
};

/** Makes the constant side of a comparison what the other side's type is, once. */
const folded = (side: Compiled, other: Compiled, compiler: Compiler): Compiled => {
  // A text beside numbers is read once, and complained of once.
  if (isConstant(side) && kindOf(side.type) === 'string' && other.sources !== 0 && isNumber(other.type)) {
    let known: number | null | undefined;
    return {
      ...side,
      type: doubleType,
      evaluate: (frame) => {
        if (known === undefined) known = toNumber(side.evaluate(frame), side.type, compiler.statement);
        return known;
      },
    };
  }
  if (!isConstant(side) || kindOf(side.type) !== 'string' || !['date', 'datetime'].includes(kindOf(other.type)))
    return side;
  const value = side.evaluate({ rows: [], outer: null, aggregates: [], windows: [] });
  const moment = toDatetime(value, side.type, 6, compiler.statement);
  if (value === null || !moment || moment.problem !== null) return side;
  return constant(moment.text, datetimeType(6));
};

export const compareValues = (
  operator: BinaryOperator,
  leftSide: Compiled,
  rightSide: Compiled,
  compiler: Compiler,
): Compiled => {
  const left = folded(leftSide, rightSide, compiler);
  const right = folded(rightSide, leftSide, compiler);
  const compare = comparator(left, right, operator, compiler.statement);
  if (operator === '<=>')
    return truth(
      [left, right],
      (frame) => {
        const one = left.evaluate(frame);
        const other = right.evaluate(frame);
        if (one === null || other === null) return one === other;
        return compare(one, other) === 0;
      },
      false,
    );
  const test = tests[operator];
  if (!test) throw new Error(`${operator} is no comparison`);
  return truth([left, right], (frame) => {
    const one = left.evaluate(frame);
    if (one === null) return null;
    const other = right.evaluate(frame);
    return other === null ? null : test(compare(one, other));
  });
};

const compareRows = (operator: BinaryOperator, left: Compiled, right: Compiled, compiler: Compiler): Compiled => {
  const one = left.items ?? [left];
  const other = right.items ?? [right];
  if (one.length !== other.length) throw mysqlError('ER_OPERAND_COLUMNS', one.length);
  const compares = one.map((item, index) => comparator(item, other[index] as Compiled, operator, compiler.statement));
  const test = operator === '<=>' ? tests['='] : tests[operator];
  if (!test) throw mysqlError('ER_OPERAND_COLUMNS', 1);
  const equality = operator === '=' || operator === '<>' || operator === '<=>';
  return truth([...one, ...other], (frame) => {
    let unknown = false;
    for (let index = 0; index < one.length; index++) {
      const a = (one[index] as Compiled).evaluate(frame);
      const b = (other[index] as Compiled).evaluate(frame);
      if (a === null || b === null) {
        if (operator === '<=>') {
          if (a !== b) return false;
          continue;
        }
        if (!equality) return null;
        unknown = true;
        continue;
      }
      const order = (compares[index] as Comparator)(a, b);
      if (order !== 0) return test(order);
    }
    return unknown ? null : test(0);
  });
};

const compileIsTruth = (expression: Extract<Expression, { kind: 'isTruth' }>, compiler: Compiler): Compiled => {
  const operand = compileScalar(expression.operand, compiler);
  return truth(
    [operand],
    (frame) =>
      (toTruth(operand.evaluate(frame), operand.type, compiler.statement) === expression.truth) !== expression.negated,
    false,
  );
};

const compileBetween = (expression: Extract<Expression, { kind: 'between' }>, compiler: Compiler): Compiled => {
  const operand = compileScalar(expression.operand, compiler);
  const low = folded(compileScalar(expression.low, compiler), operand, compiler);
  const high = folded(compileScalar(expression.high, compiler), operand, compiler);
  const [compareLow, compareHigh] = [
    comparator(operand, low, 'between', compiler.statement),
    comparator(operand, high, 'between', compiler.statement),
  ];
  return truth([operand, low, high], (frame) => {
    const value = operand.evaluate(frame);
    if (value === null) return null;
    const [from, to] = [low.evaluate(frame), high.evaluate(frame)];
    const above = from === null ? null : compareLow(value, from) >= 0;
    const below = to === null ? null : compareHigh(value, to) <= 0;
    if (above === false || below === false) return expression.negated;
    return above === null || below === null ? null : !expression.negated;
  });
};

const compileIn = (expression: Extract<Expression, { kind: 'in' }>, compiler: Compiler): Compiled => {
  const operand = compile(expression.operand, compiler);
  const items = expression.items.map((item) => compile(item, compiler));
  const equal = items.map((item) =>
    operand.items || item.items
      ? compareRows('=', operand, item, compiler)
      : compareValues('=', operand, item, compiler),
  );
  return truth([operand, ...items, ...(operand.items ?? [])], (frame) => {
    let unknown = false;
    for (const test of equal) {
      const result = test.evaluate(frame);
      if (result === 1n) return !expression.negated;
      if (result === null) unknown = true;
    }
    return unknown ? null : expression.negated;
  });
};

type Subquery = PlannedQuery & { rows(frame: Frame, maximumRows?: number): ReturnType<PlannedQuery['run']> };

/** A subquery; what does not depend on the rows around it runs once. */
const planSubquery = (query: Extract<Expression, { kind: 'subquery' }>['query'], compiler: Compiler): Subquery => {
  const planned = planQuery(query, compiler.statement, compiler.scope);
  let known: ReturnType<PlannedQuery['run']> | null = null;
  return {
    ...planned,
    rows: (frame, maximumRows) => {
      if (planned.correlated) return planned.run(frame, maximumRows);
      known ??= planned.run(frame);
      return known;
    },
  };
};

/** A correlated subquery may read any row of this block. */
const outerDependence = (query: PlannedQuery): Compiled => ({
  ...constant(null, nullType, 6),
  sources: query.correlated ? 2 ** 31 - 1 : 0,
  outer: query.correlated,
});

const compileScalarSubquery = (expression: Extract<Expression, { kind: 'subquery' }>, compiler: Compiler): Compiled => {
  const query = planSubquery(expression.query, compiler);
  const evaluateColumn =
    (index: number) =>
    (frame: Frame): Datum => {
      const rows = query.rows(frame, 2);
      if (rows.length > 1) throw mysqlError('ER_SUBQUERY_NO_1_ROW');
      return rows[0]?.[index] ?? null;
    };
  const columns = query.columns.map(({ expression: column }, index) =>
    derive(localType(column.type), [outerDependence(query)], evaluateColumn(index), {
      nullable: true,
      coercibility: column.coercibility,
    }),
  );
  if (columns.length === 1) return columns[0] as Compiled;
  return derive(nullType, columns, () => null, { items: columns });
};

// What a query gives is local time already.
const localType = (type: SqlType): SqlType => type;

const compileInQuery = (expression: Extract<Expression, { kind: 'inQuery' }>, compiler: Compiler): Compiled => {
  const operand = compile(expression.operand, compiler);
  const query = planSubquery(expression.query, compiler);
  const wanted = operand.items ?? [operand];
  if (wanted.length !== query.columns.length) throw mysqlError('ER_OPERAND_COLUMNS', wanted.length);
  const compares = wanted.map((item, index) =>
    comparator(item, (query.columns[index] as { expression: Compiled }).expression, 'in', compiler.statement),
  );
  const lookup = membership(wanted, query, compiler);
  return truth([...wanted, outerDependence(query)], (frame) => {
    const values = wanted.map((item) => item.evaluate(frame));
    const rows = query.rows(frame);
    if (rows.length === 0) return expression.negated;
    if (lookup && values[0] !== null) {
      const found = lookup(values[0] as Datum, rows);
      return found === null ? null : found !== expression.negated;
    }
    let unknown = false;
    for (const row of rows) {
      let match: boolean | null = true;
      for (let index = 0; index < values.length && match !== false; index++) {
        const [one, other] = [values[index] as Datum, row[index] as Datum];
        if (one === null || other === null) match = null;
        else if ((compares[index] as Comparator)(one, other) !== 0) match = false;
      }
      if (match === true) return !expression.negated;
      if (match === null) unknown = true;
    }
    return unknown ? null : expression.negated;
  });
};

/** For one column of like types: the rows of an uncorrelated subquery as a set. */
const membership = (
  wanted: readonly Compiled[],
  query: Subquery,
  compiler: Compiler,
): ((value: Datum, rows: readonly (readonly Datum[])[]) => boolean | null) | null => {
  const [item] = wanted;
  const column = query.columns[0]?.expression;
  if (wanted.length !== 1 || !item || !column || query.correlated) return null;
  const kind = kindOf(item.type);
  const text = kind === 'string' && kindOf(column.type) === 'string';
  if (!text && !(kind === 'integer' && kindOf(column.type) === 'integer')) return null;
  const collation = text ? sharedCollation([item, column], 'in') : binaryCollation;
  const key = (value: Datum): string | bigint => (text ? sortKey(value as string, collation) : (value as bigint));
  let set: Set<string | bigint> | null = null;
  let hasNull = false;
  void compiler;
  return (value, rows) => {
    if (set === null) {
      set = new Set();
      for (const [first] of rows) {
        if (first === null || first === undefined) hasNull = true;
        else set.add(key(first));
      }
    }
    if (set.has(key(value))) return true;
    return hasNull ? null : false;
  };
};

const compileQuantified = (expression: Extract<Expression, { kind: 'quantified' }>, compiler: Compiler): Compiled => {
  const operand = compileScalar(expression.operand, compiler);
  const query = planSubquery(expression.query, compiler);
  const column = query.columns[0]?.expression;
  const test = tests[expression.operator];
  if (!column || query.columns.length !== 1 || !test) throw mysqlError('ER_OPERAND_COLUMNS', 1);
  const compare = comparator(operand, column, expression.operator, compiler.statement);
  const all = expression.quantifier === 'ALL';
  return truth([operand, outerDependence(query)], (frame) => {
    const value = operand.evaluate(frame);
    let unknown = false;
    for (const [other] of query.rows(frame)) {
      if (value === null || other === null || other === undefined) unknown = true;
      else if (test(compare(value, other)) !== all) return !all;
    }
    return unknown ? null : all;
  });
};

const compileLike = (expression: Extract<Expression, { kind: 'like' }>, compiler: Compiler): Compiled => {
  const operand = compileScalar(expression.operand, compiler);
  const pattern = compileScalar(expression.pattern, compiler);
  const escapedBy = expression.escape ? compileScalar(expression.escape, compiler) : null;
  const collation = sharedCollation([operand, pattern], 'like');
  const noBackslash = compiler.statement.sqlMode.noBackslashEscapes;
  let lastPattern: string | null = null;
  let matches: (text: string) => boolean = () => false;
  return truth(escapedBy ? [operand, pattern, escapedBy] : [operand, pattern], (frame) => {
    const value = toText(operand.evaluate(frame), operand.type);
    const wanted = toText(pattern.evaluate(frame), pattern.type);
    if (value === null || wanted === null) return null;
    const escaping = escapedBy ? toText(escapedBy.evaluate(frame), escapedBy.type) || '\\' : noBackslash ? '' : '\\';
    if (characterCount(escaping) > 1) throw mysqlError('ER_WRONG_ARGUMENTS', 'ESCAPE');
    if (wanted !== lastPattern) {
      matches = likePattern(wanted, escaping, collation);
      lastPattern = wanted;
    }
    return matches(value) !== expression.negated;
  });
};

/** The type that branches of CASE, IF, COALESCE, UNION amount to. */
export const commonType = (inputs: readonly Compiled[], operation: string): SqlType => {
  const real = inputs.filter((input) => kindOf(input.type) !== 'null');
  const [first] = real;
  if (!first) return nullType;
  const kinds = new Set(real.map((input) => kindOf(input.type)));
  const length = Math.max(...real.map((input) => input.type.length));
  const decimals = Math.max(...real.map((input) => (input.type.decimals === 31 ? 0 : input.type.decimals)));
  if (kinds.size === 1) {
    const kind = kindOf(first.type);
    if (kind === 'integer') {
      const unsigned = real.every((input) => input.type.unsigned);
      if (!unsigned && real.some((input) => input.type.unsigned && input.type.base === 'bigint'))
        return decimalType(20, 0);
      const bases = ['year', 'tinyint', 'smallint', 'mediumint', 'int', 'bit', 'bigint'];
      const widest = real.reduce(
        (best, input) => (bases.indexOf(input.type.base) > bases.indexOf(best.type.base) ? input : best),
        first,
      );
      return { ...widest.type, unsigned, length };
    }
    if (kind === 'string') {
      const same = real.every((input) => input.type === first.type);
      return same ? first.type : { ...stringType(length, sharedCollation(real, operation)) };
    }
    if (kind === 'decimal')
      return decimalType(Math.max(...real.map((input) => integerPartDigits(input.type))) + decimals, decimals);
    if (kind === 'double') return real.every((input) => input.type.base === 'float') ? first.type : doubleType;
    if (kind === 'binary') return binaryType(length);
    if (kind === 'datetime') return { ...datetimeType(decimals) };
    if (kind === 'time') return timeType(decimals);
    return first.type;
  }
  const only = (...allowed: string[]) => [...kinds].every((kind) => allowed.includes(kind));
  if (only('integer', 'decimal'))
    return decimalType(Math.max(...real.map((input) => integerPartDigits(input.type))) + decimals, decimals);
  if (only('integer', 'decimal', 'double')) return doubleType;
  if (only('date', 'datetime', 'time')) return datetimeType(decimals);
  if (kinds.has('binary')) return binaryType(length);
  return stringType(Math.max(...real.map((input) => textLength(input.type))), sharedCollation(real, operation));
};

/** Characters that a value of a type takes as text. */
export const textLength = (type: SqlType): number => {
  const kind = kindOf(type);
  if (kind === 'integer') return Math.max(1, type.length);
  if (kind === 'decimal') return type.length + 2;
  return kind === 'double' ? 23 : type.length;
};

/** Turns a value of one expression type into another: branches of CASE, columns of UNION. */
export const converter = (
  from: SqlType,
  to: SqlType,
  compiler: Pick<Compiler, 'statement'>,
): ((value: Datum) => Datum) => {
  const kind = kindOf(to);
  const { statement } = compiler;
  if (from === to || kind === 'null') return (value) => value;
  if (kindOf(from) === kind && kind !== 'decimal' && kind !== 'datetime' && kind !== 'time') return (value) => value;
  switch (kind) {
    case 'integer':
      return (value) => toInteger(value, from, statement);
    case 'decimal':
      return (value) => (value === null ? null : rescale(toDecimal(value, from, statement) as Decimal, to.decimals));
    case 'double':
      return (value) => toNumber(value, from, statement);
    case 'string':
      return (value) => toText(value, from);
    case 'binary':
      return (value) => toBytes(value, from);
    case 'date':
      return (value) => (value === null ? null : (toDate(value, from, statement)?.text ?? null));
    case 'datetime':
      return (value) => (value === null ? null : (toDatetime(value, from, to.decimals, statement)?.text ?? null));
    case 'time':
      return (value) => (value === null ? null : (toTime(value, from, to.decimals)?.text ?? null));
    default:
      return (value) => (value === null ? null : formatJson(toJson(value, from)));
  }
};

/** An expression whose value is one of several others'. */
export const choice = (
  branches: readonly Compiled[],
  tests: readonly Compiled[],
  pick: (frame: Frame) => number | null,
  operation: string,
  compiler: Compiler,
): Compiled => {
  const type = commonType(branches, operation);
  const converters = branches.map((branch) => converter(branch.type, type, compiler));
  const coercibility = Math.min(6, ...branches.map((branch) => branch.coercibility)) as Compiled['coercibility'];
  return derive(
    type,
    [...branches, ...tests],
    (frame) => {
      const index = pick(frame);
      if (index === null) return null;
      const value = (branches[index] as Compiled).evaluate(frame);
      return value === null ? null : (converters[index] as (value: Datum) => Datum)(value);
    },
    { coercibility },
  );
};

const compileCase = (expression: Extract<Expression, { kind: 'case' }>, compiler: Compiler): Compiled => {
  const operand = expression.operand ? compileScalar(expression.operand, compiler) : null;
  const tests = expression.branches.map(({ when }) => {
    const compiled = compileScalar(when, compiler);
    return operand ? compareValues('=', operand, compiled, compiler) : compiled;
  });
  const branches = expression.branches.map(({ result }) => compileScalar(result, compiler));
  if (expression.otherwise) branches.push(compileScalar(expression.otherwise, compiler));
  const fallback = expression.otherwise ? branches.length - 1 : null;
  const chosen = choice(
    branches,
    tests,
    (frame) => {
      for (let index = 0; index < tests.length; index++) {
        const test = tests[index] as Compiled;
        if (toTruth(test.evaluate(frame), test.type, compiler.statement) === true) return index;
      }
      return fallback;
    },
    'case',
    compiler,
  );
  return { ...chosen, nullable: fallback === null || branches.some((branch) => branch.nullable) };
};

const compileCast = (operand: Compiled, target: DataType, compiler: Compiler, label: string): Compiled => {
  const { statement } = compiler;
  const { type: from } = operand;
  const convert = (
    type: SqlType,
    change: (value: Exclude<Datum, null>) => Datum,
    extra: Partial<Compiled> = {},
  ): Compiled =>
    derive(
      type,
      [operand],
      (frame) => {
        const value = operand.evaluate(frame);
        return value === null ? null : change(value);
      },
      { coercibility: 2, ...(isLong(type) ? { nullable: true } : {}), ...extra },
    );
  const wrongTemporal = (what: string, value: Datum): null => {
    complain(
      statement,
      new MysqlError(
        1292,
        '22007',
        `${typeof value === 'string' ? 'Truncated incorrect' : 'Incorrect'} ${what} value: '${toText(value, from)}'`,
      ),
    );
    return null;
  };
  switch (target.name) {
    case 'signed':
      return convert(
        bigintType,
        (value) => {
          const integer = toInteger(value, from, statement) ?? 0n;
          const signed = BigInt.asIntN(64, integer);
          if (kindOf(from) === 'double' || kindOf(from) === 'decimal')
            return integer > 9223372036854775807n ? 9223372036854775807n : integer;
          if (integer !== signed && kindOf(from) === 'string') complain(statement, mysqlError('ER_CAST_TO_NEGATIVE'));
          return signed;
        },
        { coercibility: 5 },
      );
    case 'unsigned':
      return convert(
        unsignedBigintType,
        (value) => {
          const integer = toInteger(value, from, statement) ?? 0n;
          if (integer < 0n && kindOf(from) === 'string') complain(statement, mysqlError('ER_CAST_TO_POSITIVE'));
          return BigInt.asUintN(64, integer);
        },
        { coercibility: 5 },
      );
    case 'decimal': {
      const type = decimalType(target.length ?? 10, target.decimals ?? 0);
      return convert(type, (value) => castToDecimal(value, from, type, statement, label), { coercibility: 5 });
    }
    case 'double':
      return convert(doubleType, (value) => toNumber(value, from, statement), { coercibility: 5 });
    case 'float':
      return convert(
        { ...doubleType, base: 'float', length: 12 },
        (value) => Math.fround(toNumber(value, from, statement) ?? 0),
        { coercibility: 5 },
      );
    case 'year':
      return convert(yearType, (value) => castToYear(value, from, statement), { nullable: true });
    case 'date':
      return convert(
        dateType,
        (value) =>
          toDate(value, from, statement, true)?.text ??
          wrongTemporal(typeof value === 'string' ? 'date' : 'datetime', value),
        {
          nullable: true,
        },
      );
    case 'datetime': {
      const digits = target.length ?? 0;
      return convert(
        datetimeType(digits),
        (value) => toDatetime(value, from, digits, statement)?.text ?? wrongTemporal('datetime', value),
        { nullable: true },
      );
    }
    case 'time': {
      const digits = target.length ?? 0;
      return convert(timeType(digits), (value) => toTime(value, from, digits)?.text ?? wrongTemporal('time', value), {
        nullable: true,
      });
    }
    case 'json':
      return convert(jsonType, (value) => castToJson(value, from));
    case 'binary': {
      const { length } = target;
      return convert(binaryType(length ?? from.length * 4), (value) => {
        const bytes = toBytes(value, from) as Uint8Array;
        if (length === null || bytes.length === length) return bytes;
        const result = new Uint8Array(length);
        result.set(bytes.subarray(0, length));
        return result;
      });
    }
    default: {
      const collation = target.charset ? defaultCollation(target.charset) : connectionCollation(compiler);
      if (!collation) throw mysqlError('ER_UNKNOWN_CHARACTER_SET', String(target.charset));
      const chosen = target.binary ? (findCollation(`${collation.charset}_bin`) ?? collation) : collation;
      return convert(stringType(target.length ?? textLength(from), chosen), (value) => {
        const text = toText(value, from) as string;
        if (target.length === null || characterCount(text) <= target.length) return text;
        complain(
          statement,
          new MysqlError(1292, '22007', `Truncated incorrect CHAR(${target.length}) value: '${text}'`),
        );
        return cutCharacters(text, target.length);
      });
    }
  }
};

const castToDecimal = (
  value: Exclude<Datum, null>,
  from: SqlType,
  type: SqlType,
  statement: Compiler['statement'],
  label: string,
): Decimal => {
  const exact = rescale(toDecimal(value, from, statement) as Decimal, type.decimals);
  const limit = 10n ** BigInt(type.length) - 1n;
  if (exact.unscaled <= limit && exact.unscaled >= -limit) return exact;
  complain(statement, mysqlError('ER_WARN_DATA_OUT_OF_RANGE', label, 1));
  return decimal(exact.unscaled < 0n ? -limit : limit, type.decimals);
};

const castToYear = (value: Exclude<Datum, null>, from: SqlType, statement: Compiler['statement']): Datum => {
  if (isTemporal(from)) return BigInt((toDate(value, from, statement)?.text ?? '0000').slice(0, 4));
  const text = toText(value, from) ?? '';
  const number = toInteger(value, from, { ...statement, warn: () => undefined }) ?? 0n;
  if (kindOf(from) === 'string' && !/^\s*\d+\s*$/.test(text))
    complain(statement, mysqlError('ER_TRUNCATED_WRONG_VALUE', 'YEAR', text));
  if (number === 0n) return kindOf(from) === 'string' ? 2000n : 0n;
  if (number > 0n && number < 100n) return number < 70n ? number + 2000n : number + 1900n;
  if (number >= 1901n && number <= 2155n) return number;
  complain(statement, mysqlError('ER_TRUNCATED_WRONG_VALUE', 'YEAR', text));
  return null;
};

const castToJson = (value: Exclude<Datum, null>, from: SqlType): string => {
  if (from === booleanType) return value === 0n ? 'false' : 'true';
  if (kindOf(from) !== 'string') return formatJson(toJson(value, from));
  try {
    return formatJson(parseJson(value as string));
  } catch (error) {
    if (error instanceof JsonTextError)
      throw mysqlError('ER_INVALID_JSON_TEXT_IN_PARAM', 1, 'cast_as_json', error.reason, error.offset);
    throw error;
  }
};

const compileConvertUsing = (operand: Compiled, charset: string): Compiled => {
  const collation = defaultCollation(charset);
  if (!findCharset(charset) || !collation) throw mysqlError('ER_UNKNOWN_CHARACTER_SET', charset);
  if (collation === binaryCollation)
    return derive(
      binaryType(operand.type.length * 4),
      [operand],
      (frame) => toBytes(operand.evaluate(frame), operand.type),
      { coercibility: 2 },
    );
  return derive(
    stringType(textLength(operand.type), collation),
    [operand],
    (frame) => toText(operand.evaluate(frame), operand.type),
    { coercibility: 2 },
  );
};

const compileCollate = (operand: Compiled, name: string): Compiled => {
  const collation = findCollation(name);
  if (!collation) throw mysqlError('ER_UNKNOWN_COLLATION', name);
  if (
    kindOf(operand.type) === 'string' &&
    operand.type.collation.charset !== collation.charset &&
    operand.coercibility < 4
  )
    throw mysqlError('ER_COLLATION_CHARSET_MISMATCH', name, operand.type.collation.charset);
  const type =
    kindOf(operand.type) === 'string'
      ? { ...operand.type, collation }
      : stringType(textLength(operand.type), collation);
  return derive(type, [operand], (frame) => toText(operand.evaluate(frame), operand.type), {
    coercibility: 0,
    nullable: true,
  });
};

const compileDefault = (name: string | null, compiler: Compiler): Compiled => {
  const found = name === null ? null : findColumn(compiler.scope, null, null, name, compiler.clause);
  const source = compiler.target ?? (found && !isMerged(found) ? found.source : null);
  const index = source?.columns.findIndex((column) => column.name.toLowerCase() === name?.toLowerCase()) ?? -1;
  const column = source?.table?.schema.columns[index];
  if (!column) throw mysqlError('ER_BAD_FIELD_ERROR', name ?? 'DEFAULT', compiler.clause);
  if (column.default.kind === 'value') return constant(column.default.value, column.type);
  if (column.default.kind === 'none') {
    if (!column.nullable) throw mysqlError('ER_NO_DEFAULT_FOR_FIELD', column.name);
    return constant(null, column.type);
  }
  throw new NotEmulated('mysql', `DEFAULT(${column.name}) of an expression`);
};

const compileArrow = (operator: '->' | '->>', left: Compiled, right: Compiled, compiler: Compiler): Compiled => {
  const text = toText(right.evaluate({ rows: [], outer: null, aggregates: [], windows: [] }), right.type) ?? '';
  const path = parsePath(text);
  if (!path) throw mysqlError('ER_INVALID_JSON_PATH', 1);
  const many = pathHasWildcard(path);
  const unquote = operator === '->>';
  void compiler;
  return derive(
    unquote ? stringType(1_073_741_823) : jsonType,
    [left],
    (frame) => {
      const value = left.evaluate(frame);
      if (value === null) return null;
      const found = followPath(toJson(value, kindOf(left.type) === 'json' ? left.type : jsonType), path);
      if (found.length === 0) return null;
      const result: Json = many ? found : (found[0] as Json);
      return unquote && typeof result === 'string' ? result : formatJson(result);
    },
    { nullable: true, coercibility: 2 },
  );
};

/** GROUPING(a, b): a bit for each argument that a row of WITH ROLLUP sums over. */
const compileGrouping = (expression: Extract<Expression, { kind: 'call' }>, compiler: Compiler): Compiled => {
  const items = expression.arguments.map((argument) => compiler.rolledUp?.indexOf(printExpression(argument)) ?? -1);
  if (items.length === 0 || items.includes(-1)) throw mysqlError('ER_INVALID_GROUP_FUNC_USE');
  return derive(
    bigintType,
    [],
    ({ kept }) => items.reduce((bits, item) => bits * 2n + (kept !== undefined && item >= kept ? 1n : 0n), 0n),
    { nullable: true, volatile: true, coercibility: 5 },
  );
};

const compileCall = (expression: Extract<Expression, { kind: 'call' }>, compiler: Compiler): Compiled => {
  if (expression.over !== null || isWindowFunction(expression.name)) return compileWindow(expression, compiler);
  if (aggregateNames.has(expression.name)) return compileAggregate(expression, compiler);
  if (expression.name === 'GROUPING') return compileGrouping(expression, compiler);
  const definition = functions.get(expression.name);
  if (!definition) {
    if (refusedFunctions.has(expression.name)) throw new NotEmulated('mysql', `the function ${expression.name}`);
    const { database } = compiler.statement.session;
    if (database === null) throw mysqlError('ER_SP_DOES_NOT_EXIST', 'FUNCTION', expression.name);
    throw mysqlError('ER_SP_DOES_NOT_EXIST', 'FUNCTION', `${database}.${expression.name}`);
  }
  const count = expression.arguments.length;
  if (count < definition.minimum || count > definition.maximum)
    throw mysqlError('ER_WRONG_PARAMCOUNT_TO_NATIVE_FCT', expression.name);
  const inputs = expression.arguments.map((argument) => compileScalar(argument, compiler));
  const built = definition.build(inputs, expression, compiler);
  return keepsNotNull.has(expression.name) || !isLong(built.type) ? built : { ...built, nullable: true };
};

// A function whose result may outgrow max_allowed_packet may be NULL, whatever its arguments are.
const isLong = (type: SqlType): boolean => ['string', 'binary', 'json'].includes(kindOf(type));
const keepsNotNull = new Set([
  'COALESCE',
  'IFNULL',
  'IF',
  'GREATEST',
  'LEAST',
  'VERSION',
  'USER',
  'CURRENT_USER',
  'SESSION_USER',
  'SYSTEM_USER',
]);
