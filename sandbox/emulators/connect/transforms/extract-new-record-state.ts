import { NotEmulated } from '../../../core/not-emulated.ts';
import { oneOf } from '../config/validators.ts';
import type {
  ConfigDefinition,
  ConnectField,
  ConnectHeader,
  ConnectRecord,
  ConnectSchema,
  ConnectStruct,
  ConnectValue,
} from '../plugin.ts';
import { copyBasics } from './schema-change.ts';
import { textSetting } from './side.ts';
import type { Transform, TransformFactory } from './transform.ts';

// io.debezium.transforms.ExtractNewRecordState 3.6: the row out of a change event's envelope. Proved by test/golden/connect/orders-unwrapped.jsonl.
// As the real one it passes what is no envelope (records without schema among it). route.by.field and drop.fields.* are refused by name.

const modes = ['drop', 'tombstone', 'rewrite', 'rewrite-with-tombstone', 'delete-to-tombstone'];

const refused = (name: string): ConfigDefinition => ({
  ...textSetting(name, 'Not emulated.', ''),
  validate: (setting, value) =>
    value === '' || value === null || value === 'false'
      ? null
      : new NotEmulated('connect', `Setting ${setting}`).message,
});

type Addition = { from: string | null; field: string; to: string };

/** `op`, `source.ts_ms`, `source.ts_ms:seen_at`: taken from the envelope, or from a struct in it. */
const additions = (specs: readonly string[], prefix: string): Addition[] =>
  specs.map((spec) => {
    const [path = '', renamed] = spec.split(':');
    const dot = path.indexOf('.');
    const to = `${prefix}${renamed ?? path.replaceAll('.', '_')}`;
    return { from: dot < 0 ? null : path.slice(0, dot), field: path.slice(dot + 1), to };
  });

const fieldOf = (schema: ConnectSchema | undefined, name: string): ConnectField | undefined =>
  schema?.fields?.find((field) => field.name === name);

type Found = { schema: ConnectSchema; value: ConnectValue };

const find = (schema: ConnectSchema, envelope: ConnectStruct, { from, field }: Addition): Found | null => {
  const holder = from === null ? schema : fieldOf(schema, from)?.schema;
  const struct = from === null ? envelope : ((envelope[from] ?? null) as ConnectStruct | null);
  const found = fieldOf(holder, field);
  if (found === undefined) return null;
  return { schema: { ...found.schema, optional: true }, value: struct?.[field] ?? null };
};

const isEnvelope = (schema: ConnectSchema | null): schema is ConnectSchema =>
  schema?.type === 'struct' &&
  schema.name?.endsWith('.Envelope') === true &&
  fieldOf(schema, 'op') !== undefined &&
  fieldOf(schema, 'after') !== undefined;

const deletedField: ConnectField = { name: '__deleted', schema: { type: 'string', optional: true } };

/** One schema for each row schema and envelope schema: converters recognise it. */
const schemaCache = () => {
  const known = new WeakMap<ConnectSchema, Map<string, ConnectSchema>>();
  return (row: ConnectSchema, shape: string, make: () => ConnectSchema): ConnectSchema => {
    let shapes = known.get(row);
    if (shapes === undefined) known.set(row, (shapes = new Map()));
    let schema = shapes.get(shape);
    if (schema === undefined) shapes.set(shape, (schema = make()));
    return schema;
  };
};

type Settings = { mode: string; fields: readonly Addition[]; headers: readonly Addition[] };

const unwrap = ({ mode, fields, headers: headerAdditions }: Settings): Transform => {
  const cached = schemaCache();
  const rewrites = mode.startsWith('rewrite');

  const row = (
    record: ConnectRecord,
    envelopeSchema: ConnectSchema,
    envelope: ConnectStruct,
    part: 'before' | 'after',
  ): ConnectRecord => {
    const rowSchema = fieldOf(envelopeSchema, part)?.schema as ConnectSchema;
    const found = fields.flatMap((addition) => {
      const item = find(envelopeSchema, envelope, addition);
      return item === null ? [] : [{ name: addition.to, ...item }];
    });
    const valueSchema = cached(rowSchema, found.map(({ name }) => name).join(), () =>
      copyBasics(rowSchema, 'struct', [
        ...(rowSchema.fields ?? []),
        ...(rewrites ? [deletedField] : []),
        ...found.map(({ name, schema }) => ({ name, schema })),
      ]),
    );
    const value: ConnectStruct = { ...(envelope[part] as ConnectStruct) };
    if (rewrites) value[deletedField.name] = part === 'before' ? 'true' : 'false';
    for (const { name, value: item } of found) value[name] = item;
    return { ...record, valueSchema, value };
  };

  return (given) => {
    const { valueSchema, value } = given;
    if (value === null) {
      // The tombstone behind a delete: each mode keeps one sign of the delete, some keep both.
      return mode === 'tombstone' || mode === 'rewrite-with-tombstone' ? given : null;
    }
    if (!isEnvelope(valueSchema)) return given;
    const envelope = value as ConnectStruct;
    const headers = headerAdditions.flatMap((addition): ConnectHeader[] => {
      const found = find(valueSchema, envelope, addition);
      return found === null ? [] : [{ key: addition.to, ...found }];
    });
    const record: ConnectRecord = headers.length === 0 ? given : { ...given, headers: [...given.headers, ...headers] };
    if ((envelope['after'] ?? null) !== null) return row(record, valueSchema, envelope, 'after');
    if (envelope['op'] === 't') return null;
    if (rewrites && (envelope['before'] ?? null) !== null) return row(record, valueSchema, envelope, 'before');
    return mode === 'delete-to-tombstone' ? { ...record, valueSchema: null, value: null } : null;
  };
};

export const extractNewRecordState: TransformFactory = {
  className: 'io.debezium.transforms.ExtractNewRecordState',
  version: '3.6.1.Final',
  configDefinitions: [
    {
      ...textSetting('delete.tombstone.handling.mode', 'How deletes and their tombstones are handled.', 'tombstone'),
      validate: oneOf(modes),
    },
    {
      name: 'add.fields',
      type: 'LIST',
      default: '',
      importance: 'LOW',
      documentation: 'Fields of the envelope to add to the row.',
    },
    textSetting('add.fields.prefix', 'Prefix of added fields.', '__'),
    {
      name: 'add.headers',
      type: 'LIST',
      default: '',
      importance: 'LOW',
      documentation: 'Fields of the envelope to add as headers.',
    },
    textSetting('add.headers.prefix', 'Prefix of added headers.', '__'),
    refused('route.by.field'),
    refused('drop.fields.header.name'),
    refused('drop.fields.from.key'),
  ],
  create: (config) =>
    unwrap({
      mode: config.text('delete.tombstone.handling.mode'),
      fields: additions(config.list('add.fields'), config.text('add.fields.prefix')),
      headers: additions(config.list('add.headers'), config.text('add.headers.prefix')),
    }),
};
