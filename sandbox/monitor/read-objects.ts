import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import type { Address } from '../components/component.ts';
import { bucketAndPrefix, openS3 } from '../pipeline/buckets.ts';
import type { Graph } from '../pipeline/graph.ts';
import type { NodeReading, NodeReadings, Reader } from './reading.ts';

type Listed = { count: number; lastKey: string };

// Keys mostly come in the order of their names: a reading lists what is behind the last key it knows. Now and then all are listed, for
// those that came in between or are gone.
const wholeListingEach = 60;
const pagesAtMost = 20;

/** Objects under a sink's prefix: how many there are. */
export const objectsReader = (graph: Graph, environment: Address): Reader => {
  const client = openS3(environment);
  const known = new Map<string, Listed>();
  let readingCount = 0;
  const list = async (url: string, from: Listed): Promise<Listed> => {
    const { bucket, prefix } = bucketAndPrefix(url);
    let { count, lastKey } = from;
    for (let page = 0; page < pagesAtMost; page++) {
      const after = lastKey === '' ? {} : { StartAfter: lastKey };
      const found = await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ...after }));
      count += found.Contents?.length ?? 0;
      lastKey = found.Contents?.at(-1)?.Key ?? lastKey;
      if (!found.IsTruncated) break;
    }
    return { count, lastKey };
  };
  const readObjects = async (url: string): Promise<NodeReading> => {
    try {
      const before = readingCount % wholeListingEach === 0 ? undefined : known.get(url);
      const listed = await list(url, before ?? { count: 0, lastKey: '' });
      known.set(url, listed);
      return { state: listed.count > 0 ? 'running' : 'waiting', total: listed.count };
    } catch (error) {
      if ((error as Error).name === 'NoSuchBucket') return { state: 'waiting', total: 0 };
      return { state: 'down', note: (error as Error).message };
    }
  };
  return {
    read: async () => {
      const readings: NodeReadings = {};
      for (const { id, kind, url } of graph.nodes) {
        if (kind === 'objects' && url !== undefined) readings[id] = await readObjects(url);
      }
      readingCount++;
      return readings;
    },
    close: async () => client.destroy(),
  };
};
