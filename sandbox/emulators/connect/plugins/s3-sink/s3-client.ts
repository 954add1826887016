import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as TlsAgent, request as tlsRequest } from 'node:https';
import {
  type ClientAccount,
  type ClientOperation,
  type ClientRequest,
  refusalOf,
  requestSigner,
} from '../../../../wire/s3/client-request.ts';

export type S3Answer = { headers: Readonly<Record<string, string | undefined>>; body: string };

/**
 * The few requests that the sink makes, on kept connections. Not by the AWS SDK: a sink here writes ten small files a second, and what the
 * SDK does around each of the three requests for a file costs more than the file; to load it costs a tenth of the sandbox's start.
 */
export type S3Client = {
  /** Rejects with S3Refusal, or with the connection's own error. */
  send(operation: ClientOperation): Promise<S3Answer>;
  close(): void;
};

type Agents = { plain: Agent; secure: TlsAgent };

const bodyOf = async (response: IncomingMessage): Promise<string> => {
  const parts: Buffer[] = [];
  for await (const part of response as AsyncIterable<Buffer>) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
};

const exchange = (given: ClientRequest, body: ClientOperation['body'], agents: Agents): Promise<S3Answer> =>
  new Promise((resolve, reject) => {
    const secure = given.protocol === 'https:';
    const options = { ...given, agent: secure ? agents.secure : agents.plain };
    const request = (secure ? tlsRequest : httpRequest)(options, (response) => {
      bodyOf(response).then((text) => {
        const status = response.statusCode ?? 0;
        // CompleteMultipartUpload may fail after its status is sent: then the body is an error.
        if (status >= 300 || /^(<\?xml[^>]*\?>)?\s*<Error>/.test(text)) reject(refusalOf(status, text));
        else resolve({ headers: response.headers as S3Answer['headers'], body: text });
      }, reject);
    });
    request.on('error', (error) => {
      const isStale = request.reusedSocket && (error as NodeJS.ErrnoException).code === 'ECONNRESET';
      reject(Object.assign(error, { isStale }));
    });
    request.end(body);
  });

export const openS3Client = (account: ClientAccount, nowMs: () => number): S3Client => {
  const signed = requestSigner(account);
  const agents: Agents = { plain: new Agent({ keepAlive: true }), secure: new TlsAgent({ keepAlive: true }) };
  return {
    send: async (operation) => {
      const attempt = () => exchange(signed(operation, nowMs()), operation.body, agents);
      try {
        return await attempt();
      } catch (error) {
        // The server had closed the kept connection meanwhile.
        if ((error as { isStale?: boolean }).isStale !== true) throw error;
        return await attempt();
      }
    },
    close: () => {
      agents.plain.destroy();
      agents.secure.destroy();
    },
  };
};
