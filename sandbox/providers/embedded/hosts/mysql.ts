import { startMysql } from '../../../emulators/mysql/server.ts';
import { host } from '../host.ts';

host(startMysql);
