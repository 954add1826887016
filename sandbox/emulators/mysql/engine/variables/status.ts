import type { Server } from '../server-state.ts';

/** SHOW STATUS: what the engine counts. */
export const statusVariables = (server: Server): [string, string][] => [
  ['Aborted_clients', '0'],
  ['Connections', String(Math.max(0, ...server.sessions.keys()))],
  [
    'Innodb_row_lock_current_waits',
    String([...server.openTransactions].filter((transaction) => transaction.waitingFor !== null).length),
  ],
  ['Max_used_connections', String(server.sessions.size)],
  [
    'Open_tables',
    String([...server.catalog.databases.values()].reduce((sum, database) => sum + database.tables.size, 0)),
  ],
  ['Questions', String(server.questions)],
  ['Queries', String(server.questions)],
  ['Ssl_cipher', ''],
  ['Ssl_version', ''],
  ['Threads_cached', '0'],
  ['Threads_connected', String(server.sessions.size)],
  ['Threads_running', String([...server.sessions.values()].filter((other) => other.command === 'Query').length)],
  ['Uptime', String(Math.floor((server.clock.nowMs() - server.startedMs) / 1000))],
  ['Uptime_since_flush_status', String(Math.floor((server.clock.nowMs() - server.startedMs) / 1000))],
];
