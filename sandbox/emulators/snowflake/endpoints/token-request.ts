import { masterValiditySeconds, sessionValiditySeconds } from '../sessions/session.ts';
import { type Endpoint, succeeded } from './endpoint.ts';

/** POST /session/token-request: new tokens for a session, against its master token. */
export const tokenRequest: Endpoint = {
  method: 'POST',
  path: /^\/session\/token-request$/,
  answer: async (engine, request) => {
    const session = engine.sessions.renew(request.token);
    return succeeded({
      sessionToken: session.token,
      validityInSecondsST: sessionValiditySeconds,
      masterToken: session.masterToken,
      validityInSecondsMT: masterValiditySeconds,
      sessionId: Number(session.id),
    });
  },
};
