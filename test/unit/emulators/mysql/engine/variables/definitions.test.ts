import { expect, test } from 'vitest';
import { variableDefinitions } from '../../../../../../sandbox/emulators/mysql/engine/variables/definitions.ts';

test('every default fits the form of its variable', () => {
  for (const { name, form, defaultValue } of variableDefinitions.values()) {
    if (defaultValue === null || (defaultValue === '' && form.kind !== 'boolean')) continue;
    if (form.kind === 'boolean') expect(['ON', 'OFF'], name).toContain(defaultValue);
    if (form.kind === 'choice') expect(form.values, name).toContain(defaultValue);
    if (form.kind === 'number') expect(Number(defaultValue), name).not.toBeNaN();
    if (form.kind !== 'integer') continue;
    const value = BigInt(defaultValue);
    expect(value >= form.minimum && value <= form.maximum, `${name} = ${value}`).toBe(true);
  }
});

test('what clients ask for at connect is there', () => {
  const asked = [
    ...['auto_increment_increment', 'character_set_client', 'character_set_connection', 'character_set_results'],
    ...['character_set_server', 'collation_connection', 'collation_server', 'init_connect', 'interactive_timeout'],
    ...['license', 'lower_case_table_names', 'max_allowed_packet', 'net_write_timeout', 'performance_schema'],
    ...['sql_mode', 'system_time_zone', 'time_zone', 'transaction_isolation', 'wait_timeout', 'version_comment'],
  ];
  expect(asked.filter((name) => !variableDefinitions.has(name))).toEqual([]);
});
