import { nativePassword } from '../../../wire/mysql/authentication.ts';
import { capability, command, hasFlag } from '../../../wire/mysql/flags.ts';
import { decodeChangeUser } from '../../../wire/mysql/handshake.ts';
import { authenticate, endSession, openSession } from '../login.ts';
import { sendOk } from '../replies.ts';
import type { Handler } from './handler.ts';

const askAgain = '';

/** Logs in again on the same connection, with a new session. A wrong password ends the connection, as in mysqld. */
export const changeUser: Handler = {
  name: 'COM_CHANGE_USER',
  code: command.changeUser,
  handle: async (connection, body) => {
    const { capabilities } = connection;
    const { user, token, database, charset } = decodeChangeUser(body, capabilities);
    // mysqld always draws a new challenge here and asks for a token on it, from clients that can be asked.
    const plugin = hasFlag(capabilities, capability.pluginAuthentication) ? askAgain : nativePassword;
    endSession(connection);
    try {
      const { account, challenge } = await authenticate(connection, { user, token, plugin }, connection.challenge);
      connection.challenge = challenge;
      connection.session = openSession(connection, { account, user, database, charset });
      connection.isLoggedIn = true;
    } catch (error) {
      connection.isEnding = true;
      throw error;
    }
    sendOk(connection);
  },
};
