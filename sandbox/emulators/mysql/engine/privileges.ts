import { type MysqlError, mysqlError } from '../errors.ts';
import type { StoredAccount } from './accounts.ts';
import type { SessionState } from './server-state.ts';
import { isSystemSchema } from './storage/catalog.ts';

/** Privileges of tables and databases (reference manual, "Privileges Provided by MySQL"), in the order of SHOW GRANTS. */
export const objectPrivileges = [
  'SELECT',
  'INSERT',
  'UPDATE',
  'DELETE',
  'CREATE',
  'DROP',
  'REFERENCES',
  'INDEX',
  'ALTER',
  'CREATE TEMPORARY TABLES',
  'LOCK TABLES',
  'EXECUTE',
  'CREATE VIEW',
  'SHOW VIEW',
  'CREATE ROUTINE',
  'ALTER ROUTINE',
  'EVENT',
  'TRIGGER',
] as const;

const tablePrivileges: readonly string[] = [
  'SELECT',
  'INSERT',
  'UPDATE',
  'DELETE',
  'CREATE',
  'DROP',
  'REFERENCES',
  'INDEX',
  'ALTER',
  'CREATE VIEW',
  'SHOW VIEW',
  'TRIGGER',
];

/** All static global privileges, in the order of SHOW GRANTS. */
export const globalPrivileges = [
  'SELECT',
  'INSERT',
  'UPDATE',
  'DELETE',
  'CREATE',
  'DROP',
  'RELOAD',
  'SHUTDOWN',
  'PROCESS',
  'FILE',
  'REFERENCES',
  'INDEX',
  'ALTER',
  'SHOW DATABASES',
  'SUPER',
  'CREATE TEMPORARY TABLES',
  'LOCK TABLES',
  'EXECUTE',
  'REPLICATION SLAVE',
  'REPLICATION CLIENT',
  'CREATE VIEW',
  'SHOW VIEW',
  'CREATE ROUTINE',
  'ALTER ROUTINE',
  'CREATE USER',
  'EVENT',
  'TRIGGER',
  'CREATE TABLESPACE',
  'CREATE ROLE',
  'DROP ROLE',
] as const;

/** Dynamic privileges that ALL gives as well. */
export const dynamicPrivileges = [
  'ALLOW_NONEXISTENT_DEFINER',
  'APPLICATION_PASSWORD_ADMIN',
  'AUDIT_ABORT_EXEMPT',
  'AUDIT_ADMIN',
  'AUTHENTICATION_POLICY_ADMIN',
  'BACKUP_ADMIN',
  'BINLOG_ADMIN',
  'BINLOG_ENCRYPTION_ADMIN',
  'CLONE_ADMIN',
  'CONNECTION_ADMIN',
  'CREATE_SPATIAL_REFERENCE_SYSTEM',
  'ENCRYPTION_KEY_ADMIN',
  'FIREWALL_EXEMPT',
  'FLUSH_OPTIMIZER_COSTS',
  'FLUSH_PRIVILEGES',
  'FLUSH_STATUS',
  'FLUSH_TABLES',
  'FLUSH_USER_RESOURCES',
  'GROUP_REPLICATION_ADMIN',
  'GROUP_REPLICATION_STREAM',
  'INNODB_REDO_LOG_ARCHIVE',
  'INNODB_REDO_LOG_ENABLE',
  'OPTIMIZE_LOCAL_TABLE',
  'PASSWORDLESS_USER_ADMIN',
  'PERSIST_RO_VARIABLES_ADMIN',
  'REPLICATION_APPLIER',
  'REPLICATION_SLAVE_ADMIN',
  'RESOURCE_GROUP_ADMIN',
  'RESOURCE_GROUP_USER',
  'ROLE_ADMIN',
  'SENSITIVE_VARIABLES_OBSERVER',
  'SERVICE_CONNECTION_ADMIN',
  'SESSION_VARIABLES_ADMIN',
  'SET_ANY_DEFINER',
  'SHOW_ROUTINE',
  'SYSTEM_USER',
  'SYSTEM_VARIABLES_ADMIN',
  'TABLE_ENCRYPTION_ADMIN',
  'TELEMETRY_LOG_ADMIN',
  'TRANSACTION_GTID_TAG',
  'XA_RECOVER_ADMIN',
] as const;

const synonyms: Readonly<Record<string, string>> = { 'REPLICATION REPLICA': 'REPLICATION SLAVE' };

/** A privilege as stored; throws 1064-like refusals for what is none. */
export const canonicalPrivilege = (name: string): string => {
  const canonical = synonyms[name] ?? name;
  const known: readonly string[] = [...globalPrivileges, ...dynamicPrivileges, 'GRANT OPTION', 'USAGE', 'ALL'];
  if (!known.includes(canonical)) throw mysqlError('ER_SYNTAX_ERROR');
  return canonical;
};

/** The privileges that ALL means at a level. */
export const allAt = (level: 'global' | 'schema' | 'table'): readonly string[] => {
  if (level === 'global') return [...globalPrivileges, ...dynamicPrivileges];
  return level === 'schema' ? objectPrivileges : tablePrivileges;
};

const holds = (account: StoredAccount, privilege: string, schema: string | null, table: string | null): boolean => {
  if (account.global.has(privilege)) return true;
  if (schema !== null && schemaPrivileges(account, schema).has(privilege)) return true;
  return schema !== null && table !== null && account.tables.get(`${schema}.${table}`)?.has(privilege) === true;
};

// A database in GRANT may be a pattern: `sales\_%`.*
const schemaPrivileges = (account: StoredAccount, schema: string): Set<string> => {
  const exact = account.schemas.get(schema);
  if (exact) return exact;
  for (const [pattern, privileges] of account.schemas) {
    if (!/[%_]/.test(pattern)) continue;
    const source = pattern.replace(/\\([%_])|[.*+?^${}()|[\]\\]|%|_/g, (found, escaped: string | undefined) =>
      escaped ? escaped : found === '%' ? '.*' : found === '_' ? '.' : `\\${found}`,
    );
    if (new RegExp(`^${source}$`).test(schema)) return privileges;
  }
  return noPrivileges;
};
const noPrivileges: Set<string> = new Set();

type Asker = { readonly session: SessionState };

const who = ({ session }: Asker): [string, string] => [session.account.user, session.account.host];

export const hasTablePrivilege = ({ session }: Asker, privilege: string, schema: string, table: string): boolean => {
  if (schema === 'information_schema' || schema === 'performance_schema') return privilege === 'SELECT';
  return holds(session.account, privilege, schema, table);
};

/** Throws 1142 unless the account may do that to the table. */
export const requireTablePrivilege = (asker: Asker, privilege: string, schema: string, table: string): void => {
  if (hasTablePrivilege(asker, privilege, schema, table)) return;
  if (schema === 'information_schema') throw mysqlError('ER_DBACCESS_DENIED_ERROR', ...who(asker), schema);
  throw mysqlError('ER_TABLEACCESS_DENIED_ERROR', privilege, ...who(asker), table);
};

/** Throws 1044 unless the account may do that in the database. */
export const requireSchemaPrivilege = (asker: Asker, privilege: string, schema: string): void => {
  if (!holds(asker.session.account, privilege, schema, null))
    throw mysqlError('ER_DBACCESS_DENIED_ERROR', ...who(asker), schema);
};

/** Throws 1227 unless the account holds one of these global privileges. */
export const requireGlobalPrivilege = (asker: Asker, ...privileges: readonly string[]): void => {
  if (privileges.some((privilege) => asker.session.account.global.has(privilege))) return;
  throw mysqlError('ER_SPECIFIC_ACCESS_DENIED_ERROR', privileges.join(', '));
};

export const hasGlobalPrivilege = ({ session }: Asker, privilege: string): boolean =>
  session.account.global.has(privilege);

/** May the account see that the database is there? */
export const mayUseSchema = ({ session }: Asker, schema: string): boolean => {
  if (isSystemSchema(schema))
    return schema.toLowerCase() !== 'mysql' && schema.toLowerCase() !== 'sys'
      ? true
      : holds(session.account, 'SELECT', schema, null);
  if ([...session.account.global].some((privilege) => (objectPrivileges as readonly string[]).includes(privilege)))
    return true;
  if (schemaPrivileges(session.account, schema).size > 0) return true;
  return [...session.account.tables.keys()].some((key) => key.startsWith(`${schema}.`));
};

export const maySeeSchema = (asker: Asker, schema: string): boolean =>
  hasGlobalPrivilege(asker, 'SHOW DATABASES') || mayUseSchema(asker, schema);

export const maySeeTable = (asker: Asker, schema: string, table: string): boolean =>
  isSystemSchema(schema) || tablePrivileges.some((privilege) => holds(asker.session.account, privilege, schema, table));

export const deniedSchema = (asker: Asker, schema: string): MysqlError =>
  mysqlError('ER_DBACCESS_DENIED_ERROR', ...who(asker), schema);
