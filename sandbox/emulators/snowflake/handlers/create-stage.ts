import type { Options } from '../../../wire/snowflake-sql/ast.ts';
import { creationTarget, needObject } from '../catalog/names.ts';
import { SnowflakeError, unsupportedFeature } from '../errors.ts';
import { define, type Execution, type Handler, type StatementOf, scopeOf, status } from '../execution.ts';
import { booleanOption, checkOptions, nestedOptions, textOption } from '../options.ts';
import { fileFormatOf, resolvedFormatOptions } from '../stages/file-format.ts';
import { checkAllowed, parseS3Url } from '../stages/stage-location.ts';
import { existsAlready } from './ddl-result.ts';

export const stageOptions = [
  'URL',
  'STORAGE_INTEGRATION',
  'FILE_FORMAT',
  'COPY_OPTIONS',
  'DIRECTORY',
  'COMMENT',
  'ENCRYPTION',
  'USE_PRIVATELINK_ENDPOINT',
];
const notEmulated = ['CREDENTIALS', 'ENDPOINT', 'USE_PRIVATELINK_ENDPOINT', 'AWS_ACCESS_POINT_ARN'];

export type StageProperties = {
  url?: string;
  integration?: string;
  fileFormat?: Options;
  copyOptions?: Options;
  comment?: string;
};

/** What the options say about a stage; checks the URL against the integration. */
export const stageProperties = (
  execution: Execution,
  options: Options,
  before: StageProperties = {},
): StageProperties => {
  checkOptions(options, 'STAGE', stageOptions, notEmulated);
  const scope = scopeOf(execution);
  const url = textOption(options, 'URL') ?? before.url;
  const integrationName = options['STORAGE_INTEGRATION'];
  const integration =
    integrationName?.kind === 'word'
      ? needObject(scope, 'integration', integrationName.name).name
      : (textOption(options, 'STORAGE_INTEGRATION')?.toUpperCase() ?? before.integration);
  if (url !== undefined) {
    parseS3Url(url);
    if (integration === undefined) {
      throw new SnowflakeError('000002', "Unsupported feature 'external stages without STORAGE_INTEGRATION'.");
    }
    checkAllowed(needObject(scope, 'integration', { parts: [{ name: integration, quoted: true }], at: 0 }), url);
  }
  if (booleanOption(nestedOptions(options, 'DIRECTORY') ?? {}, 'ENABLE'))
    throw unsupportedFeature('directory tables of stages');
  const fileFormat = options['FILE_FORMAT'];
  // Kept as written: a named format is looked up at each use, so that a changed format takes effect.
  if (fileFormat) fileFormatOf(resolvedFormatOptions(scope, fileFormat));
  const copyOptions = nestedOptions(options, 'COPY_OPTIONS');
  const comment = textOption(options, 'COMMENT');
  return {
    ...(url === undefined ? {} : { url }),
    ...(integration === undefined ? {} : { integration }),
    ...(fileFormat ? { fileFormat: { FILE_FORMAT: fileFormat } } : {}),
    ...(copyOptions ? { copyOptions } : {}),
    ...(comment === undefined ? {} : { comment }),
  };
};

/** CREATE STAGE: an external one on S3 through a storage integration, or an internal one. Directory tables and credentials are refused. */
export const createStage: Handler<'create-stage'> = async (execution, statement: StatementOf<'create-stage'>) => {
  if (statement.clone) throw unsupportedFeature('CREATE STAGE … CLONE');
  if (statement.temporary) throw unsupportedFeature('CREATE TEMPORARY STAGE');
  const properties = stageProperties(execution, statement.options);
  const target = creationTarget(scopeOf(execution), 'stage', statement);
  if (target.existing && statement.ifNotExists) return existsAlready(target.name);
  await define(execution, async (draft) => {
    if (target.existing) draft.drop(target.existing);
    draft.put({
      kind: 'stage',
      id: draft.newId(),
      name: target.name,
      parent: target.parent,
      createdMs: execution.engine.clock.nowMs(),
      comment: '',
      fileFormat: {},
      copyOptions: {},
      temporary: false,
      directoryEnabled: false,
      ...properties,
    });
  });
  return status(`Stage area ${target.name} successfully created.`);
};
