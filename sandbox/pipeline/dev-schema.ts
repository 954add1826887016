import type { Address } from '../components/component.ts';
import { isAws } from '../components/s3-options.ts';
import { asRecords, openSnowflake, type SnowflakeSession } from '../components/snowflake-client.ts';
import { UsageError } from '../core/usage-error.ts';
import type { CreatePipe, CreateStage, ObjectName, Statement } from '../wire/snowflake-sql/ast.ts';
import { dependencies } from '../wire/snowflake-sql/dependencies.ts';
import {
  asInternalStage,
  asRefreshedPipe,
  isAutoIngest,
  isOnS3,
  quotedName,
} from '../wire/snowflake-sql/internal-stage.ts';
import { accountFiles } from './account-names.ts';
import type { Artefacts, SnowflakeStatement } from './artefacts.ts';
import { type Outside, whereIs } from './outside.ts';

/** A stage inside the account, the place in S3 that it stands for, and the pipes that wait for its files. */
export type CarriedStage = { stage: string; url: string; pipes: readonly string[] };

export type DevSchema = {
  database: string;
  schema: string;
  /** The environment with sessions standing in the schema. */
  environment: Address;
  /** What runs once for an account, if it is asked for. */
  ofAccount: readonly SnowflakeStatement[];
  /** What runs in the schema, stages and pipes rewritten where Snowflake cannot read the store. */
  ofSchema: readonly SnowflakeStatement[];
  /** Stages whose files have to be carried; none when Snowflake reads the store itself. */
  carried: readonly CarriedStage[];
};

/** `ada@example.com` works in ADA_SANDBOX. */
const schemaOf = (user: string): string =>
  `${(user.split('@')[0] as string).toUpperCase().replaceAll(/[^A-Z0-9_]/g, '_')}_SANDBOX`;

/** As Snowflake reads a name that a person gives: upper case unless in quotes. */
const folded = (name: string): string => (/^".*"$/.test(name) ? name.slice(1, -1) : name.toUpperCase());

const namesWritten = (statement: Statement): readonly ObjectName[] => {
  if ('name' in statement && typeof statement.name === 'object') {
    const body = statement.kind === 'create-task' && statement.body ? dependencies(statement.body).writes : [];
    const table = statement.kind === 'create-pipe' ? [statement.copy.table] : [];
    return [statement.name, ...body, ...table];
  }
  return dependencies(statement).writes;
};

/** A name that says its own schema would leave the developer's. */
const refuseQualified = ({ file, line, statement }: SnowflakeStatement): void => {
  const qualified = namesWritten(statement).find(({ parts }) => parts.length > 1);
  if (!qualified) return;
  throw new UsageError(
    `${file}:${line}: ${quotedName(qualified)} names its own schema, so it would not be made in the developer's: leave the schema to the session`,
  );
};

type Of<Kind extends Statement['kind']> = SnowflakeStatement & { statement: Extract<Statement, { kind: Kind }> };

const ofKind = <Kind extends Statement['kind']>(statements: readonly SnowflakeStatement[], kind: Kind): Of<Kind>[] =>
  statements.filter((one): one is Of<Kind> => one.statement.kind === kind);

const lastPart = ({ parts }: ObjectName): string => parts.at(-1)?.name ?? '';

const stageNameOf = (pipe: CreatePipe & { at: number }): string | undefined => {
  const { from } = pipe.copy;
  if (from.kind === 'location') return undefined;
  const stage = from.kind === 'stage' ? from : dependencies({ kind: 'select', query: from, at: 0 }).readsStages[0];
  return stage?.name && lastPart(stage.name);
};

const urlOf = ({ options: { URL: url } }: CreateStage): string => (url?.kind === 'string' ? url.value : '');

const carriedStages = (statements: readonly SnowflakeStatement[]): CarriedStage[] => {
  const pipes = ofKind(statements, 'create-pipe').filter(({ statement }) => isAutoIngest(statement));
  return ofKind(statements, 'create-stage')
    .filter(({ statement }) => isOnS3(statement))
    .map(({ statement }) => ({
      stage: lastPart(statement.name),
      url: urlOf(statement),
      pipes: pipes
        .filter((pipe) => stageNameOf(pipe.statement) === lastPart(statement.name))
        .map((pipe) => lastPart(pipe.statement.name)),
    }));
};

const rewritten = (one: SnowflakeStatement, carried: readonly CarriedStage[]): SnowflakeStatement => {
  const { statement } = one;
  if (statement.kind === 'create-stage' && carried.some(({ stage }) => stage === lastPart(statement.name)))
    return { ...one, text: asInternalStage(statement) };
  const isFed =
    statement.kind === 'create-pipe' && carried.some(({ pipes }) => pipes.includes(lastPart(statement.name)));
  return isFed ? { ...one, text: asRefreshedPipe(statement) } : one;
};

/** What runs in an account, and where: nothing is asked of it yet. */
export const planDevSchema = (artefacts: Artefacts, environment: Address, chosenSchema?: string): DevSchema => {
  const account = accountFiles(artefacts.snowflake);
  const unchanged = artefacts.snowflake.filter(({ file }) => !account.has(file));
  for (const statement of unchanged) refuseQualified(statement);
  const carried = isAws(environment) ? [] : carriedStages(unchanged);
  const schema = chosenSchema ? folded(chosenSchema) : schemaOf(environment['SNOWFLAKE_USER'] as string);
  const database = folded(environment['SNOWFLAKE_DATABASE'] as string);
  return {
    database,
    schema,
    environment: { ...environment, SNOWFLAKE_DATABASE: database, SNOWFLAKE_SCHEMA: schema },
    ofAccount: artefacts.snowflake.filter(({ file }) => account.has(file)),
    ofSchema: unchanged.map((one) => rewritten(one, carried)),
    carried,
  };
};

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

const isListed = async (session: SnowflakeSession, show: string, name: string): Promise<boolean> =>
  asRecords(await session.query(show)).some((row) => row['name'] === name);

export const schemaName = ({ database, schema }: Pick<DevSchema, 'database' | 'schema'>): string =>
  `${quoted(database)}.${quoted(schema)}`;

const standsSchema = async (session: SnowflakeSession, { database, schema }: DevSchema): Promise<boolean> => {
  // LIKE's wildcards are in the names themselves (A_B), so what is listed is compared.
  if (!(await isListed(session, `show databases like ${literal(database)}`, database))) {
    throw new UsageError(
      `database ${database} is not in the account, or not for this role: name one with SLUICEBOX_SNOWFLAKE_DATABASE, or let --apply-account run the account-wide files`,
    );
  }
  return isListed(session, `show schemas like ${literal(schema)} in database ${quoted(database)}`, schema);
};

/** The developer's schema, made where that was asked for. False when it is not there and was not to be made. */
export const prepareSchema = async (plan: DevSchema, outside: Outside): Promise<boolean> => {
  const session = await openSnowflake(plan.environment, {});
  try {
    if (await standsSchema(session, plan)) {
      const made = {
        kind: 'snowflake-schema',
        name: schemaName(plan),
        where: whereIs('snowflake', plan.environment),
      } as const;
      const isOurs = outside.record
        .all()
        .some((one) => one.kind === made.kind && one.name === made.name && one.where === made.where);
      if (isOurs || outside.schema !== undefined || !outside.apply) return true;
      throw new UsageError(
        `schema ${schemaName(plan)} is there already and was not made from here: use it with --schema ${plan.schema}, or name another`,
      );
    }
    if (!outside.apply) {
      const message = `schema ${schemaName(plan)} is not there: nothing is made without --apply`;
      outside.emit({ component: 'snowflake', kind: 'warning', message });
      return false;
    }
    outside.record.add({
      kind: 'snowflake-schema',
      name: schemaName(plan),
      where: whereIs('snowflake', plan.environment),
    });
    await session.query(`create schema ${schemaName(plan)} comment = 'a developer''s sandbox'`);
    return true;
  } finally {
    await session.close();
  }
};
