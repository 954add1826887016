import { cast } from './cast.ts';
import { extractField } from './extract-field.ts';
import { extractNewRecordState } from './extract-new-record-state.ts';
import { filter } from './filter.ts';
import { flatten } from './flatten.ts';
import { headerFrom } from './header-from.ts';
import { dropHeaders, insertHeader } from './headers.ts';
import { hoistField } from './hoist-field.ts';
import { insertField } from './insert-field.ts';
import { maskField } from './mask-field.ts';
import { regexRouter } from './regex-router.ts';
import { replaceField } from './replace-field.ts';
import { setSchemaMetadata } from './set-schema-metadata.ts';
import { timestampConverter } from './timestamp-converter.ts';
import { timestampRouter } from './timestamp-router.ts';
import type { TransformFactory } from './transform.ts';
import { valueToKey } from './value-to-key.ts';

/** The one list: GET /connector-plugins, validation and creation all read it. */
export const transforms: readonly TransformFactory[] = [
  ...cast,
  dropHeaders,
  extractNewRecordState,
  ...extractField,
  filter,
  ...flatten,
  ...headerFrom,
  ...hoistField,
  ...insertField,
  insertHeader,
  ...maskField,
  regexRouter,
  ...replaceField,
  ...setSchemaMetadata,
  ...timestampConverter,
  timestampRouter,
  valueToKey,
];

const simpleNameOf = (className: string): string => className.slice(className.lastIndexOf('.') + 1);

export const findTransform = (name: string): TransformFactory | undefined =>
  transforms.find(({ className }) => name === className || name === simpleNameOf(className));
