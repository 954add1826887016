import { creationTarget, needObject } from '../catalog/names.ts';
import { unsupportedFeature } from '../errors.ts';
import { defineOnTables, type Handler, scopeOf, status } from '../execution.ts';
import { booleanOption, checkOptions, textOption } from '../options.ts';
import { settledName } from '../resolver.ts';
import { createChangesSql } from '../streams/streams.ts';
import { existsAlready } from './ddl-result.ts';
import { dropObject } from './drop-contents.ts';

/**
 * CREATE STREAM … ON TABLE: standard or APPEND_ONLY, SHOW_INITIAL_ROWS. Streams on views, stages and external tables, INSERT_ONLY, AT and
 * BEFORE, and clones are refused by name.
 */
export const createStream: Handler<'create-stream'> = async (execution, statement) => {
  const { engine } = execution;
  if (statement.source.object !== 'TABLE') throw unsupportedFeature(`CREATE STREAM ON ${statement.source.object}`);
  if (statement.timeTravel) throw unsupportedFeature('CREATE STREAM … AT | BEFORE');
  if (statement.clone) throw unsupportedFeature('CREATE STREAM … CLONE');
  checkOptions(statement.options, 'STREAM', [
    'APPEND_ONLY',
    'INSERT_ONLY',
    'SHOW_INITIAL_ROWS',
    'COMMENT',
    'COPY GRANTS',
  ]);
  if (booleanOption(statement.options, 'INSERT_ONLY')) throw unsupportedFeature('INSERT_ONLY streams on tables');
  const scope = scopeOf(execution);
  const target = creationTarget(scope, 'stream', statement);
  if (target.existing && statement.ifNotExists) return existsAlready(target.name);
  const table = needObject(scope, 'table', settledName(execution, statement.source.name));
  const now = engine.store.nextVersion();
  // Rows that were there before are new to a stream that starts before all of them.
  const offset = booleanOption(statement.options, 'SHOW_INITIAL_ROWS') ? -1 : now;
  const stream = await defineOnTables(execution, [table.id], async (draft, connection) => {
    if (target.existing) await dropObject(engine, draft, connection, target.existing);
    for (const sql of createChangesSql(table)) await connection.run(sql);
    const id = draft.newId();
    await connection.run(`INSERT INTO sluicebox.stream_offsets VALUES (${id}, ${offset})`);
    const created = {
      kind: 'stream' as const,
      id,
      name: target.name,
      parent: target.parent,
      createdMs: engine.clock.nowMs(),
      comment: textOption(statement.options, 'COMMENT') ?? '',
      tableId: table.id,
      appendOnly: booleanOption(statement.options, 'APPEND_ONLY') ?? false,
      broken: false,
    };
    draft.put(created);
    return created;
  });
  engine.streams.created(stream, offset, now);
  return status(`Stream ${target.name} successfully created.`);
};
