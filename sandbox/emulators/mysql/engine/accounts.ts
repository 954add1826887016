import { createHash } from 'node:crypto';
import { mysqlError } from '../errors.ts';
import type { Account, Accounts } from './types.ts';

/** An account with what it may do. Privileges are upper case, as in GRANT. */
export type StoredAccount = {
  user: string;
  host: string;
  plugin: Account['plugin'];
  passwordHash: Uint8Array;
  locked: boolean;
  global: Set<string>;
  schemas: Map<string, Set<string>>;
  /** By 'schema.table'. */
  tables: Map<string, Set<string>>;
};

export type AccountStore = { readonly accounts: Map<string, StoredAccount> };

export const accountKey = (user: string, host: string): string => `${user}@${host.toLowerCase()}`;

export const newAccountStore = (): AccountStore => ({ accounts: new Map() });

const digest = (algorithm: string, ...parts: readonly (string | Uint8Array)[]): Buffer => {
  const hash = createHash(algorithm);
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/** What is kept of a password: enough to check a scramble, not to log in with. */
export const hashPassword = (plugin: Account['plugin'], password: string): Uint8Array => {
  if (password === '') return new Uint8Array(0);
  const algorithm = plugin === 'caching_sha2_password' ? 'sha256' : 'sha1';
  return digest(algorithm, digest(algorithm, password));
};

/** As `IDENTIFIED WITH … AS '…'` writes it. The server's own form of caching_sha2 (salt and 5,000 rounds) could not check a fast login. */
export const hashText = (account: Pick<StoredAccount, 'plugin' | 'passwordHash'>): string => {
  if (account.passwordHash.length === 0) return '';
  const hex = Buffer.from(account.passwordHash).toString('hex').toUpperCase();
  return account.plugin === 'caching_sha2_password' ? `$S$${hex}` : `*${hex}`;
};

export const readHash = (plugin: Account['plugin'], text: string): Uint8Array => {
  if (text === '') return new Uint8Array(0);
  const match =
    plugin === 'caching_sha2_password' ? /^\$S\$([0-9A-F]{64})$/i.exec(text) : /^\*([0-9A-F]{40})$/i.exec(text);
  if (!match) throw mysqlError('ER_PASSWD_LENGTH', plugin === 'caching_sha2_password' ? 64 : 41);
  return Buffer.from(match[1] as string, 'hex');
};

export const newAccount = (
  user: string,
  host: string,
  plugin: Account['plugin'],
  passwordHash: Uint8Array,
): StoredAccount => ({
  user,
  host,
  plugin,
  passwordHash,
  locked: false,
  global: new Set(),
  schemas: new Map(),
  tables: new Map(),
});

const hostPattern = (host: string): RegExp =>
  new RegExp(
    `^${host
      .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
      .replaceAll('%', '.*')
      .replaceAll('_', '.')}$`,
    'i',
  );

// Without wildcards first, then by how much stands before the first wildcard.
const specificity = (host: string): number => {
  const wildcard = host.search(/[%_]/);
  return wildcard < 0 ? 1000 : wildcard;
};

export const findAccount = (store: AccountStore, user: string, host: string): StoredAccount | undefined => {
  const matching = [...store.accounts.values()].filter(
    (account) => (account.user === user || account.user === '') && hostMatches(account.host, host),
  );
  return matching.sort(
    (one, other) => specificity(other.host) - specificity(one.host) || other.user.length - one.user.length,
  )[0];
};

// localhost is the loopback address, as for a server that does not resolve names but listens there.
const hostMatches = (pattern: string, host: string): boolean => {
  const expression = hostPattern(pattern);
  if (expression.test(host)) return true;
  const loopback = ['localhost', '127.0.0.1', '::1'];
  return loopback.includes(host) && loopback.includes(pattern);
};

/** What the wire sees of the store. */
export const accountsView = (store: AccountStore): Accounts => ({
  find: (user, host) => findAccount(store, user, host),
});
