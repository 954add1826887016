import { ConnectError } from '../../connect-errors.ts';
import type { OffsetMap, SourceRecord } from '../../plugin.ts';
import { offsetIdentity } from './record-order.ts';

/** Which records of the last page Kafka has: the offset to ask from is that of the last one before the first unconfirmed. */
export type ConfirmationWindow = { confirm(record: SourceRecord): void; lowWatermark(): OffsetMap | null };

export const confirmationWindow = (records: readonly SourceRecord[]): ConfirmationWindow => {
  const indexes = new Map<string, number>();
  for (const [index, { sourceOffset }] of records.entries()) {
    const identity = offsetIdentity(sourceOffset);
    if (indexes.has(identity)) {
      throw new ConnectError(`Duplicate key ${JSON.stringify(sourceOffset)}`, {
        javaClass: 'java.lang.IllegalStateException',
      });
    }
    indexes.set(identity, index);
  }
  const confirmed = new Array<boolean>(records.length).fill(false);
  let low = 0;
  return {
    confirm: ({ sourceOffset }) => {
      const index = indexes.get(offsetIdentity(sourceOffset));
      if (index !== undefined) confirmed[index] = true;
      while (confirmed[low] === true) low++;
    },
    lowWatermark: () => records[low - 1]?.sourceOffset ?? null,
  };
};
