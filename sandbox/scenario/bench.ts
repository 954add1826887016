import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { clickstreamLogName, readEventLog } from '../../simulators/clickstream/event-log.ts';
import type { Address } from '../components/component.ts';
import { openSnowflake } from '../components/snowflake-client.ts';
import { systemClock } from '../core/clock.ts';
import { retryUntil } from '../core/retry.ts';
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

const startProgram = (provider: string, args: readonly string[]): Program => {
  const dataDir = mkdtempSync(join(tmpdir(), 'sluicebox-bench-'));
  const startedMs = performance.now();
  const chosen = ['--provider', provider, '--data', dataDir, ...ports, ...args];
  const child = spawn(process.execPath, [cli, 'sandbox', '--json', ...chosen], {
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

/** A run with containers keeps its state in a folder of its own. */
const stateOf = (dataDir: string): string => {
  const withContainers = join(dataDir, 'with-containers');
  return existsSync(withContainers) ? withContainers : dataDir;
};

/** What is measured, as `--provider` names it. */
type Measured = { provider: string; progress(line: string): void };

export type StartRequest = Measured & { runs: number };
export type StartFigures = { medianMs: number; fastestMs: number; slowestMs: number };

/** Start of the process to the first row in both transformed tables, from empty state. */
export const benchStart = async ({ provider, runs, progress }: StartRequest): Promise<StartFigures> => {
  const times: number[] = [];
  for (let run = 1; run <= runs; run++) {
    const program = startProgram(provider, []);
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

/** A process and its children, by their ids. Linux alone tells them. */
const familyOf = (pid: number): readonly string[] =>
  readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      return Number(name) === pid || statusField(name, 'PPid') === pid;
    } catch {
      return false;
    }
  });

const statusField = (pid: string, name: string): number =>
  Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);

/** Sums over a process and its children; NaN where the system does not tell. */
const sumOverFamily = (pid: number, value: (pid: string) => number): number => {
  try {
    return familyOf(pid).reduce((sum, each) => sum + value(each), 0);
  } catch {
    return Number.NaN;
  }
};

/** Resident memory in megabytes; pages that processes share count in each. */
const residentMb = (pid: number): number => sumOverFamily(pid, (each) => statusField(each, 'VmRSS') / 1_024);

const docker = (...args: string[]): string[] =>
  execFileSync('docker', args, { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line !== '');

const megabytes = { B: 1 / 1_048_576, KiB: 1 / 1_024, MiB: 1, GiB: 1_024 };

/** What the containers of this run hold: those of the compose project that publishes one of its ports. */
const containersMb = ({ MYSQL_PORT, AWS_ENDPOINT_URL_S3, KAFKA_BOOTSTRAP_SERVERS }: Address): number => {
  const ports = [MYSQL_PORT, AWS_ENDPOINT_URL_S3, KAFKA_BOOTSTRAP_SERVERS].map((text) => text?.split(':').at(-1));
  try {
    const label = 'com.docker.compose.project';
    const all = docker('ps', '--filter', `label=${label}`, '--format', `{{.ID}}\t{{.Label "${label}"}}\t{{.Ports}}`);
    const rows = all.map((line) => line.split('\t'));
    const project = rows.find(([, , published]) => ports.some((port) => published?.includes(`:${port}->`)))?.[1];
    const ids = rows.filter(([, of]) => project !== undefined && of === project).map(([id = '']) => id);
    if (ids.length === 0) return 0;
    return docker('stats', '--no-stream', '--format', '{{.MemUsage}}', ...ids).reduce((sum, line) => {
      const [, amount, unit] = /^([\d.]+)(B|KiB|MiB|GiB)/.exec(line) ?? [];
      return sum + Number(amount) * megabytes[unit as keyof typeof megabytes];
    }, 0);
  } catch {
    return 0;
  }
};

const msPerTick = 10;

/** Time on a processor since the start, user's and system's: fields 14 and 15 of proc(5)'s stat. */
const cpuMs = (pid: number): number =>
  sumOverFamily(pid, (each) => {
    const stat = readFileSync(`/proc/${each}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * msPerTick;
  });

export type FlowRequest = Measured & { perSecond: number; seconds: number };
export type FlowFigures = { p50Ms: number; p99Ms: number; events: number; residentMb: number };

// Often enough for the figure, seldom enough not to be the load that is measured.
const pollEachMs = 40;

/** From when the simulator made an event to when its row is seen in the last table by a reader that asks every few milliseconds. */
export const benchFlow = async ({ provider, perSecond, seconds, progress }: FlowRequest): Promise<FlowFigures> => {
  const program = startProgram(provider, ['--rate', 'clickstream=1', '--rate', 'orders=1']);
  try {
    await program.flowing;
    const address = await program.address;
    // Only now: what waits from the start on would be measured too, where the start takes long.
    await request('PUT', `${address['CLICKSTREAM_URL']}/simulators`, {
      clickstream: { perSecond },
      orders: { perSecond: Math.ceil(perSecond / 4) },
    });
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
    const log = readEventLog(join(stateOf(program.dataDir), 'simulators', clickstreamLogName));
    const latencies = seen.slice(1).flatMap(({ upTo, atMs }, index) => {
      const since = seen[index]?.upTo ?? 0;
      return log.read(since, upTo - since).map(({ createdAtMs }) => atMs - createdAtMs);
    });
    log.close();
    latencies.sort((left, right) => left - right);
    const at = (share: number): number => latencies[Math.floor((latencies.length - 1) * share)] ?? Number.NaN;
    const memory = residentMb(program.child.pid as number) + containersMb(address);
    return { p50Ms: at(0.5), p99Ms: at(0.99), events: latencies.length, residentMb: memory };
  } finally {
    await program.stop();
  }
};

export type DrainRequest = Measured & { events: number };
export type DrainFigures = {
  events: number;
  perSecond: number;
  cpuMsPerEvent: number;
  missing: number;
  repeated: number;
};

/** Tried again for a moment: a kept connection may have been closed from the other side just now. */
const request = (method: string, url: string, body?: unknown): Promise<unknown> =>
  retryUntil(
    async () => {
      const response = await fetch(url, {
        method,
        headers: { 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      if (!response.ok) throw new Error(`${method} ${url}: status ${response.status}`);
      const text = await response.text();
      return text === '' ? undefined : JSON.parse(text);
    },
    { clock: systemClock, deadlineMs: 5_000 },
  );

const patienceMs = 60_000;

/** A backlog of events in the API, let go at once: from then until the last of them is in the last table. */
export const benchDrain = async ({ provider, events, progress }: DrainRequest): Promise<DrainFigures> => {
  const program = startProgram(provider, ['--rate', 'clickstream=1', '--rate', 'orders=1']);
  try {
    await program.flowing;
    const address = await program.address;
    const pid = program.child.pid as number;
    const connectors = `${address['CONNECT_URL']}/connectors`;
    const simulators = `${address['CLICKSTREAM_URL']}/simulators`;
    const infos = (await request('GET', `${connectors}?expand=info`)) as Record<
      string,
      { info: { config: Record<string, string> } }
    >;
    const source = Object.keys(infos).find((name) =>
      infos[name]?.info.config['connector.class']?.endsWith('.HttpSourceConnector'),
    );
    const session = await openSnowflake(address, pipelineLogin(address));
    const counts = async (what: string): Promise<number> =>
      Number((await session.query(`select count(${what}) from transformed_clickstream`)).rows[0]?.[0] ?? 0);
    const created = async (): Promise<number> =>
      ((await request('GET', simulators)) as { clickstream: { created: number } }).clickstream.created;

    await request('PUT', `${connectors}/${source}/pause`);
    const target = (await created()) + events;
    await request('PUT', simulators, {
      clickstream: { perSecond: Math.min(events, 50_000) },
      orders: { perSecond: 0 },
    });
    while ((await created()) < target) await systemClock.sleep(20);
    await request('PUT', simulators, { clickstream: { perSecond: 0 } });
    await systemClock.sleep(1_000);
    const made = await created();
    const before = await counts('*');
    progress(`${made - before} events at once`);
    const [startedMs, startedCpuMs] = [performance.now(), cpuMs(pid)];
    await request('PUT', `${connectors}/${source}/resume`);
    let arrived = before;
    for (let movedMs = startedMs; arrived < made && performance.now() - movedMs < patienceMs; ) {
      await systemClock.sleep(100);
      const now = await counts('*');
      if (now > arrived) movedMs = performance.now();
      arrived = now;
    }
    const [seconds, usedCpuMs] = [(performance.now() - startedMs) / 1_000, cpuMs(pid) - startedCpuMs];
    const distinct = await counts('distinct event_id');
    const rows = await counts('*');
    await session.close();
    return {
      events: made - before,
      perSecond: (arrived - before) / seconds,
      cpuMsPerEvent: usedCpuMs / (arrived - before),
      missing: made - distinct,
      repeated: rows - distinct,
    };
  } finally {
    await program.stop();
  }
};
