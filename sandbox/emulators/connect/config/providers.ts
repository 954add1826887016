import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ConnectError } from '../connect-errors.ts';

// Config providers: `${env:NAME}`, `${file:path:key}`, `${directory:path:key}`, as ConfigTransformer replaces them when a connector or
// task starts. What a provider does not know stays as it is written, and so does `${other:…}`. Source: ConfigTransformer, EnvVarConfigProvider,
// FileConfigProvider, DirectoryConfigProvider.

export type ConfigProviders = {
  resolve(config: Readonly<Record<string, string>>): Promise<Record<string, string>>;
};

const maximumFileBytes = 1_048_576;
const placeholder = /\$\{([^}]*?):(([^}]*?):)?([^}]*?)\}/g;

const readBounded = async (path: string, provider: string): Promise<string> => {
  try {
    const bytes = await readFile(path);
    if (bytes.byteLength > maximumFileBytes) throw new Error(`larger than ${maximumFileBytes} bytes`);
    return bytes.toString('utf8');
  } catch (error) {
    throw new ConnectError(`Could not read ${provider === 'file' ? 'properties from file' : 'directory'} ${path}`, {
      cause: error,
      javaClass: 'org.apache.kafka.common.config.ConfigException',
    });
  }
};

/** A java.util.Properties file: `key=value`, `key: value`, comments, continued lines, the usual escapes. */
export const parseProperties = (text: string): Map<string, string> => {
  const properties = new Map<string, string>();
  const lines = text.replace(/\\\r?\n[ \t\f]*/g, '').split(/\r?\n/);
  for (const line of lines) {
    const match = /^[ \t\f]*((?:\\.|[^\\#!=:\s])(?:\\.|[^\\=:\s])*)[ \t\f]*[=: \t\f]?[ \t\f]*(.*)$/.exec(line);
    if (match === null) continue;
    const [, key = '', value = ''] = match;
    properties.set(unescapeProperty(key), unescapeProperty(value));
  }
  return properties;
};

const unescapeProperty = (text: string): string =>
  text.replace(/\\(?:u([0-9a-fA-F]{4})|(.))/g, (_, code: string | undefined, character: string | undefined) => {
    if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
    return { t: '\t', n: '\n', r: '\r', f: '\f' }[character ?? ''] ?? character ?? '';
  });

type Lookup = (path: string, key: string) => Promise<string | undefined>;

export const configProviders = (environment: Readonly<Record<string, string>>): ConfigProviders => {
  const lookups: Readonly<Record<string, Lookup>> = {
    env: async (path, key) => (path === '' && Object.hasOwn(environment, key) ? environment[key] : undefined),
    file: async (path, key) => (path === '' ? undefined : parseProperties(await readBounded(path, 'file')).get(key)),
    directory: async (path, key) =>
      path === '' || basename(key) !== key
        ? undefined
        : await readBounded(join(path, key), 'directory').catch(() => undefined),
  };

  const resolveText = async (text: string): Promise<string> => {
    if (!text.includes('${')) return text;
    let resolved = '';
    let from = 0;
    for (const match of text.matchAll(placeholder)) {
      const [whole, provider = '', , path = '', key = ''] = match;
      const value = await lookups[provider]?.(path.trim(), key.trim());
      resolved += text.slice(from, match.index) + (value ?? whole);
      from = match.index + whole.length;
    }
    return resolved + text.slice(from);
  };

  return {
    resolve: async (config) => {
      const resolved: Record<string, string> = {};
      for (const [name, text] of Object.entries(config)) resolved[name] = await resolveText(text);
      return resolved;
    },
  };
};
