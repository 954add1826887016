import type { Address } from '../components/component.ts';
import { openSnowflake, SnowflakeError, type SnowflakeLogin } from '../components/snowflake-client.ts';
import { UsageError } from '../core/usage-error.ts';
import { accountFiles } from './account-names.ts';
import type { SnowflakeStatement } from './artefacts.ts';
import { type DevSchema, prepareSchema } from './dev-schema.ts';
import type { Outside } from './outside.ts';

/** Where the pipeline's unqualified names live. */
export const pipelineLogin = (environment: Address): SnowflakeLogin => ({
  database: environment['SNOWFLAKE_DATABASE'] ?? '',
  schema: environment['SNOWFLAKE_SCHEMA'] ?? '',
  warehouse: environment['SNOWFLAKE_WAREHOUSE'] ?? '',
});

const runIn = async (
  login: SnowflakeLogin,
  statements: readonly SnowflakeStatement[],
  environment: Address,
  remedy = '',
): Promise<void> => {
  const session = await openSnowflake(environment, login);
  try {
    for (const { file, line, text } of statements) {
      await session.query(text).catch((error: Error) => {
        if (!(error instanceof SnowflakeError)) throw error;
        const message = error.message.replaceAll('\n', ' ');
        throw new UsageError(`${file}:${line}: Snowflake answers ${error.code}: ${message}${remedy}`);
      });
    }
  } finally {
    await session.close();
  }
};

/** Runs sql/snowflake in file order: what is the account's first, the rest in a session that stands in the pipeline's schema. */
export const applySnowflake = async (
  statements: readonly SnowflakeStatement[],
  environment: Address,
): Promise<string> => {
  const account = accountFiles(statements);
  const ofAccount = statements.filter(({ file }) => account.has(file));
  const ofSchema = statements.filter(({ file }) => !account.has(file));
  if (ofAccount.length > 0) await runIn({}, ofAccount, environment);
  if (ofSchema.length > 0) await runIn(pipelineLogin(environment), ofSchema, environment);
  return 'sql/snowflake applied';
};

/** In an account: the same statements in the developer's schema. Account-wide files run only when asked for. */
export const applyDevSchema = async (plan: DevSchema, outside: Outside): Promise<string> => {
  const { environment, ofAccount, ofSchema } = plan;
  const mayRunAccount = outside.apply && outside.applyAccount;
  if (mayRunAccount && ofAccount.length > 0) await runIn({}, ofAccount, environment);
  const stands = await prepareSchema(plan, outside);
  if (!outside.apply) return `sql/snowflake not applied: snowflake is external, and --apply was not given`;
  if (!stands) return 'there is no schema to work in';
  const notRun = [...new Set(ofAccount.map(({ file }) => file))].join(', ');
  const remedy = mayRunAccount || notRun === '' ? '' : ` (${notRun} was not run here: --apply-account runs it)`;
  await runIn(pipelineLogin(environment), ofSchema, environment, remedy);
  return `sql/snowflake applied in schema ${plan.schema}`;
};
