import type { Options, StageReference } from '../../../wire/snowflake-sql/ast.ts';
import { findObject, type NameScope, nameText, needObject, placeOf } from '../catalog/names.ts';
import type { IntegrationObject, StageObject } from '../catalog/objects.ts';
import type { Engine } from '../engine.ts';
import { doesNotExist, SnowflakeError, unsupportedFeature } from '../errors.ts';
import type { Location } from './object-storage.ts';

/** A stage with the path behind its name: where its files are and what the stage says about them. */
export type StagePlace = {
  location: Location;
  /** The part of a file's key that belongs to the stage itself, not to the path behind its name. */
  stageRoot: string;
  /** 's3://bucket/prefix/' or, of an internal stage, its name. */
  label: string;
  fileFormat: Options;
  copyOptions: Options;
  stage: StageObject | undefined;
};

export const parseS3Url = (url: string): { bucket: string; prefix: string } => {
  const match = /^s3(?:gov|china)?:\/\/([^/]+)(?:\/(.*))?$/i.exec(url);
  if (!match) throw unsupportedFeature(`stage URL ${url}`);
  return { bucket: match[1] as string, prefix: match[2] ?? '' };
};

const covers = (location: string, url: string): boolean =>
  location === '*' || url.startsWith(location) || `${url}/`.startsWith(location);

/** Throws what Snowflake says of a stage outside of what its integration allows. */
export const checkAllowed = (integration: IntegrationObject, url: string): void => {
  if (!integration.enabled) {
    throw new SnowflakeError('093137', `SQL compilation error:\nIntegration '${integration.name}' is not enabled.`);
  }
  const allowed = integration.allowedLocations.some((location) => covers(location, url));
  const blocked = integration.blockedLocations.some((location) => covers(location, url));
  if (!allowed || blocked) {
    throw new SnowflakeError(
      '093137',
      `SQL compilation error:\nLocation '${url}' is not allowed by integration '${integration.name}'. Please use DESC INTEGRATION to check out allowed and blocked locations.`,
    );
  }
};

const withSlash = (prefix: string): string => (prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`);

const externalPlace = (engine: Engine, stage: StageObject, url: string, path: string): StagePlace => {
  const integration = engine.catalog.find('integration', 0, stage.integration ?? '');
  if (!integration) throw doesNotExist('Integration', stage.integration ?? '');
  checkAllowed(integration, url);
  const { bucket, prefix } = parseS3Url(url);
  const root = path === '' ? prefix : withSlash(prefix);
  return {
    location: { kind: 's3', bucket, prefix: `${root}${path}` },
    stageRoot: withSlash(prefix),
    label: url,
    fileFormat: stage.fileFormat,
    copyOptions: stage.copyOptions,
    stage,
  };
};

const localPlace = (
  engine: Engine,
  id: number | string,
  label: string,
  path: string,
  stage?: StageObject,
): StagePlace => ({
  location: { kind: 'local', folder: engine.storage.folderOf(id), prefix: path },
  stageRoot: '',
  label,
  fileFormat: stage?.fileFormat ?? {},
  copyOptions: stage?.copyOptions ?? {},
  stage,
});

export const placeOfStage = (engine: Engine, stage: StageObject, path: string): StagePlace =>
  stage.url === undefined
    ? localPlace(engine, stage.id, stage.name, path, stage)
    : externalPlace(engine, stage, stage.url, path);

/** @stage/path, @%table/path, @~/path. */
export const stagePlace = (engine: Engine, scope: NameScope, user: string, reference: StageReference): StagePlace => {
  if (reference.owner === 'user') return localPlace(engine, `user-${user}`, '~', reference.path);
  const { name } = reference;
  if (!name) throw new Error('a stage reference without a name');
  if (reference.owner === 'table') {
    const table = needObject(scope, 'table', name);
    return localPlace(engine, `table-${table.id}`, `%${table.name}`, reference.path);
  }
  const stage = findObject(scope, 'stage', name);
  if (!stage) {
    placeOf(scope, 'stage', name);
    throw doesNotExist('Stage', nameText(name));
  }
  return placeOfStage(engine, stage, reference.path);
};

/** METADATA$FILENAME: the key of an object in its bucket; of an internal stage the name below the stage. */
export const fileNameOf = (place: StagePlace, key: string): string =>
  place.location.kind === 's3'
    ? key
    : `${place.label.startsWith('%') || place.label === '~' ? '' : `${place.label.toLowerCase()}/`}${key}`;
