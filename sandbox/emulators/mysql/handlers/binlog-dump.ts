import { command } from '../../../wire/mysql/flags.ts';
import { decodeBinlogDump } from '../../../wire/mysql/replication.ts';
import { dump } from '../dump/dump.ts';
import { startAtPosition } from '../dump/start.ts';
import type { Handler } from './handler.ts';

/**
 * Sends the binlog from a file and a position on, and goes on as it grows: an artificial Rotate, the file's format description, then its
 * events, heartbeats in between when asked for. The connection ends with it, as in mysqld. Not: semi-synchronous acknowledgement.
 */
export const binlogDump: Handler = {
  name: 'COM_BINLOG_DUMP',
  code: command.binlogDump,
  handle: async (connection, body) => {
    connection.isEnding = true;
    connection.session.requirePrivilege('REPLICATION SLAVE');
    const { file, offset, flags, serverId } = decodeBinlogDump(body);
    const start = startAtPosition(connection.server.engine.binlog, file, offset);
    await dump(connection, { name: 'Binlog Dump', serverId, flags, start, executed: new Map() });
  },
};
