import { Agent, request as httpRequest } from 'node:http';
import type { Clock } from '../../core/clock.ts';
import type { Emit } from '../../core/events.ts';
import type { PendingEvent } from './changes.ts';
import { eventRecord, testMessage } from './notifications.ts';
import type { Store } from './store.ts';

/** Brings pending events to their queues: at least once, in any order, until each was answered with 2xx. */
export type Delivery = { stop(): Promise<void> };

const mostRecordsAMessage = 50;
const mostMessagesUnderWay = 4;
const requestTimeoutMs = 30_000;
const firstPauseMs = 50;
const longestPauseMs = 2_000;
/** How long a message under way may still be answered when the server stops; what is not answered goes again at the next start. */
const stopPatienceMs = 1_000;

type Answered = { kind: 'taken' } | { kind: 'failed'; reason: string; isRefused: boolean };

const post = (url: string, body: string, agent: Agent, signal: AbortSignal): Promise<Answered> =>
  new Promise((resolve) => {
    const failed = (error: Error) => resolve({ kind: 'failed', reason: error.message, isRefused: false });
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const sent = httpRequest(url, { method: 'POST', agent, headers, signal }, (answer) => {
      const status = answer.statusCode ?? 0;
      answer.on('error', failed);
      answer.resume();
      answer.on('end', () => {
        if (status >= 200 && status < 300) resolve({ kind: 'taken' });
        else resolve({ kind: 'failed', reason: `status ${status}`, isRefused: status >= 400 && status < 500 });
      });
    });
    sent.setTimeout(requestTimeoutMs, () => sent.destroy(new Error('no answer in time')));
    sent.on('error', failed);
    sent.end(body);
  });

const messageOf = (events: readonly PendingEvent[], region: string): object => {
  const [first] = events;
  if (first?.detail.kind === 'test') return testMessage(first);
  const records = events.flatMap((event) =>
    event.detail.kind === 'object' ? [eventRecord(event, event.detail, region)] : [],
  );
  return { Records: records };
};

export const startDelivery = (
  store: Store,
  queues: Readonly<Record<string, string>>,
  region: string,
  clock: Clock,
  emit: Emit,
): Delivery => {
  const agent = new Agent({ keepAlive: true, maxSockets: mostMessagesUnderWay * 2 });
  const stopping = new AbortController();
  let isStopping = false;

  const startQueue = (queueArn: string, url: string) => {
    const waiting: PendingEvent[] = [];
    const underWay = new Set<Promise<void>>();
    let pauseMs = 0;
    let isPausing = false;
    // A receiver that refuses one record of many must not lose the others: then they go one by one for a while.
    let recordLimit = mostRecordsAMessage;

    const take = (): PendingEvent[] => {
      const [first] = waiting;
      if (first === undefined) return [];
      if (first.detail.kind === 'test') return waiting.splice(0, 1);
      const firstTest = waiting.findIndex((event) => event.detail.kind === 'test');
      const objects = firstTest < 0 ? waiting.length : firstTest;
      return waiting.splice(0, Math.min(objects, recordLimit));
    };

    const taken = (batch: readonly PendingEvent[]) => {
      if (pauseMs > 0) emit({ component: 's3', kind: 'info', message: `notifications reach ${queueArn} again` });
      pauseMs = 0;
      recordLimit = Math.min(recordLimit * 2, mostRecordsAMessage);
      store.commit({ kind: 'events-sent', ids: batch.map((event) => event.id) });
    };

    const failed = async (batch: PendingEvent[], answer: Extract<Answered, { kind: 'failed' }>) => {
      if (pauseMs === 0)
        emit({
          component: 's3',
          kind: 'warning',
          message: `notification of ${queueArn} at ${url} failed and is sent again until it is taken: ${answer.reason}`,
        });
      if (answer.isRefused) {
        recordLimit = 1;
        waiting.push(...batch);
      } else waiting.unshift(...batch);
      if (isPausing || isStopping) return;
      isPausing = true;
      pauseMs = Math.min(Math.max(pauseMs * 2, firstPauseMs), longestPauseMs);
      await clock.sleep(pauseMs, stopping.signal);
      isPausing = false;
    };

    const send = async (batch: PendingEvent[]) => {
      const answer = await post(url, JSON.stringify(messageOf(batch, region)), agent, stopping.signal);
      if (stopping.signal.aborted) return;
      if (answer.kind === 'taken') taken(batch);
      else await failed(batch, answer);
    };

    const pump = () => {
      const limit = pauseMs > 0 ? 1 : mostMessagesUnderWay;
      while (!isPausing && !isStopping && underWay.size < limit) {
        const batch = take();
        if (batch.length === 0) return;
        const sending: Promise<void> = send(batch)
          .catch((error: Error) => emit({ component: 's3', kind: 'failed', message: `notification: ${error.message}` }))
          .finally(() => {
            underWay.delete(sending);
            pump();
          });
        underWay.add(sending);
      }
    };

    const add = (events: readonly PendingEvent[]) => {
      waiting.push(...events);
      pump();
    };
    return { add, idle: () => Promise.all(underWay) };
  };

  const senders = new Map(Object.entries(queues).map(([arn, url]) => [arn, startQueue(arn, url)]));

  const accept = (events: Iterable<PendingEvent>) => {
    const byQueue = new Map<string, PendingEvent[]>();
    for (const event of events) {
      const group = byQueue.get(event.queueArn);
      if (group) group.push(event);
      else byQueue.set(event.queueArn, [event]);
    }
    for (const [arn, group] of byQueue) {
      const sender = senders.get(arn);
      if (sender) sender.add(group);
      else
        emit({
          component: 's3',
          kind: 'warning',
          message: `${group.length} notifications wait for ${arn}, which has no address in this run`,
        });
    }
  };

  store.onPendingEvents(accept);
  accept(store.pendingEvents.values());

  const stop = async () => {
    isStopping = true;
    const idle = Promise.all([...senders.values()].map((sender) => sender.idle()));
    await Promise.race([idle, clock.sleep(stopPatienceMs, stopping.signal)]);
    stopping.abort();
    await idle;
    agent.destroy();
  };
  return { stop };
};
