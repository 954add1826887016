/** What the ledger and a place disagree on, in words a person can act on. */
export type Difference = {
  lane: 'clickstream' | 'orders';
  /** missing: made and not there; repeated: there more than once; foreign: there and never made; different: another value. */
  kind: 'missing' | 'repeated' | 'foreign' | 'different';
  key: number;
  /** Where it was looked for. */
  place: string;
  /** Of a difference: which value; of a missing row: where it was last seen. */
  detail?: string;
};

export type Reconciliation = {
  /** How many of each lane the ledger holds. */
  clicks: number;
  orders: number;
  /** All of them are counted; the first hundred are told. */
  differenceCount: number;
  differences: readonly Difference[];
};

export const differencesTold = 100;

export const describeDifference = ({ lane, kind, key, place, detail }: Difference): string => {
  const what = lane === 'clickstream' ? `event ${key}` : `order ${key}`;
  return `${what} is ${kind} in ${place}${detail === undefined ? '' : ` (${detail})`}`;
};
