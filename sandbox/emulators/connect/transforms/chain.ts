import { typedConfig } from '../config/definitions.ts';
import { ConfigError } from '../connect-errors.ts';
import type { ConfigDefinition, ConnectorConfig } from '../plugin.ts';
import { findTransform } from './index.ts';
import { predicates } from './predicates.ts';
import type { Predicate, Transform } from './transform.ts';

// `transforms=a,b` with `transforms.a.type`, `transforms.a.predicate`, `transforms.a.negate` and `predicates.p.type`.
// Source: ConnectorConfig.transformationStages.

const listOf = (text: string | undefined): readonly string[] => {
  const trimmed = (text ?? '').trim();
  return trimmed === '' ? [] : trimmed.split(/\s*,\s*/);
};

const below = (prefix: string, config: ConnectorConfig): Record<string, string> =>
  Object.fromEntries(
    Object.entries(config)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, value]) => [name.slice(prefix.length), value]),
  );

const findPredicate = (name: string) =>
  predicates.find(({ className }) => name === className || name === className.slice(className.lastIndexOf('.') + 1));

const createPredicate = (alias: string, config: ConnectorConfig): Predicate => {
  const type = config[`predicates.${alias}.type`] ?? '';
  const factory = findPredicate(type);
  if (factory === undefined) {
    throw new ConfigError(
      `Invalid value ${type} for configuration predicates.${alias}.type: Class ${type} could not be found.`,
    );
  }
  return factory.create(typedConfig(factory.configDefinitions, below(`predicates.${alias}.`, config)));
};

const createTransform = (alias: string, config: ConnectorConfig): Transform => {
  const prefix = `transforms.${alias}.`;
  const type = config[`${prefix}type`] ?? '';
  const factory = findTransform(type);
  if (factory === undefined) {
    throw new ConfigError(`Invalid value ${type} for configuration ${prefix}type: Class ${type} could not be found.`);
  }
  const transform = factory.create(typedConfig(factory.configDefinitions, below(prefix, config)));
  const predicateAlias = config[`${prefix}predicate`];
  if (predicateAlias === undefined) return transform;
  const predicate = createPredicate(predicateAlias, config);
  const negate = config[`${prefix}negate`]?.toLowerCase() === 'true';
  return (record) => (predicate(record) === negate ? record : transform(record));
};

export type NamedTransform = { alias: string; className: string; apply: Transform };

export const createTransforms = (config: ConnectorConfig): readonly NamedTransform[] =>
  listOf(config['transforms']).map((alias) => ({
    alias,
    className: findTransform(config[`transforms.${alias}.type`] ?? '')?.className ?? '',
    apply: createTransform(alias, config),
  }));

const aliasDefinitions = (
  kind: 'transforms' | 'predicates',
  alias: string,
  config: ConnectorConfig,
): readonly ConfigDefinition[] => {
  const prefix = `${kind}.${alias}.`;
  const transformation = kind === 'transforms';
  const group = `${transformation ? 'Transforms' : 'Predicates'}: ${alias}`;
  const type = config[`${prefix}type`] ?? '';
  const factory = transformation ? findTransform(type) : findPredicate(type);
  const typeDefinition: ConfigDefinition = {
    name: `${prefix}type`,
    type: 'CLASS',
    importance: 'HIGH',
    documentation: `Class for the '${alias}' ${transformation ? 'transformation' : 'predicate'}.`,
    group,
    orderInGroup: 0,
    width: 'LONG',
    displayName: `${transformation ? 'Transformation' : 'Predicate'} type for ${alias}`,
    validate: (name, value) =>
      factory === undefined
        ? `Invalid value ${value} for configuration ${name}: Class ${value} could not be found.`
        : null,
  };
  const conditions: readonly ConfigDefinition[] = transformation
    ? [
        {
          name: `${prefix}negate`,
          type: 'BOOLEAN',
          default: 'false',
          importance: 'MEDIUM',
          documentation: 'Whether the configured predicate should be negated.',
          group,
          orderInGroup: 1,
          displayName: `${prefix}negate`,
        },
        {
          name: `${prefix}predicate`,
          type: 'STRING',
          default: null,
          importance: 'MEDIUM',
          // Nobody asks whether there is such a predicate: its task fails.
          documentation: 'The alias of a predicate used to determine whether to apply this transformation.',
          group,
          orderInGroup: 2,
          displayName: `${prefix}predicate`,
        },
      ]
    : [];
  const own = (factory?.configDefinitions ?? []).map((definition) => ({
    ...definition,
    name: `${prefix}${definition.name}`,
    displayName: definition.displayName ?? definition.name,
    group,
  }));
  return [typeDefinition, ...conditions, ...own];
};

/** What ConnectorConfig.enrich adds: the settings of each named transformation and predicate. */
export const chainDefinitions = (config: ConnectorConfig): readonly ConfigDefinition[] => [
  ...listOf(config['transforms']).flatMap((alias) => aliasDefinitions('transforms', alias, config)),
  ...listOf(config['predicates']).flatMap((alias) => aliasDefinitions('predicates', alias, config)),
];
