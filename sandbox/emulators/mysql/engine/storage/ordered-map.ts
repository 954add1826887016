/**
 * A map in the order of its string keys: a list of sorted chunks. Insertion moves at most a chunk and, rarely, the list of chunks;
 * appending in order moves nothing.
 */
export type OrderedMap<T> = { chunks: Chunk<T>[]; size: number };
type Chunk<T> = { keys: string[]; values: T[] };

const chunkSize = 256;

export const newOrderedMap = <T>(): OrderedMap<T> => ({ chunks: [], size: 0 });

/** Index of the first key that is not below `key`. */
const lowerBound = (keys: readonly string[], key: string): number => {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle] as string) < key) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** Index of the first chunk whose last key is not below `key`; the number of chunks when there is none. */
const findChunk = <T>(map: OrderedMap<T>, key: string): number => {
  let low = 0;
  let high = map.chunks.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const { keys } = map.chunks[middle] as Chunk<T>;
    if ((keys[keys.length - 1] as string) < key) low = middle + 1;
    else high = middle;
  }
  return low;
};

export const getOrdered = <T>(map: OrderedMap<T>, key: string): T | undefined => {
  const chunk = map.chunks[findChunk(map, key)];
  if (!chunk) return undefined;
  const index = lowerBound(chunk.keys, key);
  return chunk.keys[index] === key ? chunk.values[index] : undefined;
};

export const setOrdered = <T>(map: OrderedMap<T>, key: string, value: T): void => {
  let at = findChunk(map, key);
  if (at === map.chunks.length) {
    const last = map.chunks[at - 1];
    if (last && last.keys.length < chunkSize) at--;
    else map.chunks.push({ keys: [], values: [] });
  }
  const chunk = map.chunks[at] as Chunk<T>;
  const index = lowerBound(chunk.keys, key);
  if (chunk.keys[index] === key) {
    chunk.values[index] = value;
    return;
  }
  map.size++;
  if (index === chunk.keys.length) {
    chunk.keys.push(key);
    chunk.values.push(value);
  } else {
    chunk.keys.splice(index, 0, key);
    chunk.values.splice(index, 0, value);
  }
  if (chunk.keys.length <= chunkSize) return;
  const half = chunkSize >>> 1;
  map.chunks.splice(at + 1, 0, { keys: chunk.keys.splice(half), values: chunk.values.splice(half) });
};

export const deleteOrdered = <T>(map: OrderedMap<T>, key: string): boolean => {
  const at = findChunk(map, key);
  const chunk = map.chunks[at];
  if (!chunk) return false;
  const index = lowerBound(chunk.keys, key);
  if (chunk.keys[index] !== key) return false;
  chunk.keys.splice(index, 1);
  chunk.values.splice(index, 1);
  if (chunk.keys.length === 0) map.chunks.splice(at, 1);
  map.size--;
  return true;
};

/** All values of the keys from `low` on and below `high` (no end when null), as a list: the map may change while it is worked through. */
export const listRange = <T>(map: OrderedMap<T>, low: string, high: string | null): T[] => {
  const found: T[] = [];
  for (let at = findChunk(map, low); at < map.chunks.length; at++) {
    const { keys, values } = map.chunks[at] as Chunk<T>;
    const from = lowerBound(keys, low);
    const to = high === null ? keys.length : lowerBound(keys, high);
    for (let index = from; index < to; index++) found.push(values[index] as T);
    if (to < keys.length) break;
  }
  return found;
};
