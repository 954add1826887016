import type { PipeObject } from '../catalog/objects.ts';
import { type Engine, notificationChannel } from '../engine.ts';
import { placeOfStage } from '../stages/stage-location.ts';

export type PipeState = {
  executionState: 'RUNNING' | 'PAUSED' | 'STALLED_COMPILATION_ERROR' | 'STOPPED_MISSING_TABLE';
  pendingFiles: number;
  oldestPendingMs: number | undefined;
  lastIngestedMs: number | undefined;
  lastIngestedPath: string | undefined;
  lastReceivedMs: number | undefined;
  lastForwardedPath: string | undefined;
  error: string | undefined;
};

const time = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : new Date(ms).toISOString();

const bucketOf = (engine: Engine, pipe: PipeObject): string => {
  const stage = engine.catalog.byId('stage', pipe.stageId);
  const place = stage && placeOfStage(engine, stage, '');
  return place?.location.kind === 's3' ? place.location.bucket : (stage?.name ?? '');
};

/** What SYSTEM$PIPE_STATUS says of a pipe, under Snowflake's own names; what is not known is left out, as there. */
export const statusOfPipe = (engine: Engine, pipe: PipeObject, _name: string): Record<string, unknown> => {
  const state = engine.pipes.state(pipe);
  const entries = {
    executionState: state.executionState,
    pendingFileCount: state.pendingFiles,
    oldestPendingFilePath: undefined,
    oldestFileTimestamp: time(state.oldestPendingMs),
    lastIngestedTimestamp: time(state.lastIngestedMs),
    lastIngestedFilePath: state.lastIngestedPath,
    notificationChannelName: pipe.autoIngest ? notificationChannel(engine.options) : undefined,
    numOutstandingMessagesOnChannel: pipe.autoIngest ? 0 : undefined,
    lastReceivedMessageTimestamp: time(state.lastReceivedMs),
    lastForwardedMessageTimestamp: time(state.lastReceivedMs),
    lastPulledFromChannelTimestamp: time(pipe.autoIngest ? engine.clock.nowMs() : undefined),
    lastForwardedFilePath:
      state.lastForwardedPath === undefined ? undefined : `${bucketOf(engine, pipe)}/${state.lastForwardedPath}`,
    error: state.error,
  };
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined));
};
