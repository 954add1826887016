import type { Store } from './store.ts';

export type RegistryRequest = {
  /** Values of the path's `{…}` parts, decoded. */
  path: Readonly<Record<string, string>>;
  query: URLSearchParams;
  /** The JSON body; undefined when there was none. */
  body: unknown;
};

export type Operation = {
  name: string;
  method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** `/subjects/{subject}/versions`: a part in braces takes any value. */
  path: string;
  /** The answer's JSON. A string result is sent as JSON text that is made already. */
  handle: (store: Store, request: RegistryRequest) => unknown;
};

export const operation = (definition: Operation): Operation => definition;

/** JSON text that goes out as it is: a schema is not quoted again. */
export class RawJson {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export const subjectOf = (request: RegistryRequest): string => request.path['subject'] ?? '';

export const flag = (request: RegistryRequest, name: string): boolean =>
  request.query.get(name)?.toLowerCase() === 'true';

/** `offset` and `limit` of the listings; a limit below one is none. */
export const page = <Item>(request: RegistryRequest, items: readonly Item[]): Item[] => {
  const whole = (name: string, otherwise: number) => {
    const text = request.query.get(name) ?? '';
    return /^-?\d{1,9}$/.test(text) ? Number(text) : otherwise;
  };
  const offset = Math.max(0, whole('offset', 0));
  const limit = whole('limit', -1);
  return items.slice(offset, limit > 0 ? offset + limit : undefined);
};
