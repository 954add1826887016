import { join } from 'node:path';
import type { Address, ComponentName, Credentials } from '../../components/component.ts';
import type { Emit } from '../../core/events.ts';
import type { Listener } from '../../core/server.ts';
import type { RunningComponent } from '../provider.ts';
import { supervise } from '../supervise.ts';
import { recipes } from './recipes.ts';
import { startHost } from './start-host.ts';

export type EmbeddedRequest = {
  names: readonly ComponentName[];
  /** One folder a component is made below it. */
  dataDir: string;
  credentials: Credentials;
  /** Addresses of all components as seen from this machine, and the values of `${env:…}`. */
  environment: Address;
  addressOf(name: ComponentName): Address;
  listenersOf(name: ComponentName): readonly Listener[];
  /** Resolves when that component takes connections, whoever provides it. */
  readyOf(name: ComponentName): Promise<unknown>;
  emit: Emit;
  onReady?: ((name: ComponentName, address: Address) => void | Promise<void>) | undefined;
};

// Who needs nobody first, and of those the child process first: it takes longest.
const rank = (name: ComponentName): number => recipes[name].after.length * 2 + (recipes[name].kind === 'child' ? 0 : 1);

/** The embedded ones in order of need; ended against it, a worker still reaches its broker to commit what it holds. */
export const inOrderOfNeed = (names: readonly ComponentName[]): ComponentName[] =>
  [...names].sort((left, right) => rank(left) - rank(right));

/** Throws when a component was asked for without what it needs. */
export const checkRecipes = ({ names, credentials, environment }: EmbeddedRequest): void => {
  for (const name of names) recipes[name].options({ credentials, environment });
};

/** Starts our own servers, each in a worker or child of this program. */
export const startEmbedded = (request: EmbeddedRequest): RunningComponent[] =>
  inOrderOfNeed(request.names).map((name) =>
    supervise({
      name,
      provider: 'embedded',
      address: request.addressOf(name),
      after: Promise.all(recipes[name].after.map(request.readyOf)),
      emit: request.emit,
      onReady: request.onReady,
      begin: async () => {
        const host = await startHost({
          entry: name,
          kind: recipes[name].kind,
          listeners: request.listenersOf(name),
          dataDir: join(request.dataDir, name),
          options: recipes[name].options({ credentials: request.credentials, environment: request.environment }),
          emit: request.emit,
        });
        return { ended: host.ended, kill: () => host.kill(), stop: () => host.stop() };
      },
    }),
  );
