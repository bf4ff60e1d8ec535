/** Entry of the process of services. */
import { runDaemon } from '../runtime/host/run-daemon.ts';
import { startServices } from './daemon.ts';
import { manifest } from './manifest.ts';
import { prepareServices } from './prepare.ts';

runDaemon({ manifest, prepare: prepareServices, start: startServices });
