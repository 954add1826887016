import type { Component, ComponentName } from './component.ts';
import { connect } from './connect.ts';
import { kafka } from './kafka.ts';
import { mysql } from './mysql.ts';
import { s3 } from './s3.ts';
import { schemaRegistry } from './schema-registry.ts';
import { snowflake } from './snowflake.ts';

export const components: Readonly<Record<ComponentName, Component>> = {
  kafka,
  'schema-registry': schemaRegistry,
  connect,
  mysql,
  s3,
  snowflake,
};
