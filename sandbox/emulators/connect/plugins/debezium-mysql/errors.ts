import { ConnectError } from '../../connect-errors.ts';

// What a task of Debezium fails with; the texts are those of 3.6.1.Final.
const debezium = 'io.debezium.DebeziumException';

export const debeziumError = (message: string, cause?: unknown): ConnectError =>
  new ConnectError(message, { javaClass: debezium, ...(cause === undefined ? {} : { cause }) });

/** A failure of the thread that reads the database, as poll tells it. */
export const producerFailed = (cause: unknown): ConnectError =>
  new ConnectError('An exception occurred in the change event producer. This connector will be stopped.', { cause });

export const errors = {
  unknownTable: (table: string) =>
    debeziumError(`Encountered change event for table ${table} whose schema isn't known to this connector`),
  differentColumns: (table: string, known: number, found: number) =>
    debeziumError(
      `Error processing row in ${table}, internal schema size ${known}, but row size ${found} , restart connector with schema recovery mode.`,
    ),
  processing: (cause: unknown) => debeziumError('Error processing binlog event', cause),
  positionGone: (offset: string) =>
    debeziumError(
      `The connector is trying to read change stream starting at ${offset}, but this is no longer available on the server. Reconfigure the connector to use a snapshot mode when needed.`,
    ),
  historyMissing: () =>
    debeziumError(
      'The db history topic is missing. You may attempt to recover it by reconfiguring the connector to recovery.',
    ),
  snapshotInterrupted: () =>
    debeziumError(
      'The connector previously stopped while taking a snapshot, but now the connector is configured to never allow snapshots. Reconfigure the connector to use snapshots initially or when needed.',
    ),
  recoveryWithoutOffset: () =>
    debeziumError('Could not find existing redo log information while attempting schema only recovery snapshot'),
  binlogOff: () =>
    debeziumError(
      'The MySQL server is not configured to use a binary log, which is required for this connector to work properly.',
    ),
  wrongFormat: () =>
    debeziumError(
      'The MySQL server is not configured to use a ROW binlog_format, which is required for this connector to work properly. Change the MySQL configuration to use a binlog_format=ROW and restart the connector.',
    ),
  wrongRowImage: () =>
    debeziumError(
      'The MySQL server is not configured to use a FULL binlog_row_image, which is required for this connector to work properly. Change the MySQL configuration to use a binlog_row_image=FULL and restart the connector.',
    ),
  noStatus: () =>
    debeziumError(
      'Cannot read the binlog filename and position via SHOW BINARY LOG STATUS. Make sure your server is correctly configured',
    ),
  unparseable: (ddl: string, cause: unknown) =>
    debeziumError(`DDL statement couldn't be parsed. Please open a Jira issue with the statement '${ddl}'`, cause),
  noLockTables: () =>
    debeziumError(
      "User does not have the 'LOCK TABLES' privilege required to obtain a consistent snapshot by preventing concurrent writes to tables.",
    ),
} as const;
