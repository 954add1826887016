import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UsageError } from '../core/usage-error.ts';

/** The folder with the production artefacts: compose/connectors, sql/mysql, sql/snowflake, scenarios. */
export type Project = {
  dir: string;
  connectorsDir: string;
  mysqlDir: string;
  snowflakeDir: string;
  scenariosDir: string;
};

const holdsArtefacts = (dir: string): boolean =>
  existsSync(join(dir, 'compose', 'connectors')) || existsSync(join(dir, 'sql'));

/** `--project DIR`, else this folder if it holds a pipeline's artefacts, else the example pipeline that comes with the program. */
export const findProject = (chosenDir: string | undefined): Project => {
  const shipped = join(dirname(fileURLToPath(import.meta.url)), '..');
  const dir = chosenDir ? resolve(chosenDir) : holdsArtefacts(process.cwd()) ? process.cwd() : shipped;
  if (!holdsArtefacts(dir))
    throw new UsageError(`${dir} holds no pipeline: neither compose/connectors nor sql is in it`);
  return {
    dir,
    connectorsDir: join(dir, 'compose', 'connectors'),
    mysqlDir: join(dir, 'sql', 'mysql'),
    snowflakeDir: join(dir, 'sql', 'snowflake'),
    scenariosDir: join(dir, 'scenarios'),
  };
};
