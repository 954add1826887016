import { creationTarget } from '../catalog/names.ts';
import { physicalSequence } from '../catalog/objects.ts';
import { define, type Handler, scopeOf, status } from '../execution.ts';
import { existsAlready } from './ddl-result.ts';
import { dropObject } from './drop-contents.ts';

/** CREATE SEQUENCE [START n] [INCREMENT n]. */
export const createSequence: Handler<'create-sequence'> = async (execution, statement) => {
  const target = creationTarget(scopeOf(execution), 'sequence', statement);
  if (target.existing && statement.ifNotExists) return existsAlready(target.name);
  const { start, increment } = statement;
  await define(execution, async (draft, connection) => {
    if (target.existing) await dropObject(execution.engine, draft, connection, target.existing);
    const id = draft.newId();
    await connection.run(
      `CREATE SEQUENCE ${physicalSequence({ id })} START ${start} INCREMENT ${increment} MINVALUE -9223372036854775808 MAXVALUE 9223372036854775807`,
    );
    draft.put({
      kind: 'sequence',
      id,
      name: target.name,
      parent: target.parent,
      createdMs: execution.engine.clock.nowMs(),
      comment: statement.comment ?? '',
      start,
      increment,
      order: statement.order ?? false,
    });
  });
  return status(`Sequence ${target.name} successfully created.`);
};
