import { codeOf, type KafkaError } from './errors.ts';

/** Clients before version 2 of these requests know a fenced producer by another error (KIP-588). */
export const transactionErrorCode = ({ errorName, code }: KafkaError, version: number): number =>
  errorName === 'PRODUCER_FENCED' && version < 2 ? codeOf('INVALID_PRODUCER_EPOCH') : code;
