import { apiNames } from '../../wire/kafka/api-names.ts';
import { apiVersionsKey, at, encodeResponse, readClientId, readRequestPrefix } from '../../wire/kafka/message.ts';
import { MalformedMessage, readerOf } from '../../wire/kafka/reader.ts';
import { CloseConnection } from './answers.ts';
import type { Broker, Call, Handler } from './broker.ts';
import { codeOf } from './errors.ts';
import { handlers } from './handlers/index.ts';

const handlersByKey = new Map<number, Handler>(handlers.map((handler) => [handler.message.key, handler]));

const notEmulated = (broker: Broker, what: string): CloseConnection => {
  broker.emit({ component: 'kafka', kind: 'not-emulated', message: `${what} is not emulated by the sandbox's kafka` });
  return new CloseConnection(what);
};

/** A client that asks in a newer ApiVersions than ours is told so in version 0, with the versions we have (KIP-511). */
const tellOwnVersions = ({ message }: Handler, correlationId: number): Buffer[] => {
  const [minVersion, maxVersion] = message.versions;
  const apiKeys = [{ apiKey: message.key, minVersion, maxVersion }];
  const errorCode = codeOf('UNSUPPORTED_VERSION');
  return encodeResponse(message, at(message, 0), correlationId, { errorCode, apiKeys });
};

/**
 * Answers one request frame (without its length) with the chunks of a response frame, or with none where the protocol has no
 * answer. Throws CloseConnection or MalformedMessage where the real broker closes the connection.
 */
export const answerRequest = async (
  broker: Broker,
  frame: Buffer,
  caller: Pick<Call, 'clientHost' | 'host' | 'port' | 'gone'>,
): Promise<Buffer[]> => {
  const reader = readerOf(frame);
  const { apiKey, apiVersion, correlationId } = readRequestPrefix(reader);
  const handler = handlersByKey.get(apiKey);
  if (!handler) throw notEmulated(broker, `request ${apiNames[apiKey] ?? apiKey} version ${apiVersion}`);
  const { message } = handler;
  const [minimum, maximum] = message.versions;
  if (apiVersion < minimum || apiVersion > maximum) {
    if (apiKey === apiVersionsKey) return tellOwnVersions(handler, correlationId);
    throw notEmulated(broker, `${message.name} version ${apiVersion}`);
  }
  const version = at(message, apiVersion);
  const clientId = readClientId(reader, version) ?? '';
  const request: unknown = message.request.read(reader, version);
  const response = await handler.handle(broker, request, { ...caller, version: apiVersion, clientId });
  return response === undefined ? [] : encodeResponse(message, version, correlationId, response);
};

/** What a frame does wrong, as opposed to what this program does wrong. Node's Buffer methods throw RangeError at the end of a frame. */
export const isBadFrame = (error: unknown): error is Error =>
  error instanceof MalformedMessage ||
  (error instanceof RangeError && (error as NodeJS.ErrnoException).code === 'ERR_OUT_OF_RANGE');
