import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { UsageError } from '../core/usage-error.ts';

/** The names and values of a file in .env format; none when it is not there. */
export const readEnvFile = (path: string): Record<string, string> =>
  existsSync(path) ? (parseEnv(readFileSync(path, 'utf8')) as Record<string, string>) : {};

const assignment = /^(?:export\s+)?[A-Za-z_][A-Za-z0-9_]*\s*=\s*(.*)$/;

/** The line on which a quoted value that begins on this one ends. */
const endOfValue = (lines: readonly string[], index: number, value: string, path: string): number => {
  const quote = /^["'`]/.exec(value)?.[0];
  if (quote === undefined || value.indexOf(quote, 1) !== -1) return index;
  const end = lines.findIndex((line, at) => at > index && line.includes(quote));
  if (end === -1) throw new UsageError(`${path}:${index + 1}: this ${quote} is never closed`);
  return end;
};

/** A profile: `NAME=value` lines in .env format. Where Node's reader passes over a line that it does not understand, this is an error. */
export const readProfile = (path: string): Record<string, string> => {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(`profile ${path} cannot be read: ${(error as Error).message}`);
  }
  const lines = text.split(/\r?\n/);
  for (let index = 0; index < lines.length; index++) {
    const line = (lines[index] as string).trim();
    if (line === '' || line.startsWith('#')) continue;
    const value = assignment.exec(line)?.[1];
    if (value === undefined) throw new UsageError(`${path}:${index + 1}: it is NAME=value, a comment or an empty line`);
    index = endOfValue(lines, index, value, path);
  }
  return parseEnv(text) as Record<string, string>;
};
