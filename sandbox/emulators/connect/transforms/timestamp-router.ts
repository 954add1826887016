import { DataError } from '../connect-errors.ts';
import { textSetting } from './side.ts';
import { simpleDateFormat } from './simple-date-format.ts';
import type { TransformFactory } from './transform.ts';

/** org.apache.kafka.connect.transforms.TimestampRouter: the topic's name from the topic and the record's time. */
export const timestampRouter: TransformFactory = {
  className: 'org.apache.kafka.connect.transforms.TimestampRouter',
  version: '4.3.1',
  configDefinitions: [
    {
      ...textSetting(
        'topic.format',
        'Format string which can contain <code>${topic}</code> and <code>${timestamp}</code> as placeholders for the topic and timestamp, respectively.',
        '${topic}-${timestamp}',
      ),
      importance: 'HIGH',
    },
    {
      ...textSetting(
        'timestamp.format',
        'Format string for the timestamp that is compatible with <code>java.text.SimpleDateFormat</code>.',
        'yyyyMMdd',
      ),
      importance: 'HIGH',
    },
  ],
  create: (config) => {
    const topicFormat = config.text('topic.format');
    const { format } = simpleDateFormat(config.text('timestamp.format'));
    return (record) => {
      if (record.timestampMs === null) throw new DataError('Timestamp missing on record');
      const timestamp = format(new Date(record.timestampMs));
      return {
        ...record,
        topic: topicFormat.replaceAll('${topic}', () => record.topic).replaceAll('${timestamp}', () => timestamp),
      };
    };
  },
};
