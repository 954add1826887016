import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Connection, type ConnectionOptions, createConnection } from 'mysql2/promise';
import { systemClock } from '../../../../../sandbox/core/clock.ts';
import type { SandboxEvent } from '../../../../../sandbox/core/events.ts';
import { loopback } from '../../../../../sandbox/core/server.ts';
import { serveEngine } from '../../../../../sandbox/emulators/mysql/server.ts';
import { type StandInEngine, standInEngine } from './stand-in-engine.ts';

export type Served = {
  engine: StandInEngine;
  port: number;
  dataDir: string;
  events: SandboxEvent[];
  connect(options?: ConnectionOptions): Promise<Connection>;
  stop(): Promise<void>;
};

/** The server over the stand-in engine, on a free port. */
export const serveStandIn = async (): Promise<Served> => {
  const engine = standInEngine();
  const dataDir = mkdtempSync(join(tmpdir(), 'sluicebox-mysql-'));
  const events: SandboxEvent[] = [];
  const emit = (event: SandboxEvent) => events.push(event);
  const running = await serveEngine(engine, { listeners: [loopback(0)], dataDir, clock: systemClock, emit });
  const port = running.ports[0] as number;
  const opened: Connection[] = [];
  return {
    engine,
    port,
    dataDir,
    events,
    connect: async (options = {}) => {
      const connection = await createConnection({
        host: '127.0.0.1',
        port,
        user: 'root',
        password: 'secret',
        ...options,
      });
      opened.push(connection);
      return connection;
    },
    stop: async () => {
      for (const connection of opened) connection.destroy();
      await running.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
};
