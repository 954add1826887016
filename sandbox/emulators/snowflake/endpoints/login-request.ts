import type { Engine } from '../engine.ts';
import { SnowflakeError } from '../errors.ts';
import { checkedParameter, isParameter, type Parameters, parameterList } from '../sessions/parameters.ts';
import type { Session } from '../sessions/session.ts';
import { masterValiditySeconds, sessionValiditySeconds } from '../sessions/session.ts';
import { checkPassword } from '../sessions/sessions.ts';
import { type Endpoint, type HttpRequest, jsonBody, succeeded } from './endpoint.ts';

/**
 * POST /session/v1/login-request: a user and a password for a session. Key pairs, OAuth, MFA and browsers as authenticators are
 * refused with the code that Snowflake gives for an authenticator it does not accept.
 */
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Names in connection settings are folded as identifiers are. */
const foldedName = (value: string | null): string | undefined => {
  if (value === null || value === '') return undefined;
  return value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1).replaceAll('""', '"') : value.toUpperCase();
};

const parametersOf = (given: unknown): Parameters => {
  const parameters: Parameters = new Map();
  if (typeof given !== 'object' || given === null) return parameters;
  for (const [name, value] of Object.entries(given)) {
    const upper = name.toUpperCase();
    // Drivers send parameters of newer servers too; an account ignores those at login.
    if (!isParameter(upper) || value === null) continue;
    try {
      parameters.set(upper, checkedParameter(upper, value as string | number | boolean));
    } catch (error) {
      if (!(error instanceof SnowflakeError)) throw error;
    }
  }
  return parameters;
};

const accountName = (account: string): string => account.split('.')[0]?.toUpperCase() ?? '';

const checkAccount = (engine: Engine, given: string): void => {
  const wanted = accountName(engine.options.account);
  if (accountName(given) !== wanted && given !== '') {
    throw new SnowflakeError(
      '390201',
      `The requested account '${given}' does not exist; this sandbox is account '${engine.options.account}'.`,
    );
  }
};

/** A name in the settings that names nothing leaves the session without it, as in Snowflake. */
const placeIn = (engine: Engine, query: URLSearchParams) => {
  const { catalog } = engine;
  const database = foldedName(query.get('databaseName'));
  const schema = foldedName(query.get('schemaName'));
  const warehouse = foldedName(query.get('warehouse'));
  const foundDatabase = database === undefined ? undefined : catalog.find('database', 0, database);
  const wantedSchema = schema ?? 'PUBLIC';
  const foundSchema = foundDatabase && catalog.find('schema', foundDatabase.id, wantedSchema);
  const foundWarehouse = warehouse === undefined ? undefined : catalog.find('warehouse', 0, warehouse);
  return {
    database: foundDatabase?.name,
    schema: foundSchema?.name,
    warehouse: foundWarehouse?.name,
    role: foldedName(query.get('roleName')),
  };
};

const loginData = (engine: Engine, session: Session) => ({
  masterToken: session.masterToken,
  token: session.token,
  validityInSeconds: sessionValiditySeconds,
  masterValidityInSeconds: masterValiditySeconds,
  displayUserName: session.user,
  serverVersion: '9.38.0',
  firstLogin: false,
  remMeToken: null,
  remMeValidityInSeconds: 0,
  healthCheckInterval: 45,
  newClientForUpgrade: null,
  sessionId: Number(session.id),
  parameters: parameterList(session.parameters),
  sessionInfo: {
    databaseName: session.database ?? null,
    schemaName: session.schema ?? null,
    warehouseName: session.warehouse ?? null,
    roleName: session.role,
  },
  idToken: null,
  idTokenValidityInSeconds: 0,
  responseData: null,
  mfaToken: null,
  mfaTokenValidityInSeconds: 0,
  accountName: engine.options.account.toUpperCase(),
});

const login = (engine: Engine, request: HttpRequest): Session => {
  const data = (jsonBody(request)['data'] ?? {}) as Record<string, unknown>;
  const authenticator = textOf(data['AUTHENTICATOR']).toUpperCase();
  if (!['', 'SNOWFLAKE', 'DEFAULT', 'USERNAME_PASSWORD'].includes(authenticator)) {
    throw new SnowflakeError(
      '390267',
      `Authenticator '${authenticator}' is not emulated by the sandbox; use a user and a password.`,
    );
  }
  checkAccount(engine, textOf(data['ACCOUNT_NAME']));
  const user = checkPassword(engine.options.users, textOf(data['LOGIN_NAME']), textOf(data['PASSWORD']));
  const place = placeIn(engine, request.query);
  if (place.role !== undefined && !['ACCOUNTADMIN', 'SYSADMIN', 'PUBLIC'].includes(place.role)) {
    throw new SnowflakeError(
      '390189',
      `Role '${place.role}' specified in the connect string does not exist or not authorized. Contact your local system administrator, or attempt to login with another role, e.g. PUBLIC.`,
    );
  }
  return engine.sessions.open({
    user,
    ...place,
    parameters: parametersOf(data['SESSION_PARAMETERS']),
    client: `${textOf(data['CLIENT_APP_ID'])} ${textOf(data['CLIENT_APP_VERSION'])}`,
  });
};

export const loginRequest: Endpoint = {
  method: 'POST',
  path: /^\/session\/v1\/login-request$/,
  answer: async (engine, request) => succeeded(loginData(engine, login(engine, request))),
};
