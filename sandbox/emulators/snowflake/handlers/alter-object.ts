import type { Options } from '../../../wire/snowflake-sql/ast.ts';
import { findObject, needObject, placeOf } from '../catalog/names.ts';
import type { CatalogObject } from '../catalog/objects.ts';
import { alreadyExists, unsupportedFeature } from '../errors.ts';
import { define, type Execution, type Handler, scopeOf } from '../execution.ts';
import { booleanOption, checkOptions, listOption, numberOption, textOption } from '../options.ts';
import { fileFormatOf } from '../stages/file-format.ts';
import { checkLocations, integrationOptions } from './create-integration.ts';
import { stageProperties } from './create-stage.ts';
import { warehouseChanges } from './create-warehouse.ts';
import { executed } from './ddl-result.ts';
import { catalogKindOf } from './drop.ts';

const changedIntegration = (
  object: Extract<CatalogObject, { kind: 'integration' }>,
  options: Options,
): CatalogObject => {
  checkOptions(options, 'STORAGE INTEGRATION', integrationOptions, ['STORAGE_AWS_OBJECT_ACL']);
  const allowed = listOption(options, 'STORAGE_ALLOWED_LOCATIONS');
  const blocked = listOption(options, 'STORAGE_BLOCKED_LOCATIONS');
  checkLocations([...(allowed ?? []), ...(blocked ?? [])]);
  const enabled = booleanOption(options, 'ENABLED');
  const roleArn = textOption(options, 'STORAGE_AWS_ROLE_ARN');
  return {
    ...object,
    ...(allowed ? { allowedLocations: allowed } : {}),
    ...(blocked ? { blockedLocations: blocked } : {}),
    ...(enabled === undefined ? {} : { enabled }),
    ...(roleArn === undefined ? {} : { roleArn }),
    comment: textOption(options, 'COMMENT') ?? object.comment,
  };
};

const withOptions = (execution: Execution, object: CatalogObject, options: Options): CatalogObject => {
  switch (object.kind) {
    case 'warehouse':
      return { ...object, ...warehouseChanges(options) };
    case 'stage':
      return { ...object, ...stageProperties(execution, options, object) };
    case 'integration':
      return changedIntegration(object, options);
    case 'file-format': {
      const { COMMENT: _comment, ...others } = options;
      const merged = { ...object.options, ...others };
      fileFormatOf(merged);
      return { ...object, options: merged, comment: textOption(options, 'COMMENT') ?? object.comment };
    }
    case 'database':
    case 'schema': {
      checkOptions(options, object.kind.toUpperCase(), [
        'COMMENT',
        'DATA_RETENTION_TIME_IN_DAYS',
        'MAX_DATA_EXTENSION_TIME_IN_DAYS',
      ]);
      return {
        ...object,
        comment: textOption(options, 'COMMENT') ?? object.comment,
        retentionDays: numberOption(options, 'DATA_RETENTION_TIME_IN_DAYS') ?? object.retentionDays,
      };
    }
    default:
      checkOptions(options, object.kind.toUpperCase(), ['COMMENT']);
      return { ...object, comment: textOption(options, 'COMMENT') ?? object.comment };
  }
};

const otherAction = (object: CatalogObject, action: string): CatalogObject => {
  if (object.kind === 'warehouse') {
    if (/^RESUME/.test(action)) return { ...object, state: 'STARTED' };
    if (/^SUSPEND/.test(action)) return { ...object, state: 'SUSPENDED' };
  }
  throw unsupportedFeature(`ALTER ${object.kind.toUpperCase()} … ${action}`);
};

/** ALTER of databases, schemas, warehouses, stages, file formats, integrations, streams and sequences: RENAME, SET, UNSET COMMENT, RESUME, SUSPEND. */
export const alterObject: Handler<'alter-object'> = async (execution, { object: word, name, action, ifExists }) => {
  const { engine, session } = execution;
  const kind = catalogKindOf(word, 'ALTER');
  const scope = scopeOf(execution);
  if (ifExists && !findObject(scope, kind, name)) return executed();
  const own = name.parts.length === 0 && kind === 'warehouse' && session.warehouse !== undefined;
  const object = needObject(
    scope,
    kind,
    own ? { parts: [{ name: session.warehouse as string, quoted: true }], at: 0 } : name,
  );
  const change = (): CatalogObject => {
    switch (action.kind) {
      case 'rename': {
        const place = placeOf(scope, kind, action.to);
        if (engine.catalog.occupant(kind, place.parent, place.name)) throw alreadyExists(place.name);
        return { ...object, ...place };
      }
      case 'set':
        return withOptions(execution, object, action.options);
      case 'unset':
        for (const property of action.names)
          if (property !== 'COMMENT') throw unsupportedFeature(`ALTER ${word} … UNSET ${property}`);
        return { ...object, comment: '' };
      case 'other':
        return otherAction(object, action.name);
      case 'swap':
        throw unsupportedFeature(`ALTER ${word} … SWAP WITH`);
    }
  };
  const next = change();
  await define(execution, async (draft) => draft.put(next));
  if (action.kind === 'rename') {
    if (kind === 'database' && session.database === object.name) session.database = next.name;
    if (kind === 'schema' && session.schema === object.name) session.schema = next.name;
    if (kind === 'warehouse' && session.warehouse === object.name) session.warehouse = next.name;
  }
  return executed();
};
