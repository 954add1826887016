import type { TransformFactory } from './transform.ts';

/** org.apache.kafka.connect.transforms.Filter: drops every record; meant for use with a predicate. */
export const filter: TransformFactory = {
  className: 'org.apache.kafka.connect.transforms.Filter',
  version: '4.3.1',
  configDefinitions: [],
  create: () => () => null,
};
