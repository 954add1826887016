import type { ComponentName } from '../../components/component.ts';
import { SnowflakeError } from '../../components/snowflake-client.ts';

type AnyError = Error & {
  code?: string | number;
  cause?: unknown;
  errors?: readonly Error[];
  status?: number;
  $metadata?: { httpStatusCode?: number };
};

/** An error and what it was caused by, innermost last. */
const chain = (error: unknown): AnyError[] => {
  const found: AnyError[] = [];
  for (let next = error; next instanceof Error && found.length < 10; ) {
    const one = next as AnyError;
    found.push(one);
    next = one.cause ?? one.errors?.[0];
  }
  return found;
};

const passingCodes = new Set(['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EPIPE', 'EHOSTUNREACH', 'EAI_AGAIN']);

const isTls = ({ code, message }: AnyError): boolean =>
  /CERT|SELF_SIGNED|UNABLE_TO|TLS|SSL|EPROTO/.test(String(code ?? '')) ||
  /certificate|self.signed|SSL routines|altnames/i.test(message);

const isAuthentication = (error: AnyError): boolean =>
  error.name === 'KafkaJSSASLAuthenticationError' ||
  error.code === 'ER_ACCESS_DENIED_ERROR' ||
  error.status === 401 ||
  error.status === 403 ||
  error.$metadata?.httpStatusCode === 403 ||
  (error instanceof SnowflakeError && error.code.startsWith('390'));

/** True of what may be over in a moment: a server that is only just starting. */
export const isPassing = (error: unknown): boolean => {
  const all = chain(error);
  if (all.some(isTls) || all.some(isAuthentication)) return false;
  return all.some(
    ({ code, name, message }) =>
      passingCodes.has(String(code)) ||
      passingCodes.has(/\b(E[A-Z_]{5,})\b/.exec(message)?.[1] ?? '') ||
      name === 'KafkaJSConnectionError' ||
      name === 'TimeoutError',
  );
};

const tlsRemedy: Readonly<Record<ComponentName, string>> = {
  kafka: 'give the authority that signed its certificate with KAFKA_SSL_CA_LOCATION, and check KAFKA_SECURITY_PROTOCOL',
  'schema-registry': 'start with NODE_EXTRA_CA_CERTS=FILE, the authority that signed its certificate',
  connect: 'start with NODE_EXTRA_CA_CERTS=FILE, the authority that signed its certificate',
  mysql: 'give the authority that signed its certificate with MYSQL_SSL_CA, and check MYSQL_SSL_MODE',
  s3: 'start with NODE_EXTRA_CA_CERTS=FILE, the authority that signed its certificate',
  snowflake: 'check SNOWFLAKE_HOST and the proxy between here and the account',
};

const passwordRemedy: Readonly<Record<ComponentName, string>> = {
  kafka: 'check KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD',
  'schema-registry': 'check SCHEMA_REGISTRY_USERNAME and SCHEMA_REGISTRY_PASSWORD',
  connect: 'check CONNECT_USERNAME and CONNECT_PASSWORD',
  mysql: 'check MYSQL_USER, MYSQL_PASSWORD, and that this host may log in',
  s3: 'check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN and AWS_REGION',
  snowflake: 'check SNOWFLAKE_ACCOUNT, SNOWFLAKE_USER and the password, key or token',
};

const reachRemedy: Readonly<Record<ComponentName, string>> = {
  kafka:
    'check KAFKA_BOOTSTRAP_SERVERS, that its advertised listeners can be reached from here, and KAFKA_SECURITY_PROTOCOL',
  'schema-registry': 'check SCHEMA_REGISTRY_URL and that it can be reached from here',
  connect: 'check CONNECT_URL and that it can be reached from here',
  mysql: 'check MYSQL_HOST, MYSQL_PORT and that it can be reached from here',
  s3: 'check AWS_ENDPOINT_URL_S3 (none means AWS itself) and that it can be reached from here',
  snowflake: 'check SNOWFLAKE_ACCOUNT (or SNOWFLAKE_HOST) and that it can be reached from here',
};

export type ReasonAndRemedy = { reason: string; remedy: string };

/** What was wrong in the words of the innermost error that has some, and what a person can do about it. */
export const reasonAndRemedy = (component: ComponentName, error: unknown): ReasonAndRemedy => {
  const all = chain(error);
  const innermost = all.findLast(({ message }) => message !== '') ?? all[0];
  const text = (innermost?.message ?? String(error)).replaceAll(/\s+/g, ' ').trim();
  const code = innermost?.code === undefined || text.includes(String(innermost.code)) ? '' : `${innermost.code} `;
  const remedies = all.some(isTls) ? tlsRemedy : all.some(isAuthentication) ? passwordRemedy : reachRemedy;
  return { reason: `${code}${text}`, remedy: remedies[component] };
};
