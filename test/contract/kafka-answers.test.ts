import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { connectTo, errorName, errorOf, type Fetched, type Requests } from './kafka-requests.ts';
import { observe } from './observations.ts';
import { removeFolder, type Served, serve } from './serve.ts';

// What the broker answers, request by request, compared with what Apache Kafka answered.

let served: Served;
let broker: Requests;
beforeAll(async () => {
  served = await serve({ components: ['kafka'] });
  broker = await connectTo(served.address['KAFKA_BOOTSTRAP_SERVERS'] ?? '');
});
afterAll(async () => {
  await broker?.disconnect();
  expect(await served?.stop()).toBe(0);
  removeFolder(served.dataDir);
});

type Message = Parameters<Requests['produce']>[0]['topicData'][number]['partitions'][number]['messages'][number];
type ProduceOptions = { partition?: number; acks?: number; compression?: number; firstSequence?: number } & {
  transactionalId?: string;
  producerId?: string;
  producerEpoch?: number;
};

/** A coordinator that still loads, or ends the last transaction, asks to come again. */
const patiently = <T>(request: () => Promise<T>): Promise<T> => vi.waitFor(request, { timeout: 20_000, interval: 50 });

const create = async (topic: string, configs: Record<string, string> = {}, numPartitions = 1): Promise<void> => {
  const configEntries = Object.entries(configs).map(([name, value]) => ({ name, value }));
  await broker.createTopics({ topics: [{ topic, numPartitions, replicationFactor: 1, configEntries }] });
  // The controller has it before the broker leads it.
  await patiently(() => broker.metadata([topic]));
  await patiently(() => broker.listOffsets(at(topic, -1)));
};

const produce = async (topic: string, messages: Message[], options: ProduceOptions = {}) => {
  const { partition = 0, firstSequence, ...others } = options;
  const produced = { partition, messages, ...(firstSequence === undefined ? {} : { firstSequence }) };
  const answer = await broker.produce({ topicData: [{ topic, partitions: [produced] }], ...others });
  return answer.topics[0]?.partitions[0]?.baseOffset;
};

const at = (topic: string, timestamp: number, partition = 0, isolationLevel = 0) => ({
  replicaId: -1,
  isolationLevel,
  topics: [{ topic, partitions: [{ partition, timestamp }] }],
});

const offsetAt = async (topic: string, timestamp: number, isolationLevel = 0) => {
  const answer = await broker.listOffsets(at(topic, timestamp, 0, isolationLevel));
  return answer.responses[0]?.partitions[0];
};

const fetchOf = async (topic: string, fetchOffset: number, isolationLevel = 1, maxBytes = 1_000_000) => {
  const partitions = [{ partition: 0, fetchOffset: String(fetchOffset), maxBytes }];
  const answer = await broker.fetch({ isolationLevel, maxWaitTime: 100, topics: [{ topic, partitions }] });
  return answer.responses[0]?.partitions[0] as Fetched;
};

const texts = ({ messages }: Fetched) =>
  messages.map(({ offset, value, isControlRecord }) => `${offset}: ${isControlRecord ? 'marker' : value?.toString()}`);

describe('versions', () => {
  const spoken = [0, 1, 2, 3, 8, 9, 10, 11, 12, 13, 14, 15, 16, 18, 19, 20, 21, 22, 23, 32, 33, 35, 37, 42, 44, 47, 60];
  const transactional = [24, 25, 26, 28];
  const rangesOf = (keys: readonly (number | string)[]) =>
    Object.fromEntries(
      keys.map((key) => [key, `${broker.versions[key]?.minVersion}–${broker.versions[key]?.maxVersion}`]),
    );

  it('of records, offsets, groups, topics and configurations', () => {
    observe('api versions', rangesOf(spoken));
  });

  it('of transactions', () => {
    observe('api versions of transactions', rangesOf(transactional));
  });

  it('of everything that a broker speaks', () => {
    observe('all api versions', rangesOf(Object.keys(broker.versions)));
  });
});

describe('topics', () => {
  const errorOfCreate = (topic: object, validateOnly = false) =>
    errorOf(broker.createTopics({ topics: [{ numPartitions: 1, replicationFactor: 1, ...topic }], validateOnly }));
  const config = (name: string, value: string) => ({ configEntries: [{ name, value }] });

  it('that cannot be created say why', async () => {
    await create('there');
    const asked: Record<string, object> = {
      'there already': { topic: 'there' },
      'differs in dot and underscore': { topic: 'the_re.x' },
      'no name': { topic: '' },
      dot: { topic: '.' },
      'two dots': { topic: '..' },
      slash: { topic: 'a/b' },
      '249 characters': { topic: 'x'.repeat(249) },
      '250 characters': { topic: 'x'.repeat(250) },
      'no partitions': { topic: 'wrong', numPartitions: 0 },
      'minus two partitions': { topic: 'wrong', numPartitions: -2 },
      'default partitions': { topic: 'default-partitions', numPartitions: -1, replicationFactor: -1 },
      'two replicas': { topic: 'wrong', replicationFactor: 2 },
      'unknown configuration': { topic: 'wrong', ...config('no.such.thing', '1') },
      'no number': { topic: 'wrong', ...config('retention.ms', 'soon') },
      'below its bound': { topic: 'wrong', ...config('segment.bytes', '1') },
      'none of its values': { topic: 'wrong', ...config('cleanup.policy', 'shred') },
      'both policies': { topic: 'both-policies', ...config('cleanup.policy', 'compact,delete') },
      'replicas and partitions both told': {
        topic: 'wrong',
        replicaAssignment: [{ partition: 0, replicas: [1] }],
      },
      'assignment to a broker that is not there': {
        topic: 'wrong',
        numPartitions: -1,
        replicationFactor: -1,
        replicaAssignment: [{ partition: 0, replicas: [7] }],
      },
      'assignment with a hole': {
        topic: 'wrong',
        numPartitions: -1,
        replicationFactor: -1,
        replicaAssignment: [{ partition: 1, replicas: [1] }],
      },
    };
    const answers: Record<string, string> = {};
    for (const [name, topic] of Object.entries(asked)) answers[name] = await errorOfCreate(topic);
    observe('create topic', answers);
  });

  it('are only checked when only that is asked', async () => {
    observe('validate only', {
      good: await errorOfCreate({ topic: 'only-checked' }, true),
      bad: await errorOfCreate({ topic: 'only-checked', numPartitions: 0 }, true),
      'was not created': await errorOf(broker.metadata(['only-checked'])),
    });
  });

  it('that are not there are not there for any request', async () => {
    const partition = { partition: 0 };
    observe('unknown topic', {
      metadata: await errorOf(broker.metadata(['nowhere'])),
      produce: await errorOf(produce('nowhere', [{ value: 'x' }])),
      fetch: await errorOf(fetchOf('nowhere', 0)),
      listOffsets: await errorOf(offsetAt('nowhere', -1)),
      delete: await errorOf(broker.deleteTopics({ topics: ['nowhere'] })),
      grow: await errorOf(broker.createPartitions({ topicPartitions: [{ topic: 'nowhere', count: 2 }] })),
      deleteRecords: await errorOf(
        broker.deleteRecords({ topics: [{ topic: 'nowhere', partitions: [{ ...partition, offset: '0' }] }] }),
      ),
      describeConfigs: await errorOf(broker.describeConfigs({ resources: [{ type: 2, name: 'nowhere' }] })),
      alterConfigs: await errorOf(
        broker.alterConfigs({
          resources: [{ type: 2, name: 'nowhere', configEntries: [{ name: 'retention.ms', value: '1' }] }],
        }),
      ),
    });
  });

  it('that are there have only the partitions they have', async () => {
    await create('one-partition');
    observe('unknown partition', {
      produce: await errorOf(produce('one-partition', [{ value: 'x' }], { partition: 1 })),
      'negative partition': await errorOf(produce('one-partition', [{ value: 'x' }], { partition: -1 })),
      listOffsets: await errorOf(broker.listOffsets(at('one-partition', -1, 1))),
      deleteRecords: await errorOf(
        broker.deleteRecords({ topics: [{ topic: 'one-partition', partitions: [{ partition: 1, offset: '0' }] }] }),
      ),
    });
  });

  it('grow and never shrink', async () => {
    await create('growing', {}, 2);
    const grow = (count: number, assignments?: number[][]) =>
      errorOf(broker.createPartitions({ topicPartitions: [{ topic: 'growing', count, assignments }] }));
    observe('create partitions', {
      fewer: await grow(1),
      'as many': await grow(2),
      none: await grow(0),
      'to a broker that is not there': await grow(3, [[7]]),
      more: await grow(4),
    });
  });

  it('cannot be deleted twice, and can be created again', async () => {
    await create('short-lived');
    await produce('short-lived', [{ value: 'old' }]);
    const deleted = await errorOf(broker.deleteTopics({ topics: ['short-lived'] }));
    await vi.waitFor(async () => expect(await errorOf(broker.metadata(['short-lived']))).not.toBe('NONE'));
    const again = await errorOf(broker.deleteTopics({ topics: ['short-lived'] }));
    await create('short-lived');
    observe('delete topic', { deleted, again, 'end of the new one': await offsetAt('short-lived', -1) });
  });
});

describe('configurations', () => {
  const configs = async (type: number, name: string, configNames?: string[], includeSynonyms = false) => {
    const resource = { type, name, ...(configNames === undefined ? {} : { configNames }) };
    const { resources } = await broker.describeConfigs({ resources: [resource], includeSynonyms });
    return resources[0]?.configEntries ?? [];
  };

  it('of a topic have Kafka’s defaults', async () => {
    await create('plain');
    const entries = await configs(2, 'plain');
    const told = entries.map(({ configName, configValue, readOnly, isSensitive }) => [
      configName,
      `${configValue}${readOnly ? ', read-only' : ''}${isSensitive ? ', sensitive' : ''}`,
    ]);
    observe('topic configurations', Object.fromEntries(told));
  });

  it('say where they come from', async () => {
    await create('configured', { 'cleanup.policy': 'compact', 'segment.ms': '60000' });
    const entries = await configs(2, 'configured', undefined, true);
    observe(
      'configuration sources',
      Object.fromEntries(
        entries.map(({ configName, configSource, configSynonyms }) => [
          configName,
          [
            configSource,
            ...configSynonyms.map((synonym) => `${synonym.configName}=${synonym.configValue} ${synonym.configSource}`),
          ].join(', '),
        ]),
      ),
    );
  });

  it('of the broker are told, and those asked for alone', async () => {
    const names = [
      ...['auto.create.topics.enable', 'connections.max.idle.ms', 'default.replication.factor', 'delete.topic.enable'],
      ...['fetch.max.bytes', 'group.max.session.timeout.ms', 'group.max.size', 'group.min.session.timeout.ms'],
      ...['log.cleaner.backoff.ms', 'log.flush.interval.ms', 'log.retention.check.interval.ms', 'log.retention.hours'],
      ...['log.retention.minutes', 'log.retention.ms', 'log.roll.hours', 'log.roll.ms', 'log.segment.bytes'],
      ...['max.connections', 'message.max.bytes', 'min.insync.replicas', 'num.partitions', 'no.such.setting'],
      ...['offset.metadata.max.bytes', 'offsets.retention.minutes', 'producer.id.expiration.ms'],
      ...['socket.request.max.bytes', 'transaction.max.timeout.ms'],
    ];
    const entries = await configs(4, '1', names, true);
    observe(
      'broker configurations',
      Object.fromEntries(
        entries.map(({ configName, configValue, configSource, configSynonyms }) => [
          configName,
          [
            `${configValue} ${configSource}`,
            ...configSynonyms.map((synonym) => `${synonym.configName}=${synonym.configValue} ${synonym.configSource}`),
          ].join(', '),
        ]),
      ),
    );
  });

  it('of the broker can be altered, some of them', async () => {
    const names = ['log.retention.ms', 'log.cleaner.backoff.ms', 'num.partitions', 'fetch.max.bytes'];
    const entries = await configs(4, '1', names);
    observe('alterable broker configurations', [
      ...entries.flatMap(({ configName, readOnly }) => (readOnly ? [] : [configName])).sort(),
    ]);
  });

  it('of nothing that there is are errors', async () => {
    observe('unknown resources', {
      'another broker': await errorOf(configs(4, '2')),
      'no number': await errorOf(configs(4, 'x')),
      'a type that is none': await errorOf(configs(77, 'x')),
      'no topic name': await errorOf(configs(2, '')),
    });
  });

  it('are replaced whole by AlterConfigs', async () => {
    await create('altered', { 'cleanup.policy': 'compact', 'retention.ms': '1000' });
    const alter = (name: string, value: string, validateOnly = false) =>
      errorOf(
        broker.alterConfigs({
          validateOnly,
          resources: [{ type: 2, name: 'altered', configEntries: [{ name, value }] }],
        }),
      );
    const overrides = async () => {
      const entries = await configs(2, 'altered');
      const own = entries.filter(({ configSource }) => configSource === 1);
      return Object.fromEntries(own.map(({ configName, configValue }) => [configName, configValue]));
    };
    const answers: Record<string, unknown> = {};
    answers['unknown name'] = await alter('no.such.thing', '1');
    answers['bad value'] = await alter('retention.ms', 'soon');
    answers['only checked'] = await alter('retention.ms', '5', true);
    answers['good'] = await alter('segment.ms', '5000');
    await vi.waitFor(async () => expect(await overrides()).toHaveProperty('segment.ms'));
    answers['after that'] = await overrides();
    observe('alter configurations', answers);
  });
});

describe('records', () => {
  it('have the offsets and times that the broker gives', async () => {
    await create('timed');
    const first = await produce('timed', [
      { key: 'a', value: '1', timestamp: 1_000 },
      { key: null, value: null, timestamp: 3_000 },
      { key: '', value: '', timestamp: 2_000, headers: { h: 'v' } },
    ]);
    const second = await produce('timed', [{ value: '4', timestamp: 5_000 }], { compression: 1 });
    const { messages, highWatermark, lastStableOffset } = await fetchOf('timed', 0);
    observe('records', {
      bases: [first, second],
      highWatermark,
      lastStableOffset,
      messages: messages.map(({ offset, key, value, timestamp, headers }) => ({
        offset,
        key: key?.toString() ?? null,
        value: value?.toString() ?? null,
        timestamp,
        headers: Object.fromEntries(Object.entries(headers ?? {}).map(([name, text]) => [name, text.toString()])),
      })),
    });
  });

  it('are found by time', async () => {
    const asked = { earliest: -2, latest: -1, 'greatest time': -3, zero: 0, '2000': 2_000, '2500': 2_500 };
    const later = { '4000': 4_000, 'after all': 9_000, 'no such time': -9 };
    const answers: Record<string, unknown> = {};
    for (const [name, timestamp] of Object.entries({ ...asked, ...later })) {
      const error = await errorOf(offsetAt('timed', timestamp));
      answers[name] = error === 'NONE' ? await offsetAt('timed', timestamp) : error;
    }
    observe('offsets by time', answers);
  });

  it('with log append time have the broker’s time', async () => {
    await create('appended', { 'message.timestamp.type': 'LogAppendTime' });
    const beforeMs = Date.now() - 60_000;
    await produce('appended', [{ value: 'x', timestamp: 1 }]);
    const { messages } = await fetchOf('appended', 0);
    expect(Number(messages[0]?.timestamp)).toBeGreaterThan(beforeMs);
  });

  it('that no broker takes are refused', async () => {
    await create('compacted', { 'cleanup.policy': 'compact' });
    await create('small', { 'max.message.bytes': '200' });
    const dayMs = 86_400_000;
    observe('refused records', {
      'no key in a compacted topic': await errorOf(produce('compacted', [{ value: 'x' }])),
      'a key in a compacted topic': await errorOf(produce('compacted', [{ key: 'k', value: 'x' }])),
      'too large for the topic': await errorOf(produce('small', [{ value: 'x'.repeat(300) }])),
      'too large for any': await errorOf(produce('timed', [{ value: 'x'.repeat(1_100_000) }])),
      'two days ahead': await errorOf(produce('timed', [{ value: 'x', timestamp: Date.now() + 2 * dayMs }])),
      'long ago': await errorOf(produce('timed', [{ value: 'x', timestamp: 1 }])),
      'two acknowledgements': await errorOf(produce('timed', [{ value: 'x' }], { acks: 2 })),
      'one acknowledgement': await errorOf(produce('timed', [{ value: 'x' }], { acks: 1 })),
    });
  });

  it('need more replicas than there are if the topic says so', async () => {
    await create('careful', { 'min.insync.replicas': '2' });
    observe('min.insync.replicas', {
      all: await errorOf(produce('careful', [{ value: 'x' }], { acks: -1 })),
      one: await errorOf(produce('careful', [{ value: 'x' }], { acks: 1 })),
    });
  });

  it('are fetched from offsets that are there, whole batches at least one', async () => {
    await create('fetched');
    for (const value of ['1', '2', '3']) await produce('fetched', [{ value: value.repeat(500) }]);
    const counts: Record<string, unknown> = {};
    for (const maxBytes of [1, 700, 1_300, 100_000])
      counts[maxBytes] = (await fetchOf('fetched', 0, 0, maxBytes)).messages.length;
    observe('fetch', {
      counts,
      'at the end': texts(await fetchOf('fetched', 3)),
      'behind the end': await errorOf(fetchOf('fetched', 4)),
      'before the start': await errorOf(fetchOf('fetched', -5)),
    });
  });

  it('are deleted up to an offset', async () => {
    await create('trimmed');
    for (const value of ['a', 'b', 'c', 'd']) await produce('trimmed', [{ value }]);
    const trim = async (offset: string) => {
      const partitions = [{ partition: 0, offset }];
      const error = await errorOf(broker.deleteRecords({ topics: [{ topic: 'trimmed', partitions }] }));
      return [error, (await offsetAt('trimmed', -2))?.offset];
    };
    observe('delete records', {
      'to 2': await trim('2'),
      'to 1, which is gone': await trim('1'),
      'beyond the end': await trim('9'),
      'fetched from 0': await errorOf(fetchOf('trimmed', 0)),
      'fetched from 2': texts(await fetchOf('trimmed', 2)),
      'to the end': await trim('-1'),
    });
  });

  it('of an idempotent producer come once and in order', async () => {
    await create('once');
    const { producerId, producerEpoch } = await patiently(() => broker.initProducerId({ transactionTimeout: 30_000 }));
    const send = (firstSequence: number, epoch = producerEpoch) => {
      const values = [{ value: `${firstSequence}` }];
      return produce('once', values, { producerId, producerEpoch: epoch, firstSequence });
    };
    const answers: Record<string, unknown> = { first: await send(0), second: await send(1) };
    answers['second again'] = await send(1);
    answers['one left out'] = await errorOf(send(3));
    answers['first again'] = await send(0);
    for (const sequence of [2, 3, 4, 5, 6]) await send(sequence);
    answers['a duplicate from long ago'] = await errorOf(send(0));
    answers['an older epoch'] = await errorOf(send(7, -1));
    answers['a newer epoch from the start'] = await errorOf(send(0, producerEpoch + 1));
    answers['the old epoch then'] = await errorOf(send(7));
    answers['end'] = (await offsetAt('once', -1))?.offset;
    observe('idempotence', answers);
  });

  it('of a producer nobody knows begin at any sequence', async () => {
    await create('unknown-producer');
    const send = (producerId: string, firstSequence: number) =>
      errorOf(produce('unknown-producer', [{ value: 'x' }], { producerId, producerEpoch: 0, firstSequence }));
    observe('unknown producer', { 'from 0': await send('77001', 0), 'from 5': await send('77002', 5) });
  });

  it('of a compacted topic stay as the last of their key', { timeout: 180_000 }, async () => {
    await create('cleaned', {
      'cleanup.policy': 'compact',
      'segment.ms': '500',
      'min.cleanable.dirty.ratio': '0.01',
      'delete.retention.ms': '600000',
    });
    const rows: Message[] = ['a', 'b', 'a', 'c', 'b', 'a'].map((key, index) => ({ key, value: `${key}${index}` }));
    await produce('cleaned', [...rows, { key: 'c', value: null }]);
    const nextSegment = async () => {
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      await produce('cleaned', [{ key: 'last', value: 'x' }]);
    };
    await nextSegment();
    await nextSegment();
    const kept = async () =>
      (await fetchOf('cleaned', 0)).messages
        .filter(({ key }) => key?.toString() !== 'last')
        .map(({ offset, key, value }) => `${offset}: ${key}=${value}`);
    await vi.waitFor(async () => expect((await kept()).length).toBeLessThan(7), { timeout: 120_000, interval: 1_000 });
    observe('compaction', await kept());
  });
});

describe('groups', () => {
  const session = { sessionTimeout: 30_000, rebalanceTimeout: 30_000 };
  const range = [{ name: 'range', metadata: Buffer.alloc(0) }];
  const join = (groupId: string, memberId = '', more: Partial<Parameters<Requests['joinGroup']>[0]> = {}) =>
    broker.joinGroup({ groupId, memberId, ...session, groupProtocols: range, ...more });
  const joined = async (groupId: string) => {
    const { memberId, generationId } = await join(groupId);
    const member = { groupId, memberId };
    const sync = () =>
      broker.syncGroup({
        ...member,
        generationId,
        groupAssignment: [{ memberId, memberAssignment: Buffer.from('mine') }],
      });
    return { member, memberId, generationId, sync };
  };
  const topics = (offset = '1', metadata = '') => [
    { topic: 'committed', partitions: [{ partition: 0, offset, metadata }] },
  ];
  const commit = (groupId: string, groupGenerationId: number, memberId: string) =>
    errorOf(broker.offsetCommit({ groupId, groupGenerationId, memberId, topics: topics() }));
  const stateOf = async (groupId: string) => (await broker.describeGroups({ groupIds: [groupId] })).groups[0]?.state;
  const deleted = async (groupId: string) => {
    const { results } = (await broker.deleteGroups([groupId])) as { results: { errorCode: number }[] };
    return errorName(results[0]?.errorCode ?? -2);
  };

  beforeAll(async () => {
    await create('committed');
    await patiently(() => broker.findGroupCoordinator({ groupId: 'any', coordinatorType: 0 }));
    await patiently(() => broker.offsetFetch({ groupId: 'any', topics: [] }));
  });

  it('are joined by members that know their id', async () => {
    observe('join group', {
      'no member id': await errorOf(join('joining')),
      'an id of nobody': await errorOf(join('joining', 'nobody')),
      'no group id': await errorOf(join('')),
      'a session too short': await errorOf(join('joining', '', { sessionTimeout: 1 })),
      'a session too long': await errorOf(join('joining', '', { sessionTimeout: 10_000_000 })),
      'no protocols': await errorOf(join('joining', '', { groupProtocols: [] })),
      'no protocol type': await errorOf(join('joining', '', { protocolType: '' })),
    });
  });

  it('pass through their states', async () => {
    const states: (string | undefined)[] = [await stateOf('passing')];
    const { member, generationId, sync } = await joined('passing');
    states.push(await stateOf('passing'));
    await sync();
    states.push(await stateOf('passing'));
    const refused = await deleted('passing');
    await broker.leaveGroup(member);
    states.push(await stateOf('passing'));
    await broker.offsetCommit({ groupId: 'passing', groupGenerationId: -1, memberId: '', topics: topics() });
    states.push(await stateOf('passing'));
    observe('group states', {
      states,
      generationId,
      'deleted with a member': refused,
      'deleted when empty': await deleted('passing'),
      'deleted when gone': await deleted('passing'),
      'deleted without a name': await deleted(''),
    });
  });

  it('take requests of their generation and their members only', async () => {
    const { member, memberId, generationId, sync } = await joined('generations');
    const before = await errorOf(broker.heartbeat({ ...member, groupGenerationId: generationId }));
    await sync();
    const heartbeat = (groupGenerationId: number, id = memberId, groupId = 'generations') =>
      errorOf(broker.heartbeat({ groupId, groupGenerationId, memberId: id }));
    const answers: Record<string, unknown> = {
      'heartbeat before sync': before,
      heartbeat: await heartbeat(generationId),
      'heartbeat of an older generation': await heartbeat(generationId - 1),
      'heartbeat of nobody': await heartbeat(generationId, 'nobody'),
      'heartbeat to no group': await heartbeat(1, memberId, 'no-such-group'),
      commit: await commit('generations', generationId, memberId),
      'commit of an older generation': await commit('generations', generationId - 1, memberId),
      'commit of a newer generation': await commit('generations', generationId + 1, memberId),
      'commit of nobody': await commit('generations', generationId, 'nobody'),
      'commit from outside': await commit('generations', -1, ''),
      'commit to a group that is not there': await commit('not-there', 3, 'nobody'),
      'sync of an older generation': await errorOf(
        broker.syncGroup({ ...member, generationId: generationId - 1, groupAssignment: [] }),
      ),
      'sync of nobody': await errorOf(
        broker.syncGroup({ groupId: 'generations', memberId: 'nobody', generationId, groupAssignment: [] }),
      ),
      'leave of nobody': await errorOf(broker.leaveGroup({ groupId: 'generations', memberId: 'nobody' })),
      'leave of no group': await errorOf(broker.leaveGroup({ groupId: 'no-such-group', memberId: 'nobody' })),
    };
    answers['leave'] = await errorOf(broker.leaveGroup(member));
    answers['heartbeat after leaving'] = await heartbeat(generationId);
    answers['commit from outside when empty'] = await commit('generations', -1, '');
    observe('generations', answers);
  });

  it('have members of one protocol', async () => {
    const { member, sync } = await joined('of-one-protocol');
    await sync();
    observe('inconsistent protocols', {
      'another type': await errorOf(join('of-one-protocol', '', { protocolType: 'connect' })),
      'another protocol': await errorOf(
        join('of-one-protocol', '', { groupProtocols: [{ name: 'sticky', metadata: Buffer.alloc(0) }] }),
      ),
    });
    await broker.leaveGroup(member);
  });

  it('keep offsets of topics that are there', async () => {
    const groupId = 'keeping';
    const commitOf = (topic: string, offset: string, metadata = '') =>
      errorOf(
        broker.offsetCommit({
          groupId,
          groupGenerationId: -1,
          memberId: '',
          topics: [{ topic, partitions: [{ partition: 0, offset, metadata }] }],
        }),
      );
    const fetched = async (topic: string, of = groupId) => {
      const answer = await broker.offsetFetch({ groupId: of, topics: [{ topic, partitions: [{ partition: 0 }] }] });
      return answer.responses[0]?.partitions[0];
    };
    observe('committed offsets', {
      'never committed': await fetched('committed'),
      committed: [await commitOf('committed', '7', 'note'), await fetched('committed')],
      'beyond the end': await commitOf('committed', '1000'),
      'an unknown topic': [await commitOf('nowhere', '1'), await fetched('nowhere')],
      'metadata too large': await commitOf('committed', '8', 'x'.repeat(5_000)),
      'a group that is not there': await fetched('committed', 'no-such-group'),
    });
  });

  it('have a coordinator if they have a name', async () => {
    const coordinator = (groupId: string, coordinatorType: number) =>
      errorOf(broker.findGroupCoordinator({ groupId, coordinatorType }));
    observe('coordinators', {
      group: await coordinator('some', 0),
      'no name': await coordinator('', 0),
      'a type that is none': await coordinator('some', 9),
    });
  });

  it('are kept in a topic of the broker', async () => {
    observe('topic of offsets', await errorOf(broker.metadata(['__consumer_offsets'])));
  });
});

describe('transactions', () => {
  type Producer = { transactionalId: string; producerId: string; producerEpoch: number };
  const init = async (transactionalId: string): Promise<Producer> => {
    const answer = await broker.initProducerId({ transactionalId, transactionTimeout: 30_000 });
    return { transactionalId, producerId: answer.producerId, producerEpoch: answer.producerEpoch };
  };
  const add = (producer: Producer, topic: string) =>
    broker.addPartitionsToTxn({ ...producer, topics: [{ topic, partitions: [0] }] });
  const send = (producer: Producer, topic: string, value: string, firstSequence: number) =>
    produce(topic, [{ value }], { ...producer, firstSequence });
  const end = (producer: Producer, transactionResult: boolean) => broker.endTxn({ ...producer, transactionResult });

  beforeAll(async () => {
    await create('transacted');
    await patiently(() => broker.findGroupCoordinator({ groupId: 'any', coordinatorType: 1 }));
    await patiently(() => init('warm-up'));
  });

  it('show what they commit when they commit, and nothing of what they abort', async () => {
    const producer = await init('committing');
    await add(producer, 'transacted');
    await patiently(() => send(producer, 'transacted', 'kept', 0));
    const open = await fetchOf('transacted', 0, 1);
    const views: Record<string, unknown> = {
      'while open, committed': [texts(open), open.highWatermark, open.lastStableOffset],
      'while open, all': texts(await fetchOf('transacted', 0, 0)),
      'end, committed': (await offsetAt('transacted', -1, 1))?.offset,
      'end, all': (await offsetAt('transacted', -1, 0))?.offset,
    };
    await end(producer, true);
    await patiently(() => add(producer, 'transacted'));
    await patiently(() => send(producer, 'transacted', 'lost', 1));
    await end(producer, false);
    await vi.waitFor(async () => expect((await offsetAt('transacted', -1, 1))?.offset).toBe('4'), { timeout: 20_000 });
    const after = await fetchOf('transacted', 0, 1);
    views['after abort, all'] = texts(await fetchOf('transacted', 0, 0));
    views['aborted from'] = after.abortedTransactions.map(({ firstOffset }) => firstOffset);
    views['watermarks'] = [after.highWatermark, after.lastStableOffset];
    observe('transactions', views);
  });

  it('fence an older producer of their id', async () => {
    const older = await init('fencing');
    await add(older, 'transacted');
    await patiently(() => send(older, 'transacted', 'older', 0));
    const newer = await patiently(() => init('fencing'));
    observe('fencing', {
      'the same producer id': newer.producerId === older.producerId,
      'older sends': await errorOf(send(older, 'transacted', 'older', 1)),
      'older adds': await errorOf(add(older, 'transacted')),
      'older commits': await errorOf(end(older, true)),
      'newer adds': await errorOf(add(newer, 'transacted')),
      'newer aborts': await errorOf(end(newer, false)),
    });
  });

  it('are ended once, by who began them', async () => {
    const producer = await init('ending');
    const stranger = { ...producer, transactionalId: 'never-begun' };
    const fake = { ...producer, producerId: '99999' };
    observe('ending', {
      'commit of nothing': await errorOf(end(producer, true)),
      'abort of nothing': await errorOf(end(producer, false)),
      'an id never begun': await errorOf(add(stranger, 'transacted')),
      'another producer id': await errorOf(add(fake, 'transacted')),
      'a topic that is not there': await errorOf(add(producer, 'nowhere')),
      'sends without adding': await errorOf(send(producer, 'transacted', 'x', 0)),
      'a limit too long': await errorOf(
        broker.initProducerId({ transactionalId: 'slow', transactionTimeout: 100_000_000 }),
      ),
      'no limit': await errorOf(broker.initProducerId({ transactionalId: 'slow', transactionTimeout: 0 })),
      'an empty id': await errorOf(broker.initProducerId({ transactionalId: '', transactionTimeout: 1_000 })),
    });
  });
});
