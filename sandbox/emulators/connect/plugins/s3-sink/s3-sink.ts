import type { SinkPlugin } from '../../plugin.ts';
import { s3SinkDefinitions } from './definitions.ts';
import { startS3SinkTask } from './s3-sink-task.ts';
import { validateS3Sink } from './validation.ts';

/**
 * io.confluent.connect.s3.S3SinkConnector as of 10.5: JSON lines or bytes to objects named by topic, partitioner and first offset, each written by
 * a multipart upload. That release has no conditional writes: a rewritten file replaces the object of the same key.
 */
export const s3Sink: SinkPlugin = {
  type: 'sink',
  className: 'io.confluent.connect.s3.S3SinkConnector',
  taskClassName: 'io.confluent.connect.s3.S3SinkTask',
  version: '10.5.23',
  configDefinitions: s3SinkDefinitions,
  validate: async (config) => validateS3Sink(config),
  startConnector: async (config) => ({
    taskConfigs: (maxTasks) => Array.from({ length: maxTasks }, () => config),
    stop: async () => {},
  }),
  startTask: startS3SinkTask,
};
