import { readBinaryValue } from './binary-rows.ts';
import {
  MalformedPacket,
  type Reader,
  readBytes,
  readInt1,
  readInt2,
  readInt4,
  readRest,
  remainingBytes,
  take,
  writeInt1,
  writeInt2,
  writeInt4,
  writerOf,
  writeZeros,
} from './bytes.ts';
import { columnType } from './column-types.ts';
import type { Value } from './values.ts';

/** COM_STMT_PREPARE_OK: the definitions of parameters and columns follow, where there are any. */
export const encodePrepared = (prepared: {
  statementId: number;
  columnCount: number;
  parameterCount: number;
  warnings: number;
}): Buffer => {
  const writer = writerOf(12);
  writeInt1(writer, 0);
  writeInt4(writer, prepared.statementId);
  writeInt2(writer, prepared.columnCount);
  writeInt2(writer, prepared.parameterCount);
  writeZeros(writer, 1);
  writeInt2(writer, Math.min(prepared.warnings, 0xffff));
  return take(writer);
};

export type ParameterType = { type: number; unsigned: boolean };

/** A bound parameter. Strings are bytes in the client's character set. */
export type BoundParameter = ParameterType & { value: Value };

/** The four bytes that begin COM_STMT_EXECUTE, SEND_LONG_DATA, CLOSE, RESET and FETCH. */
export const readStatementId = (reader: Reader): number => readInt4(reader);

/** Bits of COM_STMT_EXECUTE's flags. */
export const cursorFlag = { readOnly: 1, forUpdate: 2, scrollable: 4, parameterCountAvailable: 8 } as const;

export type ExecuteHeader = { statementId: number; cursorFlags: number };

export const readExecuteHeader = (reader: Reader): ExecuteHeader => {
  const statementId = readStatementId(reader);
  const cursorFlags = readInt1(reader);
  readInt4(reader);
  return { statementId, cursorFlags };
};

const readTypes = (reader: Reader, count: number): ParameterType[] =>
  Array.from({ length: count }, () => {
    const code = readInt2(reader);
    return { type: code & 0xff, unsigned: (code & 0x8000) !== 0 };
  });

/**
 * The rest of COM_STMT_EXECUTE. `lastTypes` are those of the execution before: a client that binds the same types again does not send them.
 * `longData` holds what came by COM_STMT_SEND_LONG_DATA, by the number of the parameter; such a parameter has no value here.
 */
export const readParameters = (
  reader: Reader,
  count: number,
  lastTypes: readonly ParameterType[] | undefined,
  longData: ReadonlyMap<number, Buffer>,
): { parameters: BoundParameter[]; types: readonly ParameterType[] } => {
  if (count === 0) return { parameters: [], types: [] };
  const nulls = readBytes(reader, (count + 7) >> 3);
  const types = readInt1(reader) === 1 ? readTypes(reader, count) : lastTypes;
  if (!types) throw new MalformedPacket('parameters without their types');
  const parameters = types.map(({ type, unsigned }, index): BoundParameter => {
    const long = longData.get(index);
    if (long) return { type, unsigned, value: long };
    const isNull = (((nulls[index >> 3] as number) >> (index & 7)) & 1) === 1;
    if (isNull || type === columnType.null) return { type, unsigned, value: null };
    return { type, unsigned, value: readBinaryValue(reader, type, unsigned) };
  });
  return { parameters, types };
};

export const readLongData = (reader: Reader): { statementId: number; parameter: number; data: Buffer } => {
  const statementId = readStatementId(reader);
  return { statementId, parameter: readInt2(reader), data: readRest(reader) };
};

export const readFetch = (reader: Reader): { statementId: number; rowCount: number } => {
  const statementId = readStatementId(reader);
  return { statementId, rowCount: remainingBytes(reader) >= 4 ? readInt4(reader) : 0 };
};
