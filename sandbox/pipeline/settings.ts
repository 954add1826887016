import { join } from 'node:path';
import { type Credentials, sandboxCredentials } from '../components/component.ts';
import { readEnvFile, readProfile } from './env-file.ts';
import { type ConnectionRequest, readConnection } from './snowflake-connections.ts';

export type Settings = {
  credentials: Credentials;
  /** Values for `${env:…}`: `.env.example`, then `.env`, a named connection, a profile, `SLUICEBOX_<NAME>`, then --set. */
  environment: Record<string, string>;
};

const prefix = 'SLUICEBOX_';

/** Plain names of the caller's shell are never read: they may hold a production's addresses and keys. */
const prefixed = (shell: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(
    Object.entries(shell).flatMap(([name, value]) =>
      name.startsWith(prefix) && value !== undefined ? [[name.slice(prefix.length), value]] : [],
    ),
  );

/** Files of the user's that tell of systems which run elsewhere. */
export type NamedFiles = {
  /** `NAME=value` lines, as in .env. */
  profile?: string | undefined;
  /** A connection of Snowflake's connections.toml. */
  connection?: ConnectionRequest | undefined;
};

export const readSettings = (
  projectDir: string,
  shell: NodeJS.ProcessEnv,
  set: Readonly<Record<string, string>> = {},
  /** What the artefacts themselves say, weaker than any setting. */
  fromArtefacts: Readonly<Record<string, string>> = {},
  { profile, connection }: NamedFiles = {},
): Settings => {
  const environment = {
    ...fromArtefacts,
    ...readEnvFile(join(projectDir, '.env.example')),
    ...readEnvFile(join(projectDir, '.env')),
    ...(connection ? readConnection(connection) : {}),
    ...(profile === undefined ? {} : readProfile(profile)),
    ...prefixed(shell),
    ...set,
  };
  const credentials = Object.fromEntries(
    Object.entries(sandboxCredentials).map(([name, value]) => [name, environment[name] ?? value]),
  ) as Credentials;
  return { credentials, environment };
};
