import type { ColumnDefinition, Constraint } from '../../../wire/snowflake-sql/ast.ts';
import type { TableColumn } from '../catalog/objects.ts';
import { SnowflakeError, unsupportedFeature } from '../errors.ts';
import { sqlTypeOf } from '../types.ts';

const duplicate = (name: string): SnowflakeError =>
  new SnowflakeError('002025', `SQL compilation error:\nduplicate column name '${name}'`);

/** DuckDB's names know no case: two columns that differ in case alone cannot both be kept. */
export const checkColumnNames = (columns: readonly { name: string }[]): void => {
  const seen = new Map<string, string>();
  for (const { name } of columns) {
    const before = seen.get(name.toUpperCase());
    if (before === name) throw duplicate(name);
    if (before !== undefined) throw unsupportedFeature(`columns that differ in case alone: ${before}, ${name}`);
    seen.set(name.toUpperCase(), name);
  }
};

const hasConstraint = (
  column: ColumnDefinition,
  ofTable: readonly Constraint[],
  type: 'PRIMARY KEY' | 'UNIQUE',
): boolean =>
  column.constraints.some((constraint) => constraint.type === type) ||
  ofTable.some(
    (constraint) => constraint.type === type && constraint.columns.some(({ name }) => name === column.name.name),
  );

export type ColumnContext = {
  constraints: readonly Constraint[];
  /** Makes the DuckDB sequence behind an identity column and gives its name. */
  identitySequence(start: number, increment: number): string;
};

/** A column as the catalog keeps it. Keys are kept to be shown and never enforced, NOT NULL is enforced: as in Snowflake. */
export const tableColumn = (definition: ColumnDefinition, context: ColumnContext): TableColumn => {
  if (!definition.type)
    throw new SnowflakeError(
      '001003',
      `SQL compilation error:\nMissing data type for column '${definition.name.name}'.`,
    );
  if (definition.collation) throw unsupportedFeature(`COLLATE '${definition.collation}'`);
  const primaryKey = hasConstraint(definition, context.constraints, 'PRIMARY KEY');
  const { identity } = definition;
  return {
    name: definition.name.name,
    type: sqlTypeOf(definition.type),
    nullable: !definition.notNull && !primaryKey,
    primaryKey,
    uniqueKey: hasConstraint(definition, context.constraints, 'UNIQUE'),
    ...(definition.default ? { default: { expression: definition.default, text: definition.defaultText ?? '' } } : {}),
    ...(identity
      ? {
          identity: {
            sequence: context.identitySequence(identity.start, identity.increment),
            start: identity.start,
            increment: identity.increment,
            order: identity.order ?? false,
          },
        }
      : {}),
    ...(definition.comment === undefined ? {} : { comment: definition.comment }),
  };
};
