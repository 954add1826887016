import type { Expression, Query } from '../../../wire/snowflake-sql/ast.ts';
import { nameFromText } from '../../../wire/snowflake-sql/names.ts';
import { parseExpression } from '../../../wire/snowflake-sql/parser.ts';
import { findObject } from '../catalog/names.ts';
import type { StreamObject } from '../catalog/objects.ts';
import { type Execution, read, scopeOf } from '../execution.ts';
import { createResolver, newUses } from '../resolver.ts';
import { findNodes } from '../stages/positions.ts';
import { translateQuery } from '../translate.ts';

type Call = Extract<Expression, { kind: 'function' }>;

const streamName = (node: Expression): string | undefined => {
  if (node.kind !== 'function' || node.name.at(-1)?.name !== 'SYSTEM$STREAM_HAS_DATA') return undefined;
  const [argument] = node.arguments;
  return argument?.value.kind === 'string' ? argument.value.value : undefined;
};

/** The streams that a WHEN asks for. */
export const conditionStreams = (execution: Execution, condition: string): StreamObject[] => {
  const scope = scopeOf(execution);
  return findNodes<Call>(parseExpression(condition), 'function').flatMap((call) => {
    const name = streamName(call);
    const stream = name === undefined ? undefined : findObject(scope, 'stream', nameFromText(name));
    return stream ? [stream] : [];
  });
};

/** Puts what the streams really have in place of SYSTEM$STREAM_HAS_DATA. */
const settled = async (execution: Execution, node: Expression): Promise<Expression> => {
  const name = streamName(node);
  if (name !== undefined) {
    const stream = findObject(scopeOf(execution), 'stream', nameFromText(name));
    const value = stream ? await execution.engine.streams.hasData(stream) : false;
    return { kind: 'boolean', value, at: node.at };
  }
  if (node.kind === 'binary') {
    return { ...node, left: await settled(execution, node.left), right: await settled(execution, node.right) };
  }
  if (node.kind === 'unary') return { ...node, operand: await settled(execution, node.operand) };
  return node;
};

const known = (node: Expression): boolean | undefined => {
  if (node.kind === 'boolean') return node.value;
  if (node.kind === 'unary' && node.operator === 'NOT') {
    const value = known(node.operand);
    return value === undefined ? undefined : !value;
  }
  if (node.kind !== 'binary' || (node.operator !== 'AND' && node.operator !== 'OR')) return undefined;
  const [left, right] = [known(node.left), known(node.right)];
  if (left === undefined || right === undefined) return undefined;
  return node.operator === 'AND' ? left && right : left || right;
};

/** Works out a task's WHEN. */
export const conditionHolds = async (execution: Execution, condition: string): Promise<boolean> => {
  const expression = await settled(execution, parseExpression(condition));
  const value = known(expression);
  if (value !== undefined) return value;
  const query: Query = {
    kind: 'query',
    at: 0,
    end: condition.length,
    body: { kind: 'select', at: 0, distinct: false, items: [{ expression, text: condition }], from: [] },
  };
  const uses = newUses();
  const { sql } = translateQuery(query, createResolver(execution, uses), condition);
  return read(execution, uses, async (connection) => (await connection.runAndReadAll(sql)).getRows()[0]?.[0] === true);
};
