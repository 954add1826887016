import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createCertificate } from '../../../../../sandbox/emulators/mysql/tls/certificate.ts';
import { serveStandIn } from '../server/served.ts';

test('a certificate for localhost that signs itself', async () => {
  const nowMs = Date.UTC(2026, 10, 22);
  const certificate = new X509Certificate((await createCertificate(nowMs)).certificatePem);
  expect(certificate.verify(certificate.publicKey)).toBe(true);
  expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
  expect(certificate.checkHost('localhost')).toBe('localhost');
  expect(certificate.ca).toBe(true);
  expect(new Date(certificate.validFrom).getTime()).toBeLessThan(nowMs);
  expect(new Date(certificate.validTo).getTime()).toBeGreaterThan(nowMs + 300 * 24 * 3600 * 1000);
});

test('a client that is given the certificate verifies it, and it stays the same', async () => {
  const served = await serveStandIn();
  try {
    await served.connect({ ssl: { rejectUnauthorized: false } });
    const pem = readFileSync(join(served.dataDir, 'server-cert.pem'), 'utf8');
    const connection = await served.connect({ ssl: { ca: pem } });
    expect((await connection.query('SELECT 1'))[0]).toEqual([{ 1: 1 }]);
    await expect(served.connect({ ssl: {} })).rejects.toThrow(/self-signed/);
  } finally {
    await served.stop();
  }
});
