import type { Statement } from '../../../wire/snowflake-sql/ast.ts';
import type { Handler } from '../execution.ts';
import { alterObject } from './alter-object.ts';
import { alterPipe } from './alter-pipe.ts';
import { alterSession } from './alter-session.ts';
import { alterTable } from './alter-table.ts';
import { alterTask } from './alter-task.ts';
import { comment } from './comment.ts';
import { copyIntoTable } from './copy-into-table.ts';
import { createObject } from './create-object.ts';
import { createPipe } from './create-pipe.ts';
import { createSequence } from './create-sequence.ts';
import { createStage } from './create-stage.ts';
import { createStream } from './create-stream.ts';
import { createTable } from './create-table.ts';
import { createTask } from './create-task.ts';
import { createView } from './create-view.ts';
import { deleteRows, truncate } from './delete.ts';
import { describe } from './describe.ts';
import { drop } from './drop.ts';
import { executeTask } from './execute-task.ts';
import { explain } from './explain.ts';
import { insert } from './insert.ts';
import { list, remove } from './list.ts';
import { merge } from './merge.ts';
import { get, put } from './put-get.ts';
import { select } from './select.ts';
import { set, unset } from './session-variables.ts';
import { show } from './show.ts';
import { begin, commit, rollback } from './transaction.ts';
import { update } from './update.ts';
import { use } from './use.ts';

/** What each kind of statement does; a kind that is not here is answered "Unsupported feature" by name. */
export const handlers: { readonly [Kind in Statement['kind']]?: Handler<Kind> } = {
  select,
  insert,
  update,
  delete: deleteRows,
  merge,
  truncate,
  'create-table': createTable,
  'create-view': createView,
  'create-object': createObject,
  'create-stage': createStage,
  'create-pipe': createPipe,
  'create-stream': createStream,
  'create-task': createTask,
  'create-sequence': createSequence,
  'alter-table': alterTable,
  'alter-task': alterTask,
  'alter-pipe': alterPipe,
  'alter-object': alterObject,
  'alter-session': alterSession,
  drop,
  describe,
  show,
  use,
  set,
  unset,
  begin,
  commit,
  rollback,
  'execute-task': executeTask,
  'copy-into-table': copyIntoTable,
  put,
  get,
  list,
  remove,
  comment,
  explain,
};
