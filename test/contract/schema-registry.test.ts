import avsc from 'avsc';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { removeFolder, type Served, serve } from './serve.ts';

const contentType = 'application/vnd.schemaregistry.v1+json';

/** One exchange with the registry, as any HTTP client has it. */
const exchange = async (served: Served, method: string, path: string, body?: unknown) => {
  const answer = await fetch(`${served.address['SCHEMA_REGISTRY_URL']}${path}`, {
    method,
    headers: { 'content-type': contentType, accept: contentType },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  return {
    status: answer.status,
    type: answer.headers.get('content-type'),
    text,
    json: text === '' ? undefined : JSON.parse(text),
  };
};

type Field = { name: string; type: unknown; default?: unknown };
const record = (...fields: Field[]) => ({ type: 'record', name: 'Order', namespace: 'sales', fields });
const id: Field = { name: 'id', type: 'long' };
const quantity: Field = { name: 'quantity', type: 'int' };
const note: Field = { name: 'note', type: ['null', 'string'], default: null };
const price: Field = { name: 'price', type: 'double' };
const body = (schema: object, more: object = {}) => ({ schema: JSON.stringify(schema), ...more });

describe('the schema registry', () => {
  let served: Served;
  beforeAll(async () => {
    served = await serve({ components: ['schema-registry'] });
  });
  afterAll(async () => {
    expect(await served.stop()).toBe(0);
    removeFolder(served.dataDir);
  });

  const call = (method: string, path: string, sent?: unknown) => exchange(served, method, path, sent);
  const get = async (path: string) => (await call('GET', path)).json;
  const register = async (subject: string, schema: object, more: object = {}) =>
    (await call('POST', `/subjects/${encodeURIComponent(subject)}/versions`, body(schema, more))).json;
  const refusal = async (method: string, path: string, sent?: unknown) => {
    const { status, json } = await call(method, path, sent);
    return `${status} ${json.error_code}`;
  };

  it('gives one schema one id, whatever the subject or the spacing', async () => {
    const first = await register('ids-value', record(id, quantity));
    expect(first).toMatchObject({ id: expect.any(Number), version: 1 });
    const spaced = JSON.stringify(record(id, quantity), null, 2);
    expect((await call('POST', '/subjects/ids-value/versions', { schema: spaced })).json.id).toBe(first.id);
    expect((await register('other / value', record(id, quantity))).id).toBe(first.id);
    const second = await register('ids-value', record(id, quantity, note));
    expect(second).toMatchObject({ id: first.id + 1, version: 2 });
    expect(await get(`/schemas/ids/${first.id}/subjects`)).toEqual(['ids-value', 'other / value']);
    expect(await get(`/schemas/ids/${second.id}/versions`)).toEqual([{ subject: 'ids-value', version: 2 }]);
    expect(await get('/subjects/ids-value/versions')).toEqual([1, 2]);
    expect(await get('/subjects')).toEqual(expect.arrayContaining(['ids-value', 'other / value']));
    expect(await get('/subjects?subjectPrefix=other')).toEqual(['other / value']);
  });

  it('serves schemas that readers decode with', async () => {
    const { id: written } = await register('decoded-value', record(id, quantity));
    const bytes = avsc.Type.forSchema(record(id, quantity) as avsc.Schema).toBuffer({ id: 7, quantity: 3 });
    const { schema } = await get(`/schemas/ids/${written}`);
    expect(avsc.Type.forSchema(JSON.parse(schema)).fromBuffer(bytes)).toMatchObject({ id: 7, quantity: 3 });
    const latest = await call('GET', '/subjects/decoded-value/versions/latest');
    expect(latest.type).toBe(contentType);
    expect(latest.json).toMatchObject({ subject: 'decoded-value', version: 1, id: written, schema });
    expect((await call('GET', '/subjects/decoded-value/versions/1/schema')).text).toBe(schema);
    expect((await call('GET', `/schemas/ids/${written}/schema`)).text).toBe(schema);
    const lookedUp = await call('POST', '/subjects/decoded-value', body(record(id, quantity)));
    expect(lookedUp.json).toMatchObject({ version: 1, id: written });
  });

  it('prints schemas as Avro for Java does, keeping numbers whole', async () => {
    const schema =
      '{"fields":[{"default":9223372036854775807,"type":"long","name":"l","doc":"d","x":1.0}],"name":"a.b.R","type":"record","doc":"r","logical":{"b":1,"a":2}}';
    await call('POST', '/subjects/printed/versions', { schema });
    expect((await get('/subjects/printed/versions/1')).schema).toBe(
      '{"type":"record","name":"R","namespace":"a.b","doc":"r","fields":[{"name":"l","type":"long","doc":"d","default":9223372036854775807,"x":1.0}],"logical":{"b":1,"a":2}}',
    );
  });

  it('holds new schemas to the compatibility level', async () => {
    await register('held', record(id, quantity));
    expect(await refusal('POST', '/subjects/held/versions', body(record(id, price)))).toBe('409 40901');
    const check = '/compatibility/subjects/held/versions';
    expect((await call('POST', `${check}/latest`, body(record(id, note)))).json).toEqual({ is_compatible: true });
    const told = (await call('POST', `${check}/1?verbose=true`, body(record(id, price)))).json;
    expect(told.is_compatible).toBe(false);
    expect(told.messages[0]).toBe(
      "{errorType:'READER_FIELD_MISSING_DEFAULT_VALUE', description:'The field 'price' at path '/fields/1' in the new schema has no default value and is missing in the old schema', additionalInfo:'price'}",
    );
    expect((await call('PUT', '/config/held', { compatibility: 'forward' })).json).toEqual({
      compatibility: 'FORWARD',
    });
    expect(await get('/config/held')).toEqual({ compatibilityLevel: 'FORWARD' });
    expect((await call('POST', check, body(record(id, price, quantity)))).json).toEqual({ is_compatible: true });
    expect((await call('POST', check, body(record(id)))).json).toEqual({ is_compatible: false });
    await call('PUT', '/config/held', { compatibility: 'NONE' });
    expect((await register('held', { type: 'string' })).version).toBe(2);
    expect((await call('DELETE', '/config/held')).json).toEqual({ compatibilityLevel: 'NONE' });
    expect(await refusal('GET', '/config/held')).toBe('404 40408');
    expect(await get('/config/held?defaultToGlobal=true')).toEqual({ compatibilityLevel: 'BACKWARD' });
  });

  it('deletes softly, then for good', async () => {
    const { id: kept } = await register('deleted', record(id, { name: 'only', type: 'bytes' }));
    await register('deleted', record(id, note));
    expect(await refusal('DELETE', '/subjects/deleted?permanent=true')).toBe('404 40405');
    expect((await call('DELETE', '/subjects/deleted/versions/1')).json).toBe(1);
    expect(await refusal('GET', '/subjects/deleted/versions/1')).toBe('404 40402');
    expect((await get('/subjects/deleted/versions/1?deleted=true')).id).toBe(kept);
    expect((await get(`/schemas/ids/${kept}`)).schema).toContain('only');
    expect(await refusal('DELETE', '/subjects/deleted/versions/1')).toBe('404 40406');
    expect((await call('DELETE', '/subjects/deleted')).json).toEqual([2]);
    expect(await refusal('DELETE', '/subjects/deleted')).toBe('404 40404');
    expect(await get('/subjects')).not.toContain('deleted');
    expect(await get('/subjects?deleted=true')).toContain('deleted');
    expect((await call('DELETE', '/subjects/deleted?permanent=true')).json).toEqual([1, 2]);
    expect(await refusal('GET', `/schemas/ids/${kept}`)).toBe('404 40403');
    expect(await refusal('DELETE', '/subjects/deleted')).toBe('404 40401');
  });

  it('registers a deleted schema again under its id', async () => {
    const { id: first } = await register('again', record(id, { name: 'again', type: 'int' }));
    await call('DELETE', '/subjects/again');
    expect(await register('again', record(id, { name: 'again', type: 'int' }))).toMatchObject({
      id: first,
      version: 2,
    });
  });

  it('resolves references, and keeps what is referred to', async () => {
    await register('customer', { type: 'record', name: 'Customer', namespace: 'shop', fields: [id] });
    const references = [{ name: 'shop.Customer', subject: 'customer', version: 1 }];
    const buyer = { type: 'record', name: 'Purchase', fields: [{ name: 'buyer', type: 'shop.Customer' }] };
    expect(await refusal('POST', '/subjects/purchase/versions', body(buyer))).toBe('422 42201');
    const { id: referring } = await register('purchase', buyer, { references });
    expect((await get('/subjects/purchase/versions/1')).references).toEqual(references);
    expect(await get('/subjects/customer/versions/1/referencedby')).toEqual([referring]);
    expect(await refusal('DELETE', '/subjects/customer')).toBe('422 42206');
  });

  it('has modes', async () => {
    expect(await get('/mode')).toEqual({ mode: 'READWRITE' });
    expect(await refusal('GET', '/mode/frozen')).toBe('404 40409');
    expect((await call('PUT', '/mode/frozen', { mode: 'READONLY' })).json).toEqual({ mode: 'READONLY' });
    expect(await refusal('POST', '/subjects/frozen/versions', body(record(id)))).toBe('422 42205');
    expect(await refusal('PUT', '/mode/frozen', { mode: 'NOPE' })).toBe('422 42204');
    expect(await refusal('POST', '/subjects/imported/versions', body(record(id), { id: 7001, version: 3 }))).toBe(
      '422 42205',
    );
    await call('PUT', '/mode/imported', { mode: 'IMPORT' });
    expect(await register('imported', record(id, { name: 'i', type: 'int' }), { id: 7001, version: 3 })).toMatchObject({
      id: 7001,
      version: 3,
    });
  });

  it('refuses in the registry’s own words', async () => {
    await register('refusing', record(id));
    expect(await refusal('GET', '/subjects/nope/versions')).toBe('404 40401');
    expect(await refusal('GET', '/subjects/refusing/versions/99')).toBe('404 40402');
    expect(await refusal('GET', '/subjects/refusing/versions/x')).toBe('422 42202');
    expect(await refusal('GET', '/subjects/refusing/versions/0')).toBe('422 42202');
    expect(await refusal('POST', '/subjects/refusing', body(record(price)))).toBe('404 40403');
    expect(await refusal('POST', '/subjects/nope', body(record(price)))).toBe('404 40401');
    expect(await refusal('GET', '/schemas/ids/999999')).toBe('404 40403');
    expect(await refusal('POST', '/subjects/refusing/versions', { schema: '{nope' })).toBe('422 42201');
    expect(await refusal('POST', '/subjects/empty/versions', {})).toBe('422 42201');
    expect(await refusal('POST', '/subjects/refusing/versions', '{nope')).toBe('400 400');
    expect(await refusal('POST', '/subjects/refusing/versions')).toBe('422 422');
    expect(await refusal('PUT', '/config', { compatibility: 'NOPE' })).toBe('422 42203');
    expect(await refusal('GET', '/nope')).toBe('404 404');
    expect(await refusal('PUT', '/subjects')).toBe('405 405');
  });

  it('refuses by name what it does not emulate', async () => {
    expect(await get('/schemas/types')).toEqual(['AVRO']);
    const { status, json } = await call('POST', '/subjects/j/versions', {
      schemaType: 'JSON',
      schema: '{"type":"object"}',
    });
    expect(`${status} ${json.error_code} ${json.message}`).toMatch(/^422 42201 .*JSON.*not emulated/);
    expect(await refusal('POST', '/subjects/j/versions', body(record(id), { ruleSet: {} }))).toBe('422 42205');
    expect(await refusal('PUT', '/config', { alias: 'x' })).toBe('422 42205');
    expect(await refusal('PUT', '/mode', { mode: 'FORWARD' })).toBe('422 42205');
    expect(await refusal('POST', '/subjects/:.context:x/versions', body(record(id)))).toBe('422 42205');
  });
});

describe('kill -9 of the schema registry', () => {
  it('loses nothing that was acknowledged', async () => {
    let served = await serve({ components: ['schema-registry'] });
    const acknowledged = new Map<number, string>();
    for (let round = 0; round < 3; round++) {
      let isKilled = false;
      const writers = Array.from({ length: 4 }, async (_, writer) => {
        for (let index = 0; !isKilled; index++) {
          const schema = { type: 'enum', name: `E${round}_${writer}_${index}`, symbols: ['A'] };
          const { json } = await exchange(
            served,
            'POST',
            `/subjects/s-${round}-${writer}-${index}/versions`,
            body(schema),
          );
          acknowledged.set(json.id, schema.name);
        }
      }).map((writing) => writing.catch(() => {}));
      await new Promise((resolve) => setTimeout(resolve, 200 + round * 70));
      await served.kill();
      isKilled = true;
      await Promise.all(writers);
      served = await serve({ components: ['schema-registry'], dataDir: served.dataDir });
    }
    expect(acknowledged.size).toBeGreaterThan(0);
    for (const [schemaId, name] of acknowledged)
      expect((await exchange(served, 'GET', `/schemas/ids/${schemaId}`)).json.schema).toContain(`"${name}"`);
    expect(await served.stop()).toBe(0);
    removeFolder(served.dataDir);
  });
});
