/** DuckDB's quoting. */
export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`;
export const quoteText = (value: string): string =>
  value.includes('\0')
    ? `replace('${value.replaceAll("'", "''").replaceAll('\0', '\u0001')}', chr(1), chr(0))`
    : `'${value.replaceAll("'", "''")}'`;
