/**
 * Snowflake's errors: the code's SQLSTATE is fixed by this table, the text by the functions below it. An answer of this kind is
 * always HTTP 200 with success:false; drivers would repeat a 5xx for minutes.
 */
const sqlStates = {
  '001090': '42601',
  '002099': '0A000',
  '100068': '22000',
  '000008': '0A000',
  '000002': '0A000',
  '000603': 'XX000',
  '000604': '57014',
  '000605': '02000',
  '000625': '57014',
  '000709': '02000',
  '000900': '42000',
  '000904': '42000',
  '000908': '42601',
  '000938': '22023',
  '000939': '22023',
  '000949': '42601',
  '001003': '42000',
  '001007': '22023',
  '001008': '22023',
  '001038': '22023',
  '001044': '42P13',
  '001089': '22000',
  '001506': '42601',
  '001757': '42601',
  '002001': '02000',
  '002002': '42710',
  '002003': '42S02',
  '002014': '22000',
  '002025': '42S21',
  '002026': '42S22',
  '002028': '42601',
  '002029': '02000',
  '002040': '42601',
  '002043': '02000',
  '002049': '42601',
  '002057': '42601',
  '002060': '42601',
  '002108': '22000',
  '002140': '42601',
  '002141': '42601',
  '002203': '02000',
  '002211': '02000',
  '002262': '22023',
  '003001': '42501',
  '008001': '0A000',
  '022000': '22000',
  '090062': '42601',
  '090082': '57014',
  '090105': '22000',
  '090106': '22000',
  '090109': '22000',
  '090214': '22000',
  '091003': '42601',
  '091005': '42601',
  '091016': '02000',
  '091089': '0A000',
  '091090': '0A000',
  '091093': '0A000',
  '091104': '0A000',
  '091129': '0A000',
  '091301': '22000',
  '091900': '22000',
  '091901': '22000',
  '092118': '22023',
  '093137': '22000',
  '100016': '22000',
  '100035': '22007',
  '100037': '22018',
  '100038': '22018',
  '100039': '22003',
  '100040': '22007',
  '100046': '22000',
  '100050': '22018',
  '100051': '22012',
  '100066': '22000',
  '100069': '22P02',
  '100071': '22000',
  '100072': '22000',
  '100078': '22000',
  '100080': '22000',
  '100090': '42P18',
  '100096': '22000',
  '100132': 'P0000',
  '100183': '0A000',
  '390100': '08001',
  '390104': '08001',
  '390112': '08001',
  '390114': '08001',
  '390189': '08001',
  '390201': '08001',
  '390267': '08001',
  '390195': '08001',
} as const;

export type ErrorCode = keyof typeof sqlStates;

export class SnowflakeError extends Error {
  readonly code: string;
  readonly sqlState: string;

  constructor(code: ErrorCode, message: string, sqlState: string = sqlStates[code]) {
    super(message);
    this.name = 'SnowflakeError';
    this.code = code;
    this.sqlState = sqlState;
  }
}

const compilation = (code: ErrorCode, message: string, sqlState?: string): SnowflakeError =>
  new SnowflakeError(code, `SQL compilation error:\n${message}`, sqlState);

export const unsupportedFeature = (what: string): SnowflakeError =>
  new SnowflakeError('000002', `Unsupported feature '${what}'.`);

/** `kind` as Snowflake words it: Object, Table, Stage, Pipe, … Of relations the state is 42S02, of all others 02000. */
export const doesNotExist = (kind: string, name: string): SnowflakeError =>
  compilation(
    '002003',
    `${kind} '${name}' does not exist or not authorized.`,
    ['Object', 'Table', 'View'].includes(kind) ? '42S02' : '02000',
  );

export const objectDoesNotExist = (): SnowflakeError =>
  compilation('002043', 'Object does not exist, or operation cannot be performed.');

export const alreadyExists = (name: string): SnowflakeError =>
  compilation('002002', `Object '${name}' already exists.`);

export const noCurrentDatabase = (command: string): SnowflakeError =>
  new SnowflakeError(
    '090105',
    `Cannot perform ${command}. This session does not have a current database. Call 'USE DATABASE', or use a qualified name.`,
  );

export const noCurrentSchema = (command: string): SnowflakeError =>
  new SnowflakeError(
    '090106',
    `Cannot perform ${command}. This session does not have a current schema. Call 'USE SCHEMA', or use a qualified name.`,
  );

export const invalidIdentifier = (name: string): SnowflakeError =>
  compilation('000904', `invalid identifier '${name}'`);

export const invalidProperty = (property: string, object: string): SnowflakeError =>
  compilation('001506', `invalid property '${property}' for '${object}'`);

export const invalidValue = (value: string, property: string): SnowflakeError =>
  compilation('001008', `invalid value [${value}] for parameter '${property}'`);

export const nullInNotNull = (column: string): SnowflakeError =>
  new SnowflakeError(
    '100072',
    `DML operation to table failed on column ${column} with error: NULL result in a non-nullable column`,
  );

export const cancelled = (): SnowflakeError => new SnowflakeError('000604', 'SQL execution canceled');
