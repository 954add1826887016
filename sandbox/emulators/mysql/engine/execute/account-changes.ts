import { NotEmulated } from '../../../../core/not-emulated.ts';
import type {
  AccountName,
  Statement as Parsed,
  PrivilegeLevel,
  UserAuthentication,
} from '../../../../wire/mysql-sql/ast.ts';
import { mysqlError } from '../../errors.ts';
import { accountKey, hashPassword, hashText, newAccount, readHash, type StoredAccount } from '../accounts.ts';
import {
  allAt,
  canonicalPrivilege,
  dynamicPrivileges,
  globalPrivileges,
  objectPrivileges,
  requireGlobalPrivilege,
  requireSchemaPrivilege,
  requireTablePrivilege,
} from '../privileges.ts';
import type { Statement } from '../query/statement.ts';
import type { Account } from '../types.ts';
import { quoteName } from '../values/names.ts';
import type { DefinitionChange } from './definitions.ts';

type AccountChange = DefinitionChange & {
  /** Text for the binlog, with hashes where passwords were. */ logged: string;
};

type Name = { user: string; host: string };

const nameOf = (statement: Statement, name: AccountName): Name =>
  name === 'current' ? { user: statement.session.account.user, host: statement.session.account.host } : name;

const quoteAccount = ({ user, host }: Name): string => `'${user.replaceAll("'", "\\'")}'@'${host}'`;
const backquoted = ({ user, host }: Name): string => `${quoteName(user)}@${quoteName(host)}`;

const pluginOf = (name: string | null): Account['plugin'] => {
  if (name === null || name === 'caching_sha2_password') return 'caching_sha2_password';
  if (name === 'mysql_native_password') return name;
  if (['sha256_password', 'auth_socket', 'authentication_ldap_simple'].includes(name))
    throw new NotEmulated('mysql', `the authentication plugin ${name}`);
  throw mysqlError('ER_PLUGIN_IS_NOT_LOADED', name);
};

const secretOf = (
  given: UserAuthentication,
  fallback: Account['plugin'],
): { plugin: Account['plugin']; passwordHash: Uint8Array } => {
  const plugin = given.plugin === null ? fallback : pluginOf(given.plugin);
  if (given.hash !== null) return { plugin, passwordHash: readHash(plugin, given.hash) };
  return { plugin, passwordHash: hashPassword(plugin, given.password ?? '') };
};

const identified = (account: Pick<StoredAccount, 'plugin' | 'passwordHash'>): string =>
  ` IDENTIFIED WITH '${account.plugin}'${account.passwordHash.length ? ` AS '${hashText(account)}'` : ''}`;

const change = (apply: () => void, logged: string, written = true): AccountChange => ({
  apply,
  affectedRows: 0n,
  info: '',
  written,
  database: null,
  logged,
});

const find = (statement: Statement, name: Name): StoredAccount | undefined =>
  statement.server.accounts.accounts.get(accountKey(name.user, name.host));

export const createUser = (statement: Statement, parsed: Extract<Parsed, { kind: 'createUser' }>): AccountChange => {
  requireGlobalPrivilege(statement, 'CREATE USER');
  const failed: Name[] = [];
  const made: StoredAccount[] = [];
  for (const given of parsed.users) {
    const name = nameOf(statement, given.account);
    if (
      find(statement, name) ||
      made.some((account) => accountKey(account.user, account.host) === accountKey(name.user, name.host))
    ) {
      failed.push(name);
      continue;
    }
    const { plugin, passwordHash } = secretOf(given, 'caching_sha2_password');
    made.push({ ...newAccount(name.user, name.host, plugin, passwordHash), locked: parsed.locked === true });
  }
  if (failed.length > 0 && !parsed.ifNotExists)
    throw mysqlError(
      'ER_CANNOT_USER',
      'CREATE USER',
      failed.map(quoteAccount).join(','),
      ' (User account already exists)',
    );
  for (const name of failed) statement.warn(mysqlError('ER_USER_ALREADY_EXISTS', quoteAccount(name)), 'Note');
  const logged = `CREATE USER ${parsed.ifNotExists ? 'IF NOT EXISTS ' : ''}${made.map((account) => quoteAccount(account) + identified(account)).join(',')}${parsed.locked === true ? ' ACCOUNT LOCK' : ''}`;
  return change(
    () => {
      for (const account of made)
        statement.server.accounts.accounts.set(accountKey(account.user, account.host), account);
    },
    logged,
    made.length > 0,
  );
};

export const alterUser = (statement: Statement, parsed: Extract<Parsed, { kind: 'alterUser' }>): AccountChange => {
  const { session } = statement;
  const changes: { account: StoredAccount; next: { plugin: Account['plugin']; passwordHash: Uint8Array } | null }[] =
    [];
  const failed: Name[] = [];
  for (const given of parsed.users) {
    const name = nameOf(statement, given.account);
    const account = find(statement, name);
    // One's own password needs no privilege.
    if (account !== session.account || parsed.locked !== null) requireGlobalPrivilege(statement, 'CREATE USER');
    if (!account) failed.push(name);
    else
      changes.push({
        account,
        next:
          given.password !== null || given.hash !== null || given.plugin !== null
            ? secretOf(given, account.plugin)
            : null,
      });
  }
  if (failed.length > 0 && !parsed.ifExists)
    throw mysqlError(
      'ER_CANNOT_USER',
      'ALTER USER',
      failed.map(quoteAccount).join(','),
      ' (User account does not exist)',
    );
  const logged = `ALTER USER ${changes.map(({ account, next }) => quoteAccount(account) + (next ? identified(next) : '')).join(',')}${parsed.locked === null ? '' : ` ACCOUNT ${parsed.locked ? 'LOCK' : 'UNLOCK'}`}`;
  return change(
    () => {
      for (const { account, next } of changes) {
        if (next) Object.assign(account, next);
        if (parsed.locked !== null) account.locked = parsed.locked;
      }
    },
    logged,
    changes.length > 0,
  );
};

export const setPassword = (statement: Statement, name: AccountName, password: string): AccountChange =>
  alterUser(statement, {
    kind: 'alterUser',
    ifExists: false,
    users: [{ account: name, plugin: null, password, hash: null }],
    locked: null,
  });

export const dropUser = (statement: Statement, parsed: Extract<Parsed, { kind: 'dropUser' }>): AccountChange => {
  requireGlobalPrivilege(statement, 'CREATE USER');
  const names = parsed.users.map((name) => nameOf(statement, name));
  const missing = names.filter((name) => !find(statement, name));
  if (missing.length > 0 && !parsed.ifExists)
    throw mysqlError(
      'ER_CANNOT_USER',
      'DROP USER',
      missing.map(quoteAccount).join(','),
      ' (User account does not exist)',
    );
  for (const name of missing) statement.warn(mysqlError('ER_USER_DOES_NOT_EXIST', quoteAccount(name)), 'Note');
  const there = names.filter((name) => find(statement, name));
  return change(
    () => {
      for (const name of there) statement.server.accounts.accounts.delete(accountKey(name.user, name.host));
    },
    `DROP USER ${parsed.ifExists ? 'IF EXISTS ' : ''}${names.map(quoteAccount).join(',')}`,
    there.length > 0,
  );
};

export const renameUser = (statement: Statement, parsed: Extract<Parsed, { kind: 'renameUser' }>): AccountChange => {
  requireGlobalPrivilege(statement, 'CREATE USER');
  const pairs = parsed.pairs.map(({ from, to }) => ({ from: nameOf(statement, from), to: nameOf(statement, to) }));
  const wrong = pairs.filter(({ from, to }) => !find(statement, from) || find(statement, to));
  if (wrong.length > 0)
    throw mysqlError('ER_CANNOT_USER', 'RENAME USER', wrong.map(({ from }) => quoteAccount(from)).join(','), '');
  return change(
    () => {
      for (const { from, to } of pairs) {
        const account = find(statement, from);
        if (!account) continue;
        statement.server.accounts.accounts.delete(accountKey(from.user, from.host));
        account.user = to.user;
        account.host = to.host;
        statement.server.accounts.accounts.set(accountKey(to.user, to.host), account);
      }
    },
    `RENAME USER ${pairs.map(({ from, to }) => `${quoteAccount(from)} TO ${quoteAccount(to)}`).join(',')}`,
  );
};

type Level = { kind: 'global' } | { kind: 'schema'; schema: string } | { kind: 'table'; schema: string; table: string };

const levelOf = (statement: Statement, level: PrivilegeLevel): Level => {
  const schema = level.schema === '' ? statement.session.database : level.schema;
  if (level.schema === '' && schema === null) throw mysqlError('ER_NO_DB_ERROR');
  if (schema === null) return { kind: 'global' };
  return level.table === null ? { kind: 'schema', schema } : { kind: 'table', schema, table: level.table };
};

const heldAt = (account: StoredAccount, level: Exclude<Level, { kind: 'global' }>): ReadonlySet<string> =>
  (level.kind === 'schema'
    ? account.schemas.get(level.schema)
    : account.tables.get(`${level.schema}.${level.table}`)) ?? new Set();

const setOf = (account: StoredAccount, level: Level): Set<string> => {
  if (level.kind === 'global') return account.global;
  const [map, key] =
    level.kind === 'schema' ? [account.schemas, level.schema] : [account.tables, `${level.schema}.${level.table}`];
  const found = map.get(key) ?? new Set<string>();
  map.set(key, found);
  return found;
};

const privilegesOf = (privileges: readonly { name: string; columns: readonly string[] }[], level: Level): string[] =>
  privileges.flatMap(({ name, columns }) => {
    if (columns.length > 0) throw new NotEmulated('mysql', 'privileges on columns');
    const canonical = canonicalPrivilege(name);
    if (canonical === 'ALL') return [...allAt(level.kind)];
    if (canonical === 'USAGE') return [];
    const allowed: readonly string[] =
      level.kind === 'global'
        ? [...globalPrivileges, ...dynamicPrivileges, 'GRANT OPTION']
        : [...(level.kind === 'schema' ? objectPrivileges : allAt('table')), 'GRANT OPTION'];
    if (!allowed.includes(canonical))
      throw level.kind === 'table'
        ? mysqlError('ER_ILLEGAL_GRANT_FOR_TABLE')
        : mysqlError('ER_WRONG_USAGE', 'DB GRANT', 'GLOBAL PRIVILEGES');
    return [canonical];
  });

// One may give what one has, with GRANT OPTION at that level or above.
const requireGrantOption = (statement: Statement, level: Level, privileges: readonly string[]): void => {
  if (level.kind === 'global') {
    const { account } = statement.session;
    if (!account.global.has('GRANT OPTION'))
      throw mysqlError('ER_ACCESS_DENIED_ERROR', account.user, account.host, 'YES');
    return;
  }
  for (const privilege of ['GRANT OPTION', ...privileges]) {
    if (level.kind === 'schema') requireSchemaPrivilege(statement, privilege, level.schema);
    else
      requireTablePrivilege(
        statement,
        privilege === 'GRANT OPTION' ? 'GRANT OPTION' : privilege,
        level.schema,
        level.table,
      );
  }
};

const levelText = (level: Level): string => {
  if (level.kind === 'global') return '*.*';
  return level.kind === 'schema'
    ? `${quoteName(level.schema)}.*`
    : `${quoteName(level.schema)}.${quoteName(level.table)}`;
};

export const grant = (statement: Statement, parsed: Extract<Parsed, { kind: 'grant' }>): AccountChange => {
  const level = levelOf(statement, parsed.level);
  const privileges = privilegesOf(parsed.privileges, level);
  requireGrantOption(statement, level, privileges);
  if (
    level.kind === 'table' &&
    !statement.server.catalog.databases.get(level.schema)?.tables.has(level.table) &&
    !privileges.includes('CREATE')
  )
    throw mysqlError('ER_NO_SUCH_TABLE', `${level.schema}.${level.table}`);
  const accounts = parsed.users.map((name) => find(statement, nameOf(statement, name)));
  if (accounts.some((account) => account === undefined)) throw mysqlError('ER_CANT_CREATE_USER_WITH_GRANT');
  const names = parsed.users.map((name) => quoteAccount(nameOf(statement, name))).join(', ');
  const what = parsed.privileges.map(({ name }) => (name === 'ALL' ? 'ALL PRIVILEGES' : name)).join(', ');
  return change(
    () => {
      for (const account of accounts as StoredAccount[]) {
        const set = setOf(account, level);
        for (const privilege of privileges) set.add(privilege);
        if (parsed.grantOption) set.add('GRANT OPTION');
      }
    },
    `GRANT ${what} ON ${levelText(level)} TO ${names}${parsed.grantOption ? ' WITH GRANT OPTION' : ''}`,
  );
};

export const revoke = (statement: Statement, parsed: Extract<Parsed, { kind: 'revoke' }>): AccountChange => {
  const level = levelOf(statement, parsed.level);
  const everything = parsed.privileges.length === 2 && parsed.privileges[1]?.name === 'GRANT OPTION';
  const privileges = privilegesOf(parsed.privileges, level);
  requireGrantOption(statement, level, privileges);
  const accounts = parsed.users.map((name) => {
    const resolved = nameOf(statement, name);
    const account = find(statement, resolved);
    if (!account && !parsed.ifExists)
      throw everything
        ? mysqlError('ER_REVOKE_GRANTS')
        : mysqlError('ER_NONEXISTING_GRANT', resolved.user, resolved.host);
    return account;
  });
  if (level.kind === 'schema' || level.kind === 'table')
    for (const account of accounts)
      if (account && heldAt(account, level).size === 0)
        throw mysqlError('ER_NONEXISTING_GRANT', account.user, account.host);
  const names = parsed.users.map((name) => quoteAccount(nameOf(statement, name))).join(', ');
  const what = parsed.privileges.map(({ name }) => (name === 'ALL' ? 'ALL PRIVILEGES' : name)).join(', ');
  return change(
    () => {
      for (const account of accounts) {
        if (!account) continue;
        if (everything) {
          account.global.clear();
          account.schemas.clear();
          account.tables.clear();
          continue;
        }
        const set = setOf(account, level);
        for (const privilege of privileges) set.delete(privilege);
        if (level.kind === 'schema' && set.size === 0) account.schemas.delete(level.schema);
        if (level.kind === 'table' && set.size === 0) account.tables.delete(`${level.schema}.${level.table}`);
      }
    },
    everything
      ? `REVOKE ALL PRIVILEGES, GRANT OPTION FROM ${names}`
      : `REVOKE ${what} ON ${levelText(level)} FROM ${names}`,
  );
};

const listed = (set: ReadonlySet<string>, order: readonly string[], all: readonly string[]): string => {
  const held = order.filter((privilege) => set.has(privilege));
  if (held.length === 0) return 'USAGE';
  return all.every((privilege) => set.has(privilege)) ? 'ALL PRIVILEGES' : held.join(', ');
};

/** The lines of SHOW GRANTS. */
export const grantsOf = (statement: Statement, name: AccountName): string[] => {
  const resolved = nameOf(statement, name);
  const account = find(statement, resolved);
  if (!account) throw mysqlError('ER_NONEXISTING_GRANT', resolved.user, resolved.host);
  const to = ` TO ${backquoted(account)}`;
  const option = (set: ReadonlySet<string>) => (set.has('GRANT OPTION') ? ' WITH GRANT OPTION' : '');
  const held = globalPrivileges.filter((privilege) => account.global.has(privilege));
  const dynamic = dynamicPrivileges.filter((privilege) => account.global.has(privilege));
  return [
    `GRANT ${held.length === 0 ? 'USAGE' : held.join(', ')} ON *.*${to}${option(account.global)}`,
    ...(dynamic.length > 0 ? [`GRANT ${dynamic.join(',')} ON *.*${to}${option(account.global)}`] : []),
    ...[...account.schemas].map(
      ([schema, set]) =>
        `GRANT ${listed(set, objectPrivileges, objectPrivileges)} ON ${quoteName(schema)}.*${to}${option(set)}`,
    ),
    ...[...account.tables].map(([key, set]) => {
      const dot = key.indexOf('.');
      return `GRANT ${listed(set, allAt('table'), allAt('table'))} ON ${quoteName(key.slice(0, dot))}.${quoteName(key.slice(dot + 1))}${to}${option(set)}`;
    }),
  ];
};

export const createUserText = (statement: Statement, name: AccountName): { account: string; text: string } => {
  const resolved = nameOf(statement, name);
  const account = find(statement, resolved);
  if (!account)
    throw mysqlError('ER_CANNOT_USER', 'SHOW CREATE USER', quoteAccount(resolved), ' (User account does not exist)');
  return {
    account: `${account.user}@${account.host}`,
    text: `CREATE USER ${backquoted(account)}${identified(account)} REQUIRE NONE PASSWORD EXPIRE DEFAULT ACCOUNT ${account.locked ? 'LOCK' : 'UNLOCK'} PASSWORD HISTORY DEFAULT PASSWORD REUSE INTERVAL DEFAULT PASSWORD REQUIRE CURRENT DEFAULT`,
  };
};
