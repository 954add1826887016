import { startConnect } from '../../../emulators/connect/server.ts';
import { host } from '../host.ts';

host(startConnect);
