import { dateFunctions, dateSynonyms } from './dates.ts';
import type { FunctionDefinition } from './function.ts';
import { informationFunctions, informationSynonyms } from './information.ts';
import { jsonFunctions } from './json.ts';
import { numberFunctions, numberSynonyms } from './numbers.ts';
import { stringFunctions, stringSynonyms } from './strings.ts';

/** The one list of functions, by upper-case name. Aggregates and window functions have lists of their own. */
export const functions: ReadonlyMap<string, FunctionDefinition> = new Map(
  [
    stringFunctions,
    stringSynonyms,
    numberFunctions,
    numberSynonyms,
    dateFunctions,
    dateSynonyms,
    jsonFunctions,
    informationFunctions,
    informationSynonyms,
  ].flatMap((list) => Object.entries(list)),
);

/** Functions that the server has and this engine refuses by name. */
export const refusedFunctions: ReadonlySet<string> = new Set([
  'AES_DECRYPT',
  'AES_ENCRYPT',
  'BENCHMARK',
  'COMPRESS',
  'UNCOMPRESS',
  'UNCOMPRESSED_LENGTH',
  'EXTRACTVALUE',
  'UPDATEXML',
  'FORMAT_BYTES',
  'FORMAT_PICO_TIME',
  'ICU_VERSION',
  'INET6_ATON',
  'INET6_NTOA',
  'IS_IPV4',
  'IS_IPV6',
  'JSON_ARRAY_INSERT',
  'JSON_SCHEMA_VALID',
  'JSON_SCHEMA_VALIDATION_REPORT',
  'JSON_STORAGE_FREE',
  'JSON_STORAGE_SIZE',
  'JSON_MERGE',
  'LOAD_FILE',
  'MASTER_POS_WAIT',
  'SOURCE_POS_WAIT',
  'WAIT_FOR_EXECUTED_GTID_SET',
  'PS_CURRENT_THREAD_ID',
  'PS_THREAD_ID',
  'RANDOM_BYTES',
  'ROLES_GRAPHML',
  'STATEMENT_DIGEST',
  'STATEMENT_DIGEST_TEXT',
  'VALIDATE_PASSWORD_STRENGTH',
  'POINT',
  'ST_ASTEXT',
  'ST_GEOMFROMTEXT',
  'ST_DISTANCE',
  'MATCH',
]);
