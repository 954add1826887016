import type { NodeState } from '../monitor/reading.ts';

/** In at most seven characters: 1234567 as "1234567", ten times that as "12.3M". */
export const count = (value: number): string => {
  if (value < 1e7) return String(Math.round(value));
  return value < 1e9 ? `${(value / 1e6).toFixed(1)}M` : `${(value / 1e9).toFixed(1)}G`;
};

/** Events a second, in at most six characters; nothing when nothing moves. */
export const perSecond = (rate: number): string => {
  if (rate < 0.05) return '';
  return rate < 100 ? `${rate.toFixed(1)}/s` : `${count(rate)}/s`;
};

export const seconds = (ms: number): string => `${(ms / 1_000).toFixed(2)} s`;

export const clockTime = (ms: number): string => {
  const total = Math.max(0, Math.floor(ms / 1_000));
  const parts = [Math.floor(total / 3_600), Math.floor(total / 60) % 60, total % 60];
  return parts
    .slice(parts[0] === 0 ? 1 : 0)
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
};

/** Cut in the middle, where names of one kind differ least: "snowflake-data…practice". */
export const cutToWidth = (text: string, width: number): string => {
  if (text.length <= width) return text.padEnd(width);
  if (width < 2) return text.slice(0, width);
  const tail = Math.floor((width - 1) / 2);
  return `${text.slice(0, width - 1 - tail)}…${text.slice(text.length - tail)}`;
};

export const cutAtEnd = (text: string, width: number): string =>
  text.length <= width ? text.padEnd(width) : `${text.slice(0, width - 1)}…`;

// Shapes as well as colours: the screen must read without colour.
export const mark: Readonly<Record<NodeState, string>> = {
  running: '●',
  waiting: '○',
  paused: '‖',
  failed: '✗',
  down: '✗',
};

/** Terminal colours that hold on a light and a dark ground. */
export const colour: Readonly<Record<NodeState, string | undefined>> = {
  running: 'green',
  waiting: undefined,
  paused: 'magenta',
  failed: 'red',
  down: 'red',
};
