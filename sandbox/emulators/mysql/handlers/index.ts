import { binlogDump } from './binlog-dump.ts';
import { binlogDumpGtid } from './binlog-dump-gtid.ts';
import { changeUser } from './change-user.ts';
import { fieldList } from './field-list.ts';
import type { Handler } from './handler.ts';
import { initDatabase } from './init-database.ts';
import { ping } from './ping.ts';
import { processInfo } from './process-info.ts';
import { processKill } from './process-kill.ts';
import { query } from './query.ts';
import { quit } from './quit.ts';
import { registerReplica } from './register-replica.ts';
import { resetConnection } from './reset-connection.ts';
import { setOption } from './set-option.ts';
import { statementClose } from './statement-close.ts';
import { statementExecute } from './statement-execute.ts';
import { statementFetch } from './statement-fetch.ts';
import { statementPrepare } from './statement-prepare.ts';
import { statementReset } from './statement-reset.ts';
import { statementSendLongData } from './statement-send-long-data.ts';
import { statistics } from './statistics.ts';

/** Every command that is served. */
export const handlers: readonly Handler[] = [
  quit,
  initDatabase,
  query,
  fieldList,
  statistics,
  processInfo,
  processKill,
  ping,
  changeUser,
  binlogDump,
  registerReplica,
  statementPrepare,
  statementExecute,
  statementSendLongData,
  statementClose,
  statementReset,
  setOption,
  statementFetch,
  binlogDumpGtid,
  resetConnection,
];

/** Commands that mysqld serves and the emulator refuses by name. All others are unknown to both (1047). */
export const refused: readonly { name: `COM_${string}`; code: number }[] = [
  { name: 'COM_CREATE_DB', code: 0x05 },
  { name: 'COM_DROP_DB', code: 0x06 },
  { name: 'COM_REFRESH', code: 0x07 },
  { name: 'COM_SHUTDOWN', code: 0x08 },
  { name: 'COM_DEBUG', code: 0x0d },
  { name: 'COM_CLONE', code: 0x20 },
  { name: 'COM_SUBSCRIBE_GROUP_REPLICATION_STREAM', code: 0x21 },
];
