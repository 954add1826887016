import { startSimulators } from '../../../../simulators/server.ts';
import { host } from '../host.ts';

host(startSimulators);
