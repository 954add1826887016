import { invalidValue, SnowflakeError } from '../errors.ts';

/**
 * Session parameters by name, with Snowflake's defaults. A parameter with `fixed` is told to drivers but cannot be set: what it would
 * change is not emulated. Source: Snowflake's "Parameters" reference; the CLIENT_ ones are what drivers read from the login's answer.
 */
type Parameter = {
  value: string | number | boolean;
  fixed?: true;
  check?: (value: string) => boolean;
  description?: string;
};

export type ParameterValue = string | number | boolean;

const oneOf =
  (...values: string[]) =>
  (value: string): boolean =>
    values.includes(value.toUpperCase());

const isTimezone = (value: string): boolean => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: value });
    return true;
  } catch {
    return false;
  }
};

const known: Readonly<Record<string, Parameter>> = {
  ABORT_DETACHED_QUERY: { value: false },
  AUTOCOMMIT: { value: true },
  AUTOCOMMIT_API_SUPPORTED: { value: true, fixed: true },
  BINARY_INPUT_FORMAT: { value: 'HEX', fixed: true },
  BINARY_OUTPUT_FORMAT: { value: 'HEX', check: oneOf('HEX', 'BASE64') },
  CLIENT_CONSENT_CACHE_ID_TOKEN: { value: false, fixed: true },
  CLIENT_DISABLE_INCIDENTS: { value: true, fixed: true },
  CLIENT_ENABLE_LOG_INFO_STATEMENT_PARAMETERS: { value: false },
  CLIENT_MEMORY_LIMIT: { value: 1536 },
  CLIENT_METADATA_REQUEST_USE_CONNECTION_CTX: { value: false },
  CLIENT_METADATA_USE_SESSION_DATABASE: { value: false },
  CLIENT_PREFETCH_THREADS: { value: 4 },
  CLIENT_RESULT_CHUNK_SIZE: { value: 160 },
  CLIENT_RESULT_COLUMN_CASE_INSENSITIVE: { value: false },
  CLIENT_RESULT_PREFETCH_SLOTS: { value: 2, fixed: true },
  CLIENT_RESULT_PREFETCH_THREADS: { value: 1, fixed: true },
  CLIENT_SESSION_CLONE: { value: false, fixed: true },
  CLIENT_SESSION_KEEP_ALIVE: { value: false },
  CLIENT_SESSION_KEEP_ALIVE_HEARTBEAT_FREQUENCY: { value: 3600 },
  CLIENT_STAGE_ARRAY_BINDING_THRESHOLD: { value: 0, fixed: true },
  CLIENT_TELEMETRY_ENABLED: { value: false, fixed: true },
  CLIENT_TELEMETRY_SESSIONLESS_ENABLED: { value: false, fixed: true },
  CLIENT_TIMESTAMP_TYPE_MAPPING: { value: 'TIMESTAMP_LTZ', check: oneOf('TIMESTAMP_LTZ', 'TIMESTAMP_NTZ') },
  CLIENT_USE_V1_QUERY_API: { value: true, fixed: true },
  CLIENT_VALIDATE_DEFAULT_PARAMETERS: { value: false, fixed: true },
  DATE_INPUT_FORMAT: { value: 'AUTO', fixed: true },
  DATE_OUTPUT_FORMAT: { value: 'YYYY-MM-DD' },
  ENABLE_STAGE_S3_PRIVATELINK_FOR_US_EAST_1: { value: false, fixed: true },
  ERROR_ON_NONDETERMINISTIC_MERGE: { value: true, fixed: true },
  ERROR_ON_NONDETERMINISTIC_UPDATE: { value: false, fixed: true },
  GEOGRAPHY_OUTPUT_FORMAT: { value: 'GeoJSON', fixed: true },
  GO_QUERY_RESULT_FORMAT: { value: 'JSON', fixed: true },
  JDBC_QUERY_RESULT_FORMAT: { value: 'JSON', fixed: true },
  JDBC_RS_COLUMN_CASE_INSENSITIVE: { value: false, fixed: true },
  JDBC_TREAT_DECIMAL_AS_INT: { value: true },
  JDBC_TREAT_TIMESTAMP_NTZ_AS_UTC: { value: false },
  JDBC_USE_SESSION_TIMEZONE: { value: true },
  JS_TREAT_INTEGER_AS_BIGINT: { value: false },
  JSON_INDENT: { value: 2, check: (value) => /^(1[0-6]|[0-9])$/.test(value) },
  LOCK_TIMEOUT: { value: 43_200, check: (value) => /^\d+$/.test(value) },
  MULTI_STATEMENT_COUNT: { value: 1, check: (value) => /^\d+$/.test(value) },
  ODBC_QUERY_RESULT_FORMAT: { value: 'JSON', fixed: true },
  PYTHON_CONNECTOR_QUERY_RESULT_FORMAT: { value: 'JSON', fixed: true },
  QUERY_CONTEXT_CACHE_SIZE: { value: 5, fixed: true },
  QUERY_TAG: { value: '', check: (value) => value.length <= 2000 },
  QUOTED_IDENTIFIERS_IGNORE_CASE: { value: false, fixed: true },
  ROWS_PER_RESULTSET: { value: 0, fixed: true },
  SERVICE_NAME: { value: '', fixed: true },
  STATEMENT_QUEUED_TIMEOUT_IN_SECONDS: { value: 0 },
  STATEMENT_TIMEOUT_IN_SECONDS: { value: 172_800, check: (value) => /^\d+$/.test(value) },
  STRICT_JSON_OUTPUT: { value: false, fixed: true },
  TIMESTAMP_DAY_IS_ALWAYS_24H: { value: false, fixed: true },
  TIMESTAMP_INPUT_FORMAT: { value: 'AUTO', fixed: true },
  TIMESTAMP_LTZ_OUTPUT_FORMAT: { value: '' },
  TIMESTAMP_NTZ_OUTPUT_FORMAT: { value: 'YYYY-MM-DD HH24:MI:SS.FF3' },
  TIMESTAMP_OUTPUT_FORMAT: { value: 'YYYY-MM-DD HH24:MI:SS.FF3 TZHTZM' },
  TIMESTAMP_TYPE_MAPPING: { value: 'TIMESTAMP_NTZ', fixed: true },
  TIMESTAMP_TZ_OUTPUT_FORMAT: { value: '' },
  TIMEZONE: { value: 'America/Los_Angeles', check: isTimezone },
  TIME_INPUT_FORMAT: { value: 'AUTO', fixed: true },
  TIME_OUTPUT_FORMAT: { value: 'HH24:MI:SS' },
  TRANSACTION_ABORT_ON_ERROR: { value: false, fixed: true },
  TRANSACTION_DEFAULT_ISOLATION_LEVEL: { value: 'READ COMMITTED', fixed: true },
  TWO_DIGIT_CENTURY_START: { value: 1970, fixed: true },
  UNSUPPORTED_DDL_ACTION: { value: 'ignore', fixed: true },
  USE_CACHED_RESULT: { value: true },
  WEEK_OF_YEAR_POLICY: { value: 0, fixed: true },
  WEEK_START: { value: 0, check: (value) => /^[0-7]$/.test(value) },
};

export const parameterNames: readonly string[] = Object.keys(known);

export const isParameter = (name: string): boolean => name in known;

export const defaultParameter = (name: string): ParameterValue => (known[name] as Parameter).value;

export type Parameters = Map<string, ParameterValue>;

export const parameterValue = (parameters: Parameters, name: string): ParameterValue =>
  parameters.get(name) ?? defaultParameter(name);

const converted = (name: string, text: string, like: ParameterValue): ParameterValue => {
  if (typeof like === 'boolean') {
    if (!/^(true|false)$/i.test(text)) throw invalidValue(text, name);
    return /^true$/i.test(text);
  }
  if (typeof like === 'number') {
    if (!/^-?\d+$/.test(text)) throw invalidValue(text, name);
    return Number(text);
  }
  return text;
};

/** A value as the parameter's type; throws Snowflake's errors for a parameter or value it does not have. */
export const checkedParameter = (name: string, value: string | number | boolean): ParameterValue => {
  const parameter = known[name];
  if (!parameter) throw new SnowflakeError('002140', `SQL compilation error:\ninvalid parameter '${name}'`, '42601');
  const text = String(value);
  if (parameter.check && !parameter.check(text)) throw invalidValue(text, name);
  const typed = converted(name, text, parameter.value);
  if (parameter.fixed && String(typed).toUpperCase() !== String(parameter.value).toUpperCase()) {
    throw new SnowflakeError('000002', `Unsupported feature '${name} = ${text}'.`);
  }
  return typed;
};

export type ParameterList = readonly { name: string; value: ParameterValue }[];

// Every query keeps the list of its time: most of them share one.
const lists = new WeakMap<Parameters, { key: string; list: ParameterList }>();

/** As the login's answer and each result carry them. */
export const parameterList = (parameters: Parameters): ParameterList => {
  const key = JSON.stringify([...parameters]);
  const known = lists.get(parameters);
  if (known?.key === key) return known.list;
  const list = parameterNames.map((name) => ({ name, value: parameterValue(parameters, name) }));
  lists.set(parameters, { key, list });
  return list;
};
