import { converters, refusedConverters } from '../converters/index.ts';
import type { RestHandler } from '../rest/rest-handler.ts';
import { transforms } from '../transforms/index.ts';
import { predicates } from '../transforms/predicates.ts';

const version = '4.3.1';
const simpleHeaderConverter = {
  class: 'org.apache.kafka.connect.storage.SimpleHeaderConverter',
  type: 'header_converter',
  version,
};

const described = (type: string, plugins: readonly { className: string; version: string }[]) =>
  [...plugins]
    .sort((left, right) => (left.className < right.className ? -1 : 1))
    .map((plugin) => ({ class: plugin.className, type, version: plugin.version }));

/** GET /connector-plugins: connectors, and with connectorsOnly=false everything else that can be named in a configuration. */
export const listPlugins: RestHandler = {
  method: 'GET',
  path: '/connector-plugins',
  answer: ({ query }, { herder }) => {
    const connectors = herder.plugins.all.map(({ className, type, version: own }) => ({
      class: className,
      type,
      version: own,
    }));
    if (query.get('connectorsOnly')?.toLowerCase() !== 'false') return { status: 200, body: connectors };
    return {
      status: 200,
      body: [
        ...connectors,
        ...described('transformation', transforms),
        ...described('predicate', predicates),
        ...described('converter', converters),
        ...described('header_converter', converters),
        simpleHeaderConverter,
      ].filter(({ class: className }) => !refusedConverters.includes(className)),
    };
  },
};
