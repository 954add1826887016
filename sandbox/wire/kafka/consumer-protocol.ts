import { readerOf } from './reader.ts';
import { array, int16, string } from './schema.ts';

const fixed = { version: 0, flexible: false };
const topicNames = array(string);

/** Topics of a consumer's subscription (the metadata of group protocol type "consumer"); they come first in all versions. */
export const subscribedTopics = (metadata: Buffer): string[] => {
  const reader = readerOf(metadata);
  int16.read(reader, fixed);
  return topicNames.read(reader, fixed);
};
