import { checkReading, type Incompatibility } from './avro/compatibility.ts';
import type { AvroSchema } from './avro/schema.ts';
import { parseStored } from './registry.ts';
import type { CompatibilityLevel, SchemaVersion, Store } from './store.ts';

const longestSchemaTold = 10 * 1024;

const describe = ({ kind, message, location }: Incompatibility, reader: string, writer: string): string => {
  const descriptions: Record<Incompatibility['kind'], string> = {
    FIXED_SIZE_MISMATCH: `The size of FIXED type field at path '${location}' in the ${reader} schema does not match with the ${writer} schema`,
    TYPE_MISMATCH: `The type (path '${location}') of a field in the ${reader} schema does not match with the ${writer} schema`,
    NAME_MISMATCH: `The name of the schema has changed (path '${location}')`,
    MISSING_ENUM_SYMBOLS: `The ${reader} schema is missing enum symbols '${message}' at path '${location}' in the ${writer} schema`,
    MISSING_UNION_BRANCH: `The ${reader} schema is missing a type inside a union field at path '${location}' in the ${writer} schema`,
    READER_FIELD_MISSING_DEFAULT_VALUE: `The field '${message}' at path '${location}' in the ${reader} schema has no default value and is missing in the ${writer} schema`,
  };
  return `{errorType:'${kind}', description:'${descriptions[kind]}', additionalInfo:'${message}'}`;
};

const problemsBetween = (level: CompatibilityLevel, incoming: AvroSchema, earlier: AvroSchema): string[] => {
  const forward = () => checkReading(earlier, incoming).map((found) => describe(found, 'old', 'new'));
  const backward = () => checkReading(incoming, earlier).map((found) => describe(found, 'new', 'old'));
  if (level.startsWith('FULL')) return [...forward(), ...backward()];
  return level.startsWith('FORWARD') ? forward() : backward();
};

const tellEarlier = ({ version, schema }: SchemaVersion): string[] => [
  `{oldSchemaVersion: ${version}}`,
  schema.length <= longestSchemaTold
    ? `{oldSchema: '${schema}'}`
    : `{oldSchema: <truncated> '${schema.slice(0, longestSchemaTold)}...'}`,
];

/** Why a schema does not fit the earlier ones (in order of version) at this level; empty when it does.
 *  A transitive level asks all of them, the newest first, and stops at the first that does not fit; the others ask the newest alone. */
export const checkCompatibility = (
  store: Store,
  level: CompatibilityLevel,
  incoming: AvroSchema,
  earlier: readonly SchemaVersion[],
): string[] => {
  if (level === 'NONE') return [];
  const newestFirst = [...earlier].reverse();
  for (const version of level.endsWith('_TRANSITIVE') ? newestFirst : newestFirst.slice(0, 1)) {
    const problems = problemsBetween(level, incoming, parseStored(store, version));
    if (problems.length > 0)
      return [...problems, ...tellEarlier(version), `{validateFields: 'false', compatibility: '${level}'}`];
  }
  return [];
};
