import { command } from '../../../wire/mysql/flags.ts';
import type { Handler } from './handler.ts';

/** One line of figures, as `mysqladmin status` prints it. Figures that are not kept (slow queries, flushes, opened tables) are 0. */
export const statistics: Handler = {
  name: 'COM_STATISTICS',
  code: command.statistics,
  handle: ({ channel, server }) => {
    const uptimeSeconds = Math.floor((server.clock.nowMs() - server.startedMs) / 1000);
    const perSecond = (server.questions / Math.max(1, uptimeSeconds)).toFixed(3);
    const text =
      `Uptime: ${uptimeSeconds}  Threads: ${server.connections.size}  Questions: ${server.questions}  Slow queries: 0  ` +
      `Opens: 0  Flush tables: 0  Open tables: 0  Queries per second avg: ${perSecond}`;
    channel.send(Buffer.from(text));
  },
};
