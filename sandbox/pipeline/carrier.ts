import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GetObjectCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import type { Address } from '../components/component.ts';
import { asRecords, openSnowflake, SnowflakeError, type SnowflakeSession } from '../components/snowflake-client.ts';
import type { Clock } from '../core/clock.ts';
import type { Emit } from '../core/events.ts';
import { type Journal, openJournal } from '../core/journal.ts';
import { pipelineLogin } from './apply-snowflake.ts';
import { bucketAndPrefix, openS3 } from './buckets.ts';
import type { CarriedStage } from './dev-schema.ts';

/**
 * Carries files from a store that Snowflake cannot read into the stages inside the account, and tells the pipes. Each object goes at least
 * once under its own name; the pipe's memory of names makes that once, as it does on S3. Killed at any moment, it goes on where it was.
 */
export type Carrier = { stop(): Promise<void> };

export type CarrierRequest = {
  stages: readonly CarriedStage[];
  environment: Address;
  /** A folder of its own. */
  dataDir: string;
  clock: Clock;
  emit: Emit;
};

/** A batch that is begun may lie half in the stage; one that is done lies there whole, and its pipes have been told. */
type Step = { stage: string; keys: readonly string[]; done: boolean };

const lookEachMs = 250;
const longestPauseMs = 10_000;
const objectsAtOnce = 200;
const readsAtOnce = 8;
const putsAtOnce = 4;
// Most keys come in the order of their names. What came in between is found when all are listed again.
const wholeListingEach = 40;

type StageState = CarriedStage & {
  bucket: string;
  prefix: string;
  carried: Set<string>;
  begun: Set<string>;
  lastKey: string;
  rounds: number;
};

type Parts = { s3: S3Client; journal: Journal<Step>; folder: string };

const listed = async (s3: S3Client, state: StageState): Promise<string[]> => {
  const isWhole = state.rounds++ % wholeListingEach === 0;
  const keys: string[] = [];
  for (let after = isWhole ? '' : state.lastKey; ; after = keys.at(-1) ?? after) {
    const page = await s3.send(
      new ListObjectsV2Command({
        Bucket: state.bucket,
        Prefix: state.prefix,
        ...(after === '' ? {} : { StartAfter: after }),
      }),
    );
    keys.push(...(page.Contents ?? []).flatMap(({ Key }) => Key ?? []));
    if (!page.IsTruncated) break;
  }
  const last = keys.at(-1);
  if (last !== undefined && last > state.lastKey) state.lastKey = last;
  return keys.filter((key) => !key.endsWith('/'));
};

const inGroups = async <Item>(items: readonly Item[], atOnce: number, work: (item: Item) => Promise<void>) => {
  for (let start = 0; start < items.length; start += atOnce)
    await Promise.all(items.slice(start, start + atOnce).map(work));
};

const textLiteral = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
const staged = (stage: string, path: string): string => textLiteral(`@"${stage.replaceAll('"', '""')}"/${path}`);

type Placed = { key: string; directory: string; file: string };

const placed = (key: string, { prefix }: StageState): Placed => {
  const relative = key.slice(prefix.length);
  const slash = relative.lastIndexOf('/') + 1;
  return { key, directory: relative.slice(0, slash), file: relative.slice(slash) };
};

/** The objects as files, one folder for each of the stage's; undefined for one that is gone from the store. */
const download = async (keys: readonly string[], state: StageState, { s3, folder }: Parts) => {
  const folders = new Map<string, string>();
  const gone: Placed[] = [];
  await inGroups(keys, readsAtOnce, async (key) => {
    const place = placed(key, state);
    try {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: state.bucket, Key: key }));
      const bytes = await Body?.transformToByteArray();
      const local = folders.get(place.directory) ?? join(folder, String(folders.size));
      folders.set(place.directory, local);
      mkdirSync(local, { recursive: true });
      writeFileSync(join(local, place.file), bytes ?? new Uint8Array());
    } catch (error) {
      if ((error as Error).name !== 'NoSuchKey') throw error;
      gone.push(place);
    }
  });
  return { folders, gone };
};

/** The longest folder that all of them lie in. */
const sharedFolder = (directories: readonly string[]): string => {
  const [first = '', ...others] = directories.map((directory) => directory.split('/').slice(0, -1));
  const parts = [...first];
  for (const other of others) while (parts.some((part, index) => other[index] !== part)) parts.pop();
  return parts.map((part) => `${part}/`).join('');
};

const tellPipes = async (state: StageState, session: SnowflakeSession, prefix: string): Promise<void> => {
  const below = prefix === '' ? '' : ` prefix = ${textLiteral(prefix)}`;
  for (const pipe of state.pipes) await session.query(`alter pipe "${pipe.replaceAll('"', '""')}" refresh${below}`);
};

const carryBatch = async (
  keys: readonly string[],
  state: StageState,
  session: SnowflakeSession,
  parts: Parts,
): Promise<void> => {
  const { journal, folder } = parts;
  journal.append({ stage: state.stage, keys, done: false });
  rmSync(folder, { recursive: true, force: true });
  const { folders, gone } = await download(keys, state, parts);
  await inGroups([...folders], putsAtOnce, async ([directory, local]) => {
    const from = textLiteral(`file://${local.replaceAll('\\', '/')}/*`);
    await session.query(`put ${from} ${staged(state.stage, directory)} auto_compress = false overwrite = true`);
  });
  // Half of it may lie in the stage, and nobody can bring the rest.
  for (const { directory, file } of gone)
    if (state.begun.has(`${state.prefix}${directory}${file}`))
      await session.query(`remove ${staged(state.stage, `${directory}${file}`)}`);
  if (folders.size > 0) await tellPipes(state, session, sharedFolder([...folders.keys()]));
  journal.append({ stage: state.stage, keys, done: true });
  for (const key of keys) {
    state.carried.add(key);
    state.begun.delete(key);
  }
  rmSync(folder, { recursive: true, force: true });
};

/** Everything new in one stage's place, in batches; true when there was something. What was begun before a crash goes first, and alone. */
const carryStage = async (state: StageState, session: SnowflakeSession, parts: Parts): Promise<boolean> => {
  if (state.begun.size > 0) await carryBatch([...state.begun], state, session, parts);
  const fresh = (await listed(parts.s3, state)).filter((key) => !state.carried.has(key));
  for (let start = 0; start < fresh.length; start += objectsAtOnce)
    await carryBatch(fresh.slice(start, start + objectsAtOnce), state, session, parts);
  return fresh.length > 0;
};

const newState = (stage: CarriedStage): StageState => ({
  ...stage,
  ...bucketAndPrefix(stage.url),
  carried: new Set(),
  begun: new Set(),
  lastKey: '',
  rounds: 0,
});

const replay = (states: ReadonlyMap<string, StageState>) => {
  return ({ stage, keys, done }: Step): void => {
    const state = states.get(stage);
    if (!state) return;
    for (const key of keys) {
      if (done) {
        state.carried.add(key);
        state.begun.delete(key);
      } else if (!state.carried.has(key)) state.begun.add(key);
    }
  };
};

/** Which schema it is: one that was dropped and made again has seen nothing, whatever was carried into the one before. */
const schemaId = async (session: SnowflakeSession, environment: Address): Promise<string> => {
  const { SNOWFLAKE_HOST: host, SNOWFLAKE_DATABASE: database = '', SNOWFLAKE_SCHEMA: schema = '' } = environment;
  const rows = asRecords(await session.query(`show schemas in database "${database.replaceAll('"', '""')}"`));
  const row = rows.find(({ name }) => name === schema);
  const text = JSON.stringify([host, database, schema, row?.['created_on']]);
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
};

/** What is known of each stage, from the journal. */
const openCarried = (request: CarrierRequest, folder: string): { journal: Journal<Step>; states: StageState[] } => {
  const states = new Map(request.stages.map((stage) => [stage.stage, newState(stage)]));
  mkdirSync(folder, { recursive: true });
  const { journal } = openJournal<Step>(join(folder, 'carried'), replay(states));
  return { journal, states: [...states.values()] };
};

export const startCarrier = (request: CarrierRequest): Carrier => {
  const { clock, emit, environment, dataDir } = request;
  const s3 = openS3(environment);
  const stopping = new AbortController();
  let session: SnowflakeSession | undefined;
  let carried: ReturnType<typeof openCarried> | undefined;

  const round = async (): Promise<boolean> => {
    session ??= await openSnowflake(environment, pipelineLogin(environment));
    carried ??= openCarried(request, join(dataDir, await schemaId(session, environment)));
    const parts: Parts = { s3, journal: carried.journal, folder: join(dataDir, 'under-way') };
    let found = false;
    for (const state of carried.states) found = (await carryStage(state, session, parts)) || found;
    return found;
  };

  const run = async (): Promise<void> => {
    let pauseMs = lookEachMs;
    let told = '';
    while (!stopping.signal.aborted) {
      try {
        const found = await round();
        pauseMs = lookEachMs;
        told = '';
        if (found) continue;
      } catch (error) {
        const { message, name } = error as Error;
        const text = `files are not carried to the stages: ${message}`;
        // A bucket that its sink has yet to make is waited for.
        if (text !== told && name !== 'NoSuchBucket') emit({ component: 'snowflake', kind: 'warning', message: text });
        told = text;
        pauseMs = Math.min(pauseMs * 2, longestPauseMs);
        // 390xxx: the session is over. What is not an answer may have ended it.
        if (!(error instanceof SnowflakeError) || error.code.startsWith('390')) session = undefined;
      }
      await clock.sleep(pauseMs, stopping.signal);
    }
  };
  const running = run();
  return {
    stop: async () => {
      stopping.abort();
      await running;
      await session?.close();
      s3.destroy();
      carried?.journal.close();
    },
  };
};
