/** A function that DuckDB calls back for, row by row: what its SQL cannot say. All names begin with sb_. */
export type NativeType = 'text' | 'integer' | 'boolean' | 'texts';
export type NativeValue = string | number | boolean | null | readonly (string | null)[];

export type Native = {
  name: string;
  parameters: readonly NativeType[];
  returns: NativeType;
  /** Is called for NULLs too; otherwise a NULL argument gives NULL. */
  nulls?: true;
  run: (...values: never[]) => NativeValue;
};

/** An error with Snowflake's code and SQLSTATE, in the form that engine-errors reads. */
export const engineError = (code: string, sqlState: string, message: string): Error =>
  new Error(`[${code}|${sqlState}] ${message}`);
