import { ConnectError } from '../connect-errors.ts';

const describe = (error: unknown): string => {
  if (error instanceof ConnectError) return `${error.javaClass}: ${error.message}`;
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
};

/** What GET …/status shows as `trace`: the chain of causes in the real worker's form, without frames (they would be another program's). */
export const javaTrace = (error: unknown): string => {
  let trace = describe(error);
  let cause = error instanceof Error ? error.cause : undefined;
  for (let depth = 0; cause !== undefined && depth < 10; depth++) {
    trace += `\nCaused by: ${describe(cause)}`;
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  return `${trace}\n`;
};
