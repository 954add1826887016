import { aggregates } from './aggregates.ts';
import { arrays } from './arrays.ts';
import { conditionals } from './conditionals.ts';
import { conversions } from './conversions.ts';
import { dates } from './dates.ts';
import { numbers } from './numbers.ts';
import { regularExpressions } from './regular-expressions.ts';
import type { FunctionRule } from './signature.ts';
import { strings } from './strings.ts';
import { variants } from './variants.ts';
import { windows } from './windows.ts';

/** The one list of functions. */
export const rules: readonly FunctionRule[] = [
  ...conditionals,
  ...conversions,
  ...strings,
  ...regularExpressions,
  ...numbers,
  ...dates,
  ...variants,
  ...arrays,
  ...aggregates,
  ...windows,
];
