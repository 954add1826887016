import type { Account, Accounts } from './types.ts';

// mysql.user, mysql.db, mysql.tables_priv and mysql.columns_priv, as far as they are used: who there is, and who may do what where.
// https://dev.mysql.com/doc/refman/8.4/en/privileges-provided.html

/** Static privileges in the order in which SHOW GRANTS tells them. */
export const staticPrivileges = [
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

/** Privileges that can be given on *.* alone, and are not static ones. */
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

const globalOnly: ReadonlySet<string> = new Set([
  'RELOAD',
  'SHUTDOWN',
  'PROCESS',
  'FILE',
  'SHOW DATABASES',
  'SUPER',
  'REPLICATION SLAVE',
  'REPLICATION CLIENT',
  'CREATE USER',
  'CREATE TABLESPACE',
  'CREATE ROLE',
  'DROP ROLE',
  ...dynamicPrivileges,
]);

const onTables: ReadonlySet<string> = new Set([
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
]);

const onColumns: ReadonlySet<string> = new Set(['SELECT', 'INSERT', 'UPDATE', 'REFERENCES']);

/** Where a grant counts: `schema` null is *.*, `table` null is a whole database, whose name is then a pattern with % and _. */
export type Level = { schema: string | null; table: string | null };

/** Is there such a privilege, and may it be given at this level? */
export const privilegeFits = (name: string, { schema, table }: Level, ofColumns: boolean): boolean => {
  const known =
    (staticPrivileges as readonly string[]).includes(name) || (dynamicPrivileges as readonly string[]).includes(name);
  if (name === 'GRANT OPTION' || name === 'USAGE') return !ofColumns;
  if (!known) return false;
  if (ofColumns) return table !== null && onColumns.has(name);
  if (table !== null) return onTables.has(name);
  return schema === null || !globalOnly.has(name);
};

/** What ALL means at a level, without GRANT OPTION. */
export const allPrivileges = (level: Level): string[] => {
  if (level.schema === null) return [...staticPrivileges, ...dynamicPrivileges];
  return staticPrivileges.filter((name) => privilegeFits(name, level, false));
};

/** Privileges on one database or table, 'GRANT OPTION' among them; `columns` by the lower-case name of the column. */
type Grant = { schema: string; table: string | null; privileges: Set<string>; columns: Map<string, Set<string>> };

export type StoredAccount = Account & {
  plugin: Account['plugin'];
  passwordHash: Uint8Array;
  locked: boolean;
  /** On *.*, 'GRANT OPTION' among them. */
  readonly privileges: Set<string>;
  readonly grants: Grant[];
};

/** `column` null asks for the whole table. */
export type Target = { schema: string; table: string | null; column?: string | null };

const likePattern = (pattern: string): RegExp => {
  let source = '';
  for (let index = 0; index < pattern.length; index++) {
    const char = pattern[index] as string;
    if (char === '\\' && index + 1 < pattern.length) source += escaped(pattern[++index] as string);
    else source += char === '%' ? '.*' : char === '_' ? '.' : escaped(char);
  }
  return new RegExp(`^${source}$`, 's');
};

const escaped = (char: string): string => char.replace(/[\\^$.*+?()[\]{}|]/, '\\$&');

const covers = (grant: Grant, { schema, table }: Target): boolean => {
  if (grant.table !== null) return grant.schema === schema && grant.table === table;
  return grant.schema === schema || likePattern(grant.schema).test(schema);
};

export const mayEverywhere = ({ privileges }: StoredAccount, name: string): boolean => privileges.has(name);

/** May the account do this there: by *.*, by the database, by the table, or by the column? */
export const may = (account: StoredAccount, name: string, target: Target): boolean => {
  if (account.privileges.has(name)) return true;
  return account.grants.some((grant) => {
    if (!covers(grant, target)) return false;
    if (grant.privileges.has(name)) return true;
    return target.column != null && (grant.columns.get(target.column.toLowerCase())?.has(name) ?? false);
  });
};

/** Has the account the privilege on at least one column of the table? Then it may name the table, and is told 1143 for the others. */
export const mayOnSomeColumn = (account: StoredAccount, name: string, target: Target): boolean =>
  may(account, name, target) ||
  account.grants.some((grant) => covers(grant, target) && [...grant.columns.values()].some((names) => names.has(name)));

/** Does the account see that this database, or table in it, is there? Any privilege will do. */
export const mayKnowOf = (account: StoredAccount, { schema, table }: Target): boolean => {
  const some = (names: Iterable<string>) => [...names].some((name) => name !== 'USAGE' && !globalOnly.has(name));
  if (table === null && account.privileges.has('SHOW DATABASES')) return true;
  if (some(account.privileges)) return true;
  return account.grants.some((grant) =>
    table === null && grant.table !== null ? grant.schema === schema : covers(grant, { schema, table }),
  );
};

export type AccountStore = Accounts & {
  all(): Iterable<StoredAccount>;
  get(user: string, host: string): StoredAccount | undefined;
  find(user: string, host: string): StoredAccount | undefined;
  /** Without any privilege. The caller has looked that it is not there. */
  create(account: Account): StoredAccount;
  drop(account: StoredAccount): void;
  rename(account: StoredAccount, user: string, host: string): void;
  /** `columns` empty gives it on the level as a whole. */
  grant(account: StoredAccount, level: Level, name: string, columns: readonly string[]): void;
  /** False when there was nothing to take. */
  revoke(account: StoredAccount, level: Level, name: string, columns: readonly string[]): boolean;
  /** All of it as a value that JSON keeps. */
  save(): SavedAccount[];
  load(saved: readonly SavedAccount[]): void;
};

export type SavedAccount = {
  user: string;
  host: string;
  plugin: Account['plugin'];
  passwordHash: string;
  locked: boolean;
  privileges: string[];
  grants: { schema: string; table: string | null; privileges: string[]; columns: [string, string[]][] }[];
};

// The most specific host is tried first: one without wildcards, then by how far the first wildcard is from the front, the empty one last.
const specificity = (host: string): number => {
  const wildcard = host.search(/[%_]/);
  return wildcard < 0 ? Number.POSITIVE_INFINITY : wildcard;
};

const hostMatches = (pattern: string, host: string): boolean => {
  if (pattern.toLowerCase() === host.toLowerCase()) return true;
  const [network = '', mask] = pattern.split('/');
  if (mask !== undefined) return inNetwork(host, network, mask);
  return /[%_]/.test(pattern) && likePattern(pattern.toLowerCase()).test(host.toLowerCase());
};

const ipv4 = (text: string): number | undefined => {
  const parts = text.split('.').map(Number);
  if (parts.length !== 4 || parts.some((part) => !Number.isInteger(part) || part < 0 || part > 255)) return undefined;
  return parts.reduce((sum, part) => sum * 256 + part, 0);
};

/** '198.51.100.0/255.255.255.0' and '198.51.100.0/24'. */
const inNetwork = (host: string, network: string, mask: string): boolean => {
  const [address, base] = [ipv4(host), ipv4(network)];
  const bits = /^\d+$/.test(mask) ? 2 ** 32 - 2 ** (32 - Number(mask)) : ipv4(mask);
  if (address === undefined || base === undefined || bits === undefined) return false;
  return (address & bits) >>> 0 === base >>> 0;
};

const key = (user: string, host: string): string => `${user}\0${host.toLowerCase()}`;

export const createAccountStore = (): AccountStore => {
  const accounts = new Map<string, StoredAccount>();

  const grantAt = (account: StoredAccount, level: Level): Grant | undefined =>
    account.grants.find(({ schema, table }) => schema === level.schema && table === level.table);

  const grantFor = (account: StoredAccount, schema: string, table: string | null): Grant => {
    const found = grantAt(account, { schema, table });
    if (found) return found;
    const made: Grant = { schema, table, privileges: new Set(), columns: new Map() };
    account.grants.push(made);
    return made;
  };

  const forgetEmpty = (account: StoredAccount, grant: Grant): void => {
    for (const [column, names] of grant.columns) if (names.size === 0) grant.columns.delete(column);
    if (grant.privileges.size === 0 && grant.columns.size === 0)
      account.grants.splice(account.grants.indexOf(grant), 1);
  };

  const create = (account: Account): StoredAccount => {
    const stored: StoredAccount = { ...account, privileges: new Set(), grants: [] };
    accounts.set(key(account.user, account.host), stored);
    return stored;
  };

  return {
    all: () => accounts.values(),
    get: (user, host) => accounts.get(key(user, host)),
    find: (user, host) =>
      [...accounts.values()]
        // A named account comes before the anonymous one of the same host.
        .filter((account) => (account.user === user || account.user === '') && hostMatches(account.host, host))
        .sort((a, b) => specificity(b.host) - specificity(a.host) || b.user.length - a.user.length)[0],
    create,
    drop: (account) => {
      accounts.delete(key(account.user, account.host));
    },
    rename: (account, user, host) => {
      accounts.delete(key(account.user, account.host));
      account.user = user;
      account.host = host;
      accounts.set(key(user, host), account);
    },
    grant: (account, { schema, table }, name, columns) => {
      if (name === 'USAGE') return;
      if (schema === null) {
        account.privileges.add(name);
        return;
      }
      const grant = grantFor(account, schema, table);
      if (columns.length === 0) grant.privileges.add(name);
      for (const column of columns) {
        const names = grant.columns.get(column.toLowerCase()) ?? new Set();
        grant.columns.set(column.toLowerCase(), names.add(name));
      }
    },
    revoke: (account, level, name, columns) => {
      if (level.schema === null) return account.privileges.delete(name);
      const grant = grantAt(account, level);
      if (!grant) return false;
      const taken =
        columns.length === 0
          ? grant.privileges.delete(name)
          : columns.filter((column) => grant.columns.get(column.toLowerCase())?.delete(name)).length > 0;
      forgetEmpty(account, grant);
      return taken;
    },
    save: () =>
      [...accounts.values()].map(({ passwordHash, privileges, grants, ...account }) => ({
        ...account,
        passwordHash: Buffer.from(passwordHash).toString('hex'),
        privileges: [...privileges],
        grants: grants.map((grant) => ({
          ...grant,
          privileges: [...grant.privileges],
          columns: [...grant.columns].map(([column, names]): [string, string[]] => [column, [...names]]),
        })),
      })),
    load: (saved) => {
      accounts.clear();
      for (const { passwordHash, privileges, grants, ...account } of saved) {
        const stored = create({ ...account, passwordHash: Buffer.from(passwordHash, 'hex') });
        for (const name of privileges) stored.privileges.add(name);
        for (const { schema, table, privileges: names, columns } of grants) {
          stored.grants.push({
            schema,
            table,
            privileges: new Set(names),
            columns: new Map(columns.map(([column, of]) => [column, new Set(of)])),
          });
        }
      }
    },
  };
};

const quoted = (name: string): string => `\`${name.replaceAll('`', '``')}\``;

/** `user`@`host`, as SHOW GRANTS writes it. */
export const accountText = ({ user, host }: Pick<Account, 'user' | 'host'>): string =>
  `${quoted(user)}@${quoted(host)}`;

const inOrder = (names: ReadonlySet<string>): string[] => staticPrivileges.filter((name) => names.has(name));

const grantLine = (privileges: readonly string[], on: string, account: StoredAccount, withOption: boolean): string =>
  `GRANT ${privileges.length > 0 ? privileges.join(', ') : 'USAGE'} ON ${on} TO ${accountText(account)}${withOption ? ' WITH GRANT OPTION' : ''}`;

const tablePrivileges = ({ privileges, columns }: Grant): string[] => {
  const whole = inOrder(privileges);
  const ofColumns = staticPrivileges.flatMap((name) => {
    const named = [...columns].filter(([, names]) => names.has(name)).map(([column]) => quoted(column));
    return named.length > 0 ? [`${name} (${named.sort().join(', ')})`] : [];
  });
  return [...whole, ...ofColumns];
};

/** The rows of SHOW GRANTS, in MySQL's order: global static, global dynamic, databases, tables. */
export const showGrants = (account: StoredAccount): string[] => {
  const option = account.privileges.has('GRANT OPTION');
  const dynamic = dynamicPrivileges.filter((name) => account.privileges.has(name));
  const lines = [grantLine(inOrder(account.privileges), '*.*', account, option)];
  if (dynamic.length > 0)
    lines.push(`GRANT ${dynamic.join(',')} ON *.* TO ${accountText(account)}${option ? ' WITH GRANT OPTION' : ''}`);
  const sorted = [...account.grants].sort((a, b) => Number(a.table !== null) - Number(b.table !== null));
  for (const grant of sorted) {
    const { schema, table } = grant;
    const withOption = grant.privileges.has('GRANT OPTION');
    const isAll = table === null && allPrivileges(grant).every((name) => grant.privileges.has(name));
    const names = isAll ? ['ALL PRIVILEGES'] : tablePrivileges(grant);
    lines.push(grantLine(names, `${quoted(schema)}.${table === null ? '*' : quoted(table)}`, account, withOption));
  }
  return lines;
};

/** CREATE USER as SHOW CREATE USER tells it, with the hash instead of the password. */
export const showCreateUser = (account: StoredAccount): string => {
  const hash = Buffer.from(account.passwordHash).toString('hex').toUpperCase();
  const kept = account.plugin === 'mysql_native_password' ? (hash === '' ? '' : `*${hash}`) : hash;
  const authentication = `IDENTIFIED WITH '${account.plugin}'${kept === '' ? '' : ` AS '${kept}'`}`;
  return `CREATE USER ${accountText(account)} ${authentication} REQUIRE NONE PASSWORD EXPIRE DEFAULT ACCOUNT ${account.locked ? 'LOCK' : 'UNLOCK'} PASSWORD HISTORY DEFAULT PASSWORD REUSE INTERVAL DEFAULT PASSWORD REQUIRE CURRENT DEFAULT`;
};
