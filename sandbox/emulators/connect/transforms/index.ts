import { extractField } from './extract-field.ts';
import type { TransformFactory } from './transform.ts';

/** The one list: GET /connector-plugins, validation and creation all read it. */
export const transforms: readonly TransformFactory[] = [...extractField];

const simpleNameOf = (className: string): string => className.slice(className.lastIndexOf('.') + 1);

export const findTransform = (name: string): TransformFactory | undefined =>
  transforms.find(({ className }) => name === className || name === simpleNameOf(className));
