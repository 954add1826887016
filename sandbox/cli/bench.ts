import { Command } from 'commander';
import { textTable } from './text-table.ts';

type BenchOptions = { runs: string; rate: string; seconds: string; backlog: string };

const bench = async (options: BenchOptions): Promise<void> => {
  const { benchDrain, benchFlow, benchStart } = await import('../scenario/bench.ts');
  const progress = (line: string): void => void process.stderr.write(`${line}\n`);
  const starts = await benchStart(Number(options.runs), progress);
  const flow = await benchFlow({ perSecond: Number(options.rate), seconds: Number(options.seconds), progress });
  const drain = await benchDrain({ events: Number(options.backlog), progress });
  const ms = (value: number): string => `${Math.round(value)} ms`;
  process.stdout.write(
    textTable(
      ['what', 'figure'],
      [
        ['start to first row in both transformed tables, median', ms(starts.medianMs)],
        ['  fastest, slowest of the runs', `${ms(starts.fastestMs)}, ${ms(starts.slowestMs)}`],
        [`event made to transformed row at ${options.rate}/s, p50`, ms(flow.p50Ms)],
        ['  p99', ms(flow.p99Ms)],
        ['  events measured', String(flow.events)],
        ['resident memory of all processes, at the end of that', `${Math.round(flow.residentMb)} MB`],
        [`a backlog of ${drain.events} events, until all are transformed`, `${Math.round(drain.perSecond)} events/s`],
        ['  missing, repeated', `${drain.missing}, ${drain.repeated}`],
        ['  time on a processor, an event', `${drain.cpuMsPerEvent.toFixed(2)} ms`],
      ],
    ),
  );
};

export const benchCommand = (): Command =>
  new Command('bench')
    .description('measure start, latency, memory and throughput of the embedded pipeline')
    .option('--runs <n>', 'how many starts', '5')
    .option('--rate <n>', 'clicks a second while latency is measured', '200')
    .option('--seconds <n>', 'for how long', '15')
    .option('--backlog <n>', 'events to drain for the throughput', '50000')
    .action(bench);
