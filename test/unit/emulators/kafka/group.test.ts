import { describe, expect, it } from 'vitest';
import type { KafkaError } from '../../../../sandbox/emulators/kafka/errors.ts';
import {
  findMember,
  type Group,
  type JoinRequest,
  type JoinResult,
  joinGroup,
  MemberIdRequired,
  newGroup,
  removeMember,
  sweepGroup,
  syncGroup,
} from '../../../../sandbox/emulators/kafka/group.ts';

const rules = { initialRebalanceDelayMs: 0, maximumSize: 5, onGeneration: () => {} };

const request = (overrides: Partial<JoinRequest> = {}): JoinRequest => ({
  memberId: '',
  groupInstanceId: null,
  clientId: 'client',
  clientHost: '/127.0.0.1',
  sessionTimeoutMs: 10_000,
  rebalanceTimeoutMs: 30_000,
  protocolType: 'consumer',
  protocols: [{ name: 'range', metadata: Buffer.from('topics') }],
  requiresKnownMemberId: false,
  canSkipAssignment: true,
  ...overrides,
});

const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'NONE',
    (error: KafkaError) => error.errorName,
  );

/** Joins, and the leader hands out its own id as each one's assignment. */
const settle = async (group: Group, joins: Promise<JoinResult>[], nowMs: number): Promise<JoinResult[]> => {
  const results = await Promise.all(joins);
  const assignments = new Map(results.map(({ memberId }) => [memberId, Buffer.from(memberId)]));
  const isLeader = ({ leader, memberId }: JoinResult) => leader === memberId;
  const ordered = [...results].sort((a, b) => Number(isLeader(a)) - Number(isLeader(b)));
  const synced = await Promise.all(
    ordered.map((result) =>
      syncGroup(group, findMember(group, result.memberId, null), isLeader(result) ? assignments : new Map(), nowMs),
    ),
  );
  expect(synced.map(({ assignment }) => assignment.toString())).toEqual(ordered.map(({ memberId }) => memberId));
  return results;
};

describe('a consumer group', () => {
  it('makes the first member leader of generation 1', async () => {
    const group = newGroup('g', 0);
    const [first] = await settle(group, [joinGroup(group, rules, request(), 0)], 0);
    expect(first).toMatchObject({ generationId: 1, protocolName: 'range', leader: first?.memberId });
    expect(first?.members).toHaveLength(1);
    expect(group.state).toBe('Stable');
  });

  it('tells a new member its id first, and lets the id lapse', async () => {
    const group = newGroup('g', 0);
    const told = await joinGroup(group, rules, request({ requiresKnownMemberId: true }), 0).catch((error) => error);
    expect(told).toBeInstanceOf(MemberIdRequired);
    const { memberId } = told as MemberIdRequired;
    const joined = await joinGroup(group, rules, request({ memberId, requiresKnownMemberId: true }), 0);
    expect(joined.memberId).toBe(memberId);
    const other = newGroup('h', 0);
    const lapsed = await joinGroup(other, rules, request({ requiresKnownMemberId: true }), 0).catch((error) => error);
    sweepGroup(other, rules, 10_000);
    const late = request({ memberId: (lapsed as MemberIdRequired).memberId });
    expect(await codeOf(joinGroup(other, rules, late, 10_001))).toBe('UNKNOWN_MEMBER_ID');
  });

  it('rebalances when a second member comes: the first has to rejoin', async () => {
    const group = newGroup('g', 0);
    const [first] = await settle(group, [joinGroup(group, rules, request(), 0)], 0);
    const second = joinGroup(group, rules, request(), 10);
    expect(group.state).toBe('PreparingRebalance');
    const rejoined = joinGroup(group, rules, request({ memberId: first?.memberId ?? '' }), 20);
    const [, follower] = await settle(group, [rejoined, second], 20);
    expect(follower).toMatchObject({ generationId: 2, leader: first?.memberId, members: [] });
  });

  it('goes on without a member that does not rejoin in time', async () => {
    const group = newGroup('g', 0);
    await settle(group, [joinGroup(group, rules, request({ sessionTimeoutMs: 60_000 }), 0)], 0);
    const second = joinGroup(group, rules, request(), 10);
    sweepGroup(group, rules, 30_009);
    expect(group.state).toBe('PreparingRebalance');
    sweepGroup(group, rules, 30_010);
    const result = await second;
    expect(result).toMatchObject({ generationId: 2, leader: result.memberId });
    expect(group.members.size).toBe(1);
  });

  it('removes a member whose session ends, and becomes empty after the last', async () => {
    const group = newGroup('g', 0);
    await settle(group, [joinGroup(group, rules, request(), 0)], 0);
    sweepGroup(group, rules, 9_999);
    expect(group.state).toBe('Stable');
    sweepGroup(group, rules, 10_000);
    expect([group.state, group.generationId, group.members.size]).toEqual(['Empty', 2, 0]);
  });

  it('removes members that join but never sync', async () => {
    const group = newGroup('g', 0);
    const { memberId } = await joinGroup(group, rules, request({ sessionTimeoutMs: 60_000 }), 0);
    sweepGroup(group, rules, 30_000);
    expect(group.members.has(memberId)).toBe(false);
    expect(group.state).toBe('Empty');
  });

  it('tells waiting followers to rejoin when a rebalance begins before the leader has assigned', async () => {
    const group = newGroup('g', 0);
    const [leader] = await settle(group, [joinGroup(group, rules, request(), 0)], 0);
    const second = joinGroup(group, rules, request(), 0);
    const again = joinGroup(group, rules, request({ memberId: leader?.memberId ?? '' }), 0);
    const [, follower] = await Promise.all([again, second]);
    const waiting = codeOf(syncGroup(group, findMember(group, follower?.memberId ?? '', null), new Map(), 0));
    removeMember(group, rules, findMember(group, leader?.memberId ?? '', null), 0);
    expect(await waiting).toBe('REBALANCE_IN_PROGRESS');
  });

  it('picks the protocol that all know and most prefer, and refuses one that fits nobody', async () => {
    const group = newGroup('g', 0);
    const protocols = (...names: string[]) => names.map((name) => ({ name, metadata: Buffer.alloc(0) }));
    const [first] = await settle(group, [joinGroup(group, rules, request({ protocols: protocols('a', 'b') }), 0)], 0);
    const second = joinGroup(group, rules, request({ protocols: protocols('b', 'c') }), 0);
    const memberId = first?.memberId ?? '';
    const again = joinGroup(group, rules, request({ memberId, protocols: protocols('a', 'b') }), 0);
    await Promise.all([again, second]);
    expect(group.protocolName).toBe('b');
    const stranger = request({ protocols: protocols('z') });
    expect(await codeOf(joinGroup(group, rules, stranger, 0))).toBe('INCONSISTENT_GROUP_PROTOCOL');
    const otherType = request({ protocolType: 'connect' });
    expect(await codeOf(joinGroup(group, rules, otherType, 0))).toBe('INCONSISTENT_GROUP_PROTOCOL');
  });

  it('lets a static member come back without a rebalance and fences its former self', async () => {
    const group = newGroup('g', 0);
    const joining = request({ groupInstanceId: 'i' });
    const [first] = await settle(group, [joinGroup(group, rules, joining, 0)], 0);
    const again = await joinGroup(group, rules, joining, 10);
    expect(again).toMatchObject({ generationId: 1, skipAssignment: true });
    expect(again.memberId).not.toBe(first?.memberId);
    expect(() => findMember(group, first?.memberId ?? '', 'i')).toThrow('group.instance.id');
    const same = await syncGroup(group, findMember(group, again.memberId, 'i'), new Map(), 10);
    expect(same.assignment.toString()).toBe(first?.memberId);
    const protocols = ['sticky', 'range'].map((name) => ({ name, metadata: Buffer.alloc(0) }));
    const changed = request({ groupInstanceId: 'i', protocols });
    expect((await joinGroup(group, rules, changed, 20)).generationId).toBe(2);
  });

  it('waits the initial delay for more members, when there is one', async () => {
    const patient = { ...rules, initialRebalanceDelayMs: 3_000 };
    const group = newGroup('g', 0);
    const joins = [joinGroup(group, patient, request(), 0), joinGroup(group, patient, request(), 1_000)];
    sweepGroup(group, patient, 2_999);
    expect(group.state).toBe('PreparingRebalance');
    sweepGroup(group, patient, 3_000);
    const results = await Promise.all(joins);
    expect(results.map(({ generationId }) => generationId)).toEqual([1, 1]);
  });

  it('has a largest size', async () => {
    const group = newGroup('g', 0);
    const one = { ...rules, maximumSize: 1 };
    await joinGroup(group, one, request(), 0);
    expect(await codeOf(joinGroup(group, one, request(), 0))).toBe('GROUP_MAX_SIZE_REACHED');
  });
});
