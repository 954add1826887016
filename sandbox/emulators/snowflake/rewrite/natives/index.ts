import { arrayNatives } from './arrays.ts';
import { flattenNatives } from './flatten.ts';
import { jsonNatives } from './json.ts';
import type { Native } from './native.ts';
import { numberNatives } from './numbers.ts';
import { regularExpressionNatives } from './regular-expressions.ts';
import { textNatives } from './texts.ts';
import { timestampNatives } from './timestamps.ts';

/** The one list of functions that DuckDB calls back for. */
export const natives: readonly Native[] = [
  ...jsonNatives,
  ...arrayNatives,
  ...flattenNatives,
  ...timestampNatives,
  ...numberNatives,
  ...textNatives,
  ...regularExpressionNatives,
];
