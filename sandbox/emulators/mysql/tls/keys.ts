import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSecureContext, type SecureContext } from 'node:tls';
import { promisify } from 'node:util';
import type { Clock } from '../../../core/clock.ts';
import { createCertificate } from './certificate.ts';

/** The server's keys. Each is made when a client first asks for it (an RSA key takes a while) and kept in the data directory. */
export type Keys = {
  /** For TLS: `server.pem`, key and certificate; `server-cert.pem` is for clients that want to verify it. */
  secureContext(): Promise<SecureContext>;
  /** For passwords without TLS: `private_key.pem`. */
  passwordKey(): Promise<KeyObject>;
};

const rsaBits = 2048;

const readIfThere = async (path: string): Promise<string | undefined> => {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
};

// Whole or not at all: a crash while it is written leaves no half of a key.
const writeWhole = async (path: string, contents: string): Promise<void> => {
  await writeFile(`${path}.new`, contents, { mode: 0o600 });
  await rename(`${path}.new`, path);
};

const once = <T>(make: () => Promise<T>): (() => Promise<T>) => {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make().catch((error) => {
      made = undefined;
      throw error;
    });
    return made;
  };
};

export const openKeys = (dataDir: string, clock: Clock): Keys => {
  const path = (name: string) => join(dataDir, name);

  // Key and certificate are one file, so that a crash between two cannot part them.
  const secureContext = async (): Promise<SecureContext> => {
    const kept = await readIfThere(path('server.pem'));
    if (kept !== undefined) return createSecureContext({ key: kept, cert: kept });
    const { keyPem, certificatePem } = await createCertificate(clock.nowMs());
    await mkdir(dataDir, { recursive: true });
    await writeWhole(path('server.pem'), `${keyPem}${certificatePem}`);
    await writeWhole(path('server-cert.pem'), certificatePem);
    return createSecureContext({ key: keyPem, cert: certificatePem });
  };

  const passwordKey = async (): Promise<KeyObject> => {
    const kept = await readIfThere(path('private_key.pem'));
    if (kept !== undefined) return createPrivateKey(kept);
    const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: rsaBits });
    await mkdir(dataDir, { recursive: true });
    await writeWhole(path('private_key.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
    return privateKey;
  };

  return { secureContext: once(secureContext), passwordKey: once(passwordKey) };
};

export const publicPem = (key: KeyObject): string =>
  createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString();
