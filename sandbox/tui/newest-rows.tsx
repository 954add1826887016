import { Box, Text } from 'ink';
import type { ReactElement } from 'react';
import type { Row } from '../monitor/reading.ts';

// Values tell more than names here; long texts and what is null are left out, so that a row stays a line.
const valuesOf = (row: Row): string =>
  Object.values(row)
    .filter((value) => value !== null && String(value).length <= 40)
    .join('  ');

export type NewestRowsProps = { table: string; rows: readonly Row[]; width: number; lines: number };

/** The newest rows of a table, newest first, one line each. */
export const NewestRows = ({ table, rows, width, lines }: NewestRowsProps): ReactElement => (
  <Box flexDirection="column" width={width}>
    <Text dimColor wrap="truncate">
      newest in {table}
    </Text>
    {rows.slice(0, Math.max(0, lines - 1)).map((row) => (
      <Text key={JSON.stringify(row)} wrap="truncate">
        {valuesOf(row)}
      </Text>
    ))}
  </Box>
);
