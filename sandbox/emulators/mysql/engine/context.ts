import type { MysqlError } from '../errors.ts';
import type { TimeZone } from './values/time-zone.ts';

/** The parts of sql_mode that change what statements do. */
export type SqlMode = {
  readonly text: string;
  readonly strict: boolean;
  readonly onlyFullGroupBy: boolean;
  readonly noZeroDate: boolean;
  readonly noZeroInDate: boolean;
  readonly errorForDivisionByZero: boolean;
  readonly allowInvalidDates: boolean;
  readonly noAutoValueOnZero: boolean;
  readonly noUnsignedSubtraction: boolean;
  readonly ansiQuotes: boolean;
  readonly pipesAsConcat: boolean;
  readonly noBackslashEscapes: boolean;
  readonly padCharToFullLength: boolean;
  readonly realAsFloat: boolean;
};

export const readSqlMode = (text: string): SqlMode => {
  const modes = new Set(
    text
      .toUpperCase()
      .split(',')
      .map((mode) => mode.trim()),
  );
  const has = (name: string) => modes.has(name);
  return {
    text,
    strict: has('STRICT_TRANS_TABLES') || has('STRICT_ALL_TABLES') || has('TRADITIONAL'),
    onlyFullGroupBy: has('ONLY_FULL_GROUP_BY') || has('ANSI'),
    noZeroDate: has('NO_ZERO_DATE') || has('TRADITIONAL'),
    noZeroInDate: has('NO_ZERO_IN_DATE') || has('TRADITIONAL'),
    errorForDivisionByZero: has('ERROR_FOR_DIVISION_BY_ZERO') || has('TRADITIONAL'),
    allowInvalidDates: has('ALLOW_INVALID_DATES'),
    noAutoValueOnZero: has('NO_AUTO_VALUE_ON_ZERO'),
    noUnsignedSubtraction: has('NO_UNSIGNED_SUBTRACTION'),
    ansiQuotes: has('ANSI_QUOTES') || has('ANSI'),
    pipesAsConcat: has('PIPES_AS_CONCAT') || has('ANSI'),
    noBackslashEscapes: has('NO_BACKSLASH_ESCAPES'),
    padCharToFullLength: has('PAD_CHAR_TO_FULL_LENGTH'),
    realAsFloat: has('REAL_AS_FLOAT') || has('ANSI'),
  };
};

export type WarningLevel = 'Note' | 'Warning' | 'Error';

/** What evaluating a value may need to know of the statement it is part of. */
export type ValueContext = {
  readonly sqlMode: SqlMode;
  readonly timeZone: TimeZone;
  /** The statement's time, microseconds since 1970. */
  readonly nowMicroseconds: bigint;
  /** A statement that changes data in strict mode: what a SELECT warns of, it fails with. */
  readonly strictWrite: boolean;
  warn(error: MysqlError, level?: WarningLevel): void;
};

/** A value that does not fit: a warning, or in a strict write the statement's error. */
export const complain = (context: ValueContext, error: MysqlError): void => {
  if (context.strictWrite) throw error;
  context.warn(error);
};
