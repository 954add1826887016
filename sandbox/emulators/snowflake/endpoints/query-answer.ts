import { basename } from 'node:path';
import type { Engine } from '../engine.ts';
import type { SnowflakeError } from '../errors.ts';
import type { Query } from '../queries.ts';
import { rowTypeOf } from '../results/rowtype.ts';
import type { HttpAnswer } from './endpoint.ts';

/** After this time without a result a query's answer is "in progress", and the driver asks again. Source: 45 s, as drivers expect. */
export const answerWithinMs = 45_000;

const queryContext = { entries: [{ id: 0, timestamp: 0, priority: 0 }] };

export const failure = (error: { code: string; sqlState: string; message: string }, queryId?: string): HttpAnswer => ({
  json: {
    data: {
      internalError: false,
      unredactedFromSecureObject: null,
      errorCode: error.code,
      age: 0,
      sqlState: error.sqlState,
      queryId: queryId ?? '',
      line: -1,
      pos: -1,
      type: error.message.startsWith('SQL compilation error') ? 'COMPILATION' : 'EXECUTION',
    },
    code: error.code,
    message: error.message,
    success: false,
    headers: null,
  },
});

export const inProgress = (query: Query, asynchronous: boolean): HttpAnswer => ({
  json: {
    data: {
      queryId: query.id,
      getResultUrl: `/queries/${query.id}/result`,
      queryAbortsAfterSecs: 300,
      progressDesc: null,
    },
    code: asynchronous ? '333334' : '333333',
    message: asynchronous
      ? 'Asynchronous execution in progress. Use provided query id to perform query monitoring and management.'
      : 'Query execution in progress. Use provided query id to perform query monitoring and management.',
    success: true,
  },
});

const finalState = (query: Query) => ({
  finalDatabaseName: query.final?.database ?? null,
  finalSchemaName: query.final?.schema ?? null,
  finalWarehouseName: query.final?.warehouse ?? null,
  finalRoleName: query.final?.role ?? null,
});

const rowsetData = (query: Query, origin: string) => {
  const { result, statementTypeId, children } = query.outcome as NonNullable<Query['outcome']>;
  return {
    parameters: query.parameters,
    rowtype: result.columns.map(rowTypeOf),
    rowset: result.inlineRows,
    total: result.totalRows,
    returned: result.totalRows,
    queryId: query.id,
    databaseProvider: null,
    ...finalState(query),
    numberOfBinds: 0,
    arrayBindSupported: statementTypeId >= 0x3000 && statementTypeId < 0x3400,
    statementTypeId,
    version: 1,
    sendResultTime: query.endedMs,
    queryResultFormat: 'json',
    queryContext,
    ...(result.chunks.length > 0
      ? {
          chunks: result.chunks.map(({ file, rowCount, sizeBytes }) => ({
            url: `${origin}/results/${query.id}/${basename(file)}`,
            rowCount,
            uncompressedSize: sizeBytes + 2,
            compressedSize: sizeBytes + 2,
          })),
          chunkHeaders: {},
        }
      : {}),
    ...(children
      ? {
          resultIds: children.map((child) => child.queryId).join(','),
          resultTypes: children.map((child) => String(child.statementTypeId)).join(','),
        }
      : {}),
  };
};

/** The answer to a query that has ended. */
export const queryAnswer = (_engine: Engine, query: Query, origin: string): HttpAnswer => {
  if (query.error) return failure(query.error as SnowflakeError, query.id);
  const transfer = query.outcome?.transfer;
  const data = transfer
    ? {
        ...transfer,
        parameters: query.parameters,
        queryId: query.id,
        ...finalState(query),
        statementTypeId: query.outcome?.statementTypeId,
      }
    : rowsetData(query, origin);
  return { json: { data, message: null, code: null, success: true } };
};
