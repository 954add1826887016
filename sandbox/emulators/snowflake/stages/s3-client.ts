import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as TlsAgent, request as tlsRequest } from 'node:https';
import {
  type ClientAccount,
  type ClientOperation,
  type ClientRequest,
  refusalOf,
  requestSigner,
  S3Refusal,
} from '../../../wire/s3/client-request.ts';

/**
 * The few requests that a stage makes, on kept connections. Not by the AWS SDK: pipes read ten small files a second, and to load the SDK
 * costs more than the pipe's first hundred files.
 */
export type S3Client = {
  /** The answer with its body still to come. Rejects with S3Refusal, or with the connection's own error. */
  open(operation: ClientOperation): Promise<IncomingMessage>;
  text(operation: ClientOperation): Promise<string>;
  close(): void;
};

type Agents = { plain: Agent; secure: TlsAgent };

const bodyOf = async (response: IncomingMessage): Promise<string> => {
  const parts: Buffer[] = [];
  for await (const part of response as AsyncIterable<Buffer>) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
};

const exchange = (given: ClientRequest, agents: Agents): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const secure = given.protocol === 'https:';
    const options = { ...given, agent: secure ? agents.secure : agents.plain };
    const request = (secure ? tlsRequest : httpRequest)(options, (response) => {
      const status = response.statusCode ?? 0;
      if (status < 300) return resolve(response);
      bodyOf(response).then((text) => reject(refusalOf(status, text)), reject);
    });
    request.on('error', reject);
    request.end();
  });

/** What may pass if tried again at once: a broken connection, a server that says it is at fault. */
const mayPass = (error: unknown): boolean => !(error instanceof S3Refusal) || error.statusCode >= 500;

export const openS3Client = (account: ClientAccount, nowMs: () => number): S3Client => {
  const signed = requestSigner(account);
  const agents: Agents = { plain: new Agent({ keepAlive: true }), secure: new TlsAgent({ keepAlive: true }) };
  const open = async (operation: ClientOperation): Promise<IncomingMessage> => {
    try {
      return await exchange(signed(operation, nowMs()), agents);
    } catch (error) {
      if (!mayPass(error)) throw error;
      return await exchange(signed(operation, nowMs()), agents);
    }
  };
  return {
    open,
    text: async (operation) => bodyOf(await open(operation)),
    close: () => {
      agents.plain.destroy();
      agents.secure.destroy();
    },
  };
};
