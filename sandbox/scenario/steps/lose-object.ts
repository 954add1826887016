import { DeleteObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { openSnowflake } from '../../components/snowflake-client.ts';
import type { Clock } from '../../core/clock.ts';
import { retryUntil } from '../../core/retry.ts';
import { pipelineLogin } from '../../pipeline/apply-snowflake.ts';
import { bucketAndPrefix, openS3 } from '../../pipeline/buckets.ts';
import type { Graph } from '../../pipeline/graph.ts';
import type { Sandbox } from '../../pipeline/sandbox.ts';

const objectDeadlineMs = 30_000;

/** The stage that reads below a prefix, and its pipe. */
const pipeBelow = (graph: Graph, prefix: string): { bucket: string; pipe: string } => {
  for (const stage of graph.nodes.filter(({ kind, url }) => kind === 'stage' && url)) {
    const { bucket, prefix: stagePrefix } = bucketAndPrefix(stage.url as string);
    const pipe = graph.edges
      .find(({ from, to }) => from === stage.id && to.startsWith('pipe:'))
      ?.to.slice('pipe:'.length);
    if (pipe && (stagePrefix.startsWith(prefix) || prefix.startsWith(stagePrefix))) return { bucket, pipe };
  }
  throw new Error(`no pipe loads what is below ${prefix}`);
};

/** Holds the pipe, waits for a new object below the prefix, deletes it, and lets the pipe go on: its rows never arrive. */
export const loseObject = async (prefix: string, graph: Graph, sandbox: Sandbox, clock: Clock): Promise<string> => {
  const { bucket, pipe } = pipeBelow(graph, prefix);
  const session = await openSnowflake(sandbox.environment, pipelineLogin(sandbox.environment));
  const s3 = openS3(sandbox.environment);
  const keys = async (): Promise<string[]> => {
    const found: string[] = [];
    for (let StartAfter: string | undefined; ; ) {
      const page = await s3.send(
        new ListObjectsV2Command({
          Bucket: bucket,
          Prefix: prefix,
          ...(StartAfter === undefined ? {} : { StartAfter }),
        }),
      );
      found.push(...(page.Contents ?? []).flatMap(({ Key }) => Key ?? []));
      if (!page.IsTruncated) return found;
      StartAfter = found.at(-1);
    }
  };
  try {
    await session.query(`alter pipe ${pipe} set pipe_execution_paused = true`);
    const before = new Set(await keys());
    const lost = await retryUntil(
      async () => {
        const fresh = (await keys()).find((key) => !before.has(key));
        if (fresh === undefined) throw new Error(`no new object came below ${prefix}`);
        return fresh;
      },
      { clock, deadlineMs: objectDeadlineMs },
    );
    await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: lost }));
    return lost;
  } finally {
    await session.query(`alter pipe ${pipe} set pipe_execution_paused = false`);
    await session.close();
    s3.destroy();
  }
};
