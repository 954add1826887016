import type { ConfigDefinition } from '../plugin.ts';

/** ConfigKeyInfo as JSON. */
export const definitionJson = (definition: ConfigDefinition) => ({
  name: definition.name,
  type: definition.type,
  required: definition.default === undefined,
  default_value: definition.default ?? null,
  importance: definition.importance,
  documentation: definition.documentation,
  group: definition.group ?? null,
  order_in_group: definition.orderInGroup ?? -1,
  width: definition.width ?? 'NONE',
  display_name: definition.displayName ?? definition.name,
  dependents: definition.dependents ?? [],
});
