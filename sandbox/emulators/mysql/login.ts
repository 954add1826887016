import { constants, type KeyObject, privateDecrypt, randomBytes } from 'node:crypto';
import {
  cachingSha2,
  cachingSha2Hash,
  cachingSha2Password,
  maskPassword,
  nativePassword,
  provesCachingSha2,
  provesNative,
} from '../../wire/mysql/authentication.ts';
import { MalformedPacket } from '../../wire/mysql/bytes.ts';
import { capability, hasFlag, serverStatus } from '../../wire/mysql/flags.ts';
import {
  challengeBytes,
  decodeHandshakeResponse,
  encodeAuthMoreData,
  encodeAuthSwitchRequest,
  encodeHandshake,
  type HandshakeResponse,
  isTlsRequest,
} from '../../wire/mysql/handshake.ts';
import type { Channel } from './channel.ts';
import type { Connection } from './connection.ts';
import type { Account, Session } from './engine/types.ts';
import { type MysqlError, mysqlError } from './errors.ts';
import { closeStatements } from './open-statements.ts';
import { type Keys, publicPem } from './tls/keys.ts';

// The connection phase: handshake, TLS when asked for, proof of the password by the account's plug-in, session.
// https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase.html

/** What the server can. Not: compression, LOAD DATA LOCAL (both would have to be refused), query attributes, optional metadata. */
const serverCapabilities =
  (capability.longPassword |
    capability.foundRows |
    capability.longFlag |
    capability.connectWithDatabase |
    capability.odbc |
    capability.ignoreSpace |
    capability.protocol41 |
    capability.interactive |
    capability.tls |
    capability.ignoreSigpipe |
    capability.transactions |
    capability.secureConnection |
    capability.multiStatements |
    capability.multiResults |
    capability.preparedMultiResults |
    capability.pluginAuthentication |
    capability.connectAttributes |
    capability.lengthEncodedAuthentication |
    capability.expiredPasswords |
    capability.sessionTrack |
    capability.deprecateEof) >>>
  0;

const utf8mb4Default = 255;

/** Bytes of 1 to 127, as mysqld draws them: some clients read the challenge as text that ends with 0. */
const createChallenge = (): Buffer => Buffer.from(randomBytes(challengeBytes).map((byte) => (byte % 127) + 1));

/** Who logs in, and the proof that came with the name. */
type Credentials = {
  user: string;
  token: Buffer;
  /** The plug-in that the token was made by; a client that names none speaks the native one. */
  plugin: string;
};

/** Where the exchange takes place. */
type Exchange = Pick<Connection, 'server' | 'channel' | 'host' | 'address' | 'capabilities'>;

const denied = (user: string, host: string, withPassword: boolean): MysqlError =>
  mysqlError('ER_ACCESS_DENIED_ERROR', user, host, withPassword ? 'YES' : 'NO');

// A client without a password sends nothing, or one 0.
const trimToken = (token: Buffer): Buffer => (token.length === 1 && token[0] === 0 ? token.subarray(1) : token);

const withoutEnd = (password: Buffer): Buffer => (password.at(-1) === 0 ? password.subarray(0, -1) : password);

const decrypt = (key: KeyObject, bytes: Buffer): Buffer | undefined => {
  try {
    return privateDecrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING }, bytes);
  } catch {
    return undefined;
  }
};

const receivePassword = async (channel: Channel, keys: Keys, challenge: Uint8Array): Promise<Buffer | undefined> => {
  channel.send(encodeAuthMoreData(Uint8Array.of(cachingSha2.performFullAuthentication)));
  let answer = await channel.receive();
  if (channel.isSecure()) return withoutEnd(answer);
  const key = await keys.passwordKey();
  if (answer.length === 1 && answer[0] === cachingSha2.requestPublicKey) {
    channel.send(encodeAuthMoreData(Buffer.from(publicPem(key))));
    answer = await channel.receive();
  }
  const masked = decrypt(key, answer);
  return masked && withoutEnd(maskPassword(masked, challenge));
};

// The fast way needs SHA256(SHA256(password)) alone, which the server always has. The full way (cleartext by TLS or RSA) follows a
// token that proves nothing, as in mysqld: it then decides.
const provesBySha2 = async (
  { channel, server }: Exchange,
  token: Buffer,
  challenge: Uint8Array,
  kept: Uint8Array,
): Promise<boolean> => {
  if (token.length === 0) return kept.length === 0;
  if (provesCachingSha2(token, challenge, kept)) {
    channel.send(encodeAuthMoreData(Uint8Array.of(cachingSha2.fastAuthenticationSuccess)));
    return true;
  }
  const password = await receivePassword(channel, server.keys, challenge);
  return password !== undefined && kept.length > 0 && cachingSha2Hash(password).equals(kept);
};

/** Nobody's password: a name without an account goes through the same exchange as one with it. */
const nobody = { plugin: cachingSha2Password, passwordHash: randomBytes(32), locked: false } as const;

const findAccount = ({ server, host, address }: Exchange, user: string): Account | undefined =>
  server.engine.accounts.find(user, host) ?? server.engine.accounts.find(user, address);

/**
 * Checks the password by the account's plug-in, which the client is asked to switch to when its token is another's. Gives the account and
 * the last challenge, or throws 1045.
 */
export const authenticate = async (
  exchange: Exchange,
  credentials: Credentials,
  firstChallenge: Uint8Array,
): Promise<{ account: Account; challenge: Uint8Array }> => {
  const { channel, capabilities, host } = exchange;
  const account = findAccount(exchange, credentials.user);
  const { plugin, passwordHash, locked } = account ?? nobody;
  let token = trimToken(credentials.token);
  let challenge = firstChallenge;
  if (credentials.plugin !== plugin) {
    if (!hasFlag(capabilities, capability.pluginAuthentication)) throw mysqlError('ER_NOT_SUPPORTED_AUTH_MODE');
    challenge = createChallenge();
    channel.send(encodeAuthSwitchRequest({ plugin, challenge }));
    token = trimToken(await channel.receive());
  }
  const proven =
    plugin === nativePassword
      ? provesNative(token, challenge, passwordHash)
      : await provesBySha2(exchange, token, challenge, passwordHash);
  if (!proven || !account) throw denied(credentials.user, host, token.length > 0);
  if (locked) throw mysqlError('ER_ACCOUNT_HAS_BEEN_LOCKED', credentials.user, host);
  return { account, challenge };
};

const decodeResponse = (payload: Buffer): HandshakeResponse => {
  try {
    return decodeHandshakeResponse(payload);
  } catch (error) {
    if (error instanceof MalformedPacket) throw mysqlError('ER_HANDSHAKE_ERROR');
    throw error;
  }
};

const receiveResponse = async (channel: Channel, keys: Keys): Promise<HandshakeResponse> => {
  const first = await channel.receive();
  if (!isTlsRequest(first)) return decodeResponse(first);
  await channel.secure(await keys.secureContext());
  return decodeResponse(await channel.receive());
};

/** Opens the session of someone who has proven who he is. Throws 1049 or 1044 for a database that cannot be used. */
export const openSession = (
  connection: Connection,
  who: { account: Account; user: string; database: string | undefined; charset: number },
): Session => {
  const { server, id, host, port, capabilities } = connection;
  return server.engine.openSession({
    connectionId: id,
    account: who.account,
    user: who.user,
    host,
    port,
    database: who.database ?? null,
    charset: who.charset,
    multiStatements: hasFlag(capabilities, capability.multiStatements),
    foundRows: hasFlag(capabilities, capability.foundRows),
    ignoreSpace: hasFlag(capabilities, capability.ignoreSpace),
    onKilled: () => connection.stopping.abort(),
  });
};

/** Rolls back what the client has left open. May be called again. */
export const endSession = (connection: Connection): void => {
  if (!connection.isLoggedIn) return;
  connection.isLoggedIn = false;
  closeStatements(connection);
  connection.session.close();
};

/** The whole connection phase but the OK at its end. Throws MysqlError, whose packet is the last one the client gets. */
export const login = async (connection: Connection): Promise<void> => {
  const { server, channel } = connection;
  const challenge = createChallenge();
  channel.send(
    encodeHandshake({
      serverVersion: server.engine.version,
      connectionId: connection.id,
      challenge,
      capabilities: serverCapabilities,
      charset: utf8mb4Default,
      status: serverStatus.autocommit,
      plugin: cachingSha2Password,
    }),
  );
  const response = await receiveResponse(channel, server.keys);
  connection.capabilities = (response.capabilities & serverCapabilities) >>> 0;
  const { user, token, database, charset, plugin = nativePassword } = response;
  const authenticated = await authenticate(connection, { user, token, plugin }, challenge);
  connection.challenge = authenticated.challenge;
  connection.session = openSession(connection, { account: authenticated.account, user, database, charset });
  connection.isLoggedIn = true;
};
