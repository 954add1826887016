import type { Address } from '../components/component.ts';
import { openSnowflake, SnowflakeError, type SnowflakeLogin } from '../components/snowflake-client.ts';
import { UsageError } from '../core/usage-error.ts';
import { isAccountWide } from './account-names.ts';
import type { SnowflakeStatement } from './artefacts.ts';

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
): Promise<void> => {
  const session = await openSnowflake(environment, login);
  try {
    for (const { file, line, text } of statements) {
      await session.query(text).catch((error: Error) => {
        if (!(error instanceof SnowflakeError)) throw error;
        const message = error.message.replaceAll('\n', ' ');
        throw new UsageError(`${file}:${line}: Snowflake answers ${error.code}: ${message}`);
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
): Promise<void> => {
  const accountFiles = new Set(statements.filter(({ statement }) => isAccountWide(statement)).map(({ file }) => file));
  const ofAccount = statements.filter(({ file }) => accountFiles.has(file));
  const ofSchema = statements.filter(({ file }) => !accountFiles.has(file));
  if (ofAccount.length > 0) await runIn({}, ofAccount, environment);
  if (ofSchema.length > 0) await runIn(pipelineLogin(environment), ofSchema, environment);
};
