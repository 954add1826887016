/** An error answer of the REST API: `{"error_code": …, "message": …}` with that status. */
export class RestError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'RestError';
    this.status = status;
  }
}

/** The closed table of answers. Texts are the real worker's (golden/connect-rest.jsonl; its resources and herder). */
export const restErrors = {
  connectorNotFound: (name: string) => new RestError(404, `Connector ${name} not found`),
  unknownConnector: (name: string) => new RestError(404, `Unknown connector ${name}`),
  unknownConnectorToRestart: (name: string) => new RestError(404, `Unknown connector: ${name}`),
  unknownTask: (name: string, id: string) => new RestError(404, `Unknown task: ${name}-${id}`),
  noStatusOfConnector: (name: string) => new RestError(404, `No status found for connector ${name}`),
  noStatusOfTask: (name: string, id: string) => new RestError(404, `No status found for task ${name}-${id}`),
  connectorExists: (name: string) => new RestError(409, `Connector ${name} already exists`),
  nameMismatch: (inConfig: string, inUrl: string) =>
    new RestError(400, `Connector name configuration (${inConfig}) doesn't match connector name in the URL (${inUrl})`),
  noConnectorType: (config: string) => new RestError(400, `Connector config ${config} contains no connector type`),
  classNotFound: (wanted: string, available: string) =>
    new RestError(
      400,
      `org.apache.kafka.connect.errors.ConnectException: ${classNotFoundText(wanted)}, available connectors are: ${available}`,
    ),
  classNotFoundInValidate: (wanted: string, available: string) =>
    new RestError(
      500,
      `org.apache.kafka.connect.runtime.rest.errors.BadRequestException: ${classNotFoundText(wanted)}, available connectors are: ${available}`,
    ),
  typeMismatch: (included: string, requested: string) =>
    new RestError(400, `Included connector type ${included} does not match request type ${requested}`),
  noConnectorTypeInValidate: () => new RestError(400, 'Connector config {} contains no connector type'),
  unknownPlugin: (name: string) => new RestError(404, `Unknown plugin ${name}.`),
  invalidConfig: (errors: readonly string[]) =>
    new RestError(
      400,
      `Connector configuration is invalid and contains the following ${errors.length} error(s):\n${errors.join('\n')}\n` +
        'You can also find the above list of errors at the endpoint `/connector-plugins/{connectorType}/config/validate`',
    ),
  /** A NullPointerException in the real worker. */
  nullPointer: (message: string) => new RestError(500, message),
  malformedJson: (message: string) => new RestError(500, message),
  notStopped: (name: string) =>
    new RestError(
      400,
      `Connectors must be in the STOPPED state before their offsets can be modified. This can be done for the specified connector by issuing a 'PUT' request to the '/connectors/${name}/stop' endpoint`,
    ),
  noOffsetsGiven: () => new RestError(400, 'Partitions / offsets need to be provided for an alter offsets request'),
  badOffsets: (message: string) => new RestError(400, message),
  offsetsNotModified: (name: string) => new RestError(500, `Failed to modify offsets for sink connector ${name}`),
  topicTrackingDisabled: () => new RestError(403, 'Topic tracking is disabled.'),
  topicResetDisabled: () => new RestError(403, 'Topic tracking reset is disabled.'),
  loggerNotFound: (name: string) => new RestError(404, `Logger ${name} not found.`),
  badLogLevel: (level: string) => new RestError(404, `invalid log level '${level}'.`),
  missingLogLevel: () => new RestError(400, "Desired 'level' parameter was not specified in request."),
  notFound: () => new RestError(404, 'HTTP 404 Not Found'),
  methodNotAllowed: () => new RestError(405, 'HTTP 405 Method Not Allowed'),
  unsupportedMediaType: () => new RestError(415, 'HTTP 415 Unsupported Media Type'),
  bodyTooLarge: (limitBytes: number) => new RestError(413, `Request body is larger than ${limitBytes} bytes`),
  notEmulated: (message: string) => new RestError(501, message),
} as const;

const classNotFoundText = (wanted: string): string =>
  `Failed to find any class that implements Connector and which name matches ${wanted}`;
