import type { Expression, OrderItem, SelectBlock } from '../../../../wire/mysql-sql/ast.ts';
import { mysqlError } from '../../errors.ts';
import { aggregateNames } from '../functions/aggregates.ts';
import type { Compiled } from './compiled.ts';
import { printExpression } from './print.ts';
import { findColumn, type Scope } from './scope.ts';
import type { Statement } from './statement.ts';

type Place = string;

const placeOf = (expression: Expression, scope: Scope): Place | null => {
  if (expression.kind !== 'column') return null;
  const found = findColumn(scope, expression.schema, expression.table, expression.name, 'field list');
  if (!found) return null;
  if ('members' in found) return found.members[0]?.join('.') ?? null;
  return `${found.source.index}.${found.column}`;
};

const children = (expression: Expression): Expression[] => {
  const found: Expression[] = [];
  for (const value of Object.values(expression) as unknown[]) {
    const list = Array.isArray(value) ? value : [value];
    for (const item of list) {
      if (typeof item !== 'object' || item === null) continue;
      if ('kind' in item) found.push(item as Expression);
      else if ('when' in item && 'result' in item) found.push(item.when as Expression, item.result as Expression);
    }
  }
  return found;
};

/** ONLY_FULL_GROUP_BY: every column outside of aggregates must be the same for all rows of a group. */
export const checkGrouping = (
  block: SelectBlock,
  columns: readonly { name: string; expression: Compiled }[],
  orderBy: readonly OrderItem[],
  scope: Scope,
  statement: Statement,
): void => {
  if (!statement.sqlMode.onlyFullGroupBy) return;
  const aliasExpressions = new Map(
    block.items.flatMap((item) =>
      item.kind === 'expression' && item.alias !== null ? [[item.alias.toLowerCase(), item.expression] as const] : [],
    ),
  );
  const groups = block.groupBy.map((expression) => {
    if (expression.kind === 'literal' && expression.type === 'integer') {
      const item = block.items[Number(expression.value) - 1];
      return item?.kind === 'expression' ? item.expression : expression;
    }
    if (expression.kind === 'column' && expression.table === null && placeOf(expression, scope) === null)
      return aliasExpressions.get(expression.name.toLowerCase()) ?? expression;
    return expression;
  });
  const printed = new Set(groups.map(printExpression));
  const fixed = fixedColumns(groups, block, scope);
  const isFixed = (expression: Expression): string | null => {
    if (printed.has(printExpression(expression))) return null;
    if (expression.kind === 'call' && (aggregateNames.has(expression.name) || expression.over !== null)) return null;
    if (expression.kind === 'column') {
      const place = placeOf(expression, scope);
      if (place === null || fixed.has(place)) return null;
      return qualified(place, scope);
    }
    if (expression.kind === 'subquery' || expression.kind === 'exists' || expression.kind === 'inQuery') return null;
    for (const child of children(expression)) {
      const wrong = isFixed(child);
      if (wrong !== null) return wrong;
    }
    return null;
  };
  const complain = (index: number, clause: string, column: string): never => {
    throw groups.length > 0
      ? mysqlError('ER_WRONG_FIELD_WITH_GROUP', index, clause, column)
      : mysqlError('ER_MIX_OF_GROUP_FUNC_AND_FIELDS', index, clause, column);
  };
  block.items.forEach((item, index) => {
    if (item.kind === 'expression') {
      const wrong = isFixed(item.expression);
      if (wrong !== null) complain(index + 1, 'SELECT list', wrong);
      return;
    }
    scope.sources.forEach((source) => {
      if (item.table !== null && source.name.toLowerCase() !== item.table.toLowerCase()) return;
      source.columns.forEach((_column, column) => {
        if (!fixed.has(`${source.index}.${column}`))
          complain(index + 1 + column, 'SELECT list', qualified(`${source.index}.${column}`, scope));
      });
    });
  });
  orderBy.forEach((item, index) => {
    const { expression } = item;
    if (
      expression.kind === 'column' &&
      expression.table === null &&
      columns.some((column) => column.name.toLowerCase() === expression.name.toLowerCase())
    )
      return;
    const wrong = isFixed(expression);
    if (wrong !== null) complain(index + 1, 'ORDER BY clause', wrong);
  });
};

const qualified = (place: Place, scope: Scope): string => {
  const [source, column] = place.split('.').map(Number);
  const found = scope.sources[source ?? 0];
  const name = found?.columns[column ?? 0]?.name ?? '';
  return [found?.schema, found?.name, name].filter((part) => part).join('.');
};

/** Columns that the group's columns determine: by equality in WHERE and ON, and by the keys of their tables. */
const fixedColumns = (groups: readonly Expression[], block: SelectBlock, scope: Scope): Set<Place> => {
  const fixed = new Set<Place>();
  for (const group of groups) {
    const place = placeOf(group, scope);
    if (place !== null) fixed.add(place);
  }
  const equalities: [Place, Place | null][] = [];
  const collect = (expression: Expression | null): void => {
    if (expression?.kind !== 'binary') return;
    if (expression.operator === 'AND') {
      collect(expression.left);
      collect(expression.right);
    } else if (expression.operator === '=') {
      const [left, right] = [placeOf(expression.left, scope), placeOf(expression.right, scope)];
      const constantSide = (side: Expression) => side.kind === 'literal' || side.kind === 'parameter';
      if (left !== null && right !== null) equalities.push([left, right]);
      else if (left !== null && constantSide(expression.right)) equalities.push([left, null]);
      else if (right !== null && constantSide(expression.left)) equalities.push([right, null]);
    }
  };
  collect(block.where);
  const walk = (reference: SelectBlock['from']): void => {
    if (reference?.kind !== 'join') return;
    walk(reference.left);
    walk(reference.right);
    collect(reference.on);
  };
  walk(block.from);
  for (const merged of scope.merged)
    for (const member of merged.members.slice(1))
      equalities.push([merged.members[0]?.join('.') ?? '', member.join('.')]);
  for (let changed = true; changed; ) {
    changed = false;
    const add = (place: Place) => {
      if (fixed.has(place)) return;
      fixed.add(place);
      changed = true;
    };
    for (const [left, right] of equalities) {
      if (right === null || fixed.has(right)) add(left);
      if (right !== null && fixed.has(left)) add(right);
    }
    for (const source of scope.sources)
      for (const key of source.table?.schema.indexes ?? []) {
        const whole =
          key.unique &&
          key.parts.every(
            (part) =>
              fixed.has(`${source.index}.${part.column}`) &&
              source.table?.schema.columns[part.column]?.nullable === false,
          );
        if (whole)
          source.columns.forEach((_column, column) => {
            add(`${source.index}.${column}`);
          });
      }
  }
  return fixed;
};
