import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { UsageError } from '../core/usage-error.ts';
import { splitStatements as splitMysql } from '../wire/mysql-sql/split-statements.ts';
import type { Statement } from '../wire/snowflake-sql/ast.ts';
import { SnowflakeSyntaxError } from '../wire/snowflake-sql/errors.ts';
import { parseStatement } from '../wire/snowflake-sql/parser.ts';
import { splitStatements as splitSnowflake } from '../wire/snowflake-sql/split.ts';
import type { Project } from './project.ts';

/** A connector as it is PUT: its name, and its configuration with the `${env:…}` placeholders in it. */
export type ConnectorArtefact = { name: string; file: string; text: string; config: Readonly<Record<string, string>> };

export type SqlStatement = { file: string; line: number; text: string };
export type SnowflakeStatement = SqlStatement & { statement: Statement };

/** What production runs, read verbatim. */
export type Artefacts = {
  connectors: readonly ConnectorArtefact[];
  mysql: readonly SqlStatement[];
  snowflake: readonly SnowflakeStatement[];
};

const filesIn = (dir: string, ending: string): string[] =>
  existsSync(dir)
    ? readdirSync(dir)
        .filter((name) => name.endsWith(ending))
        .sort()
        .map((name) => join(dir, name))
    : [];

const lineOfJsonError = (text: string, error: Error): number => {
  const position = /position (\d+)/.exec(error.message)?.[1];
  return position === undefined ? 1 : text.slice(0, Number(position)).split('\n').length;
};

/** The line on which a field stands; 1 when it does not. */
export const lineOfField = (text: string, field: string): number => {
  const lines = text.split('\n');
  const index = lines.findIndex((line) => line.includes(JSON.stringify(field)));
  return index === -1 ? 1 : index + 1;
};

const readConnector = (path: string, project: Project): ConnectorArtefact => {
  const file = relative(project.dir, path);
  const text = readFileSync(path, 'utf8');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${file}:${lineOfJsonError(text, error as Error)}: not JSON: ${(error as Error).message}`);
  }
  const wrapped = json as { name?: unknown; config?: unknown } | null;
  // A file may hold what is PUT (the configuration) or what is POSTed ({name, config}).
  const isPosted = typeof wrapped?.config === 'object' && typeof wrapped.name === 'string';
  const config = (isPosted ? wrapped.config : json) as Record<string, unknown> | null;
  if (typeof config !== 'object' || config === null || Array.isArray(config))
    throw new UsageError(`${file}:1: a connector's configuration is a JSON object`);
  for (const [field, value] of Object.entries(config)) {
    if (typeof value === 'object')
      throw new UsageError(`${file}:${lineOfField(text, field)}: ${field} is a string, a number or a boolean`);
  }
  if (typeof config['connector.class'] !== 'string') throw new UsageError(`${file}:1: connector.class is missing`);
  return {
    name: isPosted ? (wrapped.name as string) : basename(path, '.json'),
    file,
    text,
    config: Object.fromEntries(Object.entries(config).map(([field, value]) => [field, String(value)])),
  };
};

const readSnowflakeFile = (path: string, project: Project): SnowflakeStatement[] => {
  const file = relative(project.dir, path);
  return splitSnowflake(readFileSync(path, 'utf8')).map(({ text, line }) => {
    try {
      return { file, line, text, statement: parseStatement(text) };
    } catch (error) {
      const at = error instanceof SnowflakeSyntaxError ? line + error.line - 1 : line;
      throw new UsageError(`${file}:${at}: ${(error as Error).message.replaceAll('\n', ' ')}`);
    }
  });
};

const readMysqlFile = (path: string, project: Project): SqlStatement[] =>
  splitMysql(readFileSync(path, 'utf8')).map(({ text, line }) => ({ file: relative(project.dir, path), line, text }));

/** Reads every artefact of a project; a mistake is an error that names file and line. */
export const readArtefacts = (project: Project): Artefacts => ({
  connectors: filesIn(project.connectorsDir, '.json').map((path) => readConnector(path, project)),
  mysql: filesIn(project.mysqlDir, '.sql').flatMap((path) => readMysqlFile(path, project)),
  snowflake: filesIn(project.snowflakeDir, '.sql').flatMap((path) => readSnowflakeFile(path, project)),
});

const placeholder = /\$\{env:([^}]+)\}/g;

/** The names that the connectors take from the environment. */
export const environmentNames = (connectors: readonly ConnectorArtefact[]): Set<string> =>
  new Set(connectors.flatMap(({ text }) => [...text.matchAll(placeholder)].map((match) => match[1] as string)));

/** A real worker leaves an unset variable as literal text and accepts it; here it is an error before anything starts. */
export const checkEnvironment = (
  connectors: readonly ConnectorArtefact[],
  environment: Readonly<Record<string, string>>,
): void => {
  for (const { file, text, config } of connectors) {
    for (const [field, value] of Object.entries(config)) {
      for (const [, name] of value.matchAll(placeholder)) {
        if (name === undefined || environment[name] !== undefined) continue;
        const where = `${file}:${lineOfField(text, field)}: ${field}`;
        throw new UsageError(`${where} needs ${name}, which is not set: give it in .env or as SLUICEBOX_${name}`);
      }
    }
  }
};

/** `${env:NAME}` replaced where the name is known. */
export const resolveEnvironment = (text: string, environment: Readonly<Record<string, string>>): string =>
  text.replace(placeholder, (whole, name: string) => environment[name] ?? whole);
