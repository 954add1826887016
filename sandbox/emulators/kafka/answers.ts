import { NotEmulated } from '../../core/not-emulated.ts';
import type { Broker } from './broker.ts';
import { type ErrorName, KafkaError } from './errors.ts';

/** A request that the real broker answers by closing its connection. */
export class CloseConnection extends Error {}

/**
 * Turns what one item of a request throws into that item's answer. A refusal is answered with `refusal`, a code that the real
 * broker has for this request, and told as an event; anything else is a bug and goes on up.
 */
export const answerFor = (broker: Broker, error: unknown, refusal: ErrorName = 'INVALID_REQUEST'): KafkaError => {
  if (error instanceof KafkaError) return error;
  if (!(error instanceof NotEmulated)) throw error;
  broker.emit({ component: 'kafka', kind: 'not-emulated', message: error.message });
  return new KafkaError(refusal, error.message);
};
