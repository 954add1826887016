import type { Clock } from '../../core/clock.ts';
import type { Emit } from '../../core/events.ts';
import type { ParameterType } from '../../wire/mysql/statements.ts';
import type { Channel } from './channel.ts';
import type { Engine, PreparedStatement, RowsResult, Session } from './engine/types.ts';
import type { Keys } from './tls/keys.ts';

/** What all connections of one server share. */
export type Server = {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly emit: Emit;
  readonly keys: Keys;
  readonly startedMs: number;
  /** Commands served so far, for COM_STATISTICS. */
  questions: number;
  /** Prepared statements open in all sessions, for max_prepared_stmt_count. */
  preparedCount: number;
  readonly connections: Map<number, Connection>;
};

/** `isTooLong` is set, and the pieces dropped, when they pass max_allowed_packet. */
export type LongData = { pieces: Buffer[]; sizeBytes: number; isTooLong: boolean };

/** A statement of COM_STMT_PREPARE, and what the client has sent ahead for its next execution. */
export type OpenStatement = {
  readonly id: number;
  readonly prepared: PreparedStatement;
  types: readonly ParameterType[] | undefined;
  /** What COM_STMT_SEND_LONG_DATA has brought, by the number of the parameter. */
  readonly longData: Map<number, LongData>;
  /** Rows that wait for COM_STMT_FETCH. */
  cursor: { result: RowsResult; nextRow: number } | undefined;
};

/** One client. */
export type Connection = {
  readonly server: Server;
  readonly id: number;
  readonly channel: Channel;
  /** 'localhost' for the loopback address, as a server that resolves names finds it. */
  readonly host: string;
  readonly address: string;
  readonly port: number;
  /** Bits of `capability` that both sides have. */
  capabilities: number;
  /** Of the last login exchange. */
  challenge: Uint8Array;
  /** Of the last login. Asking for it before that is a bug. */
  session: Session;
  isLoggedIn: boolean;
  readonly statements: Map<number, OpenStatement>;
  nextStatementId: number;
  /** Who dumps the binlog over this connection: a second dump of the same replica ends the first. */
  replica: { serverId: number; uuid: string } | undefined;
  /** Aborted by KILL or by the server's stop: a dump ends, and no further command is served. */
  readonly stopping: AbortController;
  /** Since when the client has been silent: before it logged in, or between two commands. */
  silentSinceMs: number | undefined;
  /** Set by what makes this command the last one. */
  isEnding: boolean;
  /** Settles when nothing is done for this client any more. */
  served: Promise<void>;
};
