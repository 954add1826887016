import { UsageError } from '../core/usage-error.ts';
import type { Address } from './component.ts';
import { fileNamedBy } from './kafka-options.ts';

/** The words of MySQL's own clients (`--ssl-mode`). */
const sslModes = ['DISABLED', 'PREFERRED', 'REQUIRED', 'VERIFY_CA', 'VERIFY_IDENTITY'];

export const mysqlSecurityNames = ['MYSQL_SSL_MODE', 'MYSQL_SSL_CA', 'MYSQL_SSL_CERT', 'MYSQL_SSL_KEY'] as const;

type Tls = {
  ca?: string;
  cert?: string;
  key?: string;
  rejectUnauthorized: boolean;
  verifyIdentity: boolean;
};

const tlsOf = (address: Address): Tls | undefined => {
  const ca = fileNamedBy('MYSQL_SSL_CA', address);
  const mode = (address['MYSQL_SSL_MODE'] || (ca === undefined ? 'DISABLED' : 'VERIFY_CA')).toUpperCase();
  if (!sslModes.includes(mode))
    throw new UsageError(`MYSQL_SSL_MODE is ${mode}; it can be DISABLED, REQUIRED, VERIFY_CA, VERIFY_IDENTITY`);
  if (mode === 'PREFERRED')
    throw new UsageError('MYSQL_SSL_MODE=PREFERRED may fall back to plain text unseen: say REQUIRED or DISABLED');
  if (mode === 'DISABLED') return undefined;
  const cert = fileNamedBy('MYSQL_SSL_CERT', address);
  const key = fileNamedBy('MYSQL_SSL_KEY', address);
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    rejectUnauthorized: mode !== 'REQUIRED',
    verifyIdentity: mode === 'VERIFY_IDENTITY',
  };
};

/** How mysql2 connects to the server at this address. */
export const mysqlOptions = (address: Address) => {
  const ssl = tlsOf(address);
  return {
    host: address['MYSQL_HOST'] as string,
    port: Number(address['MYSQL_PORT']),
    user: address['MYSQL_USER'] as string,
    password: address['MYSQL_PASSWORD'] as string,
    ...(ssl === undefined ? {} : { ssl }),
  };
};
