import type { Endpoint } from './endpoint.ts';

/** POST /telemetry/send: drivers report about themselves whether asked to or not; nobody here reads it. */
export const telemetry: Endpoint = {
  method: 'POST',
  path: /^\/telemetry\/send(\/sessionless)?$/,
  answer: async () => ({ json: { data: 'Log Received', code: null, message: null, success: true } }),
};
