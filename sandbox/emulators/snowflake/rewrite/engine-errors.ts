import { underscoreMark } from './casts.ts';

/** What Snowflake would have answered to an error of DuckDB. */
export type SnowflakeAnswer = { code: string; sqlState: string; message: string };

type Reading = { pattern: RegExp; answer: (match: RegExpExecArray) => SnowflakeAnswer };

const answer = (code: string, sqlState: string, message: string): SnowflakeAnswer => ({ code, sqlState, message });
const original = (text: string): string => text.replaceAll(underscoreMark, '_');
const isNumeric = (text: string): boolean => /^\s*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?\s*$/.test(text);

const notRecognized = (value: string): SnowflakeAnswer =>
  isNumeric(value)
    ? answer('100039', '22003', `Numeric value '${value}' is out of range`)
    : answer('100038', '22018', `Numeric value '${original(value)}' is not recognized`);

const readings: readonly Reading[] = [
  // Raised by translated SQL itself: [code|SQLSTATE] text
  {
    pattern: /\[(\d{6})\|(\w{5})\] ([\s\S]*)$/,
    answer: ([, code = '', state = '', text = '']) => answer(code, state, text.replace(/\n\nLINE \d+:[\s\S]*$/, '')),
  },
  {
    pattern: /Could not convert string ['"]([\s\S]*?)['"] to (?:DECIMAL|DOUBLE|INT|BIGINT|HUGEINT|FLOAT)/,
    answer: ([, value = '']) => notRecognized(value),
  },
  {
    pattern: /Could not cast value ([-\d.e+]+) to DECIMAL\((\d+),(\d+)\)/,
    answer: ([, value = '']) => answer('100039', '22003', `Numeric value '${value}' is out of range`),
  },
  {
    pattern: /Casting value "([^"]*)" to type DECIMAL\(\d+,\d+\) failed: value is out of range/,
    answer: ([, value = '']) => answer('100039', '22003', `Numeric value '${value}' is out of range`),
  },
  {
    pattern: /(?:Overflow in|Out of Range Error|out of range for the destination type)/,
    answer: () => answer('100132', '22003', 'Numeric value is out of range'),
  },
  {
    pattern: /NOT NULL constraint failed: (?:.*\.)?([^.\s]+)/,
    answer: ([, column = '']) => answer('100072', '22000', `NULL result in a non-nullable column: ${column}`),
  },
  {
    pattern: /column "?([^"]+?)"? must appear in the GROUP BY clause/,
    answer: ([, column = '']) =>
      answer('000979', '42601', `SQL compilation error:\n[${column}] is not a valid group by expression`),
  },
  {
    pattern: /(?:WHERE clause cannot contain (aggregates|window functions)|aggregate function calls cannot be nested)/,
    answer: ([, what]) =>
      what === 'window functions'
        ? answer(
            '002303',
            '42601',
            'SQL compilation error:\nWindow function appears outside of SELECT, QUALIFY, and ORDER BY clauses.',
          )
        : answer(
            '002036',
            '42601',
            'SQL compilation error:\nInvalid aggregate function in where clause or within another aggregate',
          ),
  },
  {
    pattern: /More than one row returned by a subquery/,
    answer: () => answer('090150', '22000', 'Single-row subquery returns more than one row.'),
  },
];

/** Reads DuckDB's message; undefined if it is none that Snowflake has a word for. */
export const readEngineError = (message: string): SnowflakeAnswer | undefined => {
  for (const { pattern, answer: read } of readings) {
    const found = pattern.exec(message);
    if (found) return read(found);
  }
  return undefined;
};
