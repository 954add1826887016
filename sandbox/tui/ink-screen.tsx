import { render, useInput, useStdout } from 'ink';
import { type ReactElement, useEffect, useState } from 'react';
import type { Screen } from '../cli/screen.ts';
import { FlowScreen, type View } from './flow-screen.tsx';
import { emptyModel, eventsKept, type Model } from './model.ts';

type Store = { get(): Model; set(change: Partial<Model>): void; subscribe(listener: () => void): () => void };

const newStore = (first: Model): Store => {
  let model = first;
  const listeners = new Set<() => void>();
  return {
    get: () => model,
    set: (change) => {
      model = { ...model, ...change };
      for (const listener of listeners) listener();
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
};

const useSize = (): { columns: number; rows: number } => {
  const { stdout } = useStdout();
  const now = () => ({ columns: stdout.columns || 80, rows: stdout.rows || 24 });
  const [size, setSize] = useState(now);
  useEffect(() => {
    const onResize = () => setSize(now());
    stdout.on('resize', onResize);
    return () => {
      stdout.off('resize', onResize);
    };
  });
  return size;
};

const viewKeys: Readonly<Record<string, View>> = { '?': 'help', a: 'addresses', e: 'events' };

const App = ({ store, onQuit }: { store: Store; onQuit(): void }): ReactElement => {
  const [model, setModel] = useState(store.get());
  const [view, setView] = useState<View>('flow');
  const [firstLane, setFirstLane] = useState(0);
  const size = useSize();
  useEffect(() => store.subscribe(() => setModel(store.get())), [store]);
  useInput((input, key) => {
    const chosen = viewKeys[input];
    const lastLane = Math.max(0, (model.graph?.lanes.length ?? 0) - 1);
    if (input === 'q' || (key.ctrl && input === 'c')) onQuit();
    else if (key.escape) setView('flow');
    else if (chosen) setView(chosen === view ? 'flow' : chosen);
    else if (key.rightArrow) setFirstLane(Math.min(lastLane, firstLane + 1));
    else if (key.leftArrow) setFirstLane(Math.max(0, firstLane - 1));
  });
  return <FlowScreen model={model} view={view} firstLane={firstLane} {...size} />;
};

const enterAlternateScreen = '\u001b[?1049h';
const leaveAlternateScreen = '\u001b[?1049l';
const redrawEachMs = 500;

/** The screen in the terminal's alternate buffer: what was there before comes back at the end. */
export const inkScreen = (startedAtMs: number): Screen => {
  const store = newStore(emptyModel(startedAtMs));
  let quit: () => void = () => {};
  const quitting = new Promise<void>((resolve) => {
    quit = resolve;
  });
  process.stdout.write(enterAlternateScreen);
  const app = render(<App store={store} onQuit={quit} />, { exitOnCtrlC: false, maxFps: 10, patchConsole: true });
  let eventCount = 0;
  const ticking = setInterval(() => store.set({ nowMs: Date.now() }), redrawEachMs);
  return {
    step: (step) => store.set({ step }),
    event: (event) => {
      const numbered = { ...event, number: eventCount++ };
      store.set({ events: [...store.get().events, numbered].slice(-eventsKept) });
    },
    started: ({ graph, address, seed }) => store.set({ graph, address, seed }),
    readings: (readings) => store.set({ readings, nowMs: Date.now() }),
    firstRow: (table, sinceStartMs) =>
      store.set({ firstRowMs: { ...store.get().firstRowMs, [table]: sinceStartMs }, step: `first row in ${table}` }),
    stopping: () => store.set({ step: 'stopping …' }),
    close: () => {
      clearInterval(ticking);
      app.unmount();
      process.stdout.write(leaveAlternateScreen);
      for (const [table, ms] of Object.entries(store.get().firstRowMs)) {
        process.stdout.write(`first row in ${table} ${(ms / 1_000).toFixed(2)} s after the start\n`);
      }
    },
    quit: quitting,
  };
};
