import {
  type GtidSet,
  isGtidSubset,
  parseGtidSet,
  subtractGtidSets,
  unionGtidSets,
} from '../../../../wire/mysql/binlog/gtid-set.ts';
import type { MysqlConnection } from './mysql-connection.ts';
import type { OffsetContext } from './offset-context.ts';
import type { Settings } from './settings.ts';

export type BinlogStatus = { file: string; position: bigint; gtids: string | null };

const isSyntaxError = (error: unknown): boolean => {
  const { errno } = error as { errno?: number };
  return errno === 1064;
};

/** SHOW BINARY LOG STATUS, which before 8.2 was SHOW MASTER STATUS. */
export const binlogStatus = async (connection: MysqlConnection): Promise<BinlogStatus | undefined> => {
  const rows = await connection.query('SHOW BINARY LOG STATUS').catch((error) => {
    if (isSyntaxError(error)) return connection.query('SHOW MASTER STATUS');
    throw error;
  });
  const row = rows[0];
  if (!row?.[0]) return undefined;
  const gtids = (row[4] ?? '').replace(/\s/g, '');
  return { file: row[0], position: BigInt(row[1] ?? '4'), gtids: gtids === '' ? null : gtids };
};

export const globalVariable = async (connection: MysqlConnection, name: string): Promise<string | undefined> => {
  const rows = await connection.query(`SHOW GLOBAL VARIABLES LIKE '${name}'`);
  return rows[0]?.[1] ?? undefined;
};

export const hasGtids = async (connection: MysqlConnection): Promise<boolean> =>
  (await globalVariable(connection, 'gtid_mode'))?.toUpperCase() === 'ON';

export const purgedGtids = async (connection: MysqlConnection): Promise<GtidSet> =>
  parseGtidSet((await connection.query('SELECT @@global.gtid_purged'))[0]?.[0] ?? '');

const binlogFiles = async (connection: MysqlConnection): Promise<string[]> =>
  (await connection.query('SHOW BINARY LOGS')).flatMap(([file]) => file ?? []);

/** Can reading go on from this offset, or has the server thrown away what comes next? */
export const isPositionAvailable = async (
  connection: MysqlConnection,
  settings: Settings,
  offset: OffsetContext,
): Promise<boolean> => {
  if (offset.restartGtids !== null && !settings.ignoresGtids) {
    if (!(await hasGtids(connection))) return false;
    const wanted = parseGtidSet(offset.restartGtids);
    const known = parseGtidSet((await binlogStatus(connection))?.gtids ?? '');
    if (!isGtidSubset(wanted, known)) return false;
    const missing = subtractGtidSets(known, wanted);
    return (
      subtractGtidSets(missing, await purgedGtids(connection)).size === missing.size &&
      isGtidSubset(missing, subtractGtidSets(missing, await purgedGtids(connection)))
    );
  }
  return offset.restartFile === '' || (await binlogFiles(connection)).includes(offset.restartFile);
};

/** The transactions to tell the server as done: those of the offset, and what it no longer has anyway. */
export const executedAtStart = async (connection: MysqlConnection, offset: OffsetContext): Promise<GtidSet> =>
  unionGtidSets(parseGtidSet(offset.restartGtids ?? ''), await purgedGtids(connection));
