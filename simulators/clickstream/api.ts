import type { Request, Response } from 'express';
import type { Clock } from '../../sandbox/core/clock.ts';
import { type Pace, startPace } from '../pace.ts';
import type { EventLog } from './event-log.ts';
import type { ClickEvent } from './sessions.ts';

export type ClickstreamRequest = {
  events: Iterator<ClickEvent, never>;
  log: EventLog;
  perSecond: number;
  /** No event beyond this one; for ever when absent. */
  lastEventId: number | undefined;
  clock: Clock;
};

/** Makes the clicks fall due in real time. The generator gives every event from the first: what an earlier run has made is passed over. */
export const startClicks = ({ events, log, perSecond, lastEventId, clock }: ClickstreamRequest): Pace => {
  for (let passed = log.count(); passed > 0; passed--) events.next();
  return startPace(clock, perSecond, (count) => {
    const due = Math.min(count, (lastEventId ?? Number.POSITIVE_INFINITY) - log.count());
    if (due <= 0) return;
    const createdAtMs = clock.nowMs();
    log.append(Array.from({ length: due }, () => ({ createdAtMs, json: JSON.stringify(events.next().value) })));
  });
};

const pageSizeAtMost = 10_000;

const wholeNumber = (text: unknown, otherwise: number): number | undefined => {
  if (text === undefined) return otherwise;
  return typeof text === 'string' && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
};

/** GET /events?since=ID&limit=N: a JSON array of the events after that id, oldest first. Any cursor is served, again and again. */
export const eventsPage =
  (log: EventLog) =>
  (request: Request, response: Response): void => {
    const since = wholeNumber(request.query['since'], 0);
    const limit = wholeNumber(request.query['limit'], 100);
    if (since === undefined || limit === undefined || limit < 1 || limit > pageSizeAtMost) {
      const error = `since is a whole number, limit one from 1 to ${pageSizeAtMost}`;
      response.status(400).json({ error });
      return;
    }
    const events = log.read(since, limit).map(({ json }) => json);
    response.type('application/json').send(`[${events.join(',')}]`);
  };
