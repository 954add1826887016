import { needObject } from '../catalog/names.ts';
import type { CatalogObject, TableObject } from '../catalog/objects.ts';
import { type Execution, type Handler, scopeOf, table } from '../execution.ts';
import { optionText } from '../options.ts';
import type { Outcome } from '../queries.ts';
import { settledName } from '../resolver.ts';
import type { Row } from '../results/result.ts';
import { textColumn } from '../results/rowtype.ts';
import { yesNo } from '../results/value.ts';
import type { SqlType } from '../rewrite/types.ts';
import { fileFormatOf, resolvedFormatOptions } from '../stages/file-format.ts';
import { statementTypes } from '../statement-types.ts';
import { typeText } from '../types.ts';
import { catalogKindOf } from './drop.ts';
import { show } from './show.ts';

const tableColumns = [
  'name',
  'type',
  'kind',
  'null?',
  'default',
  'primary key',
  'unique key',
  'check',
  'expression',
  'comment',
  'policy name',
  'privacy domain',
];

const columnRow = (name: string, type: SqlType, more: Partial<TableObject['columns'][number]> = {}): Row => {
  const fallback = more.identity ? `IDENTITY START ${more.identity.start} INCREMENT ${more.identity.increment}` : null;
  return [
    name,
    typeText(type),
    'COLUMN',
    yesNo(more.nullable ?? true),
    more.default?.text ?? fallback,
    yesNo(more.primaryKey ?? false),
    yesNo(more.uniqueKey ?? false),
    null,
    null,
    more.comment ?? null,
    null,
    null,
  ];
};

const streamColumns: Row[] = [
  columnRow('METADATA$ACTION', { kind: 'text', length: 10 }),
  columnRow('METADATA$ISUPDATE', { kind: 'boolean' }),
  columnRow('METADATA$ROW_ID', { kind: 'text', length: 40 }),
];

const describeColumns = (rows: readonly Row[]): Outcome =>
  table(statementTypes.describe, tableColumns.map(textColumn), rows);

const properties = (header: readonly string[], rows: readonly Row[]): Outcome =>
  table(statementTypes.describe, header.map(textColumn), rows);

const describeIntegration = (object: Extract<CatalogObject, { kind: 'integration' }>): Outcome =>
  properties(
    ['property', 'property_type', 'property_value', 'property_default'],
    [
      ['ENABLED', 'Boolean', String(object.enabled), 'false'],
      ['STORAGE_PROVIDER', 'String', object.provider, ''],
      ['STORAGE_ALLOWED_LOCATIONS', 'List', object.allowedLocations.join(','), '[]'],
      ['STORAGE_BLOCKED_LOCATIONS', 'List', object.blockedLocations.join(','), '[]'],
      ['STORAGE_AWS_IAM_USER_ARN', 'String', 'arn:aws:iam::000000000000:user/sluicebox', ''],
      ['STORAGE_AWS_ROLE_ARN', 'String', object.roleArn, ''],
      ['STORAGE_AWS_EXTERNAL_ID', 'String', 'SLUICEBOX_SFCRole=0_sandbox', ''],
      ['COMMENT', 'String', object.comment, ''],
    ],
  );

const describeStage = (execution: Execution, object: Extract<CatalogObject, { kind: 'stage' }>): Outcome => {
  const format = fileFormatOf(resolvedFormatOptions(scopeOf(execution), object.fileFormat['FILE_FORMAT']));
  const rows = Object.entries(format).map(
    ([name, value]): Row => [
      'STAGE_FILE_FORMAT',
      name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase(),
      typeof value === 'boolean' ? 'Boolean' : 'String',
      String(value),
      '',
    ],
  );
  const location: Row[] = [
    ['STAGE_LOCATION', 'URL', 'String', object.url === undefined ? '' : `["${object.url}"]`, ''],
    ['STAGE_INTEGRATION', 'STORAGE_INTEGRATION', 'String', object.integration ?? '', ''],
  ];
  return properties(
    ['parent_property', 'property', 'property_type', 'property_value', 'property_default'],
    [...rows, ...location],
  );
};

const describeFormat = (object: Extract<CatalogObject, { kind: 'file-format' }>): Outcome => {
  const rows = Object.entries(object.options).map(
    ([name, value]): Row => [
      name,
      value.kind === 'boolean' ? 'Boolean' : value.kind === 'list' ? 'List' : 'String',
      value.kind === 'list' ? `[${value.items.map(optionText).join(', ')}]` : optionText(value),
      '',
    ],
  );
  return properties(
    ['property', 'property_type', 'property_value', 'property_default'],
    [['TYPE', 'String', object.type, 'CSV'], ...rows.filter(([name]) => name !== 'TYPE')],
  );
};

/** DESCRIBE of tables, views and streams (their columns), stages, file formats and integrations (their properties); of pipes, tasks, databases and schemas as SHOW. */
export const describe: Handler<'describe'> = async (execution, statement) => {
  const kind = catalogKindOf(statement.object, 'DESCRIBE');
  const scope = scopeOf(execution);
  const object = needObject(scope, kind, settledName(execution, statement.name));
  switch (object.kind) {
    case 'table':
      return describeColumns(object.columns.map((column) => columnRow(column.name, column.type, column)));
    case 'view':
      return describeColumns(object.columns.map(({ name, type }) => columnRow(name, type)));
    case 'stream': {
      const source = execution.engine.catalog.byId('table', object.tableId);
      return describeColumns([
        ...(source?.columns ?? []).map((column) => columnRow(column.name, column.type)),
        ...streamColumns,
      ]);
    }
    case 'integration':
      return describeIntegration(object);
    case 'stage':
      return describeStage(execution, object);
    case 'file-format':
      return describeFormat(object);
    default: {
      const plural = {
        pipe: 'PIPES',
        task: 'TASKS',
        database: 'DATABASES',
        schema: 'SCHEMAS',
        warehouse: 'WAREHOUSES',
        sequence: 'SEQUENCES',
      };
      const all = await show(execution, {
        kind: 'show',
        at: 0,
        objects: plural[object.kind],
        terse: false,
        history: false,
        in: { scope: 'ACCOUNT' },
      });
      const nameAt = all.result.columns.findIndex(({ name }) => name === 'name');
      const rows = all.result.inlineRows.filter((row) => row[nameAt] === object.name);
      return table(statementTypes.describe, all.result.columns, rows);
    }
  }
};
