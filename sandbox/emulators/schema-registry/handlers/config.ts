import { notEmulated, registryError } from '../errors.ts';
import { flag, type Operation, operation, type RegistryRequest, subjectOf } from '../operation.ts';
import { checkSubject, checkWritable, configInScope } from '../registry.ts';
import { objectBody } from '../schema-request.ts';
import { type CompatibilityLevel, type Config, compatibilityLevels, everySubject, type Store } from '../store.ts';

const otherSettings = [
  'alias',
  'aliasForDeks',
  'validateFields',
  'validateNewSchemas',
  'validateRules',
  'compatibilityPolicy',
  'compatibilityGroup',
  'defaultMetadata',
  'overrideMetadata',
  'defaultRuleSet',
  'overrideRuleSet',
];

const parseLevel = (value: unknown): CompatibilityLevel => {
  const level = compatibilityLevels.find((name) => typeof value === 'string' && name === value.toUpperCase());
  if (level === undefined) throw registryError(42203);
  return level;
};

const readConfig = (request: RegistryRequest): Config => {
  const body = objectBody(request);
  for (const name of otherSettings)
    if (body[name] !== undefined && body[name] !== null) throw notEmulated(`the config setting ${name}`);
  const { compatibility, normalize } = body;
  return {
    ...(compatibility !== undefined && compatibility !== null && { compatibilityLevel: parseLevel(compatibility) }),
    ...(typeof normalize === 'boolean' && { normalize }),
  };
};

const setConfig = (store: Store, request: RegistryRequest): object => {
  const subject = checkSubject(subjectOf(request));
  const given = readConfig(request);
  checkWritable(store, subject);
  const config = { ...store.config(subject), ...given };
  store.commit({ kind: 'config-set', subject, config });
  const { compatibilityLevel: compatibility, normalize } = config;
  return { ...(normalize !== undefined && { normalize }), ...(compatibility && { compatibility }) };
};

const getConfig = (store: Store, request: RegistryRequest): object => {
  const subject = subjectOf(request);
  const own = store.config(subject);
  const isGlobal = subject === everySubject;
  if (own === undefined && !isGlobal && !flag(request, 'defaultToGlobal')) throw registryError(40408, subject);
  const { compatibilityLevel } = configInScope(store, subject);
  const normalize = own?.normalize;
  return { ...(normalize !== undefined && { normalize }), compatibilityLevel };
};

const deleteConfig = (store: Store, request: RegistryRequest): object => {
  const subject = subjectOf(request);
  if (subject !== everySubject && store.config(subject) === undefined) throw registryError(40401, subject);
  checkWritable(store, subject);
  const before = getConfig(store, request);
  store.commit({ kind: 'config-set', subject, config: null });
  return before;
};

/** /config and /config/{subject} – compatibility and normalize; what a subject does not set comes from the global setting. */
export const configOperations: readonly Operation[] = ['/config', '/config/{subject}'].flatMap((path) => [
  operation({ name: 'get config', method: 'GET', path, handle: getConfig }),
  operation({ name: 'set config', method: 'PUT', path, handle: setConfig }),
  operation({ name: 'delete config', method: 'DELETE', path, handle: deleteConfig }),
]);
