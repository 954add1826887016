/** Values of results that are made here, not by DuckDB: in the text that a JSON rowset carries. */
export const timeText = (ms: number | undefined): string | null =>
  ms === undefined ? null : `${Math.floor(ms / 1000)}.${String(ms % 1000).padStart(3, '0')}000000`;
export const yesNo = (value: boolean): string => (value ? 'Y' : 'N');
