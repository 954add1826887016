import { generateKeyPair, type KeyObject, randomBytes, sign } from 'node:crypto';
import { promisify } from 'node:util';
import {
  bits,
  boolean,
  context,
  contextPrimitive,
  integer,
  objectIdentifier,
  octets,
  sequence,
  set,
  text,
  time,
} from './der.ts';

export type Certificate = { keyPem: string; certificatePem: string };

const tenYearsMs = 10 * 365 * 24 * 3600 * 1000;
const oneDayMs = 24 * 3600 * 1000;

const object = {
  commonName: '2.5.4.3',
  subjectAlternativeName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
} as const;

const name = (commonName: string): Buffer =>
  sequence(set(sequence(objectIdentifier(object.commonName), text(commonName))));

const extension = (id: string, value: Uint8Array): Buffer => sequence(objectIdentifier(id), octets(value));

const pem = (der: Uint8Array): string => {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
};

const unsigned = (publicKey: KeyObject, nowMs: number): Buffer => {
  const serial = randomBytes(16);
  serial[0] = ((serial[0] as number) & 0x3f) | 0x40;
  const names = sequence(
    contextPrimitive(2, Buffer.from('localhost')),
    contextPrimitive(7, Buffer.from([127, 0, 0, 1])),
  );
  return sequence(
    context(0, integer(Buffer.from([2]))),
    integer(serial),
    sequence(objectIdentifier(object.ecdsaWithSha256)),
    name('Sluicebox MySQL'),
    sequence(time(nowMs - oneDayMs), time(nowMs + tenYearsMs)),
    name('Sluicebox MySQL'),
    publicKey.export({ type: 'spki', format: 'der' }),
    context(
      3,
      sequence(
        extension(object.basicConstraints, sequence(boolean(true))),
        extension(object.subjectAlternativeName, names),
      ),
    ),
  );
};

/** A self-signed certificate for localhost on a P-256 key, as mysqld makes one for itself when it is given none (RFC 5280). */
export const createCertificate = async (nowMs: number): Promise<Certificate> => {
  const { privateKey, publicKey } = await promisify(generateKeyPair)('ec', { namedCurve: 'P-256' });
  const contents = unsigned(publicKey, nowMs);
  const signature = sign('sha256', contents, privateKey);
  const certificate = sequence(contents, sequence(objectIdentifier(object.ecdsaWithSha256)), bits(signature));
  return { keyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), certificatePem: pem(certificate) };
};
