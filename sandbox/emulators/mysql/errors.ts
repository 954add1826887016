/** What a client is told: MySQL's number, SQLSTATE and text. Everything else that is thrown is a bug of ours. */
export class MysqlError extends Error {
  readonly errno: number;
  readonly sqlState: string;

  constructor(errno: number, sqlState: string, message: string) {
    super(message);
    this.name = 'MysqlError';
    this.errno = errno;
    this.sqlState = sqlState;
  }
}

// Number, SQLSTATE and text as in MySQL 8.4's messages_to_clients.txt; %s in turn is replaced by the arguments.
const errors = {
  ER_HANDSHAKE_ERROR: [1043, '08S01', 'Bad handshake'],
  ER_DBACCESS_DENIED_ERROR: [1044, '42000', "Access denied for user '%s'@'%s' to database '%s'"],
  ER_ACCESS_DENIED_ERROR: [1045, '28000', "Access denied for user '%s'@'%s' (using password: %s)"],
  ER_NO_DB_ERROR: [1046, '3D000', 'No database selected'],
  ER_UNKNOWN_COM_ERROR: [1047, '08S01', 'Unknown command'],
  ER_BAD_NULL_ERROR: [1048, '23000', "Column '%s' cannot be null"],
  ER_BAD_DB_ERROR: [1049, '42000', "Unknown database '%s'"],
  ER_CON_COUNT_ERROR: [1040, '08004', 'Too many connections'],
  ER_NOT_SUPPORTED_YET: [1235, '42000', "This version of MySQL doesn't yet support '%s'"],
  ER_UNKNOWN_ERROR: [1105, 'HY000', '%s'],
  ER_NET_PACKETS_OUT_OF_ORDER: [1156, '08S01', 'Got packets out of order'],
  ER_SERVER_SHUTDOWN: [1053, '08S01', 'Server shutdown in progress'],
  ER_SOURCE_FATAL_ERROR_READING_BINLOG: [1236, 'HY000', '%s'],
  ER_NOT_SUPPORTED_AUTH_MODE: [
    1251,
    '08004',
    'Client does not support authentication protocol requested by server; consider upgrading MySQL client',
  ],
  ER_STMT_HAS_NO_OPEN_CURSOR: [1421, 'HY000', 'The statement (%s) has no open cursor.'],
  ER_MAX_PREPARED_STMT_COUNT_REACHED: [
    1461,
    '42000',
    "Can't create more than max_prepared_stmt_count statements (current value: %s)",
  ],
  ER_ACCOUNT_HAS_BEEN_LOCKED: [3118, 'HY000', "Access denied for user '%s'@'%s'. Account is locked."],
  ER_CLIENT_INTERACTION_TIMEOUT: [
    4031,
    'HY000',
    'The client was disconnected by the server because of inactivity. See wait_timeout and interactive_timeout for configuring this behavior.',
  ],
  ER_MALFORMED_PACKET: [1835, 'HY000', 'Malformed communication packet.'],
  ER_NET_PACKET_TOO_LARGE: [1153, '08S01', "Got a packet bigger than 'max_allowed_packet' bytes"],
  ER_UNKNOWN_STMT_HANDLER: [1243, 'HY000', 'Unknown prepared statement handler (%s) given to %s'],
  ER_WRONG_ARGUMENTS: [1210, 'HY000', 'Incorrect arguments to %s'],
} as const satisfies Record<string, readonly [number, string, string]>;

export type ErrorName = keyof typeof errors;

/** The error of that name, its placeholders filled in order. */
export const mysqlError = (name: ErrorName, ...values: readonly (string | number | bigint)[]): MysqlError => {
  const [errno, sqlState, template] = errors[name];
  let next = 0;
  return new MysqlError(
    errno,
    sqlState,
    template.replace(/%s/g, () => String(values[next++] ?? '')),
  );
};
