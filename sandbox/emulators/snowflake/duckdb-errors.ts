import { NotEmulated } from '../../core/not-emulated.ts';
import { componentName } from './engine.ts';
import { nullInNotNull, SnowflakeError } from './errors.ts';
import { ResultTooLarge } from './results/result.ts';
import { readEngineError } from './rewrite/engine-errors.ts';
import { StorageFailed, storageError } from './stages/object-storage.ts';

/**
 * DuckDB's errors in Snowflake's words. What stands in no line is a bug of the emulator or something it does not know; it is answered
 * as an internal error, with DuckDB's own text, never as success.
 */
type Rule = { pattern: RegExp; answer: (match: RegExpExecArray) => SnowflakeError };

const rules: readonly Rule[] = [
  {
    pattern: /NOT NULL constraint failed: t\d+\.(.+?)(?:$|\n)/,
    answer: ([, column]) => nullInNotNull(column as string),
  },
  {
    pattern: /INTERRUPT/,
    answer: () => new SnowflakeError('000604', 'SQL execution canceled'),
  },
  {
    pattern: /Out of Memory Error/,
    answer: () =>
      new SnowflakeError('000603', 'The statement needs more memory than the sandbox gives its warehouse.', '53200'),
  },
  {
    pattern: /Conflict on|write-write conflict|Transaction conflict/i,
    answer: () =>
      new SnowflakeError(
        '000625',
        'Rows of the table were changed by another transaction after this one began; the sandbox rolled this transaction back.',
        '40001',
      ),
  },
];

const hasCode = (error: Error): error is Error & { code: string; sqlState: string } =>
  typeof (error as { code?: unknown }).code === 'string' &&
  typeof (error as { sqlState?: unknown }).sqlState === 'string';

/** Any thrown thing as the error to answer. `isBug` says that nobody foresaw it. */
export const answerOf = (error: unknown): { answer: SnowflakeError; isBug: boolean } => {
  if (error instanceof SnowflakeError) return { answer: error, isBug: false };
  if (error instanceof NotEmulated) {
    return { answer: new SnowflakeError('000002', `Unsupported feature '${error.what}'.`), isBug: false };
  }
  if (error instanceof ResultTooLarge) {
    return {
      answer: new SnowflakeError('100078', 'The result is larger than the sandbox keeps (2 GB).'),
      isBug: false,
    };
  }
  if (error instanceof StorageFailed) return { answer: storageError(error), isBug: false };
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof Error && hasCode(error)) {
    return { answer: new SnowflakeError(error.code as '000002', message, error.sqlState), isBug: false };
  }
  for (const { pattern, answer } of rules) {
    const match = pattern.exec(message);
    if (match) return { answer: answer(match), isBug: false };
  }
  const read = readEngineError(message);
  if (read) return { answer: new SnowflakeError(read.code as '000603', read.message, read.sqlState), isBug: false };
  return {
    answer: new SnowflakeError('000603', `SQL execution internal error (${componentName}): ${message}`),
    isBug: true,
  };
};
