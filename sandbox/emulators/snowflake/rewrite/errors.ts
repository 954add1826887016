import { type Position, positionOf } from '../../../wire/snowflake-sql/errors.ts';

/** An error that Snowflake finds before a query runs: its code and SQLSTATE are the real ones. */
export class CompilationError extends Error {
  readonly code: string;
  readonly sqlState: string;

  constructor(code: string, sqlState: string, message: string) {
    super(message);
    this.name = 'CompilationError';
    this.code = code;
    this.sqlState = sqlState;
  }
}

const place = (position: Position | undefined): string =>
  position ? `error line ${position.line} at position ${position.column}\n` : '\n';

/** Where an expression stands in the statement being translated; absent when the text is not known. */
export type Place = { text: string; at: number } | undefined;

const compilation = (code: string, sqlState: string, where: Place, message: string): CompilationError => {
  const position = where ? positionOf(where.text, where.at) : undefined;
  return new CompilationError(
    code,
    sqlState,
    `SQL compilation error:${position ? ' ' : ''}${place(position)}${message}`,
  );
};

export const invalidIdentifier = (name: string, where?: Place) =>
  compilation('000904', '42000', where, `invalid identifier '${name}'`);

export const ambiguousColumn = (name: string, where?: Place) =>
  compilation('002028', '42601', where, `ambiguous column name '${name}'`);

export const unknownFunction = (name: string) => compilation('002140', '42601', undefined, `Unknown function ${name}`);

export const unknownObject = (name: string, object = 'Object') =>
  compilation('002003', '42S02', undefined, `${object} '${name}' does not exist or not authorized.`);

export const invalidArgumentCount = (call: string, expected: number | string, got: number, where?: Place) =>
  compilation(
    '000938',
    '22023',
    where,
    `not enough arguments for function [${call}], expected ${expected}, got ${got}`,
  );

export const tooManyArguments = (call: string, expected: number | string, got: number, where?: Place) =>
  compilation('000939', '22023', where, `too many arguments for function [${call}] expected ${expected}, got ${got}`);

export const invalidArgumentTypes = (name: string, types: string, where?: Place) =>
  compilation('001044', '42P13', where, `Invalid argument types for function '${name}': (${types})`);

export const insertColumnMismatch = (got: number, expected: number) =>
  compilation(
    '002020',
    '21S01',
    undefined,
    `Insert value list does not match column list expecting ${expected} but got ${got}`,
  );

export const unsupportedFeature = (feature: string) =>
  compilation('000002', '0A000', undefined, `Unsupported feature '${feature}'.`);

export const incompatibleTypes = (expression: string, left: string, right: string, where?: Place) =>
  compilation('002016', '22000', where, `Function ${expression} does not support ${left} and ${right} argument types`);

export const expressionTypeMismatch = (column: string, got: string, expected: string) =>
  compilation(
    '002023',
    '22000',
    undefined,
    `Expression type does not match column data type, expecting ${expected} but got ${got} for column ${column}`,
  );

export const unsetVariable = (name: string) =>
  compilation('002211', '02000', undefined, `Session variable '$${name}' does not exist`);

export const incompatibleCast = (from: string, to: string) =>
  compilation(
    '001007',
    '22000',
    undefined,
    `invalid type [CAST(… AS ${to})] for parameter 'TO_${to.split('(')[0]}'; ${from} cannot be cast`,
  );
