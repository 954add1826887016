import type { Address } from './component.ts';

const answerTimeoutMs = 30_000;

/** One request to Connect or the registry at this address, with its name and password where it has them (HTTP basic). */
const restRequest =
  (urlName: string, userName: string, passwordName: string) =>
  (address: Address, path: string, init: { method?: string; body?: unknown } = {}): Promise<Response> => {
    const { method = 'GET', body } = init;
    const user = address[userName];
    const credentials = Buffer.from(`${user}:${address[passwordName] ?? ''}`).toString('base64');
    return fetch(`${(address[urlName] ?? '').replace(/\/+$/, '')}${path}`, {
      method,
      signal: AbortSignal.timeout(answerTimeoutMs),
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(user ? { authorization: `Basic ${credentials}` } : {}),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  };

export const connectRequest = restRequest('CONNECT_URL', 'CONNECT_USERNAME', 'CONNECT_PASSWORD');
export const registryRequest = restRequest(
  'SCHEMA_REGISTRY_URL',
  'SCHEMA_REGISTRY_USERNAME',
  'SCHEMA_REGISTRY_PASSWORD',
);
