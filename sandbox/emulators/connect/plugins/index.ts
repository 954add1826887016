import type { ConnectorPlugin } from '../plugin.ts';
import { debeziumMysql } from './debezium-mysql/debezium-mysql.ts';
import { httpSource } from './http-source/http-source.ts';
import { s3Sink } from './s3-sink/s3-sink.ts';

/** The one list of connectors. */
export const plugins: readonly ConnectorPlugin[] = [debeziumMysql, httpSource, s3Sink];
