import { notEmulated } from '../errors.ts';
import { type Operation, operation } from '../operation.ts';

const refuse = (name: string, method: Operation['method'], path: string): Operation =>
  operation({
    name,
    method,
    path,
    handle: () => {
      throw notEmulated(name);
    },
  });

/** What the real registry has and this one does not: each answers 42205 with its name. */
export const refusedOperations: readonly Operation[] = [
  refuse('get latest version with metadata', 'GET', '/subjects/{subject}/metadata'),
  refuse('modify schema tags', 'POST', '/subjects/{subject}/versions/{version}/tags'),
  refuse('get schema by guid', 'GET', '/schemas/guids/{guid}'),
  refuse('get ids of guid', 'GET', '/schemas/guids/{guid}/ids'),
  refuse('delete context', 'DELETE', '/contexts/{context}'),
  refuse('get cluster id', 'GET', '/v1/metadata/id'),
  refuse('get server version', 'GET', '/v1/metadata/version'),
  refuse('list exporters', 'GET', '/exporters'),
  refuse('create exporter', 'POST', '/exporters'),
  refuse('list encryption keys', 'GET', '/dek-registry/v1/keks'),
  refuse('create encryption key', 'POST', '/dek-registry/v1/keks'),
];
