import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { clickstreamLogName, readEventLog } from '../../simulators/clickstream/event-log.ts';
import type { Address } from '../components/component.ts';
import { openSnowflake } from '../components/snowflake-client.ts';
import { systemClock } from '../core/clock.ts';
import { pipelineLogin } from '../pipeline/apply-snowflake.ts';

// Times are taken from outside, on the program as a user starts it: a new process, a new folder, free ports.
const cli = process.argv[1] as string;
const ports = ['kafka', 'schema-registry', 'connect', 'mysql', 's3', 'snowflake', 'clickstream'].flatMap((name) => [
  '--port',
  `${name}=0`,
]);

type Line = { kind: string; table?: string; address?: Address };
type Program = {
  child: ChildProcess;
  dataDir: string;
  /** Resolves when both last tables have a row. */
  flowing: Promise<number>;
  address: Promise<Address>;
  stop(): Promise<void>;
};

const startProgram = (args: readonly string[]): Program => {
  const dataDir = mkdtempSync(join(tmpdir(), 'sluicebox-bench-'));
  const startedMs = performance.now();
  const child = spawn(process.execPath, [cli, 'sandbox', '--json', '--data', dataDir, ...ports, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  const tables = new Set<string>();
  let told: (address: Address) => void = () => {};
  const address = new Promise<Address>((resolve) => {
    told = resolve;
  });
  const flowing = new Promise<number>((resolve, reject) => {
    lines.on('line', (text) => {
      const line = JSON.parse(text) as Line;
      if (line.kind === 'started' && line.address) told(line.address);
      if (line.kind === 'first-row' && line.table) tables.add(line.table);
      if (tables.size === 2) resolve(performance.now() - startedMs);
    });
    child.once('exit', (code) => reject(new Error(`the sandbox ended with ${code} before its first rows`)));
  });
  flowing.catch(() => {});
  return {
    child,
    dataDir,
    flowing,
    address,
    stop: async () => {
      if (child.exitCode === null) {
        child.kill('SIGTERM');
        await once(child, 'exit');
      }
      rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
};

export type StartFigures = { medianMs: number; fastestMs: number; slowestMs: number };

/** Start of the process to the first row in both transformed tables, from empty state. */
export const benchStart = async (runs: number, progress: (line: string) => void): Promise<StartFigures> => {
  const times: number[] = [];
  for (let run = 1; run <= runs; run++) {
    const program = startProgram([]);
    try {
      times.push(await program.flowing);
    } finally {
      await program.stop();
    }
    progress(`start ${run} of ${runs}: ${Math.round(times.at(-1) ?? 0)} ms`);
  }
  times.sort((left, right) => left - right);
  const at = (share: number): number => times[Math.floor((times.length - 1) * share)] ?? 0;
  return { medianMs: at(0.5), fastestMs: at(0), slowestMs: at(1) };
};

/** Resident memory of a process and its children, in megabytes; pages that they share count in each. Linux alone tells it. */
const residentMb = (pid: number): number => {
  const field = (of: string, name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(readFileSync(`/proc/${of}/status`, 'utf8'))?.[1] ?? 0);
  try {
    const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    const own = all.filter((name) => {
      try {
        return Number(name) === pid || field(name, 'PPid') === pid;
      } catch {
        return false;
      }
    });
    return own.reduce((sum, name) => sum + field(name, 'VmRSS') / 1_024, 0);
  } catch {
    return Number.NaN;
  }
};

export type FlowRequest = { perSecond: number; seconds: number; progress(line: string): void };
export type FlowFigures = { p50Ms: number; p99Ms: number; events: number; residentMb: number };

// Often enough for the figure, seldom enough not to be the load that is measured.
const pollEachMs = 40;

/** From when the simulator made an event to when its row is seen in the last table by a reader that asks every few milliseconds. */
export const benchFlow = async ({ perSecond, seconds, progress }: FlowRequest): Promise<FlowFigures> => {
  const program = startProgram(['--rate', `clickstream=${perSecond}`, '--rate', `orders=${Math.ceil(perSecond / 4)}`]);
  try {
    await program.flowing;
    const address = await program.address;
    const session = await openSnowflake(address, pipelineLogin(address));
    const countOf = async (): Promise<number> =>
      Number((await session.query('select count(*) from transformed_clickstream')).rows[0]?.[0] ?? 0);
    progress(`${perSecond} events a second for ${seconds} s`);
    const seen: { upTo: number; atMs: number }[] = [{ upTo: await countOf(), atMs: Date.now() }];
    const endMs = Date.now() + seconds * 1_000;
    while (Date.now() < endMs) {
      const upTo = await countOf();
      if (upTo > (seen.at(-1)?.upTo ?? 0)) seen.push({ upTo, atMs: Date.now() });
      await systemClock.sleep(pollEachMs);
    }
    await session.close();
    // Ids are handed on in order, so the nth row to arrive is event n, but for moments in which two files overtake each other.
    const log = readEventLog(join(program.dataDir, 'simulators', clickstreamLogName));
    const latencies = seen.slice(1).flatMap(({ upTo, atMs }, index) => {
      const since = seen[index]?.upTo ?? 0;
      return log.read(since, upTo - since).map(({ createdAtMs }) => atMs - createdAtMs);
    });
    log.close();
    latencies.sort((left, right) => left - right);
    const at = (share: number): number => latencies[Math.floor((latencies.length - 1) * share)] ?? Number.NaN;
    const memory = residentMb(program.child.pid as number);
    return { p50Ms: at(0.5), p99Ms: at(0.99), events: latencies.length, residentMb: memory };
  } finally {
    await program.stop();
  }
};
