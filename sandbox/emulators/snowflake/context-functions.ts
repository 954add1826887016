import { nameFromText } from '../../wire/snowflake-sql/names.ts';
import { fullName, type NameScope, needObject } from './catalog/names.ts';
import type { Execution } from './execution.ts';
import { statusOfPipe } from './pipes/pipe-status.ts';
import type { Constant, TypedValue } from './rewrite/types.ts';

/** Functions whose value is known before the query runs: of the session, and SYSTEM$ ones that only look. */
type ContextFunction = (execution: Execution, scope: NameScope, given: readonly Constant[]) => string | null;

const text = (value: string | null | undefined): TypedValue => ({ type: { kind: 'text' }, value: value ?? null });

const schemas = ({ session }: Execution): string =>
  JSON.stringify(session.database === undefined ? [] : [`${session.database}.${session.schema ?? 'PUBLIC'}`]);

const lastQueryId: ContextFunction = ({ session }, _scope, [position = -1]) =>
  session.lastQueryIds.at(Number(position) > 0 ? Number(position) - 1 : Number(position)) ?? null;

const textFunctions: Readonly<Record<string, ContextFunction>> = {
  CURRENT_ACCOUNT: ({ engine }) => engine.options.account.toUpperCase(),
  CURRENT_ACCOUNT_NAME: ({ engine }) => engine.options.account.toUpperCase(),
  CURRENT_ORGANIZATION_NAME: () => 'SLUICEBOX',
  CURRENT_REGION: ({ engine }) => `AWS_${engine.options.storage.region.toUpperCase().replaceAll('-', '_')}`,
  CURRENT_CLIENT: ({ session }) => session.client,
  CURRENT_VERSION: () => '9.38.0',
  CURRENT_IP_ADDRESS: () => '127.0.0.1',
  CURRENT_USER: ({ session }) => session.user,
  CURRENT_ROLE: ({ session }) => session.role,
  CURRENT_ROLE_TYPE: () => 'ROLE',
  CURRENT_AVAILABLE_ROLES: () => '["ACCOUNTADMIN", "PUBLIC", "SYSADMIN"]',
  CURRENT_SECONDARY_ROLES: () => '{"roles":"","value":""}',
  CURRENT_SESSION: ({ session }) => session.id,
  CURRENT_STATEMENT: ({ text: statement }) => statement,
  CURRENT_TRANSACTION: ({ session }) => (session.transaction ? String(session.transaction.id) : null),
  CURRENT_WAREHOUSE: ({ session }) => session.warehouse ?? null,
  CURRENT_DATABASE: (_execution, scope) => scope.database ?? null,
  CURRENT_SCHEMA: (_execution, scope) => scope.schema ?? null,
  CURRENT_SCHEMAS: schemas,
  LAST_QUERY_ID: lastQueryId,
  SYSTEM$PIPE_STATUS: ({ engine }, scope, [name]) => {
    const pipe = needObject(scope, 'pipe', nameFromText(String(name)));
    return JSON.stringify(statusOfPipe(engine, pipe, fullName(engine.catalog, pipe)));
  },
};

export const contextFunction = (
  execution: Execution,
  scope: NameScope,
  name: string,
  given: readonly Constant[],
): TypedValue | undefined => {
  if (name === 'SYSTEM$STREAM_HAS_DATA') {
    const stream = needObject(scope, 'stream', nameFromText(String(given[0])));
    return { type: { kind: 'boolean' }, value: execution.engine.streams.mayHaveData(stream) ? 'true' : 'false' };
  }
  if (!Object.hasOwn(textFunctions, name)) return undefined;
  return text((textFunctions[name] as ContextFunction)(execution, scope, given));
};
