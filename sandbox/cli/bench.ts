import { Command } from 'commander';
import type { DrainFigures, FlowFigures, StartFigures } from '../scenario/bench.ts';
import { textTable } from './text-table.ts';

type BenchOptions = { runs: string; rate: string; seconds: string; backlog: string; against?: string };

type Figures = { starts: StartFigures; flow: FlowFigures; drain: DrainFigures };

const measure = async (provider: string, options: BenchOptions): Promise<Figures> => {
  const { benchDrain, benchFlow, benchStart } = await import('../scenario/bench.ts');
  const progress = (line: string): void => void process.stderr.write(`${provider}: ${line}\n`);
  const starts = await benchStart({ provider, runs: Number(options.runs), progress });
  const flow = await benchFlow({
    provider,
    perSecond: Number(options.rate),
    seconds: Number(options.seconds),
    progress,
  });
  return { starts, flow, drain: await benchDrain({ provider, events: Number(options.backlog), progress }) };
};

type Row = { what: string; of(figures: Figures): number; unit: string; digits?: number; isCompared?: true };

const rowsFor = ({ rate, backlog }: BenchOptions): readonly Row[] => [
  {
    what: 'start to first row in both transformed tables, median',
    of: ({ starts }) => starts.medianMs,
    unit: 'ms',
    isCompared: true,
  },
  { what: '  fastest of the runs', of: ({ starts }) => starts.fastestMs, unit: 'ms' },
  { what: '  slowest', of: ({ starts }) => starts.slowestMs, unit: 'ms' },
  {
    what: `event made to transformed row at ${rate}/s, p50`,
    of: ({ flow }) => flow.p50Ms,
    unit: 'ms',
    isCompared: true,
  },
  { what: '  p99', of: ({ flow }) => flow.p99Ms, unit: 'ms', isCompared: true },
  { what: '  events measured', of: ({ flow }) => flow.events, unit: '' },
  { what: 'resident memory, at the end of that', of: ({ flow }) => flow.residentMb, unit: 'MB', isCompared: true },
  {
    what: `a backlog of ${backlog} events, until all are transformed`,
    of: ({ drain }) => drain.perSecond,
    unit: 'events/s',
    isCompared: true,
  },
  { what: '  missing', of: ({ drain }) => drain.missing, unit: '' },
  { what: '  repeated', of: ({ drain }) => drain.repeated, unit: '' },
  {
    what: "  time on a processor of the sandbox's own processes, an event",
    of: ({ drain }) => drain.cpuMsPerEvent,
    unit: 'ms',
    digits: 2,
  },
];

const bench = async (options: BenchOptions): Promise<void> => {
  const measured: [string, Figures][] = [];
  for (const provider of ['embedded', ...(options.against === undefined ? [] : [options.against])])
    measured.push([provider, await measure(provider, options)]);
  const [own, other] = measured.map(([, figures]) => figures);
  const lines = rowsFor(options).map(({ what, of, unit, digits = 0, isCompared }) => {
    const figures = measured.map(([, each]) => `${of(each).toFixed(digits)} ${unit}`.trim());
    if (!own || !other) return [what, ...figures];
    return [what, ...figures, isCompared ? (of(other) / of(own)).toFixed(2) : ''];
  });
  const names = measured.map(([provider]) => provider);
  process.stdout.write(textTable(['what', ...names, ...(other ? [`${options.against} / embedded`] : [])], lines));
};

export const benchCommand = (): Command =>
  new Command('bench')
    .description('measure start, latency, memory and throughput of the pipeline')
    .option('--runs <n>', 'how many starts', '5')
    .option('--rate <n>', 'clicks a second while latency is measured', '200')
    .option('--seconds <n>', 'for how long', '15')
    .option('--backlog <n>', 'events to drain for the throughput', '50000')
    .option('--against <provider>', 'measure that beside the embedded default, as containers or kafka=container')
    .action(bench);
