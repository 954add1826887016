import { UsageError } from '../core/usage-error.ts';
import type { Address } from './component.ts';

/** How an account is logged in to: the drivers' own words for `authenticator`. */
export const authenticators = [
  'SNOWFLAKE',
  'SNOWFLAKE_JWT',
  'EXTERNALBROWSER',
  'OAUTH',
  'PROGRAMMATIC_ACCESS_TOKEN',
  'USERNAME_PASSWORD_MFA',
] as const;
export type Authenticator = (typeof authenticators)[number];

/** Names beside account and user that a session of an account can be told by. */
export const snowflakeSessionNames = [
  'SNOWFLAKE_AUTHENTICATOR',
  'SNOWFLAKE_PASSWORD',
  'SNOWFLAKE_PRIVATE_KEY_FILE',
  'SNOWFLAKE_PRIVATE_KEY_PASSPHRASE',
  'SNOWFLAKE_TOKEN',
  'SNOWFLAKE_HOST',
  'SNOWFLAKE_PORT',
  'SNOWFLAKE_PROTOCOL',
  'SNOWFLAKE_ROLE',
  'SNOWFLAKE_SCHEMA',
] as const;

const guessed = (environment: Address): Authenticator => {
  if (environment['SNOWFLAKE_PRIVATE_KEY_FILE']) return 'SNOWFLAKE_JWT';
  return environment['SNOWFLAKE_TOKEN'] && !environment['SNOWFLAKE_PASSWORD']
    ? 'PROGRAMMATIC_ACCESS_TOKEN'
    : 'SNOWFLAKE';
};

/** As told, or by what is given: a key pair, a token, else a password. */
export const authenticatorOf = (environment: Address): Authenticator => {
  const told = environment['SNOWFLAKE_AUTHENTICATOR'];
  if (!told) return guessed(environment);
  const found = authenticators.find((name) => name === told.toUpperCase());
  if (found) return found;
  throw new UsageError(`SNOWFLAKE_AUTHENTICATOR is ${told}; it can be ${authenticators.join(', ')}`);
};
