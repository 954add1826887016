import { command } from '../../../wire/mysql/flags.ts';
import { sendOk } from '../replies.ts';
import type { Handler } from './handler.ts';

/** Answers OK. */
export const ping: Handler = { name: 'COM_PING', code: command.ping, handle: sendOk };
