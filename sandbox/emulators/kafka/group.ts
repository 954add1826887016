import { randomUUID } from 'node:crypto';
import { KafkaError } from './errors.ts';

// The classic group protocol: the rules of GroupMetadataManager's classic groups (Kafka 4.3), without their storage.
// Time is an argument; `sweepGroup` does what Kafka's timers do.

export type GroupState = 'Empty' | 'PreparingRebalance' | 'CompletingRebalance' | 'Stable' | 'Dead';

export type Protocol = { name: string; metadata: Buffer };

export type JoinResult = {
  generationId: number;
  protocolType: string | null;
  protocolName: string | null;
  leader: string;
  memberId: string;
  skipAssignment: boolean;
  /** For the leader only. */
  members: { memberId: string; groupInstanceId: string | null; metadata: Buffer }[];
};

export type SyncResult = { protocolType: string | null; protocolName: string | null; assignment: Buffer };

type Waiting<T> = { resolve(result: T): void; reject(error: KafkaError): void };

export type Member = {
  id: string;
  instanceId: string | null;
  clientId: string;
  clientHost: string;
  sessionTimeoutMs: number;
  rebalanceTimeoutMs: number;
  protocols: Protocol[];
  assignment: Buffer;
  sessionEndMs: number;
  joining: Waiting<JoinResult> | undefined;
  syncing: Waiting<SyncResult> | undefined;
};

export type Group = {
  readonly id: string;
  state: GroupState;
  generationId: number;
  protocolType: string | null;
  protocolName: string | null;
  leader: string | null;
  members: Map<string, Member>;
  /** Member ids given out with MEMBER_ID_REQUIRED that have not joined yet, with the time at which they lapse. */
  pending: Map<string, number>;
  /** group.instance.id → member id. */
  statics: Map<string, string>;
  /** While preparing: when those who have not rejoined are left behind. */
  joinEndMs: number;
  /** The first members of an empty group are waited for until `joinEndMs`, even if all known ones are there. */
  isInitialJoin: boolean;
  /** Members of this generation that have not sent SyncGroup, and when they are removed for it. */
  unsynced: Set<string>;
  syncEndMs: number;
  emptySinceMs: number;
};

export const newGroup = (id: string, nowMs: number): Group => ({
  id,
  state: 'Empty',
  generationId: 0,
  protocolType: null,
  protocolName: null,
  leader: null,
  members: new Map(),
  pending: new Map(),
  statics: new Map(),
  joinEndMs: 0,
  isInitialJoin: false,
  unsynced: new Set(),
  syncEndMs: 0,
  emptySinceMs: nowMs,
});

export type GroupRules = {
  initialRebalanceDelayMs: number;
  maximumSize: number;
  /** Called when a generation begins or the group becomes empty. */
  onGeneration(group: Group): void;
};

export type JoinRequest = {
  memberId: string;
  groupInstanceId: string | null;
  clientId: string;
  clientHost: string;
  sessionTimeoutMs: number;
  rebalanceTimeoutMs: number;
  protocolType: string;
  protocols: Protocol[];
  /** From version 4 on a new member is first told its id (KIP-394). */
  requiresKnownMemberId: boolean;
  /** From version 9 on a returning static leader can be told to keep its assignment (KIP-814). */
  canSkipAssignment: boolean;
};

const noAssignment = Buffer.alloc(0);

// --- queries ---------------------------------------------------------------------------------------------------------

const membersOf = (group: Group): Member[] => [...group.members.values()];

const commonProtocols = (members: readonly Member[]): string[] => {
  const [first, ...others] = members;
  if (!first) return [];
  return first.protocols
    .map(({ name }) => name)
    .filter((name) => others.every(({ protocols }) => protocols.some((protocol) => protocol.name === name)));
};

/** The protocol that all know and most prefer. */
const selectProtocol = (group: Group): string => {
  const candidates = commonProtocols(membersOf(group));
  const votes = new Map<string, number>();
  for (const { protocols } of membersOf(group)) {
    const vote = protocols.find(({ name }) => candidates.includes(name))?.name;
    if (vote !== undefined) votes.set(vote, (votes.get(vote) ?? 0) + 1);
  }
  const [winner] = [...votes].sort(([, a], [, b]) => b - a);
  if (!winner) throw new Error(`group ${group.id} has no common protocol`);
  return winner[0];
};

const metadataOf = (member: Member, protocolName: string | null): Buffer =>
  member.protocols.find(({ name }) => name === protocolName)?.metadata ?? noAssignment;

const listMembers = (group: Group): JoinResult['members'] =>
  membersOf(group).map((member) => ({
    memberId: member.id,
    groupInstanceId: member.instanceId,
    metadata: metadataOf(member, group.protocolName),
  }));

/** The metadata each member sent for the protocol in force, as DescribeGroups shows it. */
export const memberMetadata = (group: Group, member: Member): Buffer =>
  group.state === 'Stable' ? metadataOf(member, group.protocolName) : noAssignment;

const sameProtocols = (a: readonly Protocol[], b: readonly Protocol[]): boolean =>
  a.length === b.length && a.every(({ name, metadata }, i) => name === b[i]?.name && metadata.equals(b[i].metadata));

/** Answers UNKNOWN_MEMBER_ID or FENCED_INSTANCE_ID unless the caller is who it says. */
export const findMember = (group: Group, memberId: string, instanceId: string | null): Member => {
  if (instanceId !== null) {
    const current = group.statics.get(instanceId);
    if (current === undefined) throw new KafkaError('UNKNOWN_MEMBER_ID');
    if (current !== memberId) throw new KafkaError('FENCED_INSTANCE_ID');
  }
  const member = group.members.get(memberId);
  if (!member) throw new KafkaError('UNKNOWN_MEMBER_ID');
  return member;
};

export const touch = (member: Member, nowMs: number): void => {
  member.sessionEndMs = nowMs + member.sessionTimeoutMs;
};

// --- the rebalance ---------------------------------------------------------------------------------------------------

const rejectSyncs = (group: Group): void => {
  for (const member of group.members.values()) {
    member.assignment = noAssignment;
    member.syncing?.reject(new KafkaError('REBALANCE_IN_PROGRESS'));
    member.syncing = undefined;
  }
};

const longestRebalanceMs = (group: Group): number =>
  membersOf(group).reduce((longest, { rebalanceTimeoutMs }) => Math.max(longest, rebalanceTimeoutMs), 0);

const prepareRebalance = (group: Group, rules: GroupRules, nowMs: number): void => {
  if (group.state === 'CompletingRebalance') rejectSyncs(group);
  group.isInitialJoin = group.state === 'Empty';
  group.joinEndMs = nowMs + (group.isInitialJoin ? rules.initialRebalanceDelayMs : longestRebalanceMs(group));
  group.unsynced.clear();
  group.state = 'PreparingRebalance';
  completeJoinWhenDue(group, rules, nowMs);
};

const completeJoinWhenDue = (group: Group, rules: GroupRules, nowMs: number): void => {
  if (group.state !== 'PreparingRebalance') return;
  const allThere = group.pending.size === 0 && membersOf(group).every(({ joining }) => joining !== undefined);
  if (nowMs >= group.joinEndMs || (allThere && !group.isInitialJoin)) completeJoin(group, rules, nowMs);
};

const dropMember = (group: Group, member: Member): void => {
  group.members.delete(member.id);
  group.unsynced.delete(member.id);
  if (member.instanceId !== null && group.statics.get(member.instanceId) === member.id) {
    group.statics.delete(member.instanceId);
  }
  member.joining?.reject(new KafkaError('UNKNOWN_MEMBER_ID'));
  member.syncing?.reject(new KafkaError('UNKNOWN_MEMBER_ID'));
  member.joining = undefined;
  member.syncing = undefined;
  if (group.leader === member.id) group.leader = membersOf(group)[0]?.id ?? null;
};

const becomeEmpty = (group: Group, rules: GroupRules, nowMs: number): void => {
  group.generationId++;
  group.state = 'Empty';
  group.protocolName = null;
  group.leader = null;
  group.emptySinceMs = nowMs;
  rules.onGeneration(group);
};

/** False when none of the remaining (static) members has rejoined, so that nobody could lead. */
const electLeader = (group: Group): boolean => {
  const leader = group.leader === null ? undefined : group.members.get(group.leader);
  if (leader?.joining) return true;
  const joined = membersOf(group).find(({ joining }) => joining !== undefined);
  if (!joined) return false;
  group.leader = joined.id;
  return true;
};

const completeJoin = (group: Group, rules: GroupRules, nowMs: number): void => {
  for (const member of membersOf(group)) {
    if (member.joining === undefined && member.instanceId === null) dropMember(group, member);
  }
  if (group.members.size === 0) {
    becomeEmpty(group, rules, nowMs);
    return;
  }
  if (!electLeader(group)) {
    group.joinEndMs = nowMs + longestRebalanceMs(group);
    return;
  }
  group.isInitialJoin = false;
  group.generationId++;
  group.protocolName = selectProtocol(group);
  group.state = 'CompletingRebalance';
  group.syncEndMs = nowMs + longestRebalanceMs(group);
  rules.onGeneration(group);
  for (const member of membersOf(group)) {
    group.unsynced.add(member.id);
    touch(member, nowMs);
    const { joining } = member;
    member.joining = undefined;
    joining?.resolve(joinResult(group, member));
  }
};

const joinResult = (group: Group, member: Member): JoinResult => ({
  generationId: group.generationId,
  protocolType: group.protocolType,
  protocolName: group.protocolName,
  leader: group.leader ?? '',
  memberId: member.id,
  skipAssignment: false,
  members: group.leader === member.id ? listMembers(group) : [],
});

// --- JoinGroup -------------------------------------------------------------------------------------------------------

const assertCompatible = (group: Group, request: JoinRequest): void => {
  const names = request.protocols.map(({ name }) => name);
  const inconsistent = () => new KafkaError('INCONSISTENT_GROUP_PROTOCOL');
  if (request.protocolType === '' || names.length === 0) throw inconsistent();
  if (group.members.size === 0) return;
  if (group.protocolType !== request.protocolType) throw inconsistent();
  // As in Kafka, a member that rejoins is counted with the protocols it had.
  if (!commonProtocols(membersOf(group)).some((name) => names.includes(name))) throw inconsistent();
};

const waitForJoin = (member: Member): Promise<JoinResult> => {
  member.joining?.reject(new KafkaError('UNKNOWN_MEMBER_ID')); // a second join of the same member replaces the first
  return new Promise((resolve, reject) => {
    member.joining = { resolve, reject };
  });
};

const addMember = (group: Group, rules: GroupRules, request: JoinRequest, id: string, nowMs: number) => {
  if (group.members.size >= rules.maximumSize) throw new KafkaError('GROUP_MAX_SIZE_REACHED');
  const member: Member = {
    id,
    instanceId: request.groupInstanceId,
    clientId: request.clientId,
    clientHost: request.clientHost,
    sessionTimeoutMs: request.sessionTimeoutMs,
    rebalanceTimeoutMs: request.rebalanceTimeoutMs,
    protocols: request.protocols,
    assignment: noAssignment,
    sessionEndMs: nowMs + request.sessionTimeoutMs,
    joining: undefined,
    syncing: undefined,
  };
  group.pending.delete(id);
  if (group.members.size === 0) group.protocolType = request.protocolType;
  group.members.set(id, member);
  group.leader ??= id;
  if (member.instanceId !== null) group.statics.set(member.instanceId, id);
  const answer = waitForJoin(member);
  if (group.state === 'PreparingRebalance') completeJoinWhenDue(group, rules, nowMs);
  else prepareRebalance(group, rules, nowMs);
  return answer;
};

const updateMember = (member: Member, request: JoinRequest, nowMs: number): void => {
  member.protocols = request.protocols;
  member.sessionTimeoutMs = request.sessionTimeoutMs;
  member.rebalanceTimeoutMs = request.rebalanceTimeoutMs;
  touch(member, nowMs);
};

const rejoin = (group: Group, rules: GroupRules, member: Member, request: JoinRequest, nowMs: number) => {
  updateMember(member, request, nowMs);
  const answer = waitForJoin(member);
  if (group.state === 'PreparingRebalance') completeJoinWhenDue(group, rules, nowMs);
  else prepareRebalance(group, rules, nowMs);
  return answer;
};

const newMemberId = (request: JoinRequest): string => `${request.groupInstanceId ?? request.clientId}-${randomUUID()}`;

/** A static member that comes back under a new id takes its old place; in a stable group without a rebalance (KIP-345). */
const replaceStatic = (group: Group, rules: GroupRules, old: Member, request: JoinRequest, nowMs: number) => {
  const id = newMemberId(request);
  const fenced = new KafkaError('FENCED_INSTANCE_ID');
  const oldLeader = group.leader;
  const oldSelection = group.protocolName;
  old.joining?.reject(fenced);
  old.syncing?.reject(fenced);
  const member: Member = { ...old, id, clientId: request.clientId, clientHost: request.clientHost };
  member.joining = undefined;
  member.syncing = undefined;
  group.members.delete(old.id);
  group.members.set(id, member);
  group.statics.set(request.groupInstanceId as string, id);
  if (group.unsynced.delete(old.id)) group.unsynced.add(id);
  if (group.leader === old.id) group.leader = id;
  if (group.state !== 'Stable') return rejoin(group, rules, member, request, nowMs);
  updateMember(member, request, nowMs);
  if (selectProtocol(group) !== oldSelection) return rejoin(group, rules, member, request, nowMs);
  const isLeader = group.leader === id;
  return Promise.resolve({
    ...joinResult(group, member),
    // An older client must not take itself for the leader, or it would wait to assign: it is told the id that was replaced.
    leader: request.canSkipAssignment ? (group.leader ?? '') : (oldLeader ?? ''),
    skipAssignment: isLeader && request.canSkipAssignment,
    members: isLeader && request.canSkipAssignment ? listMembers(group) : [],
  });
};

const joinUnknown = (group: Group, rules: GroupRules, request: JoinRequest, nowMs: number): Promise<JoinResult> => {
  const { groupInstanceId } = request;
  if (groupInstanceId !== null) {
    const known = group.members.get(group.statics.get(groupInstanceId) ?? '');
    if (known) return replaceStatic(group, rules, known, request, nowMs);
  } else if (request.requiresKnownMemberId) {
    const memberId = newMemberId(request);
    group.pending.set(memberId, nowMs + request.sessionTimeoutMs);
    return Promise.reject(new MemberIdRequired(memberId));
  }
  return addMember(group, rules, request, newMemberId(request), nowMs);
};

/** MEMBER_ID_REQUIRED carries the id that the member is to come back with. */
export class MemberIdRequired extends KafkaError {
  readonly memberId: string;

  constructor(memberId: string) {
    super('MEMBER_ID_REQUIRED');
    this.memberId = memberId;
  }
}

const joinKnown = (group: Group, rules: GroupRules, request: JoinRequest, nowMs: number): Promise<JoinResult> => {
  const { memberId, groupInstanceId } = request;
  if (group.pending.has(memberId)) {
    if (groupInstanceId !== null) throw new KafkaError('UNKNOWN_MEMBER_ID');
    return addMember(group, rules, request, memberId, nowMs);
  }
  const member = findMember(group, memberId, groupInstanceId);
  const unchanged = sameProtocols(member.protocols, request.protocols);
  // The answer to an earlier join got lost: it is given again.
  if (group.state === 'CompletingRebalance' && unchanged) return Promise.resolve(joinResult(group, member));
  // A follower that rejoins a stable group with nothing new gets the present generation; the leader asks for a rebalance.
  if (group.state === 'Stable' && unchanged && group.leader !== memberId) {
    return Promise.resolve(joinResult(group, member));
  }
  return rejoin(group, rules, member, request, nowMs);
};

/** Resolves when the rebalance that it starts or takes part in has all members. */
export const joinGroup = async (
  group: Group,
  rules: GroupRules,
  request: JoinRequest,
  nowMs: number,
): Promise<JoinResult> => {
  assertCompatible(group, request);
  return request.memberId === '' ? joinUnknown(group, rules, request, nowMs) : joinKnown(group, rules, request, nowMs);
};

// --- SyncGroup, Heartbeat, LeaveGroup --------------------------------------------------------------------------------

const syncResult = (group: Group, assignment: Buffer): SyncResult => ({
  protocolType: group.protocolType,
  protocolName: group.protocolName,
  assignment,
});

const assign = (group: Group, assignments: ReadonlyMap<string, Buffer>): void => {
  group.state = 'Stable';
  for (const member of group.members.values()) {
    member.assignment = assignments.get(member.id) ?? noAssignment;
    member.syncing?.resolve(syncResult(group, member.assignment));
    member.syncing = undefined;
  }
};

/** Resolves when the leader has sent the assignment. */
export const syncGroup = async (
  group: Group,
  member: Member,
  assignments: ReadonlyMap<string, Buffer>,
  nowMs: number,
): Promise<SyncResult> => {
  if (group.state === 'PreparingRebalance') throw new KafkaError('REBALANCE_IN_PROGRESS');
  if (group.state === 'Empty' || group.state === 'Dead') throw new KafkaError('UNKNOWN_MEMBER_ID');
  group.unsynced.delete(member.id);
  touch(member, nowMs);
  if (group.state === 'Stable') return syncResult(group, member.assignment);
  if (group.leader === member.id) {
    assign(group, assignments);
    return syncResult(group, member.assignment);
  }
  member.syncing?.reject(new KafkaError('UNKNOWN_MEMBER_ID'));
  return new Promise((resolve, reject) => {
    member.syncing = { resolve, reject };
  });
};

export const assertGeneration = (group: Group, generationId: number): void => {
  if (group.generationId !== generationId) throw new KafkaError('ILLEGAL_GENERATION');
};

/** Removes a member that left or whose session ended. */
export const removeMember = (group: Group, rules: GroupRules, member: Member, nowMs: number): void => {
  dropMember(group, member);
  if (group.state === 'Stable' || group.state === 'CompletingRebalance') prepareRebalance(group, rules, nowMs);
  else completeJoinWhenDue(group, rules, nowMs);
};

export const removePending = (group: Group, rules: GroupRules, memberId: string, nowMs: number): void => {
  group.pending.delete(memberId);
  completeJoinWhenDue(group, rules, nowMs);
};

/** Everything that is due by now: ended sessions, lapsed member ids, joins and syncs waited for long enough. */
export const sweepGroup = (group: Group, rules: GroupRules, nowMs: number): void => {
  for (const [memberId, endMs] of group.pending) if (nowMs >= endMs) removePending(group, rules, memberId, nowMs);
  for (const member of membersOf(group)) {
    const isWaiting = member.joining !== undefined || member.syncing !== undefined;
    if (!isWaiting && nowMs >= member.sessionEndMs) removeMember(group, rules, member, nowMs);
  }
  if (group.state === 'PreparingRebalance') completeJoinWhenDue(group, rules, nowMs);
  if (group.unsynced.size > 0 && nowMs >= group.syncEndMs) {
    const late = membersOf(group).filter(({ id }) => group.unsynced.has(id));
    for (const member of late) dropMember(group, member);
    group.unsynced.clear();
    prepareRebalance(group, rules, nowMs);
  }
};
