import { createHash } from 'node:crypto';
import type { ConnectorConfig } from '../../plugin.ts';
import { splitList, wholeMatch } from './filters.ts';
import type { Column, TableId } from './tables.ts';

/** column.mask.with.N.chars, column.truncate.to.N.chars, column.mask.hash(.v2).ALGORITHM.with.salt.SALT: applied to text alone. */
export type ColumnTransformation = (
  id: TableId,
  column: Column,
) => ((text: string | null) => string | null) | undefined;

const digests: Readonly<Record<string, string>> = {
  MD2: '',
  MD5: 'md5',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};

export const hashAlgorithms: readonly string[] = Object.keys(digests).filter((name) => digests[name] !== '');

const hashing = (algorithm: string, salt: string, length: number | null) => (text: string | null) => {
  if (text === null) return null;
  const hash = createHash(digests[algorithm] as string);
  const hex = hash.update(salt).update(text).digest('hex');
  return length !== null && length > 0 ? hex.slice(0, length) : hex;
};

const applying = (
  pattern: string,
  make: (column: Column) => (text: string | null) => string | null,
): ColumnTransformation => {
  const expressions = splitList(pattern).map(wholeMatch);
  return (id, column) => {
    const names = [`${id.database}.${id.table}.${column.name}`, `${id.table}.${column.name}`];
    return expressions.some((expression) => names.some((name) => expression.test(name))) ? make(column) : undefined;
  };
};

const transformationOf = (name: string, value: string): ColumnTransformation | undefined => {
  const mask = /^column\.mask\.with\.(\d+)\.chars$/.exec(name);
  if (mask) return applying(value, () => () => '*'.repeat(Number(mask[1])));
  const truncate = /^column\.truncate\.to\.(\d+)\.chars$/.exec(name);
  const limit = Number(truncate?.[1]);
  if (truncate) return applying(value, () => (text) => (text === null ? null : text.slice(0, limit)));
  const hash = /^column\.mask\.hash(?:\.v2)?\.([^.]+)\.with\.salt\.(.+)$/.exec(name);
  if (!hash || !hashAlgorithms.includes(hash[1] as string)) return undefined;
  return applying(value, (column) => hashing(hash[1] as string, hash[2] as string, column.length));
};

export const isColumnTransformation = (name: string): boolean => transformationOf(name, '') !== undefined;

export const columnTransformationsOf = (config: ConnectorConfig): ColumnTransformation => {
  const all = Object.entries(config).flatMap(([name, value]) => transformationOf(name, value) ?? []);
  return (id, column) => {
    for (const one of all) {
      const apply = one(id, column);
      if (apply) return apply;
    }
    return undefined;
  };
};
