import { command } from '../../../wire/mysql/flags.ts';
import { decodeRegisterReplica } from '../../../wire/mysql/replication.ts';
import { sendOk } from '../replies.ts';
import type { Handler } from './handler.ts';

/** A replica introduces itself before it dumps the binlog. Nothing is kept of it: SHOW REPLICAS lists nobody. */
export const registerReplica: Handler = {
  name: 'COM_REGISTER_SLAVE',
  code: command.registerReplica,
  handle: (connection, body) => {
    connection.session.requirePrivilege('REPLICATION SLAVE');
    decodeRegisterReplica(body);
    sendOk(connection);
  },
};
