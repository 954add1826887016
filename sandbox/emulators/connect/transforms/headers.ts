import { parseHeaderText } from '../converters/header-converter.ts';
import { nonEmptyList } from './settings.ts';
import { textSetting } from './side.ts';
import type { TransformFactory } from './transform.ts';

/** org.apache.kafka.connect.transforms.DropHeaders */
export const dropHeaders: TransformFactory = {
  className: 'org.apache.kafka.connect.transforms.DropHeaders',
  version: '4.3.1',
  configDefinitions: [nonEmptyList('headers', 'The name of the headers to be removed.')],
  create: (config) => {
    const names = new Set(config.list('headers'));
    return (record) => ({ ...record, headers: record.headers.filter(({ key }) => !names.has(key)) });
  },
};

/** org.apache.kafka.connect.transforms.InsertHeader */
export const insertHeader: TransformFactory = {
  className: 'org.apache.kafka.connect.transforms.InsertHeader',
  version: '4.3.1',
  configDefinitions: [
    { ...textSetting('header', 'The name of the header.'), importance: 'HIGH' },
    {
      ...textSetting('value.literal', 'The literal value that is to be set as the header value on all records.'),
      importance: 'HIGH',
    },
  ],
  create: (config) => {
    const header = { key: config.text('header'), ...parseHeaderText(config.text('value.literal')) };
    return (record) => ({ ...record, headers: [...record.headers, header] });
  },
};
