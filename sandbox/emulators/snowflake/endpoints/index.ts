import type { Endpoint } from './endpoint.ts';
import { loginRequest } from './login-request.ts';
import { monitoring } from './monitoring.ts';
import { abortRequest, queryRequest, queryResult } from './query-request.ts';
import { queues } from './queues.ts';
import { results } from './results.ts';
import { endSession, heartbeat } from './session.ts';
import { telemetry } from './telemetry.ts';
import { tokenRequest } from './token-request.ts';

/** Every route that is answered; all others are 404. */
export const endpoints: readonly Endpoint[] = [
  loginRequest,
  tokenRequest,
  endSession,
  heartbeat,
  telemetry,
  queryRequest,
  abortRequest,
  queryResult,
  monitoring,
  results,
  queues,
];
