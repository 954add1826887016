import {
  MalformedPacket,
  type Reader,
  readBytes,
  readerOf,
  readInt1,
  readInt2,
  readInt4,
  readLengthEncodedBytes,
  readNullTerminated,
  readRest,
  remainingBytes,
  take,
  type Writer,
  writeBytes,
  writeInt1,
  writeInt2,
  writeInt4,
  writeLengthEncodedBytes,
  writeLengthEncodedText,
  writeNullTerminated,
  writerOf,
  writeZeros,
} from './bytes.ts';
import { capability, hasFlag } from './flags.ts';

export const challengeBytes = 20;
const firstChallengeBytes = 8;

/** Protocol::HandshakeV10, the server's first words. */
export type Handshake = {
  serverVersion: string;
  connectionId: number;
  /** 20 bytes, none of them 0. */
  challenge: Uint8Array;
  capabilities: number;
  /** Low byte of the server's default collation. */
  charset: number;
  status: number;
  plugin: string;
};

export const encodeHandshake = (handshake: Handshake): Buffer => {
  const writer = writerOf();
  writeInt1(writer, 10);
  writeNullTerminated(writer, handshake.serverVersion);
  writeInt4(writer, handshake.connectionId);
  writeBytes(writer, handshake.challenge.subarray(0, firstChallengeBytes));
  writeInt1(writer, 0);
  writeInt2(writer, handshake.capabilities);
  writeInt1(writer, handshake.charset);
  writeInt2(writer, handshake.status);
  writeInt2(writer, handshake.capabilities >>> 16);
  writeInt1(writer, challengeBytes + 1);
  writeZeros(writer, 10);
  writeBytes(writer, handshake.challenge.subarray(firstChallengeBytes));
  writeInt1(writer, 0);
  writeNullTerminated(writer, handshake.plugin);
  return take(writer);
};

export const decodeHandshake = (payload: Buffer): Handshake => {
  const reader = readerOf(payload);
  const version = readInt1(reader);
  if (version !== 10) throw new MalformedPacket(`handshake version ${version}`);
  const serverVersion = readNullTerminated(reader).toString();
  const connectionId = readInt4(reader);
  const first = readBytes(reader, firstChallengeBytes);
  readInt1(reader);
  const lowCapabilities = readInt2(reader);
  const charset = readInt1(reader);
  const status = readInt2(reader);
  const capabilities = (lowCapabilities | (readInt2(reader) << 16)) >>> 0;
  const authenticationBytes = readInt1(reader);
  readBytes(reader, 10);
  const rest = readBytes(reader, Math.max(13, authenticationBytes - firstChallengeBytes));
  const challenge = Buffer.concat([first, rest.subarray(0, challengeBytes - firstChallengeBytes)]);
  const named = hasFlag(capabilities, capability.pluginAuthentication);
  const plugin = named ? readNullTerminated(reader).toString() : 'mysql_native_password';
  return { serverVersion, connectionId, challenge, capabilities, charset, status, plugin };
};

/** Protocol::HandshakeResponse41. */
export type HandshakeResponse = {
  capabilities: number;
  maxPacketBytes: number;
  charset: number;
  user: string;
  token: Buffer;
  database: string | undefined;
  plugin: string | undefined;
  attributes: Readonly<Record<string, string>>;
};

const responseHeaderBytes = 32;

/** Protocol::SSLRequest is a handshake response that ends before the user's name and has CLIENT_SSL set. */
export const isTlsRequest = (payload: Buffer): boolean =>
  payload.length === responseHeaderBytes && hasFlag(payload.readUInt32LE(0), capability.tls);

const decodeAttributes = (bytes: Buffer): Record<string, string> => {
  const reader = readerOf(bytes);
  const attributes: Record<string, string> = {};
  while (remainingBytes(reader) > 0) {
    const name = readLengthEncodedBytes(reader).toString();
    attributes[name] = readLengthEncodedBytes(reader).toString();
  }
  return attributes;
};

const readToken = (reader: Reader, capabilities: number): Buffer => {
  if (hasFlag(capabilities, capability.lengthEncodedAuthentication)) return readLengthEncodedBytes(reader);
  if (hasFlag(capabilities, capability.secureConnection)) return readBytes(reader, readInt1(reader));
  return readNullTerminated(reader);
};

export const decodeHandshakeResponse = (payload: Buffer): HandshakeResponse => {
  const reader = readerOf(payload);
  const capabilities = readInt4(reader);
  if (!hasFlag(capabilities, capability.protocol41)) throw new MalformedPacket('a client from before 4.1');
  const maxPacketBytes = readInt4(reader);
  const charset = readInt1(reader);
  readBytes(reader, 23);
  const user = readNullTerminated(reader).toString();
  const token = readToken(reader, capabilities);
  const withDatabase = hasFlag(capabilities, capability.connectWithDatabase) && remainingBytes(reader) > 0;
  const database = withDatabase ? readNullTerminated(reader).toString() : undefined;
  const withPlugin = hasFlag(capabilities, capability.pluginAuthentication) && remainingBytes(reader) > 0;
  const plugin = withPlugin ? readNullTerminated(reader).toString() : undefined;
  const withAttributes = hasFlag(capabilities, capability.connectAttributes) && remainingBytes(reader) > 0;
  const attributes = withAttributes ? decodeAttributes(readLengthEncodedBytes(reader)) : {};
  return { capabilities, maxPacketBytes, charset, user, token, database: database || undefined, plugin, attributes };
};

const writeAttributes = (writer: Writer, attributes: Readonly<Record<string, string>>): void => {
  const inner = writerOf();
  for (const [name, value] of Object.entries(attributes)) {
    writeLengthEncodedText(inner, name);
    writeLengthEncodedText(inner, value);
  }
  writeLengthEncodedBytes(writer, take(inner));
};

/** Flags that follow from the fields (database, plugin, attributes) are set here; the token travels length-encoded. */
export const encodeHandshakeResponse = (response: HandshakeResponse): Buffer => {
  const { database, plugin, attributes } = response;
  const withAttributes = Object.keys(attributes).length > 0;
  const capabilities =
    response.capabilities |
    capability.protocol41 |
    capability.secureConnection |
    capability.lengthEncodedAuthentication |
    (database === undefined ? 0 : capability.connectWithDatabase) |
    (plugin === undefined ? 0 : capability.pluginAuthentication) |
    (withAttributes ? capability.connectAttributes : 0);
  const writer = writerOf();
  writeInt4(writer, capabilities);
  writeInt4(writer, response.maxPacketBytes);
  writeInt1(writer, response.charset);
  writeZeros(writer, 23);
  writeNullTerminated(writer, response.user);
  writeLengthEncodedBytes(writer, response.token);
  if (database !== undefined) writeNullTerminated(writer, database);
  if (plugin !== undefined) writeNullTerminated(writer, plugin);
  if (withAttributes) writeAttributes(writer, attributes);
  return take(writer);
};

/** COM_CHANGE_USER's body, after the command byte. */
export type ChangeUser = Pick<HandshakeResponse, 'user' | 'token' | 'database' | 'charset' | 'plugin' | 'attributes'>;

export const decodeChangeUser = (body: Buffer, capabilities: number): ChangeUser => {
  const reader = readerOf(body);
  const user = readNullTerminated(reader).toString();
  const secure = hasFlag(capabilities, capability.secureConnection);
  const token = secure ? readBytes(reader, readInt1(reader)) : readNullTerminated(reader);
  const database = readNullTerminated(reader).toString();
  const charset = remainingBytes(reader) >= 2 ? readInt2(reader) : 0;
  const withPlugin = hasFlag(capabilities, capability.pluginAuthentication) && remainingBytes(reader) > 0;
  const plugin = withPlugin ? readNullTerminated(reader).toString() : undefined;
  const withAttributes = hasFlag(capabilities, capability.connectAttributes) && remainingBytes(reader) > 0;
  const attributes = withAttributes ? decodeAttributes(readLengthEncodedBytes(reader)) : {};
  return { user, token, database: database || undefined, charset, plugin, attributes };
};

/** Protocol::AuthSwitchRequest: log in again, by this plug-in. */
export type AuthSwitchRequest = { plugin: string; challenge: Uint8Array };

export const encodeAuthSwitchRequest = ({ plugin, challenge }: AuthSwitchRequest): Buffer => {
  const writer = writerOf();
  writeInt1(writer, 0xfe);
  writeNullTerminated(writer, plugin);
  writeBytes(writer, challenge);
  writeInt1(writer, 0);
  return take(writer);
};

export const decodeAuthSwitchRequest = (payload: Buffer): AuthSwitchRequest => {
  const reader = readerOf(payload, 1);
  const plugin = readNullTerminated(reader).toString();
  const rest = readRest(reader);
  return { plugin, challenge: rest.at(-1) === 0 ? rest.subarray(0, -1) : rest };
};

/** Protocol::AuthMoreData. */
export const encodeAuthMoreData = (data: Uint8Array): Buffer => {
  const writer = writerOf();
  writeInt1(writer, 0x01);
  writeBytes(writer, data);
  return take(writer);
};
