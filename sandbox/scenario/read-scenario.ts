import { readFileSync } from 'node:fs';
import { isNode, LineCounter, parseDocument } from 'yaml';
import { UsageError } from '../core/usage-error.ts';
import { type Scenario, scenarioSchema } from './scenario.ts';

const readText = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(
      `${file}: ${(error as NodeJS.ErrnoException).code === 'ENOENT' ? 'no such file' : (error as Error).message}`,
    );
  }
};

/** Reads a scenario file; a mistake is an error that names file, line and field. */
export const readScenario = (file: string): Scenario => {
  const text = readText(file);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [syntaxError] = document.errors;
  if (syntaxError) {
    throw new UsageError(`${file}:${syntaxError.linePos?.[0].line ?? 1}: ${syntaxError.message.split('\n')[0]}`);
  }
  const result = scenarioSchema.safeParse(document.toJS());
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = issue?.path ?? [];
  // The deepest node of the path that the file has: a missing field is told at what misses it.
  let line = 1;
  for (let depth = path.length; depth >= 0; depth--) {
    const node = document.getIn(path.slice(0, depth), true);
    if (isNode(node) && node.range) {
      line = lines.linePos(node.range[0]).line;
      break;
    }
  }
  throw new UsageError(`${file}:${line}: ${path.join('.') || 'scenario'}: ${issue?.message ?? 'not a scenario'}`);
};
