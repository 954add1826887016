import { createConnection, type RowDataPacket } from 'mysql2/promise';
import type { Address } from '../components/component.ts';
import { mysqlOptions } from '../components/mysql-options.ts';
import type { Clock } from '../core/clock.ts';
import { retryUntil } from '../core/retry.ts';
import type { ConnectorArtefact } from '../pipeline/artefacts.ts';

const debeziumMysql = 'io.debezium.connector.mysql.MySqlConnector';
const snapshotDeadlineMs = 120_000;

/** Connectors that read the binlog once their snapshot is done. */
const streaming = (connectors: readonly ConnectorArtefact[]): number =>
  connectors.filter(
    ({ config }) => config['connector.class'] === debeziumMysql && !config['snapshot.mode']?.endsWith('_only'),
  ).length;

/**
 * Waits until every Debezium connector has done its snapshot and reads the binlog, as MySQL's own list of threads shows. What a snapshot that was
 * broken off has read, and what was deleted before the next, is never told as deleted: by Debezium itself neither.
 */
export const snapshotsDone = async (
  connectors: readonly ConnectorArtefact[],
  environment: Address,
  clock: Clock,
): Promise<void> => {
  const expected = streaming(connectors);
  if (expected === 0) return;
  const connection = await createConnection(mysqlOptions(environment));
  try {
    await retryUntil(
      async () => {
        const [[row]] = await connection.query<RowDataPacket[]>(
          "select count(*) as dumps from information_schema.processlist where command like 'Binlog Dump%'",
        );
        if (Number(row?.['dumps']) < expected)
          throw new Error(`${expected} Debezium connectors should read the binlog, ${row?.['dumps']} do`);
      },
      { clock, deadlineMs: snapshotDeadlineMs, pauseMs: 50, maxPauseMs: 250 },
    );
  } finally {
    connection.destroy();
  }
};
