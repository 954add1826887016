import { asJavaHashMap } from '../../../wire/connect/java-hash-order.ts';
import { DataError } from '../connect-errors.ts';
import type { ConnectField, ConnectStruct } from '../plugin.ts';
import { cachedSchema, fieldValue } from './schema-change.ts';
import { nonEmptyList, replaceNullSetting } from './settings.ts';
import { requireMap, requireStruct } from './side.ts';
import type { TransformFactory } from './transform.ts';

/** org.apache.kafka.connect.transforms.ValueToKey: a key of some of the value's fields. */
export const valueToKey: TransformFactory = {
  className: 'org.apache.kafka.connect.transforms.ValueToKey',
  version: '4.3.1',
  configDefinitions: [
    nonEmptyList('fields', 'Field names on the record value to extract as the record key.'),
    replaceNullSetting,
  ],
  create: (config) => {
    const names = config.list('fields');
    const withDefault = config.flag('replace.null.with.default');
    const purpose = 'copying fields from value to key';
    const schemaOf = cachedSchema((schema) => ({
      type: 'struct',
      fields: names.map((name): ConnectField => {
        const field = schema.fields?.find((candidate) => candidate.name === name);
        if (field === undefined) throw new DataError(`Field does not exist: ${name}`);
        return field;
      }),
    }));
    return (record) => {
      const { valueSchema, value } = record;
      const key: ConnectStruct = {};
      if (valueSchema === null) {
        const map = requireMap(value, purpose);
        for (const name of names) key[name] = map[name] ?? null;
        return { ...record, keySchema: null, key: asJavaHashMap(key) };
      }
      const struct = requireStruct(valueSchema, value, purpose);
      const keySchema = schemaOf(valueSchema);
      for (const field of keySchema.fields ?? []) key[field.name] = fieldValue(struct, field, withDefault);
      return { ...record, keySchema, key };
    };
  },
};
