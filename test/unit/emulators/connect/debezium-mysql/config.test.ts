import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { configDefinitions } from '../../../../../sandbox/emulators/connect/plugins/debezium-mysql/config-definitions.ts';
import {
  acceptedValues,
  harmless,
  implemented,
  refusedSetting,
  validateConfig,
} from '../../../../../sandbox/emulators/connect/plugins/debezium-mysql/config-validation.ts';
import { configOf, frozenClock, silent } from './captured-script.ts';

const names = ['mysql_src_connector', 'orders_schemas', 'orders_transactions', 'types_string', 'types_double'];
const production = new URL('../../../../../compose/connectors/mysql_src_connector.json', import.meta.url);
const support = readFileSync(
  new URL('../../../../../sandbox/emulators/connect/plugins/debezium-mysql/SUPPORT.md', import.meta.url),
  'utf8',
);

describe('settings', () => {
  it.each(names)('of %s are all acted upon', (name) => {
    expect(refusedSetting(configOf(name))).toBeUndefined();
  });

  it("of production's own connector are all acted upon", () => {
    expect(refusedSetting(JSON.parse(readFileSync(production, 'utf8')))).toBeUndefined();
  });

  it.each([
    ['signal.data.collection', 'a.b'],
    ['snapshot.mode', 'configuration_based'],
    ['database.ssl.mode', 'required'],
    ['schema.name.adjustment.mode', 'avro'],
    ['heartbeat.action.query', 'INSERT …'],
    ['column.propagate.source.type', '.*'],
    ['notification.enabled.channels', 'sink'],
    ['driver.connectionTimeZone', 'UTC'],
    ['column.mask.hash.MD2.with.salt.x', 'a.b.c'],
  ])('%s=%s is refused by name', (name, value) => {
    expect(refusedSetting({ [name]: value })).toContain(`${name}=${value}`);
  });

  it('at their defaults are never refused', () => {
    const defaults = configDefinitions.filter((definition) => definition.default);
    expect(
      refusedSetting(Object.fromEntries(defaults.map(({ name, default: value }) => [name, value as string]))),
    ).toBeUndefined();
  });

  it('are told in SUPPORT.md', () => {
    for (const name of [...implemented, ...harmless, ...Object.keys(acceptedValues)])
      expect(support).toContain(`\`${name}\``);
  });
});

describe('validate', () => {
  const context = { connectorName: 'v', clock: frozenClock, emit: () => {}, log: silent };
  const errors = async (config: Record<string, string>) =>
    validateConfig(
      {
        'topic.prefix': 'p',
        'database.hostname': '127.0.0.1',
        'database.port': '1',
        'database.user': 'u',
        'database.server.id': '5',
        ...config,
      },
      context,
    );

  it('says what the real one says', async () => {
    expect(await validateConfig({}, context)).toEqual(
      Object.fromEntries(
        ['topic.prefix', 'database.hostname', 'database.user', 'database.server.id'].map((name) => [
          name,
          [`The '${name}' value is invalid: A value is required`],
        ]),
      ),
    );
    expect(await errors({})).toEqual({ 'database.hostname': ['Unable to connect: Communications link failure'] });
    expect(await errors({ 'max.batch.size': '100', 'max.queue.size': '100' })).toEqual({
      'max.queue.size': ["The 'max.queue.size' value is invalid: Must be larger than the maximum batch size"],
    });
    expect(await errors({ 'decimal.handling.mode': 'exact' })).toEqual({
      'decimal.handling.mode': [
        "The 'decimal.handling.mode' value is invalid: Value must be one of precise, double, string",
      ],
    });
    expect(
      await errors({ 'table.include.list': 'a.(b', 'tombstones.on.delete': 'maybe', 'topic.prefix': 'a b' }),
    ).toMatchObject({
      'table.include.list': [
        expect.stringContaining('A comma-separated list of valid regular expressions is expected'),
      ],
      'tombstones.on.delete': ["The 'tombstones.on.delete' value is invalid: Either 'true' or 'false' is expected"],
      'topic.prefix': [expect.stringContaining('has invalid format')],
    });
  });
});
