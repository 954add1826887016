import { int32, nullable, optional, string, struct } from '../schema.ts';

export const leaderIdAndEpoch = struct({ leaderId: optional(int32, -1), leaderEpoch: optional(int32, -1) });

export const nodeEndpoint = struct({
  nodeId: int32,
  host: string,
  port: int32,
  rack: optional(nullable(string), null),
});
