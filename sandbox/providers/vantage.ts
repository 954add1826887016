import type { Address } from '../components/component.ts';

/** The name by which a container reaches the machine that it runs on. */
export const hostFromContainers = 'host.docker.internal';

const loopbackHost = /(^|\/\/|@|,)(?:127\.0\.0\.1|localhost|\[::1\])(?=[:/,]|$)/g;

/** An address told for this machine, as a container has to write it. */
export const asSeenFromContainers = (address: Address): Address =>
  Object.fromEntries(
    Object.entries(address).map(([name, value]) => [
      name,
      value.replace(loopbackHost, (_whole, before: string) => `${before}${hostFromContainers}`),
    ]),
  );
