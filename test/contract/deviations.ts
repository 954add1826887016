export type Provider = 'embedded' | 'containers';

/**
 * `fails`: the test runs and must fail; it passing is an error, and the entry goes. `skips`: only for what a provider cannot do at all.
 */
export type Deviation = { how: 'fails' | 'skips'; reason: string };

/** By provider, test file, and full test name with ` > ` between its parts. */
export type Deviations = Readonly<Record<Provider, Readonly<Record<string, Readonly<Record<string, Deviation>>>>>>;

const fails = (reason: string): Deviation => ({ how: 'fails', reason });
const skips = (reason: string): Deviation => ({ how: 'skips', reason });

export const deviations: Deviations = {
  embedded: {
    'kafka-answers.test.ts': {
      'versions > of transactions': fails('transactions speak protocol version 1, as with a broker before 4.0'),
      'versions > of everything that a broker speaks': fails(
        'security, quotas, reassignment, share and streams groups and the new consumer protocol are not spoken',
      ),
      'configurations > of the broker can be altered, some of them': fails(
        'settings of our broker are given at start; a change while it runs is refused by name',
      ),
      'groups > are kept in a topic of the broker': fails(
        'offsets are kept in a journal; there is no __consumer_offsets',
      ),
    },
  },
  containers: {
    'kafka.test.ts': {
      'the Kafka broker > refuses a second broker on the same data': skips(
        'the lock is on a data folder of ours; a real broker’s volume belongs to its container',
      ),
      'a Kafka broker that is killed > has every acknowledged message and offset when it is started again': skips(
        'kill -9 of the program ends no container; kill -9 of a container is in the scenarios with faults',
      ),
    },
  },
};
