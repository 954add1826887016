import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bucket, connectClient, sink, until } from './connect-client.ts';
import { observe } from './observations.ts';
import { removeFolder, type Served, serve } from './serve.ts';

// What the worker itself answers and does, whatever its plug-ins are, compared with what Kafka Connect did.

let served: Served;
const { ask, put, taskStates, running, s3, objects, kafka, produce, consume } = connectClient(() => served);

beforeAll(async () => {
  const args = ['--set', 'CONNECT_OFFSET_FLUSH_INTERVAL_MS=500', '--set', 'SINK_SESSION_TIMEOUT_MS=10000'];
  served = await serve({ components: ['kafka', 's3', 'connect'], args });
  const client = s3();
  await client.send(new CreateBucketCommand({ Bucket: bucket })).catch((error: Error) => {
    if (!error.name.startsWith('BucketAlready')) throw error;
  });
  client.destroy();
});
afterAll(async () => {
  expect(await served?.stop()).toBe(0);
  removeFolder(served.dataDir);
});

/** Without what differs from worker to worker: its address, versions of plug-ins, lists of them. */
const stable = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value ?? null, (key, item) => {
      if (key === 'worker_id') return 'worker';
      if (key === 'version') return undefined;
      if (key === 'trace' && typeof item === 'string')
        return item.split('\n').filter((line) => !/^\s+(at|\.\.\.)/.test(line));
      if (key === 'message' && typeof item === 'string')
        return (
          item
            .replace(/(available \w+ are: ).*/s, '$1…')
            // Told by some ways of discovering plug-ins and not by others.
            .replace(/^org\.apache\.kafka\.connect\.errors\.ConnectException: /, '')
            // A plug-in that manages offsets itself makes the worker say less.
            .replace(/^The .*offsets for this connector have been (altered|reset) successfully.*/s, 'offsets $1')
        );
      return item;
    }),
  );

const told = async (method: string, path: string, body?: unknown) => stable(await ask(method, path, body));

const stateOf = async (name: string): Promise<string | undefined> =>
  (await ask('GET', `/connectors/${name}/status`)).body.connector?.state;

/** A line of an object as its value, with integers beyond what JSON.parse keeps as texts; as it is where it is not JSON. */
const lineValue = (line: string): unknown => {
  try {
    return JSON.parse(line.replace(/(?<=:)\d{16,}(?=[,}])/g, '"$&"'));
  } catch {
    return line;
  }
};

const createTopic = async (topic: string): Promise<void> => {
  const admin = kafka().admin();
  await admin.connect();
  await admin.createTopics({ waitForLeaders: true, topics: [{ topic, numPartitions: 1, replicationFactor: 1 }] });
  await admin.disconnect();
};

/** A sink that is created over each topic that is there, and writes each record at once. */
const plain = (topics: string, more: Record<string, string> = {}) => sink({ topics, 'flush.size': '1', ...more });

describe('configurations', () => {
  const refusals: Record<string, Record<string, string>> = {
    'no topics': { topics: '' },
    'topics and a pattern': { 'topics.regex': 'a.*' },
    'no tasks': { 'tasks.max': '0' },
    'a number that is none': { 'tasks.max': 'x' },
    'a converter that is not there': { 'value.converter': 'no.such.Converter' },
    'a transformation without a type': { transforms: 'a' },
    'a transformation that is not there': { transforms: 'a', 'transforms.a.type': 'no.such.Transformation' },
    'a transformation twice': {
      transforms: 'a,a',
      'transforms.a.type': 'org.apache.kafka.connect.transforms.HoistField$Value',
      'transforms.a.field': 'x',
    },
    'a transformation without what it needs': {
      transforms: 'a',
      'transforms.a.type': 'org.apache.kafka.connect.transforms.HoistField$Value',
    },
    'a type that is none': {
      transforms: 'a',
      'transforms.a.type': 'org.apache.kafka.connect.transforms.Cast$Value',
      'transforms.a.spec': 'x:colour',
    },
    'a predicate that is not there': {
      transforms: 'a',
      'transforms.a.type': 'org.apache.kafka.connect.transforms.Filter',
      'transforms.a.predicate': 'b',
    },
    'a predicate without a type': { predicates: 'b' },
    'a tolerance that is none': { 'errors.tolerance': 'some' },
    'a reload action that is none': { 'config.action.on.error': 'x', 'config.reload.action': 'sometimes' },
    'a dead letter queue among the topics': { 'errors.deadletterqueue.topic.name': 'configured' },
  };

  for (const [name, config] of Object.entries(refusals)) {
    it(`with ${name}`, async () => {
      observe(`configuration: ${name}`, await told('PUT', '/connectors/refused/config', plain('configured', config)));
      await ask('DELETE', '/connectors/refused');
    });
  }

  it('are created, and come back as they were given', async () => {
    const create = (body: unknown) => told('POST', '/connectors', body);
    const config = plain('created');
    observe('create', {
      created: await create({ name: 'created', config }),
      again: await create({ name: 'created', config }),
      'another name inside': await create({ name: 'other', config: { ...config, name: 'different' } }),
      'a class that is not there': await create({ name: 'other', config: { 'connector.class': 'NoSuch' } }),
      'no class': await create({ name: 'other', config: {} }),
      'no configuration': await create({ name: 'other' }),
      'no name': await create({ config }),
      'an empty name': await create({ name: '', config }),
      'a name with a slash': await create({ name: 'a/b', config }),
      'a state that is none': await create({ name: 'other', config, initial_state: 'SLEEPING' }),
      stopped: await create({ name: 'created-stopped', config, initial_state: 'STOPPED' }),
      got: await told('GET', '/connectors/created/config'),
    });
    for (const name of ['created', 'created-stopped', 'a%2Fb', 'refused']) await ask('DELETE', `/connectors/${name}`);
  });

  it('have a value for each name', async () => {
    const config = { ...plain('created'), 'tasks.max': null };
    observe('null as a value', await told('POST', '/connectors', { name: 'nulls', config }));
    await ask('DELETE', '/connectors/nulls');
  });

  it('are patched by what is new, and null removes', async () => {
    await put('patched', plain('patched', { 'errors.tolerance': 'all' }));
    await running('patched');
    observe('patch', {
      patched: await told('PATCH', '/connectors/patched/config', { 'errors.tolerance': null, 'tasks.max': '2' }),
      unknown: await told('PATCH', '/connectors/nobody/config', { 'tasks.max': '2' }),
    });
    await ask('DELETE', '/connectors/patched');
  });
});

describe('states', () => {
  const settled = (name: string, state: string, tasks: number) =>
    until(
      async () => [await stateOf(name), ...(await taskStates(name))].join(),
      (states) => states === [state, ...Array.from({ length: tasks }, () => state)].join(),
    );

  it('are told as they change', async () => {
    await createTopic('states');
    const at = '/connectors/states';
    await put('states', plain('states'));
    await settled('states', 'RUNNING', 1);
    const answers: Record<string, unknown> = { running: await told('GET', `${at}/status`) };
    answers['pause'] = await told('PUT', `${at}/pause`);
    await settled('states', 'PAUSED', 1);
    answers['paused'] = await told('GET', `${at}/status`);
    answers['pause again'] = await told('PUT', `${at}/pause`);
    answers['restart when paused'] = await told('POST', `${at}/restart`);
    answers['resume'] = await told('PUT', `${at}/resume`);
    await settled('states', 'RUNNING', 1);
    answers['restart'] = await told('POST', `${at}/restart`);
    await settled('states', 'RUNNING', 1);
    answers['restart a task'] = await told('POST', `${at}/tasks/0/restart`);
    await settled('states', 'RUNNING', 1);
    answers['restart failed tasks'] = await told('POST', `${at}/restart?includeTasks=true&onlyFailed=true`);
    answers['restart a task that is not there'] = await told('POST', `${at}/tasks/7/restart`);
    answers['a task that is not there'] = await told('GET', `${at}/tasks/7/status`);
    answers['stop'] = await told('PUT', `${at}/stop`);
    await settled('states', 'STOPPED', 0);
    answers['stopped'] = await told('GET', `${at}/status`);
    answers['tasks when stopped'] = await told('GET', `${at}/tasks`);
    answers['restart when stopped'] = await told('POST', `${at}/restart`);
    answers['nobody'] = [
      await told('PUT', '/connectors/nobody/pause'),
      await told('PUT', '/connectors/nobody/stop'),
      await told('POST', '/connectors/nobody/restart'),
      await told('GET', '/connectors/nobody/status'),
      await told('GET', '/connectors/nobody/offsets'),
      await told('GET', '/connectors/nobody/topics'),
    ];
    observe('states', answers);
    await ask('DELETE', at);
  });

  it('let offsets be altered only when stopped, in their form', async () => {
    await produce('offsets', [{ value: '{"id":1}' }, { value: '{"id":2}' }]);
    const at = '/connectors/offsets/offsets';
    const to = (kafka_offset: unknown, partition: object = { kafka_topic: 'offsets', kafka_partition: 0 }) => ({
      offsets: [{ partition, offset: kafka_offset === null ? null : { kafka_offset } }],
    });
    await put('offsets', plain('offsets'));
    await until(
      async () => (await ask('GET', at)).body.offsets[0]?.offset.kafka_offset as number,
      (offset) => offset === 2,
    );
    const answers: Record<string, unknown> = {
      running: await told('GET', at),
      'altered while running': await told('PATCH', at, to(0)),
      'reset while running': await told('DELETE', at),
    };
    await ask('PUT', '/connectors/offsets/stop');
    await settled('offsets', 'STOPPED', 0);
    // The group may still hold its last member for a moment.
    await until(
      () => ask('PATCH', at, to(1)),
      ({ status }) => status === 200,
    );
    answers['altered'] = await told('PATCH', at, to(1));
    answers['after that'] = await told('GET', at);
    answers['a number as text'] = await told('PATCH', at, to('1'));
    answers['no number'] = await told('PATCH', at, to('x'));
    answers['a negative number'] = await told('PATCH', at, to(-1));
    answers['no topic'] = await told('PATCH', at, to(1, { kafka_partition: 0 }));
    answers['no partition'] = await told('PATCH', at, to(1, { kafka_topic: 'offsets' }));
    answers['another word'] = await told('PATCH', at, to(1, { topic: 'offsets', kafka_partition: 0 }));
    answers['no offsets'] = await told('PATCH', at, { offsets: [] });
    answers['nothing'] = await told('PATCH', at, {});
    answers['one removed'] = [await told('PATCH', at, to(null)), await told('GET', at)];
    answers['reset'] = await told('DELETE', at);
    answers['reset again'] = await told('DELETE', at);
    observe('offsets', answers);
    await ask('DELETE', '/connectors/offsets');
  });

  it('fail with the trace of what went wrong', async () => {
    await produce('failing', [{ value: 'nope' }]);
    await put('failing', plain('failing'));
    await until(
      () => taskStates('failing'),
      (states) => states[0] === 'FAILED',
    );
    observe('failed task', {
      status: await told('GET', '/connectors/failing/status'),
      'restart, failed tasks only': await told('POST', '/connectors/failing/restart?onlyFailed=true'),
    });
    await ask('DELETE', '/connectors/failing');
  });
});

describe('records', () => {
  const transforms = 'org.apache.kafka.connect.transforms';
  const row =
    '{"id":7,"name":"Ann","price":12.5,"big":9007199254740993,"tags":["a","b"],"in":{"x":1,"y":{"z":"deep"}},"none":null,"yes":true}';
  const withSchema = JSON.stringify({
    schema: {
      type: 'struct',
      name: 'row',
      optional: false,
      fields: [
        { field: 'id', type: 'int64', optional: false },
        { field: 'name', type: 'string', optional: true },
        { field: 'price', type: 'double', optional: false },
        { field: 'at', type: 'int64', name: 'org.apache.kafka.connect.data.Timestamp', version: 1, optional: false },
        { field: 'in', type: 'struct', optional: true, fields: [{ field: 'x', type: 'int32', optional: false }] },
      ],
    },
    payload: { id: 7, name: 'Ann', price: 12.5, at: 1_795_368_255_123, in: { x: 1 } },
  });
  const oneOf = (type: string, more: Record<string, string> = {}): Record<string, string> => ({
    transforms: 'a',
    'transforms.a.type': `${transforms}.${type}`,
    ...Object.fromEntries(Object.entries(more).map(([name, value]) => [`transforms.a.${name}`, value])),
  });

  const cases: Record<string, Record<string, string>> = {
    'as they are': {},
    'InsertField of where it comes from': oneOf('InsertField$Value', {
      'topic.field': 't',
      'partition.field': 'p',
      'offset.field': 'o',
      'static.field': 's',
      'static.value': 'v',
    }),
    'ReplaceField, some renamed': oneOf('ReplaceField$Value', { exclude: 'tags,in', renames: 'id:key,name:who' }),
    'ReplaceField, some kept': oneOf('ReplaceField$Value', { include: 'id,name,none' }),
    'MaskField by nothing': oneOf('MaskField$Value', { fields: 'id,name,price,yes' }),
    'MaskField by a text': oneOf('MaskField$Value', { fields: 'id,price', replacement: '42' }),
    HoistField: oneOf('HoistField$Value', { field: 'row' }),
    ExtractField: oneOf('ExtractField$Value', { field: 'in' }),
    Flatten: oneOf('Flatten$Value', { delimiter: '_' }),
    'Cast of each': oneOf('Cast$Value', { spec: 'id:string,price:int32,yes:string,name:string' }),
    'Cast to boolean and float': oneOf('Cast$Value', { spec: 'id:boolean,price:float32,big:string' }),
    'TimestampConverter to text': oneOf('TimestampConverter$Value', {
      field: 'big',
      'target.type': 'string',
      format: 'yyyy-MM-dd HH:mm:ss.SSS',
      'unix.precision': 'microseconds',
    }),
    'Filter by a header that is not there': {
      ...oneOf('Filter', { predicate: 'has', negate: 'true' }),
      predicates: 'has',
      'predicates.has.type': `${transforms}.predicates.HasHeaderKey`,
      'predicates.has.name': 'origin',
    },
    'two, one after the other': {
      transforms: 'a,b',
      'transforms.a.type': `${transforms}.ExtractField$Value`,
      'transforms.a.field': 'in',
      'transforms.b.type': `${transforms}.InsertField$Value`,
      'transforms.b.static.field': 'added',
      'transforms.b.static.value': 'last',
    },
    'with a schema': { 'value.converter.schemas.enable': 'true' },
    'with a schema, flat': { ...oneOf('Flatten$Value'), 'value.converter.schemas.enable': 'true' },
    'with a schema, cast': {
      ...oneOf('Cast$Value', { spec: 'id:int8,price:string,at:string' }),
      'value.converter.schemas.enable': 'true',
    },
    'with a schema, masked': {
      ...oneOf('MaskField$Value', { fields: 'id,name' }),
      'value.converter.schemas.enable': 'true',
    },
    'with a schema, at another time': {
      ...oneOf('TimestampConverter$Value', {
        field: 'at',
        'target.type': 'string',
        format: "yyyy-MM-dd'T'HH:mm:ssXXX",
      }),
      'value.converter.schemas.enable': 'true',
    },
    'as text': { 'value.converter': 'org.apache.kafka.connect.storage.StringConverter' },
  };

  it('go through transformations and converters', { timeout: 280_000 }, async () => {
    const names = Object.keys(cases);
    const topicOf = (name: string) => `transformed-${names.indexOf(name)}`;
    for (const [name, config] of Object.entries(cases)) {
      const value = config['value.converter.schemas.enable'] === 'true' ? withSchema : row;
      await produce(topicOf(name), [{ key: 'k', value, headers: { origin: 'test' } }]);
      expect((await put(topicOf(name), plain(topicOf(name), config))).status, name).toBe(201);
    }
    const results: Record<string, unknown> = {};
    for (const name of names) {
      const outcome = await until(
        async () => {
          const [lines] = (await objects(`topics/${topicOf(name)}/`)).values();
          if (lines !== undefined) return lines;
          const { body } = await ask('GET', `/connectors/${topicOf(name)}/status`);
          const trace = body.tasks[0]?.trace as string | undefined;
          return trace?.split('\n').filter((line) => /^(\S+Exception|Caused by)/.test(line));
        },
        (lines) => lines !== undefined,
      );
      // The order of fields without a schema is that of a hash map: told by its own tests.
      results[name] = outcome?.map(lineValue);
    }
    observe('transformations', results);
    for (const name of names) await ask('DELETE', `/connectors/${topicOf(name)}`);
  });

  it('that fail go to the dead letter queue and say why', async () => {
    await produce('poison', [
      { key: 'bad', value: 'nope', headers: { origin: 'test' } },
      { key: 'good', value: '{"id":1}' },
      { key: 'uncastable', value: '{"id":"x"}' },
    ]);
    await put('poison', {
      ...plain('poison', oneOf('Cast$Value', { spec: 'id:int32' })),
      'errors.tolerance': 'all',
      'errors.deadletterqueue.topic.name': 'poison-letters',
      'errors.deadletterqueue.topic.replication.factor': '1',
      'errors.deadletterqueue.context.headers.enable': 'true',
    });
    await running('poison');
    const dead = await consume('poison-letters', 2);
    const firstLine = (text: string | undefined) => text?.split('\n')[0];
    observe(
      'dead letters',
      dead.map(({ key, value, headers }) => ({
        key,
        value,
        headers: {
          ...headers,
          '__connect.errors.exception.stacktrace': firstLine(headers['__connect.errors.exception.stacktrace']),
        },
      })),
    );
    await ask('DELETE', '/connectors/poison');
  });
});

describe('the worker', () => {
  type Setting = { name: string; documentation: string; [field: string]: unknown };

  it('tells the settings of a plug-in, and which values are wrong', async () => {
    const { body: settings } = await ask('GET', '/connector-plugins/MySqlConnector/config');
    observe(
      'settings of a plug-in',
      Object.fromEntries(
        (settings as Setting[]).map(({ name, documentation: _, dependents, ...fields }) => [
          name,
          [...Object.values(fields), ...(dependents as string[])].join(' | '),
        ]),
      ),
    );
    const { body: validated } = await ask('PUT', '/connector-plugins/MySqlConnector/config/validate', {
      name: 'v',
      'connector.class': 'io.debezium.connector.mysql.MySqlConnector',
      'tasks.max': 'x',
    });
    type Value = { value: { name: string; errors: string[] } | null };
    observe('validation', {
      errors: validated.error_count,
      groups: validated.groups,
      values: (validated.configs as Value[]).flatMap(({ value }) =>
        value?.errors.length ? [[value.name, value.errors]] : [],
      ),
    });
  });

  it('tells its version, and its loggers', async () => {
    const { body } = await ask('GET', '/');
    observe('worker', {
      fields: Object.keys(body),
      'a logger that is not there': await told('GET', '/admin/loggers/no.such.logger'),
      'a level that is none': await told('PUT', '/admin/loggers/org.apache.kafka.connect', { level: 'LOUD' }),
      'no level': await told('PUT', '/admin/loggers/org.apache.kafka.connect', {}),
      'no such path': await told('GET', '/no/such/path'),
      'no such method': await told('DELETE', '/connectors'),
    });
  });

  it('keeps its state in compacted topics', async () => {
    const admin = kafka().admin();
    await admin.connect();
    const names = ['connect-configs', 'connect-offsets', 'connect-status'];
    const { topics } = await admin.fetchTopicMetadata({ topics: names });
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: names.map((name) => ({ type: 2, name, configNames: ['cleanup.policy'] })),
    });
    await admin.disconnect();
    observe(
      'topics of state',
      names.map((name) => [
        name,
        topics.find((topic) => topic.name === name)?.partitions.length,
        resources.find((resource) => resource.resourceName === name)?.configEntries[0]?.configValue,
      ]),
    );
  });

  it('does not resolve what stands in a configuration, and resolves what it may for its plug-ins', async () => {
    const literal = '${env:NO_SUCH_VARIABLE_AT_ALL}';
    await put('placeholders', plain('placeholders', { 'errors.log.include.messages': 'false', note: literal }));
    observe('placeholders', {
      config: (await ask('GET', '/connectors/placeholders')).body.config.note,
      secret: (await ask('GET', '/connectors/placeholders/config')).body['aws.secret.access.key'],
    });
    await ask('DELETE', '/connectors/placeholders');
  });
});
