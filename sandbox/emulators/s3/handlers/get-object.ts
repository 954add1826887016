import { operation } from '../operation.ts';
import { readObject } from './object-reading.ts';

/** GET /bucket/key – the object or one range or part of it. Not emulated: S3 Select, torrents, customer keys, Object Lambda. */
export const getObject = operation({
  name: 'GetObject',
  method: 'GET',
  target: 'object',
  handle: readObject,
});
