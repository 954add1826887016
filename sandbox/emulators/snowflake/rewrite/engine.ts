import type { DuckDBConnection, DuckDBType, DuckDBVector } from '@duckdb/node-api';
import { natives } from './natives/index.ts';
import type { Native, NativeType, NativeValue } from './natives/native.ts';

type DuckDB = typeof import('@duckdb/node-api');

const typeOf = (duckdb: DuckDB, type: NativeType): DuckDBType => {
  switch (type) {
    case 'text':
      return duckdb.VARCHAR;
    case 'integer':
      return duckdb.BIGINT;
    case 'boolean':
      return duckdb.BOOLEAN;
    case 'texts':
      return duckdb.LIST(duckdb.VARCHAR);
  }
};

const fromEngine = (type: NativeType, value: unknown): NativeValue => {
  if (value === null) return null;
  if (type === 'integer') return Number(value);
  if (type === 'texts') return (value as { items: readonly (string | null)[] }).items;
  return value as string | boolean;
};

const toEngine = (type: NativeType, value: NativeValue) =>
  type === 'integer' && value !== null ? BigInt(Math.trunc(Number(value))) : (value as string | boolean | null);

const callFor = (native: Native, vectors: readonly DuckDBVector[], row: number): NativeValue => {
  const values = vectors.map((vector, index) => fromEngine(native.parameters[index] ?? 'text', vector.getItem(row)));
  if (!native.nulls && values.includes(null)) return null;
  return native.run(...(values as never[]));
};

const register = (duckdb: DuckDB, connection: DuckDBConnection, native: Native): void => {
  connection.registerScalarFunction(
    duckdb.DuckDBScalarFunction.create({
      name: native.name,
      parameterTypes: native.parameters.map((type) => typeOf(duckdb, type)),
      returnType: typeOf(duckdb, native.returns),
      specialHandling: true,
      mainFunction: (info, input, output) => {
        try {
          const vectors = native.parameters.map((_, index) => input.getColumnVector(index));
          for (let row = 0; row < input.rowCount; row++)
            output.setItem(row, toEngine(native.returns, callFor(native, vectors, row)));
          output.flush();
        } catch (error) {
          info.setError(error instanceof Error ? error.message : String(error));
        }
      },
    }),
  );
};

/** Gives a DuckDB instance the functions that translated queries call. Once for an instance: all its connections see them. */
export const prepareEngine = (duckdb: DuckDB, connection: DuckDBConnection): void => {
  for (const native of natives) register(duckdb, connection, native);
};
