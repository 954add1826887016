import type { ValueContext } from '../context.ts';
import type { Server, SessionState } from '../server-state.ts';
import type { ReadView, Transaction } from '../storage/transaction.ts';
import type { Parameter } from '../types.ts';

/** How a statement reads tables. */
export type ReadMode =
  | { kind: 'view'; view: ReadView }
  /** The newest committed rows and the own ones: writes and locking reads. */
  | { kind: 'current'; transaction: Transaction }
  | { kind: 'uncommitted' };

/** SLEEP and GET_LOCK: pauses of a statement, which is run again from its beginning after each; those taken are passed over. */
export type Pauses = { taken: number; met: number };

/** Thrown out of a statement that pauses. */
export class StatementPaused extends Error {
  readonly seconds: number;

  constructor(seconds: number) {
    super('the statement pauses');
    this.seconds = seconds;
  }
}

/** Pauses the statement, once for each call. */
export const pauseOnce = (pauses: Pauses, seconds: number): void => {
  if (++pauses.met > pauses.taken) throw new StatementPaused(seconds);
};

/** One run of a statement. */
export type Statement = ValueContext & {
  readonly server: Server;
  readonly session: SessionState;
  readonly parameters: readonly Parameter[] | null;
  readonly read: ReadMode;
  readonly pauses: Pauses;
  /** Values of user variables before this statement, for running it again after a wait. */
  readonly assigned: Map<string, SessionState['userVariables'] extends Map<string, infer V> ? V | undefined : never>;
};
