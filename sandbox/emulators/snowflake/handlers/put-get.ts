import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { SnowflakeError, unsupportedFeature } from '../errors.ts';
import { type Handler, scopeOf } from '../execution.ts';
import { booleanOption, checkOptions, numberOption, textOption } from '../options.ts';
import { smallResult } from '../results/result.ts';
import { type StagePlace, stagePlace } from '../stages/stage-location.ts';
import { filesAtMost, filteredFiles } from '../stages/staged-select.ts';
import { statementTypes } from '../statement-types.ts';

const localFolder = (place: StagePlace, verb: string): string => {
  if (place.location.kind !== 'local') {
    throw new SnowflakeError(
      '091089',
      `SQL compilation error:\n${verb} is not supported for external stages.`,
      '0A000',
    );
  }
  return place.location.folder;
};

const filePath = (file: string): string => file.replace(/^file:\/\//i, '');

/** No credentials: driver and server share a disk, and the driver copies the files itself. */
const stageInfo = (location: string) => ({
  locationType: 'LOCAL_FS',
  location,
  path: '',
  region: null,
  storageAccount: null,
  isClientSideEncrypted: false,
  ciphers: null,
  creds: {},
  presignedUrl: null,
  endPoint: null,
});

/** PUT file://… @stage: the answer tells the driver where the stage's folder is, and the driver puts the files there. Internal stages only. */
export const put: Handler<'put'> = async (execution, { file, stage, options }) => {
  const { engine, session } = execution;
  checkOptions(options, 'PUT', ['PARALLEL', 'AUTO_COMPRESS', 'SOURCE_COMPRESSION', 'OVERWRITE']);
  const place = stagePlace(engine, scopeOf(execution), session.user, stage);
  const folder = join(localFolder(place, 'PUT'), stage.path);
  mkdirSync(folder, { recursive: true });
  return {
    statementTypeId: statementTypes.put,
    result: smallResult([], []),
    transfer: {
      command: 'UPLOAD',
      operation: 'Node',
      src_locations: [filePath(file)],
      parallel: numberOption(options, 'PARALLEL') ?? 4,
      threshold: 209_715_200,
      autoCompress: booleanOption(options, 'AUTO_COMPRESS') ?? true,
      overwrite: booleanOption(options, 'OVERWRITE') ?? false,
      sourceCompression: (textOption(options, 'SOURCE_COMPRESSION') ?? 'auto_detect').toLowerCase(),
      clientShowEncryptionParameter: false,
      encryptionMaterial: null,
      stageInfo: stageInfo(folder),
    },
  };
};

/** GET @stage file://…: the driver copies the files from the stage's folder. Internal stages only. */
export const get: Handler<'get'> = async (execution, { file, stage, options }) => {
  const { engine, session } = execution;
  checkOptions(options, 'GET', ['PARALLEL', 'PATTERN']);
  const place = stagePlace(engine, scopeOf(execution), session.user, stage);
  const folder = localFolder(place, 'GET');
  if (/^https?:/.test(file)) throw unsupportedFeature(`GET to ${file}`);
  const files = filteredFiles(
    place,
    await engine.storage.list(place.location, filesAtMost),
    textOption(options, 'PATTERN'),
  );
  return {
    statementTypeId: statementTypes.get,
    result: smallResult([], []),
    transfer: {
      command: 'DOWNLOAD',
      operation: 'Node',
      src_locations: files.map(({ key }) => key),
      localLocation: filePath(file),
      parallel: numberOption(options, 'PARALLEL') ?? 10,
      threshold: 209_715_200,
      autoCompress: false,
      overwrite: false,
      sourceCompression: 'none',
      clientShowEncryptionParameter: false,
      encryptionMaterial: files.map(() => null),
      presignedUrls: [],
      stageInfo: stageInfo(folder),
    },
  };
};
