import { status } from '../execution.ts';
import type { Outcome } from '../queries.ts';

export const existsAlready = (name: string): Outcome => status(`${name} already exists, statement succeeded.`);
export const executed = (): Outcome => status('Statement executed successfully.');
