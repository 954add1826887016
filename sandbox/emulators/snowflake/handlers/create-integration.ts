import { creationTarget } from '../catalog/names.ts';
import { invalidValue, SnowflakeError, unsupportedFeature } from '../errors.ts';
import { define, type Execution, type StatementOf, scopeOf, status } from '../execution.ts';
import { booleanOption, checkOptions, listOption, textOption } from '../options.ts';
import type { Outcome } from '../queries.ts';
import { existsAlready } from './ddl-result.ts';

export const integrationOptions = [
  'TYPE',
  'STORAGE_PROVIDER',
  'ENABLED',
  'STORAGE_AWS_ROLE_ARN',
  'STORAGE_AWS_EXTERNAL_ID',
  'STORAGE_AWS_OBJECT_ACL',
  'STORAGE_ALLOWED_LOCATIONS',
  'STORAGE_BLOCKED_LOCATIONS',
  'COMMENT',
];

export const checkLocations = (locations: readonly string[]): void => {
  for (const location of locations) {
    if (location !== '*' && !/^s3:\/\/[^/]+\//.test(location))
      throw invalidValue(location, 'STORAGE_ALLOWED_LOCATIONS');
  }
};

const missing = (property: string): SnowflakeError =>
  new SnowflakeError('002029', `SQL compilation error:\nMissing option(s): [${property}]`);

/** CREATE STORAGE INTEGRATION for S3: which locations its stages may name. Its role is kept to be shown; GCS and Azure are refused. */
export const createIntegration = async (
  execution: Execution,
  statement: StatementOf<'create-object'>,
): Promise<Outcome> => {
  const { options } = statement;
  checkOptions(options, 'STORAGE INTEGRATION', integrationOptions, ['STORAGE_AWS_OBJECT_ACL']);
  const type = textOption(options, 'TYPE') ?? '';
  if (type.toUpperCase() !== 'EXTERNAL_STAGE') throw invalidValue(type, 'TYPE');
  const provider = textOption(options, 'STORAGE_PROVIDER')?.toUpperCase();
  if (provider === undefined) throw missing('STORAGE_PROVIDER');
  if (provider !== 'S3') throw unsupportedFeature(`STORAGE_PROVIDER = '${provider}'`);
  const allowed = listOption(options, 'STORAGE_ALLOWED_LOCATIONS');
  if (!allowed) throw missing('STORAGE_ALLOWED_LOCATIONS');
  const blocked = listOption(options, 'STORAGE_BLOCKED_LOCATIONS') ?? [];
  checkLocations([...allowed, ...blocked]);
  const target = creationTarget(scopeOf(execution), 'integration', statement);
  if (target.existing && statement.ifNotExists) return existsAlready(target.name);
  await define(execution, async (draft) => {
    if (target.existing) draft.drop(target.existing);
    draft.put({
      kind: 'integration',
      id: draft.newId(),
      name: target.name,
      parent: 0,
      createdMs: execution.engine.clock.nowMs(),
      comment: textOption(options, 'COMMENT') ?? '',
      type: 'EXTERNAL_STAGE',
      provider,
      enabled: booleanOption(options, 'ENABLED') ?? false,
      roleArn: textOption(options, 'STORAGE_AWS_ROLE_ARN') ?? '',
      allowedLocations: allowed,
      blockedLocations: blocked,
    });
  });
  return status(`Integration ${target.name} successfully created.`);
};
