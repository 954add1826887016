import type { Command } from 'commander';
import type { NamedFiles } from '../pipeline/settings.ts';

export type NamedFileOptions = { profile?: string; connection?: string; connections?: string };

/** The flags that name files of the user's which tell of external systems. */
export const withNamedFiles = (command: Command): Command =>
  command
    .option('--profile <file>', 'addresses and credentials of external systems: NAME=value lines, as in .env')
    .option('--connection <name>', "a connection of Snowflake's connections.toml")
    .option('--connections <file>', 'that file, when it is not where the tools of Snowflake look for it');

export const namedFiles = ({ profile, connection, connections }: NamedFileOptions): NamedFiles => ({
  profile,
  connection:
    connection === undefined
      ? undefined
      : { name: connection, ...(connections === undefined ? {} : { file: connections }) },
});
