import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { removeFolder, type Served, serve } from './serve.ts';

// Exchanges that Apicurio Registry had through its Confluent-compatible API, sent again in their order. Our registry answers as
// Confluent's does, so deviations.ts says where the two registries differ.

type Exchange = {
  name: string;
  method: string;
  path: string;
  request: unknown;
  status: number;
  response: string;
};

const golden = new URL('observations/golden/schema-registry.json', import.meta.url);
const { image, exchanges } = JSON.parse(readFileSync(golden, 'utf8')) as { image: string; exchanges: Exchange[] };

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

/** Of a refusal its code: each registry says it in its own words. Content types and the order of fields are not compared. */
const comparable = (body: unknown): unknown =>
  typeof body === 'object' && body !== null && 'error_code' in body ? { error_code: body.error_code } : body;

describe(`what ${image} answered`, () => {
  let served: Served;
  beforeAll(async () => {
    served = await serve({ components: ['schema-registry'] });
  });
  afterAll(async () => {
    expect(await served?.stop()).toBe(0);
    removeFolder(served.dataDir);
  });

  for (const { name, method, path, request, status, response } of exchanges) {
    it(name, async () => {
      const answer = await fetch(`${served.address['SCHEMA_REGISTRY_URL']}${path}`, {
        method,
        headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
        ...(request !== null && { body: typeof request === 'string' ? request : JSON.stringify(request) }),
      });
      const told = { status: answer.status, body: parsed(await answer.text()) };
      // Confluent's registry tells more of a schema than this one: everything that this one tells must be there.
      expect(told).toMatchObject({ status, body: comparable(parsed(response)) });
    });
  }
});
