import type { ServerResponse } from 'node:http';
import { writeXml } from '../../wire/s3/xml.ts';
import { readStretch } from './content-stream.ts';
import type { Contents } from './contents.ts';
import type { S3Error } from './errors.ts';
import type { Answer } from './operation.ts';
import type { S3Request } from './request.ts';

// A body that nobody read is drained when it is small; a large one is not worth it, and the connection ends.
const drainedBytes = 64 * 1024;
const lingerMs = 2_000;

const commonHeaders = (request: S3Request): Record<string, string> => ({
  'x-amz-request-id': request.requestId,
  'x-amz-id-2': request.hostId,
  server: 'AmazonS3',
});

/** Resolves when the client has taken enough to go on, or is gone. */
const drained = (response: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
  });

const sendStretch = async (
  request: S3Request,
  contents: Contents,
  body: Exclude<Answer['body'], string | undefined>,
) => {
  const { response } = request;
  const stretch = readStretch(contents, body.segments, body.start, body.endExclusive);
  let last: Buffer | undefined;
  for await (const block of stretch) {
    if (response.destroyed) return;
    if (last && !response.write(last)) await drained(response);
    last = block;
  }
  response.end(last);
};

export const sendAnswer = async (request: S3Request, answer: Answer, contents: Contents): Promise<void> => {
  const { response } = request;
  const headers = { ...answer.headers, ...commonHeaders(request) };
  if (typeof answer.body === 'object') {
    response.writeHead(answer.status, headers);
    return sendStretch(request, contents, answer.body);
  }
  const body = answer.body === undefined ? undefined : Buffer.from(answer.body);
  if (answer.status !== 204 && answer.status !== 304 && !('content-length' in headers))
    Object.assign(headers, { 'content-length': body?.length ?? 0 });
  response.writeHead(answer.status, headers);
  response.end(body);
};

export const errorDocument = (error: S3Error, resource: string, requestId: string, hostId: string): string =>
  writeXml(
    'Error',
    [
      ['Code', error.code],
      ['Message', error.message],
      ...error.details,
      ['Resource', resource],
      ['RequestId', requestId],
      ['HostId', hostId],
    ],
    '',
  );

const isLargeUnread = (request: S3Request): boolean => {
  const { headers, complete } = request.http;
  if (complete) return false;
  return (
    headers['transfer-encoding'] !== undefined ||
    Number(headers['content-length'] ?? 0) > drainedBytes ||
    headers.expect !== undefined
  );
};

export const sendError = (request: S3Request, error: S3Error): void => {
  const { http, response } = request;
  // Too late for an answer: the client sees the connection break, as it must.
  if (response.headersSent) return void http.destroy();
  const headers: Record<string, string> = { ...commonHeaders(request), 'content-type': 'application/xml' };
  if (isLargeUnread(request)) {
    headers['connection'] = 'close';
    const { socket } = response;
    response.once('finish', () => setTimeout(() => socket?.destroy(), lingerMs).unref());
    http.resume();
  }
  response.writeHead(error.status, headers);
  response.end(errorDocument(error, request.path, request.requestId, request.hostId));
};
