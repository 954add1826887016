import { startSnowflake } from '../../../emulators/snowflake/server.ts';
import { host } from '../host.ts';

host(startSnowflake);
