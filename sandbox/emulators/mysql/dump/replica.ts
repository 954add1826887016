import type { Connection } from '../connection.ts';
import type { Value } from '../engine/types.ts';

/** What a replica has said of itself by user variables before it asks for the binlog. */
export type ReplicaSettings = {
  /** `undefined`: it has not said that it knows of checksums. */
  checksum: 'CRC32' | 'NONE' | undefined;
  /** 0: no heartbeats. */
  heartbeatMs: number;
  uuid: string;
};

// Each variable has an older name; the newer one counts where both are set.
const settingsSql =
  'SELECT COALESCE(@source_binlog_checksum, @master_binlog_checksum), COALESCE(@source_heartbeat_period, @master_heartbeat_period), COALESCE(@replica_uuid, @slave_uuid)';

const nanosecondsPerMs = 1_000_000;

const text = (value: Value | undefined): string =>
  value === null || value === undefined
    ? ''
    : value instanceof Uint8Array
      ? Buffer.from(value).toString()
      : String(value);

export const readReplicaSettings = async ({ session }: Connection): Promise<ReplicaSettings> => {
  let row: readonly Value[] = [];
  for await (const result of session.execute(settingsSql)) if (result.kind === 'rows') row = result.rows[0] ?? [];
  const checksum = text(row[0]).toUpperCase();
  return {
    checksum: checksum === 'CRC32' || checksum === 'NONE' ? checksum : undefined,
    heartbeatMs: Math.max(0, Math.ceil((Number(text(row[1])) || 0) / nanosecondsPerMs)),
    uuid: text(row[2]),
  };
};

/** A replica that comes again has lost its first connection: that dump ends (kill_zombie_dump_threads of mysqld). */
export const replaceOlderDump = (connection: Connection, replica: { serverId: number; uuid: string }): void => {
  for (const other of connection.server.connections.values()) {
    if (other === connection || !other.replica) continue;
    const { serverId, uuid } = other.replica;
    const isSame = replica.uuid === '' ? serverId === replica.serverId : uuid === replica.uuid;
    if (isSame) other.stopping.abort();
  }
  connection.replica = replica;
};
