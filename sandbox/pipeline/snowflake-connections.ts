import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parse, TomlError, type TomlPrimitive, type TomlTable } from 'smol-toml';
import { UsageError } from '../core/usage-error.ts';

/** What a key of a connection is called among the addresses. The keys are those of Snowflake's own tools (snow, the Python driver). */
const names: Readonly<Record<string, string>> = {
  account: 'SNOWFLAKE_ACCOUNT',
  user: 'SNOWFLAKE_USER',
  username: 'SNOWFLAKE_USER',
  password: 'SNOWFLAKE_PASSWORD',
  authenticator: 'SNOWFLAKE_AUTHENTICATOR',
  private_key_file: 'SNOWFLAKE_PRIVATE_KEY_FILE',
  private_key_path: 'SNOWFLAKE_PRIVATE_KEY_FILE',
  private_key_file_pwd: 'SNOWFLAKE_PRIVATE_KEY_PASSPHRASE',
  private_key_passphrase: 'SNOWFLAKE_PRIVATE_KEY_PASSPHRASE',
  token: 'SNOWFLAKE_TOKEN',
  host: 'SNOWFLAKE_HOST',
  port: 'SNOWFLAKE_PORT',
  protocol: 'SNOWFLAKE_PROTOCOL',
  role: 'SNOWFLAKE_ROLE',
  database: 'SNOWFLAKE_DATABASE',
  schema: 'SNOWFLAKE_SCHEMA',
  warehouse: 'SNOWFLAKE_WAREHOUSE',
};

const tokenFile = 'token_file_path';

export type ConnectionRequest = {
  name: string;
  /** Instead of the places where Snowflake's own tools look. */
  file?: string;
};

/** `~/.snowflake`, else the folder that Snowflake's tools use where that is not there. SNOWFLAKE_HOME of the shell is not read. */
const places = (): string[] => {
  const home = homedir();
  const folders = [
    join(home, '.snowflake'),
    process.platform === 'darwin'
      ? join(home, 'Library', 'Application Support', 'snowflake')
      : join(home, '.config', 'snowflake'),
  ];
  return folders.flatMap((folder) => [join(folder, 'connections.toml'), join(folder, 'config.toml')]);
};

const isTable = (value: TomlPrimitive | undefined): value is TomlTable =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);

const readToml = (file: string): TomlTable => {
  const text = readFileSync(file, 'utf8');
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const reason = error.message.split('\n')[0]?.replace('Invalid TOML document: ', '');
    throw new UsageError(`${file}:${error.line}: not TOML: ${reason}`);
  }
};

/** connections.toml holds one table a connection; config.toml holds them below `connections`. */
const connectionsIn = (file: string): TomlTable => {
  const whole = readToml(file);
  const below = whole['connections'];
  return isTable(below) ? below : whole;
};

const lineOf = (file: string, connection: string, key: string): number => {
  const lines = readFileSync(file, 'utf8').split('\n');
  const header = lines.findIndex((line) => line.trim().startsWith('[') && line.includes(connection));
  const at = lines.findIndex((line, index) => index > header && line.trim().replace(/^["']/, '').startsWith(key));
  return Math.max(at === -1 ? header : at, 0) + 1;
};

const expanded = (path: string, file: string): string =>
  path.startsWith('~/') ? join(homedir(), path.slice(2)) : resolve(dirname(file), path);

const isPath = (key: string): boolean => key === 'private_key_file' || key === 'private_key_path' || key === tokenFile;

/** A named connection as names and values: `account` is SNOWFLAKE_ACCOUNT, and so on. */
export const readConnection = ({ name, file }: ConnectionRequest): Record<string, string> => {
  const looked = file === undefined ? places() : [resolve(file)];
  const found = looked.filter((path) => existsSync(path));
  if (found.length === 0) {
    throw new UsageError(
      `connection ${name}: there is no ${looked.join(', no ')}; name the file with --connections FILE`,
    );
  }
  for (const path of found) {
    const connection = connectionsIn(path)[name];
    if (isTable(connection)) return valuesOf(connection, name, path);
  }
  const others = Object.entries(connectionsIn(found[0] as string)).flatMap(([key, value]) =>
    isTable(value) ? key : [],
  );
  const known = others.length === 0 ? 'it has none' : `it has ${others.join(', ')}`;
  throw new UsageError(`${found[0]}: there is no connection ${name}; ${known}`);
};

const valuesOf = (connection: TomlTable, connectionName: string, file: string): Record<string, string> => {
  const values: Record<string, string> = {};
  for (const [key, value] of Object.entries(connection)) {
    const where = (): string => `${file}:${lineOf(file, connectionName, key)}: ${key}`;
    if (typeof value !== 'string' && typeof value !== 'number') {
      if (key in names || key === tokenFile) throw new UsageError(`${where()} is a text`);
      continue;
    }
    const text = isPath(key) ? expanded(String(value), file) : String(value);
    const name = names[key];
    if (name !== undefined) values[name] = text;
    if (key === tokenFile) {
      try {
        values['SNOWFLAKE_TOKEN'] = readFileSync(text, 'utf8').trim();
      } catch (error) {
        throw new UsageError(`${where()} names ${text}, which cannot be read: ${(error as Error).message}`);
      }
    }
  }
  return values;
};
