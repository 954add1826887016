import { type JsonValue, printJson } from '../../../wire/connect/json-text.ts';
import { restErrors } from '../errors.ts';
import { jacksonLocation } from './jackson-location.ts';

/** Map<String, String> as Jackson reads it: scalars become text, null stays null, anything else is an error. */
export const textMap = (json: JsonValue | undefined, bodyText: string): Record<string, string | null> | null => {
  if (json === undefined || json === null) return null;
  if (typeof json !== 'object' || Array.isArray(json)) {
    const token = Array.isArray(json) ? 'Array value (token `JsonToken.START_ARRAY`)' : 'scalar value';
    throw restErrors.malformedJson(
      `Cannot deserialize value of type \`java.util.LinkedHashMap<java.lang.String,java.lang.String>\` from ${token}${jacksonLocation(bodyText, 0)}`,
    );
  }
  const map: Record<string, string | null> = {};
  for (const [name, value] of Object.entries(json)) {
    if (value !== null && typeof value === 'object') {
      const token = Array.isArray(value)
        ? 'Array value (token `JsonToken.START_ARRAY`)'
        : 'Object value (token `JsonToken.START_OBJECT`)';
      throw restErrors.malformedJson(
        `Cannot deserialize value of type \`java.lang.String\` from ${token}${jacksonLocation(bodyText, bodyText.indexOf(printJson(name)))}`,
      );
    }
    map[name] = value === null ? null : typeof value === 'string' ? value : printJson(value);
  }
  return map;
};

/** A setting without a value is taken for absent; a real worker refuses it. */
export const withoutNulls = (map: Readonly<Record<string, string | null>>): Record<string, string> =>
  Object.fromEntries(Object.entries(map).filter((entry): entry is [string, string] => entry[1] !== null));

/** Puts the connector's name into its configuration, or refuses another one that is there. Source: ConnectorsResource.checkAndPutConnectorConfigName. */
export const withName = (config: Readonly<Record<string, string>>, name: string): Record<string, string> => {
  const included = config['name'];
  if (included !== undefined && included !== name) throw restErrors.nameMismatch(included, name);
  return { ...config, name };
};
