import { asJavaHashMap } from '../../../wire/connect/java-hash-order.ts';
import { oneOf } from '../config/validators.ts';
import { ConfigError, DataError } from '../connect-errors.ts';
import type { ConnectHeader, ConnectRecord, ConnectSchema, ConnectStruct, ConnectValue } from '../plugin.ts';
import { cachedSchema, copyBasics, fieldValue } from './schema-change.ts';
import { nonEmptyList, replaceNullSetting } from './settings.ts';
import { requireMap, requireStruct, textSetting } from './side.ts';
import type { TransformFactory } from './transform.ts';

const purpose = 'moving fields to headers';

const forSide = (side: 'Key' | 'Value'): TransformFactory => ({
  className: `org.apache.kafka.connect.transforms.HeaderFrom$${side}`,
  version: '4.3.1',
  configDefinitions: [
    nonEmptyList('fields', 'Field names in the record whose values are to be copied or moved to headers.'),
    nonEmptyList(
      'headers',
      'Header names, in the same order as the field names listed in the fields configuration property.',
    ),
    {
      ...textSetting(
        'operation',
        'Either move if the fields are to be moved to the headers, or copy if they are to be copied.',
      ),
      importance: 'HIGH',
      validate: oneOf(['move', 'copy']),
    },
    replaceNullSetting,
  ],
  create: (config) => {
    const fields = config.list('fields');
    const names = config.list('headers');
    const moves = config.text('operation') === 'move';
    if (fields.length !== names.length) {
      throw new ConfigError("'fields' config must have the same number of elements as 'headers' config.");
    }
    const withDefault = config.flag('replace.null.with.default');
    const schemaOf = cachedSchema((schema) =>
      copyBasics(
        schema,
        'struct',
        (schema.fields ?? []).filter(({ name }) => !fields.includes(name)),
      ),
    );
    const set = (
      record: ConnectRecord,
      schema: ConnectSchema | null,
      value: ConnectValue,
      headers: ConnectHeader[],
    ): ConnectRecord => ({
      ...record,
      headers: [...record.headers, ...headers],
      ...(side === 'Key' ? { keySchema: schema, key: value } : { valueSchema: schema, value }),
    });
    return (record) => {
      const schema = side === 'Key' ? record.keySchema : record.valueSchema;
      const value = side === 'Key' ? record.key : record.value;
      if (value === null) return record;
      if (schema === null) {
        const map = requireMap(value, purpose);
        const headers = fields.map((field, index) => ({
          key: names[index] ?? '',
          schema: null,
          value: map[field] ?? null,
        }));
        const left = moves ? Object.fromEntries(Object.entries(map).filter(([name]) => !fields.includes(name))) : map;
        return set(record, null, asJavaHashMap(left), headers);
      }
      const struct = requireStruct(schema, value, purpose);
      const headers = fields.map((name, index): ConnectHeader => {
        const field = schema.fields?.find((candidate) => candidate.name === name);
        if (field === undefined) throw new DataError(`${name} is not a valid field name`);
        return { key: names[index] ?? '', schema: field.schema, value: fieldValue(struct, field, withDefault) };
      });
      if (!moves) return set(record, schema, value, headers);
      const updated = schemaOf(schema);
      const left: ConnectStruct = {};
      for (const field of updated.fields ?? []) left[field.name] = fieldValue(struct, field, withDefault);
      return set(record, updated, left, headers);
    };
  },
});

/** org.apache.kafka.connect.transforms.HeaderFrom: fields to headers. */
export const headerFrom: readonly TransformFactory[] = [forSide('Key'), forSide('Value')];
