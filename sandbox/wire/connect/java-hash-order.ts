// The order in which a java.util.HashMap<String, ?> walks its keys. Kafka Connect keeps connector configurations and schemaless JSON in
// such maps, so this order is what GET …/config, the config topic and the S3 sink's lines show (golden/connect-rest.jsonl, golden/s3).

const maximumCachedShapes = 4_096;
const shapes = new Map<string, readonly string[]>();

/** String.hashCode, spread as HashMap.hash does. */
const spreadHash = (key: string): number => {
  let hash = 0;
  for (let index = 0; index < key.length; index++) hash = (Math.imul(hash, 31) + key.charCodeAt(index)) | 0;
  return (hash ^ (hash >>> 16)) >>> 0;
};

/** Table size after `count` puts into `new HashMap<>()`: 16, doubled whenever three quarters are full. */
const tableSize = (count: number): number => {
  let size = 16;
  while (count > size * 0.75) size *= 2;
  return size;
};

const inHashOrder = (keys: readonly string[]): readonly string[] => {
  const mask = tableSize(keys.length) - 1;
  return keys
    .map((key, index) => ({ key, index, bucket: spreadHash(key) & mask }))
    .sort((left, right) => left.bucket - right.bucket || left.index - right.index)
    .map(({ key }) => key);
};

/** The distinct `keys`, given in order of insertion, in the order of iteration. */
export const javaHashOrder = (keys: readonly string[]): readonly string[] => {
  if (keys.length < 2) return keys;
  const shape = keys.join('\u0000');
  const known = shapes.get(shape);
  if (known !== undefined) return known;
  const ordered = inHashOrder(keys);
  if (shapes.size >= maximumCachedShapes) shapes.clear();
  shapes.set(shape, ordered);
  return ordered;
};

/** A copy of `map` whose properties are in the order of a java.util.HashMap. */
export const asJavaHashMap = <Value>(map: Readonly<Record<string, Value>>): Record<string, Value> => {
  const copy: Record<string, Value> = {};
  for (const key of javaHashOrder(Object.keys(map))) copy[key] = map[key] as Value;
  return copy;
};
