import type { Statement } from '../wire/snowflake-sql/ast.ts';
import type { Artefacts, SnowflakeStatement } from './artefacts.ts';

/** Database, schema and warehouse that the artefacts create: where a session has to stand to run the others. */
export type AccountNames = Partial<Record<'SNOWFLAKE_DATABASE' | 'SNOWFLAKE_SCHEMA' | 'SNOWFLAKE_WAREHOUSE', string>>;

const accountWide = new Set([
  'DATABASE',
  'SCHEMA',
  'WAREHOUSE',
  'STORAGE INTEGRATION',
  'NOTIFICATION INTEGRATION',
  'ROLE',
  'USER',
]);

/** True of a statement that makes something known to the whole account, or a schema to work in. */
const isAccountWide = (statement: Statement): boolean =>
  statement.kind === 'create-object' && accountWide.has(statement.object);

/** The files that hold a statement for the whole account. */
export const accountFiles = (statements: readonly SnowflakeStatement[]): ReadonlySet<string> =>
  new Set(statements.filter(({ statement }) => isAccountWide(statement)).map(({ file }) => file));

export const accountNames = ({ snowflake }: Artefacts): AccountNames => {
  const names: AccountNames = {};
  for (const { statement } of snowflake) {
    if (statement.kind !== 'create-object') continue;
    const [last, before] = statement.name.parts.map(({ name }) => name).toReversed();
    if (statement.object === 'DATABASE' && last)
      Object.assign(names, { SNOWFLAKE_DATABASE: last, SNOWFLAKE_SCHEMA: 'PUBLIC' });
    if (statement.object === 'WAREHOUSE' && last) names.SNOWFLAKE_WAREHOUSE = last;
    if (statement.object === 'SCHEMA' && last) {
      names.SNOWFLAKE_SCHEMA = last;
      if (before) names.SNOWFLAKE_DATABASE = before;
    }
  }
  return names;
};
