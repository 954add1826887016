import { startSchemaRegistry } from '../../../emulators/schema-registry/server.ts';
import { host } from '../host.ts';

host(startSchemaRegistry);
