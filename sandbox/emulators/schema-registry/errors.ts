import { NotEmulated } from '../../core/not-emulated.ts';

/** The registry's error codes with their HTTP status and text, as in its source (rest/exceptions/Errors.java, 8.x). */
const table = {
  40401: [404, (subject: string) => `Subject '${subject}' not found.`],
  40402: [404, (version: string) => `Version ${version} not found.`],
  40403: [404, (id?: string) => (id === undefined ? 'Schema not found' : `Schema ${id} not found`)],
  40404: [404, (subject: string) => `Subject '${subject}' was soft deleted.Set permanent=true to delete permanently`],
  40405: [404, (subject: string) => `Subject '${subject}' was not deleted first before being permanently deleted`],
  40406: [
    404,
    (subject: string, version: string) =>
      `Subject '${subject}' Version ${version} was soft deleted.Set permanent=true to delete permanently`,
  ],
  40407: [
    404,
    (subject: string, version: string) =>
      `Subject '${subject}' Version ${version} was not deleted first before being permanently deleted`,
  ],
  40408: [404, (subject: string) => `Subject '${subject}' does not have subject-level compatibility configured`],
  40409: [404, (subject: string) => `Subject '${subject}' does not have subject-level mode configured`],
  40901: [
    409,
    (subject: string, details: string) =>
      `Schema being registered is incompatible with an earlier schema for subject "${subject}", details: ${details}`,
  ],
  42201: [422, (details: string) => details],
  42202: [
    422,
    (version: string) =>
      `The specified version '${version}' is not a valid version id. Allowed values are between [1, 2^31-1] and the string "latest"`,
  ],
  42203: [
    422,
    () =>
      'Invalid compatibility level. Valid values are none, backward, forward, full, backward_transitive, forward_transitive, and full_transitive',
  ],
  42204: [422, () => 'Invalid mode. Valid values are READWRITE, READONLY, IMPORT and FORWARD.'],
  42205: [422, (details: string) => details],
  42206: [422, (schema: string) => `One or more references exist to the schema ${schema}.`],
  42208: [422, (subject: string) => `The specified subject '${subject}' is not a valid.`],
  42209: [422, () => 'Register operation failed because schema is too large'],
  50001: [500, (details: string) => details],
} as const satisfies Record<number, readonly [number, (...texts: never[]) => string]>;

type Code = keyof typeof table;

/** The answer "no". Codes of three digits are HTTP's own. */
export class RegistryError extends Error {
  readonly status: number;
  readonly code: number;

  constructor(status: number, code: number, message: string) {
    super(message);
    this.name = 'RegistryError';
    this.status = status;
    this.code = code;
  }
}

export const registryError = <Which extends Code>(
  code: Which,
  ...texts: Parameters<(typeof table)[Which][1]>
): RegistryError => {
  const [status, message] = table[code];
  return new RegistryError(status, code, (message as (...all: unknown[]) => string)(...texts));
};

export const httpError = (status: number, message: string): RegistryError => new RegistryError(status, status, message);

export const notEmulated = (what: string): NotEmulated => new NotEmulated('schema-registry', what);

const fullDisk = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** What the registry would say to an error of any kind; undefined when it is a bug. */
export const answerFor = (error: unknown): RegistryError | undefined => {
  if (error instanceof RegistryError) return error;
  // "Operation not permitted": the one code that the real registry has for what it will not do.
  if (error instanceof NotEmulated) return registryError(42205, error.message);
  const code = (error as NodeJS.ErrnoException)?.code;
  if (code !== undefined && fullDisk.has(code))
    return registryError(50001, `The sandbox's disk is full (${code}). Nothing was stored.`);
  return undefined;
};
