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

/** One run of a statement. */
export type Statement = ValueContext & {
  readonly server: Server;
  readonly session: SessionState;
  readonly parameters: readonly Parameter[] | null;
  readonly read: ReadMode;
  /** Values of user variables before this statement, for running it again after a wait. */
  readonly assigned: Map<string, SessionState['userVariables'] extends Map<string, infer V> ? V | undefined : never>;
};
