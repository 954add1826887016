import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UsageError } from '../core/usage-error.ts';

/** One thing that was made, or changed, in a system that runs elsewhere. `where` is that system's address. */
export type Made = { where: string; name: string } & (
  | {
      kind:
        | 'connector'
        | 'topic'
        | 'group'
        | 'bucket'
        | 'mysql-database'
        | 'mysql-table'
        | 'mysql-user'
        | 'snowflake-schema';
    }
  /** `name` is the connector; `before` is what its configuration was. */
  | { kind: 'connector-change'; before: Readonly<Record<string, string>> }
  /** `name` is the configuration's id. */
  | { kind: 'notification'; bucket: string }
);

/** What the sandbox has made in systems that are not its own, so that `clean` takes away that and nothing else. */
export type MadeRecord = {
  all(): readonly Made[];
  /** Written down before it is made: a crash in between leaves a line too many, never a thing that nobody knows of. */
  add(made: Made): void;
  remove(made: Made): void;
};

const fileName = 'made.json';

const isSame = (left: Made, right: Made): boolean =>
  left.kind === right.kind && left.where === right.where && left.name === right.name;

const read = (path: string): Made[] => {
  if (!existsSync(path)) return [];
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Made[];
  } catch (error) {
    throw new UsageError(`${path} is damaged, so nobody knows what was made elsewhere: ${(error as Error).message}`);
  }
};

export const openMadeRecord = (dataDir: string): MadeRecord => {
  const path = join(dataDir, fileName);
  let known = read(path);
  const write = (next: Made[]): void => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(`${path}.new`, `${JSON.stringify(next, null, 2)}\n`, { mode: 0o600 });
    renameSync(`${path}.new`, path);
    known = next;
  };
  return {
    all: () => known,
    add: (made) => {
      if (!known.some((one) => isSame(one, made))) write([...known, made]);
    },
    remove: (made) => write(known.filter((one) => !isSame(one, made))),
  };
};
