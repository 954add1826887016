export type Provider = 'embedded' | 'containers';

/**
 * `fails`: the test runs and must fail; it passing is an error, and the entry goes. `skips`: only for what a provider cannot do at all.
 */
export type Deviation = { how: 'fails' | 'skips'; reason: string };

/** By provider, test file, and full test name with ` > ` between its parts. */
export type Deviations = Readonly<Record<Provider, Readonly<Record<string, Readonly<Record<string, Deviation>>>>>>;

const skips = (reason: string): Deviation => ({ how: 'skips', reason });

export const deviations: Deviations = {
  embedded: {},
  containers: {
    'kafka.test.ts': {
      'the Kafka broker > refuses a second broker on the same data': skips(
        'the lock is on a data folder of ours; a real broker’s volume belongs to its container',
      ),
    },
  },
};
