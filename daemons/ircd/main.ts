/** Entry of the ircd process, started by Signalbox or alone (see runtime/standalone.ts). */
import { runDaemon } from '../runtime/host/run-daemon.ts';
import { startIrcd } from './daemon.ts';
import { manifest } from './manifest.ts';
import { prepareIrcd } from './prepare.ts';

runDaemon({ manifest, prepare: prepareIrcd, start: startIrcd });
