import { cursorOf } from '../../../wire/mysql/binlog/bytes.ts';
import { type GtidSet, readGtidSet } from '../../../wire/mysql/binlog/gtid-set.ts';
import { command } from '../../../wire/mysql/flags.ts';
import { decodeBinlogDumpGtid } from '../../../wire/mysql/replication.ts';
import { dump } from '../dump/dump.ts';
import { startAfterGtids } from '../dump/start.ts';
import type { Handler } from './handler.ts';

const executedOf = (bytes: Buffer): GtidSet => (bytes.length === 0 ? new Map() : readGtidSet(cursorOf(bytes)).gtids);

/**
 * As COM_BINLOG_DUMP, but starts where the replica's set of executed transactions ends and leaves out those it has; file and position that come
 * along are ignored, as in mysqld.
 */
export const binlogDumpGtid: Handler = {
  name: 'COM_BINLOG_DUMP_GTID',
  code: command.binlogDumpGtid,
  handle: async (connection, body) => {
    connection.isEnding = true;
    connection.session.requirePrivilege('REPLICATION SLAVE');
    const { flags, serverId, gtidSet } = decodeBinlogDumpGtid(body);
    const executed = executedOf(gtidSet);
    const start = await startAfterGtids(connection.server.engine, executed);
    await dump(connection, { name: 'Binlog Dump GTID', serverId, flags, start, executed });
  },
};
