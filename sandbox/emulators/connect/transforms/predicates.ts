import { ConfigError } from '../connect-errors.ts';
import { textSetting } from './side.ts';
import type { PredicateFactory } from './transform.ts';

const version = '4.3.1';

const hasHeaderKey: PredicateFactory = {
  className: 'org.apache.kafka.connect.transforms.predicates.HasHeaderKey',
  version,
  configDefinitions: [textSetting('name', 'The header name.')],
  create: (config) => {
    const name = config.text('name');
    return ({ headers }) => headers.some(({ key }) => key === name);
  },
};

const recordIsTombstone: PredicateFactory = {
  className: 'org.apache.kafka.connect.transforms.predicates.RecordIsTombstone',
  version,
  configDefinitions: [],
  create: () => (record) => record.value === null,
};

/** Java's pattern, as far as JavaScript has the same syntax; otherwise refused with the pattern's name. */
export const wholeMatch = (setting: string, pattern: string): RegExp => {
  try {
    return new RegExp(`^(?:${pattern})$`, 's');
  } catch (error) {
    throw new ConfigError(`Invalid value ${pattern} for configuration ${setting}: Invalid regex: ${String(error)}`);
  }
};

const topicNameMatches: PredicateFactory = {
  className: 'org.apache.kafka.connect.transforms.predicates.TopicNameMatches',
  version,
  configDefinitions: [
    textSetting('pattern', 'A Java regular expression for matching against the name of a record’s topic.'),
  ],
  create: (config) => {
    const pattern = wholeMatch('pattern', config.text('pattern'));
    return ({ topic }) => pattern.test(topic);
  },
};

/** The one list. */
export const predicates: readonly PredicateFactory[] = [hasHeaderKey, recordIsTombstone, topicNameMatches];
