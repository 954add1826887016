import { createHash } from 'node:crypto';

// Both plug-ins prove the password by a token that is its hash, masked with a hash of the challenge and what the server keeps:
// https://dev.mysql.com/doc/dev/mysql-server/latest/page_caching_sha2_authentication_exchanges.html
// https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase_authentication_methods_native_password_authentication.html

export const cachingSha2Password = 'caching_sha2_password';
export const nativePassword = 'mysql_native_password';

/** What caching_sha2_password says after the token. */
export const cachingSha2 = { requestPublicKey: 2, fastAuthenticationSuccess: 3, performFullAuthentication: 4 } as const;

const hash = (algorithm: 'sha1' | 'sha256', ...parts: readonly (Uint8Array | string)[]): Buffer => {
  const hashing = createHash(algorithm);
  for (const part of parts) hashing.update(part);
  return hashing.digest();
};

const xor = (left: Uint8Array, right: Uint8Array): Buffer =>
  Buffer.from(left.map((byte, index) => byte ^ (right[index % right.length] as number)));

/** What the server keeps of a password: SHA256(SHA256(password)). */
export const cachingSha2Hash = (password: string | Uint8Array): Buffer => hash('sha256', hash('sha256', password));

/** What the server keeps of a password: SHA1(SHA1(password)). */
export const nativeHash = (password: string | Uint8Array): Buffer => hash('sha1', hash('sha1', password));

export const cachingSha2Token = (password: string, challenge: Uint8Array): Buffer =>
  password === ''
    ? Buffer.alloc(0)
    : xor(hash('sha256', password), hash('sha256', cachingSha2Hash(password), challenge));

export const nativeToken = (password: string, challenge: Uint8Array): Buffer =>
  password === '' ? Buffer.alloc(0) : xor(hash('sha1', password), hash('sha1', challenge, nativeHash(password)));

const sameBytes = (left: Uint8Array, right: Uint8Array): boolean => Buffer.compare(left, right) === 0;

/** Does the token prove the password that `kept` was made from? An empty `kept` is an account without a password. */
export const provesCachingSha2 = (token: Uint8Array, challenge: Uint8Array, kept: Uint8Array): boolean => {
  if (kept.length === 0 || token.length === 0) return kept.length === token.length;
  if (token.length !== 32) return false;
  return sameBytes(hash('sha256', xor(token, hash('sha256', kept, challenge))), kept);
};

export const provesNative = (token: Uint8Array, challenge: Uint8Array, kept: Uint8Array): boolean => {
  if (kept.length === 0 || token.length === 0) return kept.length === token.length;
  if (token.length !== 20) return false;
  return sameBytes(hash('sha1', xor(token, hash('sha1', challenge, kept))), kept);
};

/** A password on its way to be encrypted with the server's public key, or just decrypted: masked with the challenge. */
export const maskPassword = (password: Uint8Array, challenge: Uint8Array): Buffer => xor(password, challenge);
