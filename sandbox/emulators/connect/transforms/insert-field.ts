import { asJavaHashMap } from '../../../wire/connect/java-hash-order.ts';
import { ConfigError, DataError } from '../connect-errors.ts';
import type { ConnectRecord, ConnectSchema, ConnectStruct, ConnectValue, SinkRecord } from '../plugin.ts';
import { cachedSchema, copyBasics, fieldValue } from './schema-change.ts';
import { replaceNullSetting } from './settings.ts';
import { onKeyAndValue, requireMap, requireStruct, textSetting } from './side.ts';

type Insertion = {
  name: string;
  schema: ConnectSchema;
  /** With a schema; undefined leaves the field null. */
  value(record: ConnectRecord): ConnectValue | undefined;
  /** Without one. */
  schemaless(record: ConnectRecord): ConnectValue | undefined;
};

const optionality =
  'Suffix with <code>!</code> to make this a required field, or <code>?</code> to keep it optional (the default).';

const offsetOf = (record: ConnectRecord): bigint => {
  const { offset } = record as Partial<SinkRecord>;
  if (offset === undefined)
    throw new DataError(
      'Only SinkRecord supported for [field insertion], found: org.apache.kafka.connect.source.SourceRecord',
    );
  return offset;
};

const insertion = (
  spec: string | null,
  schema: ConnectSchema,
  value: (record: ConnectRecord) => ConnectValue | undefined,
  schemaless = value,
): Insertion[] => {
  if (spec === null) return [];
  const required = spec.endsWith('!');
  const name = required || spec.endsWith('?') ? spec.slice(0, -1) : spec;
  return [{ name, schema: required ? schema : { ...schema, optional: true }, value, schemaless }];
};

const timestampSchema: ConnectSchema = { type: 'int64', name: 'org.apache.kafka.connect.data.Timestamp', version: 1 };

/** org.apache.kafka.connect.transforms.InsertField: topic, partition, offset, time of the record, or a fixed text. */
export const insertField = onKeyAndValue({
  simpleName: 'InsertField',
  configDefinitions: [
    textSetting('topic.field', `Field name for Kafka topic. ${optionality}`, null),
    textSetting('partition.field', `Field name for Kafka partition. ${optionality}`, null),
    textSetting(
      'offset.field',
      `Field name for Kafka offset - only applicable to sink connectors.<br/>${optionality}`,
      null,
    ),
    textSetting('timestamp.field', `Field name for record timestamp. ${optionality}`, null),
    textSetting('static.field', `Field name for static data field. ${optionality}`, null),
    textSetting('static.value', 'Static field value, if field name configured.', null),
    replaceNullSetting,
  ],
  create: (config) => {
    const staticValue = config.optionalText('static.value');
    const insertions = [
      ...insertion(config.optionalText('topic.field'), { type: 'string' }, ({ topic }) => topic),
      ...insertion(
        config.optionalText('partition.field'),
        { type: 'int32' },
        ({ partition }) => partition ?? undefined,
        ({ partition }) => (partition === null ? undefined : BigInt(partition)),
      ),
      ...insertion(config.optionalText('offset.field'), { type: 'int64' }, offsetOf),
      ...insertion(
        config.optionalText('timestamp.field'),
        timestampSchema,
        ({ timestampMs }) => (timestampMs === null ? undefined : new Date(timestampMs)),
        ({ timestampMs }) => (timestampMs === null ? undefined : BigInt(timestampMs)),
      ),
      ...insertion(config.optionalText('static.field'), { type: 'string' }, () => staticValue ?? undefined),
    ];
    if (insertions.length === 0) throw new ConfigError('No field insertion configured');
    if (config.optionalText('static.field') !== null && staticValue === null) {
      throw new ConfigError(
        `Invalid value null for configuration static.value: No value specified for static field: ${config.optionalText('static.field')}`,
      );
    }
    const withDefault = config.flag('replace.null.with.default');
    const schemaOf = cachedSchema((schema) =>
      copyBasics(schema, 'struct', [
        ...(schema.fields ?? []),
        ...insertions.map(({ name, schema: own }) => ({ name, schema: own })),
      ]),
    );
    return ({ schema, value }, record) => {
      if (value === null) return { schema, value };
      const updated: ConnectStruct = {};
      if (schema === null) {
        Object.assign(updated, requireMap(value, 'field insertion'));
        for (const { name, schemaless } of insertions) {
          const inserted = schemaless(record);
          if (inserted !== undefined) updated[name] = inserted;
        }
        return { schema, value: asJavaHashMap(updated) };
      }
      const struct = requireStruct(schema, value, 'field insertion');
      for (const field of schema.fields ?? []) updated[field.name] = fieldValue(struct, field, withDefault);
      for (const item of insertions) updated[item.name] = item.value(record) ?? null;
      return { schema: schemaOf(schema), value: updated };
    };
  },
});
