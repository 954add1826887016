/** What a reader makes of a file: records, and what stood where a record should have. */
export type FileRecord = {
  /** $1, $2, …; of JSON, one field: the document. */
  fields: readonly (string | null)[];
  /** METADATA$FILE_ROW_NUMBER, from 1. */
  rowNumber: number;
  line: number;
};
export type RecordError = { message: string; code: string; line: number; character: number; rowNumber: number };
export type ReadItem = { record: FileRecord } | { error: RecordError };

/** 16 MB, the most that a VARIANT or VARCHAR holds. */
export const recordCharactersAtMost = 16_777_216;
