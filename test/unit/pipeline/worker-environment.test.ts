import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import type { ConnectorArtefact } from '../../../sandbox/pipeline/artefacts.ts';
import { checkWorkerEnvironment } from '../../../sandbox/pipeline/worker-environment.ts';

type Answer = { status: number; configs: unknown[] };
type Observed = { image: string; date: string; request: string; answers: Record<string, Record<string, Answer>> };

const observed = JSON.parse(
  readFileSync(`${import.meta.dirname}/worker-environment-observed.json`, 'utf8'),
) as Observed;

let server: Server | undefined;
afterEach(() => server?.close());

/** A worker that answers what the real one answered, and takes note of what it was asked. */
const worker = async (situation: string): Promise<{ url: string; asked: string[] }> => {
  const asked: string[] = [];
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const pluginClass = /^\/connector-plugins\/([^/]+)\/config\/validate$/.exec(request.url ?? '')?.[1] ?? '';
    asked.push((JSON.parse(body) as { name: string }).name);
    const { status = 404, configs = [] } = observed.answers[situation]?.[pluginClass] ?? {};
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ configs }));
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
};

const connector = (pluginClass: string, field: string): ConnectorArtefact => {
  const config = { 'connector.class': pluginClass, 'first.field': '${env:IS_SET}', [field]: '${env:NOT_SET}' };
  return { name: 'c', file: 'compose/connectors/c.json', text: JSON.stringify(config, null, 2), config };
};
const classes = Object.keys(observed.answers['with providers'] ?? {});

test('what is asked is what was asked of the real worker', async () => {
  const { url, asked } = await worker('with providers');
  await checkWorkerEnvironment([connector(classes[0] as string, 'field')], { CONNECT_URL: url }).catch(() => {});
  expect(asked).toEqual([observed.request]);
});

test('a name that the worker does not know: file, line, field, and what to set', async () => {
  expect(classes.length).toBe(4);
  for (const pluginClass of classes) {
    const { url } = await worker('with providers');
    await expect(checkWorkerEnvironment([connector(pluginClass, 'a.field')], { CONNECT_URL: url })).rejects.toThrow(
      `compose/connectors/c.json:4: a.field needs NOT_SET, which the Connect worker at ${url} does not know: set it in the worker's environment`,
    );
    server?.close();
  }
});

test('a worker without providers, or with an allow-list that lets nothing through: what to configure', async () => {
  for (const situation of ['without providers', 'with an allow-list of other names']) {
    for (const pluginClass of classes) {
      const { url } = await worker(situation);
      await expect(checkWorkerEnvironment([connector(pluginClass, 'a.field')], { CONNECT_URL: url })).rejects.toThrow(
        `compose/connectors/c.json:3: first.field needs IS_SET, and the Connect worker at ${url} resolves no \${env:…} at all: give it config.providers=env, config.providers.env.class=`,
      );
      server?.close();
    }
  }
});
