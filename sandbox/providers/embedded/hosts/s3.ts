import { startS3 } from '../../../emulators/s3/server.ts';
import { host } from '../host.ts';

host(startS3);
