import { operation } from '../operation.ts';
import { readObject } from './object-reading.ts';

/** HEAD /bucket/key – GetObject's headers without its body. */
export const headObject = operation({
  name: 'HeadObject',
  method: 'HEAD',
  target: 'object',
  handle: (context, request) => {
    const { status, headers = {} } = readObject(context, request);
    return { status, headers };
  },
});
