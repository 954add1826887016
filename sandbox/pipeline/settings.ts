import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { type Credentials, sandboxCredentials } from '../components/component.ts';

export type Settings = {
  credentials: Credentials;
  /** Values for `${env:…}`: `.env.example`, then `.env`, then `SLUICEBOX_<NAME>`, then --set. */
  environment: Record<string, string>;
};

const prefix = 'SLUICEBOX_';

const readEnvFile = (path: string): Record<string, string> =>
  existsSync(path) ? (parseEnv(readFileSync(path, 'utf8')) as Record<string, string>) : {};

/** Plain names of the caller's shell are never read: they may hold a production's addresses and keys. */
const prefixed = (shell: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(
    Object.entries(shell).flatMap(([name, value]) =>
      name.startsWith(prefix) && value !== undefined ? [[name.slice(prefix.length), value]] : [],
    ),
  );

export const readSettings = (
  projectDir: string,
  shell: NodeJS.ProcessEnv,
  set: Readonly<Record<string, string>> = {},
  /** What the artefacts themselves say, weaker than any setting. */
  fromArtefacts: Readonly<Record<string, string>> = {},
): Settings => {
  const environment = {
    ...fromArtefacts,
    ...readEnvFile(join(projectDir, '.env.example')),
    ...readEnvFile(join(projectDir, '.env')),
    ...prefixed(shell),
    ...set,
  };
  const credentials = Object.fromEntries(
    Object.entries(sandboxCredentials).map(([name, value]) => [name, environment[name] ?? value]),
  ) as Credentials;
  return { credentials, environment };
};
