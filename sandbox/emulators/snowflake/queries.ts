import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../core/clock.ts';
import { SnowflakeError } from './errors.ts';
import type { Result } from './results/result.ts';

export type QueryState = 'RUNNING' | 'SUCCESS' | 'FAILED_WITH_ERROR' | 'ABORTED';

export type Outcome = {
  statementTypeId: number;
  result: Result;
  /** Instead of a rowset: what PUT and GET tell the driver to do. */
  transfer?: Readonly<Record<string, unknown>>;
  /** Of several statements in one request: the queries they became. */
  children?: readonly { queryId: string; statementTypeId: number }[];
  /** How many rows DML changed: for QUERY_HISTORY. */
  rowsChanged?: number;
};

/** Where the session stood after the statement: data.finalDatabaseName and its like. */
export type FinalState = {
  database: string | undefined;
  schema: string | undefined;
  warehouse: string | undefined;
  role: string;
};

export type Query = {
  id: string;
  requestId: string | undefined;
  sessionId: string;
  user: string;
  text: string;
  kind: string;
  state: QueryState;
  startedMs: number;
  endedMs: number | undefined;
  outcome: Outcome | undefined;
  error: SnowflakeError | undefined;
  final: FinalState | undefined;
  parameters: readonly { name: string; value: string | number | boolean }[];
  abort: AbortController;
  /** Resolves when the query has ended, well or badly; never rejects. */
  ended: Promise<void>;
  resultFolder: string;
};

export type Queries = {
  /** A new query's id: as Snowflake's, the minutes since the epoch first, so that ids sort by time. */
  newId(): string;
  add(query: Query): void;
  byId(id: string): Query;
  find(id: string): Query | undefined;
  /** The query that a driver's request became, should it come again. */
  findRequest(sessionId: string, requestId: string): Query | undefined;
  /** Newest last. */
  history(): readonly Query[];
  resultFolder(id: string): string;
};

const queriesAtMost = 1_000;
const retainedBytesAtMost = 8_000_000;

const sizeOf = (query: Query): number => {
  const result = query.outcome?.result;
  if (!result) return 200;
  const [first] = result.inlineRows;
  const width = (first ?? []).reduce((sum, value) => sum + (value?.length ?? 4), 16);
  return 200 + width * result.inlineRows.length + result.chunks.reduce((sum, chunk) => sum + chunk.sizeBytes / 16, 0);
};

export const createQueries = (dataDir: string, clock: Clock): Queries => {
  const folder = join(dataDir, 'results');
  rmSync(folder, { recursive: true, force: true });
  const queries = new Map<string, Query>();
  const byRequest = new Map<string, Query>();

  const forget = (query: Query): void => {
    queries.delete(query.id);
    if (query.requestId !== undefined) byRequest.delete(`${query.sessionId}/${query.requestId}`);
    if (query.outcome && query.outcome.result.chunks.length > 0) {
      rmSync(query.resultFolder, { recursive: true, force: true });
    }
  };
  // Old results go when there are too many: a driver has fetched them long before.
  const prune = (): void => {
    let bytes = 0;
    for (const query of [...queries.values()].reverse()) {
      bytes += sizeOf(query);
      if (query.state !== 'RUNNING' && bytes > retainedBytesAtMost) forget(query);
    }
    for (const query of queries.values()) {
      if (queries.size <= queriesAtMost) return;
      if (query.state !== 'RUNNING') forget(query);
    }
  };
  let added = 0;
  return {
    newId: () => {
      const minutes = Math.floor(clock.nowMs() / 60_000)
        .toString(16)
        .padStart(8, '0');
      const rest = randomBytes(12).toString('hex');
      return `${minutes}-${rest.slice(0, 4)}-${rest.slice(4, 8)}-${rest.slice(8, 12)}-${rest.slice(12)}`;
    },
    add: (query) => {
      queries.set(query.id, query);
      if (query.requestId !== undefined) byRequest.set(`${query.sessionId}/${query.requestId}`, query);
      if (++added % 16 === 0) prune();
    },
    find: (id) => queries.get(id),
    findRequest: (sessionId, requestId) => byRequest.get(`${sessionId}/${requestId}`),
    byId: (id) => {
      const query = queries.get(id);
      if (!query) throw new SnowflakeError('000709', `Statement ${id} not found`);
      return query;
    },
    history: () => [...queries.values()],
    resultFolder: (id) => join(folder, id),
  };
};
