import type { Clock } from '../../../core/clock.ts';

// /admin/loggers: levels by name. They are kept and told; this worker's log has one level, so setting one changes what is shown here only.

export type LoggerLevel = { level: string; last_modified: number | null };

export type Loggers = {
  all(): Readonly<Record<string, LoggerLevel>>;
  get(name: string): LoggerLevel | undefined;
  /** Sets a namespace and everything known below it; gives the names that changed. */
  set(namespace: string, level: string): readonly string[];
};

export const logLevels: readonly string[] = ['ALL', 'TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL', 'OFF'];

const known = [
  'org.apache.kafka.connect.runtime.distributed.DistributedHerder',
  'org.apache.kafka.connect.runtime.WorkerSinkTask',
  'org.apache.kafka.connect.runtime.WorkerSourceTask',
  'root',
];

export const createLoggers = (clock: Clock): Loggers => {
  const levels = new Map<string, LoggerLevel>(known.map((name) => [name, { level: 'INFO', last_modified: null }]));
  return {
    all: () => Object.fromEntries([...levels].sort(([left], [right]) => (left < right ? -1 : 1))),
    get: (name) => levels.get(name),
    set: (namespace, level) => {
      if (!levels.has(namespace)) levels.set(namespace, { level: 'INFO', last_modified: null });
      const names = [...levels.keys()].filter((name) => name === namespace || name.startsWith(`${namespace}.`)).sort();
      for (const name of names) levels.set(name, { level, last_modified: clock.nowMs() });
      return names;
    },
  };
};
