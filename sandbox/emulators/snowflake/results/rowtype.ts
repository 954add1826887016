import type { SqlType } from '../rewrite/types.ts';
import { maximumBinaryLength, maximumTextLength } from '../types.ts';

export type ResultColumn = { name: string; type: SqlType; nullable: boolean };

export const textColumn = (name: string): ResultColumn => ({ name, type: { kind: 'text' }, nullable: true });
export const numberColumn = (name: string, precision = 38, scale = 0): ResultColumn => ({
  name,
  type: { kind: 'number', precision, scale },
  nullable: true,
});
export const ltzColumn = (name: string, scale = 3): ResultColumn => ({
  name,
  type: { kind: 'timestamp_ltz', scale },
  nullable: true,
});

/** One entry of data.rowtype. */
export type RowType = {
  name: string;
  database: string;
  schema: string;
  table: string;
  nullable: boolean;
  type: string;
  precision: number | null;
  scale: number | null;
  length: number | null;
  byteLength: number | null;
  collation: null;
};

type Measures = Pick<RowType, 'type' | 'precision' | 'scale' | 'length' | 'byteLength'>;
const none = { precision: null, scale: null, length: null, byteLength: null };

const measuresOf = (type: SqlType): Measures => {
  switch (type.kind) {
    case 'number':
      return { ...none, type: 'fixed', precision: type.precision, scale: type.scale };
    case 'float':
      return { ...none, type: 'real' };
    case 'text': {
      const length = type.length ?? maximumTextLength;
      return { ...none, type: 'text', length, byteLength: Math.min(length * 4, maximumTextLength) };
    }
    case 'binary':
      return { ...none, type: 'binary', length: maximumBinaryLength, byteLength: maximumBinaryLength };
    case 'time':
    case 'timestamp_ntz':
    case 'timestamp_ltz':
    case 'timestamp_tz':
      return { ...none, type: type.kind, precision: 0, scale: type.scale };
    default:
      return { ...none, type: type.kind };
  }
};

export const rowTypeOf = ({ name, type, nullable }: ResultColumn): RowType => ({
  name,
  database: '',
  schema: '',
  table: '',
  nullable,
  ...measuresOf(type),
  collation: null,
});
