import type { OffsetMap } from '../../plugin.ts';
import { type TransactionCounts, transactionOffset } from './transaction-metadata.ts';

export type SnapshotState = 'INITIAL' | undefined;

/** Where to go on after a restart; the fields of an offset (BinlogOffsetContext). */
export type OffsetContext = {
  /** Of the event that is being read. */
  file: string;
  eventPosition: bigint;
  eventSizeBytes: number;
  serverId: number;
  timestampMicroseconds: bigint | null;
  /** GTIDs that are done with, and the same with the running transaction. */
  restartGtids: string | null;
  currentGtids: string | null;
  restartFile: string;
  restartPosition: bigint;
  /** Events of the running transaction that are done with, and rows of the next one. */
  restartEvents: number;
  restartRows: number;
  inTransaction: boolean;
  snapshot: SnapshotState;
};

export const offsetAt = (file: string, position: bigint, gtids: string | null): OffsetContext => ({
  file,
  eventPosition: position,
  eventSizeBytes: 0,
  serverId: 0,
  timestampMicroseconds: null,
  restartGtids: gtids,
  currentGtids: gtids,
  restartFile: file,
  restartPosition: position,
  restartEvents: 0,
  restartRows: 0,
  inTransaction: false,
  snapshot: undefined,
});

/** The order of names is that of the real worker's JSON (a Java HashMap's). */
export const offsetMap = (context: OffsetContext, counts: TransactionCounts): OffsetMap => {
  const { transaction_id, ...orders } = context.snapshot === undefined ? transactionOffset(counts) : {};
  return {
    ...(transaction_id === undefined ? {} : { transaction_id }),
    ...(context.timestampMicroseconds === null ? {} : { ts_sec: floorSeconds(context.timestampMicroseconds) }),
    file: context.restartFile,
    pos: context.restartPosition,
    ...(context.restartGtids === null ? {} : { gtids: context.restartGtids }),
    ...(context.restartRows === 0 ? {} : { row: context.restartRows }),
    ...(context.serverId === 0 ? {} : { server_id: context.serverId }),
    ...(context.restartEvents === 0 ? {} : { event: context.restartEvents }),
    ...(context.snapshot === undefined ? {} : { snapshot: context.snapshot }),
    ...orders,
  };
};

const floorSeconds = (microseconds: bigint): number => Number(microseconds / 1_000_000n);

const textOf = (value: OffsetMap[string] | undefined): string | null =>
  typeof value === 'string' && value !== '' ? value : null;
const numberOf = (value: OffsetMap[string] | undefined): number =>
  value === null || value === undefined ? 0 : Number(value);

/** Was the snapshot that this offset belongs to still running? */
export const isSnapshotOffset = (offset: OffsetMap): boolean => {
  const { snapshot } = offset;
  return (
    snapshot !== undefined &&
    snapshot !== null &&
    snapshot !== false &&
    snapshot !== 'false' &&
    offset.snapshot_completed !== true
  );
};

export const restoreOffset = (offset: OffsetMap): OffsetContext => ({
  ...offsetAt(textOf(offset.file) ?? '', BigInt(numberOf(offset.pos)), textOf(offset.gtids)),
  serverId: numberOf(offset.server_id),
  timestampMicroseconds:
    offset.ts_sec === undefined || offset.ts_sec === null ? null : BigInt(offset.ts_sec) * 1_000_000n,
  restartEvents: numberOf(offset.event),
  restartRows: numberOf(offset.row),
});

export const setEventPosition = (context: OffsetContext, position: bigint, sizeBytes: number): void => {
  context.eventPosition = position;
  context.eventSizeBytes = sizeBytes;
  if (context.inTransaction) return;
  context.restartPosition = position + BigInt(sizeBytes);
  context.restartRows = 0;
  context.restartEvents = 0;
};

export const setBinlogStart = (context: OffsetContext, file: string, position: bigint): void => {
  context.file = file;
  context.eventPosition = position;
  context.restartFile = file;
  context.restartPosition = position;
  context.restartRows = 0;
  context.restartEvents = 0;
};

export const startGtid = (context: OffsetContext, gtids: string): void => {
  context.restartGtids = context.currentGtids ?? gtids;
  context.currentGtids = gtids;
};

export const startTransaction = (context: OffsetContext): void => {
  context.restartRows = 0;
  context.restartEvents = 0;
  context.restartFile = context.file;
  context.restartPosition = context.eventPosition;
  context.inTransaction = true;
};

export const commitTransaction = (context: OffsetContext): void => {
  context.restartGtids = context.currentGtids;
  context.restartFile = context.file;
  context.restartPosition = context.eventPosition + BigInt(context.eventSizeBytes);
  context.restartRows = 0;
  context.restartEvents = 0;
  context.inTransaction = false;
};

/** After this row, the next one of the event is the first to come; after the last, none. */
export const setRow = (context: OffsetContext, row: number, rowCount: number): void => {
  context.restartRows = row < rowCount - 1 ? row + 1 : rowCount;
};
