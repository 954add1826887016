import { expect, test } from 'vitest';
import { readArtefacts } from '../../../sandbox/pipeline/artefacts.ts';
import { deriveGraph } from '../../../sandbox/pipeline/graph.ts';
import { findProject } from '../../../sandbox/pipeline/project.ts';

const root = `${import.meta.dirname}/../../..`;

test("the graph of this repository's artefacts is the pipeline, hop by hop", () => {
  const graph = deriveGraph(readArtefacts(findProject(root)));
  expect(graph.lanes.map(({ nodes }) => nodes.map(({ id }) => id))).toEqual([
    [
      'api:${env:CLICKSTREAM_URL}/events',
      'source-connector:CLICKSTREAM_SRC_CONNECTOR',
      'topic:clickstream-http-data',
      'sink-connector:sink_s3_connector',
      'objects:s3://snowflake-data-practice-bucket/topics/clickstream-http-data/',
      'stage:api_ext_stage',
      'pipe:raw_events_pipe',
      'table:raw_events',
      'stream:raw_events_stream',
      'task:insert_event_data_task',
      'table:structured_events',
      'stream:structured_events_stream',
      'task:task_load_transformed_clickstream',
      'table:transformed_clickstream',
    ],
    [
      'source-table:sales.orders',
      'source-connector:mysql_src_connector',
      'topic:temp_sql.sales.orders',
      'sink-connector:sink_mysql_connector',
      'objects:s3://snowflake-data-practice-bucket/topics/temp_sql.sales.orders/',
      'stage:logs_ext_stage',
      'pipe:raw_logs_pipe',
      'table:raw_logs',
      'stream:raw_logs_stream',
      'task:insert_log_data_task',
      'table:structured_logs',
      'stream:structured_logs_stream',
      'task:task_load_transformed_logs',
      'table:transformed_logs',
    ],
  ]);
});
