import type { Connection } from '../connection.ts';

/** One command of the protocol. What it throws as MysqlError or NotEmulated becomes the answer. */
export type Handler = {
  /** As in MySQL's my_command.h. */
  name: `COM_${string}`;
  code: number;
  /** `body` is the payload after the command byte. */
  handle(connection: Connection, body: Buffer): Promise<void> | void;
};
