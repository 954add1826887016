import { javaDouble } from '../../../../wire/connect/java-number.ts';
import type { JsonValue } from '../../../../wire/connect/json-text.ts';
import { ConfigError, ConnectError } from '../../connect-errors.ts';

// RFC 6901 as the connector uses Jackson's: `/` means the whole, and a pointer that leads nowhere is an error.

export type JsonPointer = { text: string; segments: readonly string[] };

export const compilePointer = (text: string): JsonPointer => {
  if (text === '' || text === '/') return { text, segments: [] };
  if (!text.startsWith('/')) {
    throw new ConfigError(`Invalid input: JSON Pointer expression must start with '/': "${text}"`);
  }
  const segments = text
    .slice(1)
    .split('/')
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
  return { text, segments };
};

const step = (value: JsonValue, segment: string): JsonValue | undefined => {
  if (value === null || typeof value !== 'object') return undefined;
  if (Array.isArray(value)) return /^(0|[1-9]\d*)$/.test(segment) ? value[Number(segment)] : undefined;
  return Object.hasOwn(value, segment) ? value[segment] : undefined;
};

/** JsonNode.requiredAt. */
export const requiredAt = (value: JsonValue, pointer: JsonPointer): JsonValue => {
  let current = value;
  for (const [index, segment] of pointer.segments.entries()) {
    const next = step(current, segment);
    if (next === undefined) {
      const unmatched = `/${pointer.segments.slice(index).join('/')}`;
      throw new ConnectError(`No node at '${pointer.text}' (unmatched part: '${unmatched}')`, {
        javaClass: 'java.lang.IllegalArgumentException',
      });
    }
    current = next;
  }
  return current;
};

/** JsonNode.asText: empty for objects and arrays. */
export const asText = (value: JsonValue): string => {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return javaDouble(value);
  return value !== null && typeof value === 'object' ? '' : String(value);
};
