// kafkajs has no public way to read a topic without joining a group, nor to commit offsets for a group from outside. Its Cluster has both.
// The version of kafkajs is pinned; test/contract/connect.test.ts would show a change.
declare module 'kafkajs/src/cluster/index.js' {
  type FetchedMessage = {
    offset: string;
    timestamp: string;
    key: Buffer | null;
    value: Buffer | null;
    isControlRecord?: boolean;
  };
  type FetchResponse = {
    responses: {
      topicName: string;
      partitions: { partition: number; errorCode: number; highWatermark: string; messages: FetchedMessage[] }[];
    }[];
  };
  type Broker = {
    fetch(request: {
      maxWaitTime: number;
      minBytes: number;
      maxBytes: number;
      isolationLevel: number;
      topics: { topic: string; partitions: { partition: number; fetchOffset: string; maxBytes: number }[] }[];
    }): Promise<FetchResponse>;
    offsetCommit(request: {
      groupId: string;
      groupGenerationId: number;
      memberId: string;
      retentionTime?: number;
      topics: { topic: string; partitions: { partition: number; offset: string }[] }[];
    }): Promise<unknown>;
  };
  type Options = Record<string, unknown>;
  class Cluster {
    constructor(options: Options);
    connect(): Promise<void>;
    disconnect(): Promise<void>;
    addMultipleTargetTopics(topics: readonly string[]): Promise<void>;
    refreshMetadata(): Promise<void>;
    findTopicPartitionMetadata(topic: string): { partitionId: number; leader: number }[];
    fetchTopicsOffset(
      topics: { topic: string; partitions: { partition: number }[]; fromBeginning: boolean }[],
    ): Promise<{ topic: string; partitions: { partition: number; offset: string }[] }[]>;
    findBroker(where: { nodeId: string }): Promise<Broker>;
    findGroupCoordinator(where: { groupId: string }): Promise<Broker>;
  }
  export = Cluster;
}

declare module 'kafkajs/src/network/socketFactory.js' {
  const createSocketFactory: () => unknown;
  export = createSocketFactory;
}

declare module 'kafkajs/src/loggers/index.js' {
  export function createLogger(options: { level: number; logCreator: unknown }): unknown;
}

declare module 'kafkajs/src/retry/index.js' {
  import type { RetryOptions } from 'kafkajs';

  type Retrier = <T>(attempt: (giveUp: (error: Error) => void) => Promise<T>) => Promise<T>;
  const createRetry: (options: RetryOptions) => Retrier;
  export = createRetry;
}
