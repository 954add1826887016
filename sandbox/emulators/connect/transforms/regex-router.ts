import { ConfigError } from '../connect-errors.ts';
import { wholeMatch } from './predicates.ts';
import { textSetting } from './side.ts';
import type { TransformFactory } from './transform.ts';

/** Java's `$1` and `${name}` in a replacement, and its backslash, to JavaScript's. */
const javaReplacement = (text: string): string =>
  text.replace(
    /\\(.)|\$\{(\w+)\}|\$(\d)/g,
    (_, escaped: string | undefined, name: string | undefined, group: string | undefined) => {
      if (escaped !== undefined) return escaped === '$' ? '$$' : escaped;
      return name === undefined ? `$${group}` : `$<${name}>`;
    },
  );

/** org.apache.kafka.connect.transforms.RegexRouter: another topic when the whole name matches. */
export const regexRouter: TransformFactory = {
  className: 'org.apache.kafka.connect.transforms.RegexRouter',
  version: '4.3.1',
  configDefinitions: [
    {
      ...textSetting('regex', 'Regular expression to use for matching.'),
      importance: 'HIGH',
      validate: (name, value) => {
        try {
          wholeMatch(name, String(value));
          return null;
        } catch (error) {
          return error instanceof ConfigError ? error.message : String(error);
        }
      },
    },
    { ...textSetting('replacement', 'Replacement string.'), importance: 'HIGH' },
  ],
  create: (config) => {
    const whole = wholeMatch('regex', config.text('regex'));
    // matches() asks for the whole name, replaceFirst() then searches from its start.
    const first = new RegExp(config.text('regex'), 's');
    const replacement = javaReplacement(config.text('replacement'));
    return (record) =>
      whole.test(record.topic) ? { ...record, topic: record.topic.replace(first, replacement) } : record;
  },
};
