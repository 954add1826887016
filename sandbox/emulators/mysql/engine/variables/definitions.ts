import { mysqlError } from '../../errors.ts';
import { readSqlMode } from '../context.ts';
import type { Server, SessionState } from '../server-state.ts';
import { defaultCollation, findCharset, findCollation } from '../values/collation.ts';
import { findTimeZone } from '../values/time-zone.ts';
import { variableRows } from './list.ts';

export type VariableDefinition = {
  readonly name: string;
  readonly value: string | null;
  /** 'session' has no global value, 'global' no session value. */
  readonly scope: 'session' | 'both' | 'global';
  readonly readOnly: boolean;
  readonly type: 'boolean' | 'integer' | 'double' | 'text';
  readonly signed: boolean;
  /** Value that is not stored but found out. */
  readonly read?: (server: Server, session: SessionState | null) => string | null;
  /** Makes a value canonical; throws 1231 for a wrong one. */
  readonly check?: (value: string | null) => string | null;
  /** What else changes in the session with it. */
  readonly apply?: (session: SessionState, value: string | null) => void;
};

const wrong = (name: string, value: string | null): never => {
  throw mysqlError('ER_WRONG_VALUE_FOR_VAR', name, value ?? 'NULL');
};

const oneOf =
  (name: string, values: readonly string[]) =>
  (value: string | null): string => {
    const index =
      value !== null && /^\d+$/.test(value)
        ? Number(value)
        : values.findIndex((candidate) => candidate.toUpperCase() === value?.toUpperCase());
    return values[index] ?? wrong(name, value);
  };

const knownModes = [
  'REAL_AS_FLOAT',
  'PIPES_AS_CONCAT',
  'ANSI_QUOTES',
  'IGNORE_SPACE',
  'ONLY_FULL_GROUP_BY',
  'NO_UNSIGNED_SUBTRACTION',
  'NO_DIR_IN_CREATE',
  'ANSI',
  'NO_AUTO_VALUE_ON_ZERO',
  'NO_BACKSLASH_ESCAPES',
  'STRICT_TRANS_TABLES',
  'STRICT_ALL_TABLES',
  'NO_ZERO_IN_DATE',
  'NO_ZERO_DATE',
  'ALLOW_INVALID_DATES',
  'ERROR_FOR_DIVISION_BY_ZERO',
  'TRADITIONAL',
  'HIGH_NOT_PRECEDENCE',
  'NO_ENGINE_SUBSTITUTION',
  'PAD_CHAR_TO_FULL_LENGTH',
  'TIME_TRUNCATE_FRACTIONAL',
];

const expansions: Readonly<Record<string, readonly string[]>> = {
  ANSI: ['REAL_AS_FLOAT', 'PIPES_AS_CONCAT', 'ANSI_QUOTES', 'IGNORE_SPACE', 'ONLY_FULL_GROUP_BY', 'ANSI'],
  TRADITIONAL: [
    'STRICT_TRANS_TABLES',
    'STRICT_ALL_TABLES',
    'NO_ZERO_IN_DATE',
    'NO_ZERO_DATE',
    'ERROR_FOR_DIVISION_BY_ZERO',
    'TRADITIONAL',
    'NO_ENGINE_SUBSTITUTION',
  ],
};

const canonicalModes = (value: string | null): string => {
  const wanted = new Set<string>();
  for (const part of (value ?? '').split(',')) {
    const mode = part.trim().toUpperCase();
    if (mode === '') continue;
    if (!knownModes.includes(mode)) wrong('sql_mode', part.trim());
    for (const one of expansions[mode] ?? [mode]) wanted.add(one);
  }
  return knownModes.filter((mode) => wanted.has(mode)).join(',');
};

const charset =
  (name: string) =>
  (value: string | null): string | null => {
    if (value === null && name === 'character_set_results') return null;
    const found = findCharset(value ?? '');
    if (!found) throw mysqlError('ER_UNKNOWN_CHARACTER_SET', value ?? 'NULL');
    return found.name;
  };

const collation = (value: string | null): string => {
  const found = findCollation(value ?? '');
  if (!found) throw mysqlError('ER_UNKNOWN_COLLATION', value ?? 'NULL');
  return found.name;
};

const special: Readonly<Record<string, Partial<VariableDefinition>>> = {
  sql_mode: {
    check: canonicalModes,
    apply: (session, value) => {
      session.sqlMode = readSqlMode(value ?? '');
    },
  },
  time_zone: {
    check: (value) => {
      if (!findTimeZone(value ?? '')) throw mysqlError('ER_UNKNOWN_TIME_ZONE', value ?? 'NULL');
      return value?.toUpperCase() === 'SYSTEM' ? 'SYSTEM' : value;
    },
    apply: (session, value) => {
      const zone = findTimeZone(value ?? 'SYSTEM');
      if (zone) session.timeZone = zone;
    },
  },
  transaction_isolation: {
    check: oneOf('transaction_isolation', ['READ-UNCOMMITTED', 'READ-COMMITTED', 'REPEATABLE-READ', 'SERIALIZABLE']),
  },
  character_set_client: { check: charset('character_set_client') },
  character_set_results: {
    check: charset('character_set_results'),
    apply: (session, value) => {
      session.resultsCollation = value === null ? null : (defaultCollation(value)?.id ?? null);
    },
  },
  character_set_connection: {
    check: charset('character_set_connection'),
    apply: (session, value) => {
      session.variables.set('collation_connection', defaultCollation(value ?? '')?.name ?? 'utf8mb4_0900_ai_ci');
    },
  },
  character_set_server: {
    check: charset('character_set_server'),
    apply: (session, value) => {
      session.variables.set('collation_server', defaultCollation(value ?? '')?.name ?? 'utf8mb4_0900_ai_ci');
    },
  },
  character_set_database: { check: charset('character_set_database') },
  collation_connection: {
    check: collation,
    apply: (session, value) => {
      session.variables.set('character_set_connection', findCollation(value ?? '')?.charset ?? 'utf8mb4');
    },
  },
  collation_server: {
    check: collation,
    apply: (session, value) => {
      session.variables.set('character_set_server', findCollation(value ?? '')?.charset ?? 'utf8mb4');
    },
  },
  collation_database: { check: collation },
  binlog_format: { check: (value) => (value?.toUpperCase() === 'ROW' ? 'ROW' : wrong('binlog_format', value)) },
  binlog_row_image: { check: (value) => (value?.toUpperCase() === 'FULL' ? 'FULL' : wrong('binlog_row_image', value)) },
  binlog_row_metadata: { check: oneOf('binlog_row_metadata', ['MINIMAL', 'FULL']) },
  completion_type: { check: oneOf('completion_type', ['NO_CHAIN', 'CHAIN', 'RELEASE']) },
  default_storage_engine: {
    check: (value) => {
      if (value?.toLowerCase() !== 'innodb') throw mysqlError('ER_UNKNOWN_STORAGE_ENGINE', value ?? 'NULL');
      return 'InnoDB';
    },
  },
};

const booleans = new Set(['ON', 'OFF', 'YES', 'NO']);

const asBoolean =
  (name: string) =>
  (value: string | null): string => {
    const word = value?.toUpperCase();
    if (word === 'ON' || word === '1' || word === 'TRUE') return 'ON';
    if (word === 'OFF' || word === '0' || word === 'FALSE') return 'OFF';
    return wrong(name, value);
  };

const asInteger =
  (name: string) =>
  (value: string | null): string => {
    if (value === null || !/^-?\d+$/.test(value)) throw mysqlError('ER_WRONG_TYPE_FOR_VAR', name);
    return value;
  };

const asDouble =
  (name: string) =>
  (value: string | null): string => {
    const number = Number(value);
    if (value === null || !Number.isFinite(number)) throw mysqlError('ER_WRONG_TYPE_FOR_VAR', name);
    return number.toFixed(6);
  };

const typeOf = (value: string | null): VariableDefinition['type'] => {
  if (value === null) return 'text';
  if (booleans.has(value)) return 'boolean';
  if (/^-?\d+$/.test(value)) return 'integer';
  return /^\d+\.\d{6}$/.test(value) ? 'double' : 'text';
};

const checkFor = (name: string, type: VariableDefinition['type']): Pick<VariableDefinition, 'check'> => {
  if (type === 'boolean') return { check: asBoolean(name) };
  if (type === 'integer') return { check: asInteger(name) };
  return type === 'double' ? { check: asDouble(name) } : {};
};

const fromRow = ([name, value, scope]: (typeof variableRows)[number]): VariableDefinition => {
  const type = typeOf(value);
  return {
    name,
    value,
    type,
    scope: scope === 's' ? 'both' : 'global',
    readOnly: scope === 'g',
    signed: value?.startsWith('-') === true,
    ...checkFor(name, type),
    ...special[name],
  };
};

const computed = (
  name: string,
  type: VariableDefinition['type'],
  scope: VariableDefinition['scope'],
  read: NonNullable<VariableDefinition['read']>,
): VariableDefinition => ({
  name,
  value: null,
  scope,
  readOnly: true,
  type,
  signed: false,
  read,
});

// What the server finds out when asked, and variables of a session alone.
const others: readonly VariableDefinition[] = [
  computed('version', 'text', 'global', (server) => server.version),
  computed('innodb_version', 'text', 'global', (server) => server.version.replace(/-.*/, '')),
  computed('server_id', 'integer', 'global', (server) => String(server.serverId)),
  computed('server_uuid', 'text', 'global', (server) => server.uuid),
  computed('port', 'integer', 'global', (server) => String(server.port)),
  computed('hostname', 'text', 'global', () => 'localhost'),
  computed('datadir', 'text', 'global', (server) => `${server.dataDir}/`),
  computed('gtid_executed', 'text', 'global', (server) => server.binlog.position().executedGtids),
  computed('gtid_purged', 'text', 'global', (server) => server.binlog.purgedGtids()),
  { ...computed('gtid_next', 'text', 'session', () => 'AUTOMATIC'), readOnly: true },
  computed('secure_file_priv', 'text', 'global', () => null),
  {
    ...computed('last_insert_id', 'integer', 'session', (_server, session) => String(session?.lastInsertId ?? 0)),
    readOnly: false,
    check: asInteger('last_insert_id'),
    apply: (session, value) => {
      session.lastInsertId = BigInt(value ?? 0);
    },
  },
  computed('identity', 'integer', 'session', (_server, session) => String(session?.lastInsertId ?? 0)),
  computed('warning_count', 'integer', 'session', (_server, session) => String(session?.warnings.length ?? 0)),
  computed('error_count', 'integer', 'session', (_server, session) =>
    String(session?.warnings.filter(({ level }) => level === 'Error').length ?? 0),
  ),
  computed('pseudo_thread_id', 'integer', 'session', (_server, session) => String(session?.id ?? 0)),
  {
    name: 'insert_id',
    value: '0',
    scope: 'session',
    readOnly: false,
    type: 'integer',
    signed: false,
    check: asInteger('insert_id'),
  },
  { name: 'sql_log_bin', value: 'ON', scope: 'session', readOnly: true, type: 'boolean', signed: false },
  {
    ...computed(
      'timestamp',
      'text',
      'session',
      (server, session) => session?.variables.get('timestamp') ?? (server.clock.nowMs() / 1000).toFixed(6),
    ),
    readOnly: false,
    check: (value) =>
      value === null || Number(value) < 0 || !Number.isFinite(Number(value)) ? wrong('timestamp', value) : value,
  },
  { name: 'rand_seed1', value: '0', scope: 'session', readOnly: true, type: 'integer', signed: false },
];

const definitions = new Map<string, VariableDefinition>(
  [...variableRows.map(fromRow), ...others].map((definition) => [definition.name, definition]),
);

export const findVariable = (name: string): VariableDefinition | undefined => definitions.get(name.toLowerCase());

export const allVariables = (): readonly VariableDefinition[] =>
  [...definitions.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
