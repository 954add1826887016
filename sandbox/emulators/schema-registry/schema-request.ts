import { httpError, notEmulated, registryError } from './errors.ts';
import type { RegistryRequest } from './operation.ts';
import type { Reference } from './store.ts';

/** The body of register, look-up and compatibility requests. */
export type SchemaRequest = {
  schema: string | undefined;
  references: Reference[];
  /** Given only to import a schema under an id and version of its own. */
  id: number | undefined;
  version: number | undefined;
};

export const objectBody = (request: RegistryRequest): Record<string, unknown> => {
  const { body } = request;
  if (body === undefined || body === null) throw httpError(422, 'request must not be null');
  if (typeof body !== 'object' || Array.isArray(body))
    throw httpError(400, 'Cannot deserialize the request body: it is no JSON object');
  return body as Record<string, unknown>;
};

const text = (body: Record<string, unknown>, name: string): string | undefined => {
  const value = body[name];
  if (value === undefined || value === null || typeof value === 'string') return value ?? undefined;
  throw httpError(400, `Cannot deserialize value of type \`java.lang.String\` from ${name}`);
};

const number = (body: Record<string, unknown>, name: string): number | undefined => {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number' && Number.isInteger(value)) return value;
  throw httpError(400, `Cannot deserialize value of type \`java.lang.Integer\` from ${name}`);
};

const readReferences = (value: unknown): Reference[] => {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw httpError(400, 'Cannot deserialize references: they are no array');
  return value.map((item) => {
    const { name, subject, version } = (item ?? {}) as Record<string, unknown>;
    if (typeof name !== 'string' || typeof subject !== 'string' || typeof version !== 'number')
      throw registryError(42201, `Invalid reference: ${JSON.stringify(item)}`);
    return { name, subject, version };
  });
};

export const readSchemaRequest = (request: RegistryRequest): SchemaRequest => {
  const body = objectBody(request);
  const type = text(body, 'schemaType') ?? 'AVRO';
  if (type === 'JSON' || type === 'PROTOBUF')
    throw registryError(
      42201,
      `Invalid schema type ${type}: it is not emulated by the sandbox's schema-registry, which knows AVRO`,
    );
  if (type !== 'AVRO') throw registryError(42201, `Invalid schema type ${type}`);
  for (const name of ['metadata', 'ruleSet', 'schemaTagsToAdd', 'schemaTagsToRemove'])
    if (body[name] !== undefined && body[name] !== null) throw notEmulated(`${name} of a schema`);
  return {
    schema: text(body, 'schema'),
    references: readReferences(body['references']),
    id: number(body, 'id'),
    version: number(body, 'version'),
  };
};
