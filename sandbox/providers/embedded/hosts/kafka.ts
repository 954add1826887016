import { startKafka } from '../../../emulators/kafka/server.ts';
import { host } from '../host.ts';

host(startKafka);
