import { expect, test } from 'vitest';
import {
  allPrivileges,
  createAccountStore,
  may,
  mayKnowOf,
  mayOnSomeColumn,
  privilegeFits,
  showCreateUser,
  showGrants,
} from '../../../../../sandbox/emulators/mysql/engine/accounts.ts';

const everywhere = { schema: null, table: null };
const account = (user: string, host: string) => ({
  user,
  host,
  plugin: 'caching_sha2_password' as const,
  passwordHash: Buffer.of(1, 255),
  locked: false,
});

test('the most specific host wins, whatever the order', () => {
  const store = createAccountStore();
  for (const host of ['%', '10.0.%', 'localhost', '10.0.0.5', '192.168.0.0/255.255.0.0'])
    store.create(account('a', host));
  store.create(account('', 'localhost'));
  const hostOf = (user: string, host: string) => store.find(user, host)?.host;
  expect(hostOf('a', '10.0.0.5')).toBe('10.0.0.5');
  expect(hostOf('a', '10.0.7.7')).toBe('10.0.%');
  expect(hostOf('a', '192.168.3.4')).toBe('192.168.0.0/255.255.0.0');
  expect(hostOf('a', 'LOCALHOST')).toBe('localhost');
  expect(hostOf('a', '172.16.0.1')).toBe('%');
  expect(store.find('a', 'localhost')?.user).toBe('a');
  expect(store.find('b', 'localhost')?.user).toBe('');
  expect(store.find('b', '10.0.0.5')).toBeUndefined();
});

test('grants count on the level they are given, and below', () => {
  const store = createAccountStore();
  const user = store.create(account('u', '%'));
  store.grant(user, { schema: 'sal%', table: null }, 'SELECT', []);
  store.grant(user, { schema: 'shop', table: 'orders' }, 'UPDATE', ['Status']);
  expect(may(user, 'SELECT', { schema: 'sales', table: 'orders' })).toBe(true);
  expect(may(user, 'INSERT', { schema: 'sales', table: 'orders' })).toBe(false);
  expect(may(user, 'UPDATE', { schema: 'shop', table: 'orders' })).toBe(false);
  expect(may(user, 'UPDATE', { schema: 'shop', table: 'orders', column: 'STATUS' })).toBe(true);
  expect(mayOnSomeColumn(user, 'UPDATE', { schema: 'shop', table: 'orders' })).toBe(true);
  expect(mayKnowOf(user, { schema: 'shop', table: null })).toBe(true);
  expect(mayKnowOf(user, { schema: 'shop', table: 'customers' })).toBe(false);
  expect(mayKnowOf(user, { schema: 'bank', table: null })).toBe(false);
  expect(store.revoke(user, { schema: 'shop', table: 'orders' }, 'UPDATE', ['status'])).toBe(true);
  expect(store.revoke(user, { schema: 'shop', table: 'orders' }, 'UPDATE', ['status'])).toBe(false);
  expect(mayKnowOf(user, { schema: 'shop', table: null })).toBe(false);
});

test('privileges fit their levels', () => {
  expect(privilegeFits('RELOAD', everywhere, false)).toBe(true);
  expect(privilegeFits('RELOAD', { schema: 'sales', table: null }, false)).toBe(false);
  expect(privilegeFits('LOCK TABLES', { schema: 'sales', table: null }, false)).toBe(true);
  expect(privilegeFits('LOCK TABLES', { schema: 'sales', table: 't' }, false)).toBe(false);
  expect(privilegeFits('DELETE', { schema: 'sales', table: 't' }, true)).toBe(false);
  expect(privilegeFits('NO SUCH THING', everywhere, false)).toBe(false);
});

test('grants are told as MySQL tells them', () => {
  const store = createAccountStore();
  const user = store.create(account('debezium', '%'));
  expect(showGrants(user)).toEqual(['GRANT USAGE ON *.* TO `debezium`@`%`']);
  for (const name of ['LOCK TABLES', 'REPLICATION CLIENT', 'SELECT', 'RELOAD', 'SHOW DATABASES', 'REPLICATION SLAVE']) {
    store.grant(user, everywhere, name, []);
  }
  store.grant(user, { schema: 'sales', table: 'orders' }, 'UPDATE', ['status', 'note']);
  for (const name of allPrivileges({ schema: 'own', table: null }))
    store.grant(user, { schema: 'own', table: null }, name, []);
  store.grant(user, { schema: 'own', table: null }, 'GRANT OPTION', []);
  expect(showGrants(user)).toEqual([
    'GRANT SELECT, RELOAD, SHOW DATABASES, LOCK TABLES, REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO `debezium`@`%`',
    'GRANT ALL PRIVILEGES ON `own`.* TO `debezium`@`%` WITH GRANT OPTION',
    'GRANT UPDATE (`note`, `status`) ON `sales`.`orders` TO `debezium`@`%`',
  ]);
});

test('all of it comes back from what was saved', () => {
  const store = createAccountStore();
  const user = store.create(account('u', 'localhost'));
  store.grant(user, everywhere, 'SELECT', []);
  store.grant(user, { schema: 'shop', table: 'orders' }, 'UPDATE', ['status']);
  store.rename(user, 'v', '%');
  const again = createAccountStore();
  again.load(JSON.parse(JSON.stringify(store.save())));
  const found = again.get('v', '%');
  expect(again.get('u', 'localhost')).toBeUndefined();
  expect(found && showGrants(found)).toEqual(showGrants(user));
  expect(found && showCreateUser(found)).toBe(
    "CREATE USER `v`@`%` IDENTIFIED WITH 'caching_sha2_password' AS '01FF' REQUIRE NONE PASSWORD EXPIRE DEFAULT ACCOUNT UNLOCK PASSWORD HISTORY DEFAULT PASSWORD REUSE INTERVAL DEFAULT PASSWORD REQUIRE CURRENT DEFAULT",
  );
});
