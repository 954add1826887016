const surrogatesLast = (unit: number): number => (unit < 0xd800 ? unit : unit >= 0xe000 ? unit - 0x800 : unit + 0x2000);

/** Orders keys by their UTF-8 bytes, as S3 lists them; JavaScript's own order differs above U+FFFF. */
export const compareKeys = (left: string, right: string): number => {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const [one, other] = [left.charCodeAt(index), right.charCodeAt(index)];
    if (one !== other) return surrogatesLast(one) - surrogatesLast(other);
  }
  return left.length - right.length;
};

/** The index of the first of `keys` (in order) that is not before `key`. */
export const firstNotBefore = (keys: readonly string[], key: string): number => {
  let [low, high] = [0, keys.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareKeys(keys[middle] as string, key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** Values by key, and the keys in order. */
export type OrderedMap<Value> = {
  get(key: string): Value | undefined;
  set(key: string, value: Value): void;
  delete(key: string): void;
  values(): IterableIterator<Value>;
  /** Sorted by UTF-8 bytes. */
  keys(): readonly string[];
  readonly size: number;
};

export const orderedMap = <Value>(): OrderedMap<Value> => {
  const map = new Map<string, Value>();
  let sorted: string[] = [];
  // Keys are sorted when first asked for: a journal's replay fills the map in any order.
  let isSorted = false;
  const keys = () => {
    if (!isSorted) sorted = [...map.keys()].sort(compareKeys);
    isSorted = true;
    return sorted;
  };
  const set = (key: string, value: Value) => {
    const isNew = !map.has(key);
    map.set(key, value);
    if (!isNew || !isSorted) return;
    sorted.splice(firstNotBefore(sorted, key), 0, key);
  };
  const remove = (key: string) => {
    if (!map.delete(key) || !isSorted) return;
    sorted.splice(firstNotBefore(sorted, key), 1);
  };
  return {
    get: (key) => map.get(key),
    set,
    delete: remove,
    values: () => map.values(),
    keys,
    get size() {
      return map.size;
    },
  };
};
