// The exceptions of org.apache.kafka.connect.errors and org.apache.kafka.common.config that cross between worker, plug-ins and REST.
// `javaClass` is what a trace begins with, as GET …/status shows it.

/** org.apache.kafka.connect.errors.ConnectException: the task is FAILED. */
export class ConnectError extends Error {
  readonly javaClass: string;

  constructor(message: string, options: { cause?: unknown; javaClass?: string } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'ConnectError';
    this.javaClass = options.javaClass ?? 'org.apache.kafka.connect.errors.ConnectException';
  }
}

/** The operation may be tried again: poll or put is called again. */
export class RetriableError extends ConnectError {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, { ...options, javaClass: 'org.apache.kafka.connect.errors.RetriableException' });
    this.name = 'RetriableError';
  }
}

/** The record is not what it claims: converters and transformations throw it; errors.tolerance decides. */
export class DataError extends ConnectError {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, { ...options, javaClass: 'org.apache.kafka.connect.errors.DataException' });
    this.name = 'DataError';
  }
}

/** org.apache.kafka.common.config.ConfigException. */
export class ConfigError extends ConnectError {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, { ...options, javaClass: 'org.apache.kafka.common.config.ConfigException' });
    this.name = 'ConfigError';
  }
}
