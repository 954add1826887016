import { timingSafeEqual } from 'node:crypto';
import { SnowflakeError } from '../errors.ts';
import type { Store } from '../storage/store.ts';
import type { Transactions } from '../storage/transaction.ts';
import {
  createSession,
  masterValiditySeconds,
  newToken,
  type Session,
  type SessionStart,
  sessionValiditySeconds,
} from './session.ts';

export type Sessions = {
  open(start: SessionStart): Session;
  byToken(token: string | undefined): Session;
  /** A new session token for a master token. */
  renew(masterToken: string | undefined): Session;
  /** Rolls back what is open. */
  end(session: Session): Promise<void>;
  all(): readonly Session[];
  onEnd(listener: (session: Session) => Promise<void>): void;
  endAll(): Promise<void>;
};

const sessionsAtMost = 1_000;

const sameText = (left: string, right: string): boolean => {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
};

export const checkPassword = (
  users: readonly { name: string; password: string }[],
  name: string,
  password: string,
): string => {
  const user = users.find((candidate) => candidate.name.toUpperCase() === name.toUpperCase());
  if (!user || !sameText(user.password, password)) {
    throw new SnowflakeError('390100', 'Incorrect username or password was specified.');
  }
  return user.name.toUpperCase();
};

const sessionGone = (): SnowflakeError =>
  new SnowflakeError(
    '390104',
    'ID Token is invalid. Session no longer exists. New login required to access the service.',
  );

export const createSessions = (store: Store, transactions: Transactions, nowMs: () => number): Sessions => {
  const byToken = new Map<string, Session>();
  const byMaster = new Map<string, Session>();
  const listeners: ((session: Session) => Promise<void>)[] = [];

  const end = async (session: Session): Promise<void> => {
    byToken.delete(session.token);
    byMaster.delete(session.masterToken);
    await session.oneAtATime(async () => {
      if (session.transaction) await transactions.rollback(session.transaction, await session.connection());
      session.transaction = undefined;
      for (const listener of listeners) await listener(session);
      await session.close();
    });
  };
  return {
    open: (start) => {
      // A client that never said goodbye holds its session until that has expired.
      for (const session of byToken.values()) if (session.masterEndsMs < nowMs()) void end(session).catch(() => {});
      if (byToken.size >= sessionsAtMost) {
        throw new SnowflakeError('390195', `The sandbox holds at most ${sessionsAtMost} sessions at a time.`);
      }
      const session = createSession(store, start, nowMs());
      byToken.set(session.token, session);
      byMaster.set(session.masterToken, session);
      return session;
    },
    byToken: (token) => {
      const session = token === undefined ? undefined : byToken.get(token);
      if (!session) throw sessionGone();
      if (session.tokenEndsMs < nowMs()) {
        throw new SnowflakeError('390112', 'Session token has expired. Please renew your session.');
      }
      return session;
    },
    renew: (masterToken) => {
      const session = masterToken === undefined ? undefined : byMaster.get(masterToken);
      if (!session) throw sessionGone();
      if (session.masterEndsMs < nowMs()) {
        throw new SnowflakeError('390114', 'Authentication token has expired.  The user must authenticate again.');
      }
      byToken.delete(session.token);
      byMaster.delete(session.masterToken);
      session.token = newToken();
      session.masterToken = newToken();
      session.tokenEndsMs = nowMs() + sessionValiditySeconds * 1000;
      session.masterEndsMs = nowMs() + masterValiditySeconds * 1000;
      byToken.set(session.token, session);
      byMaster.set(session.masterToken, session);
      return session;
    },
    end,
    all: () => [...byToken.values()],
    onEnd: (listener) => void listeners.push(listener),
    endAll: async () => {
      await Promise.allSettled([...byToken.values()].map(end));
    },
  };
};
