/** Entry of the ircd process, started by Signalbox or alone (see runtime/standalone.ts). */
import { runDaemon } from '../runtime/run-daemon.ts';
import { startIrcd } from './daemon-process.ts';
import { manifest } from './manifest.ts';

runDaemon({ manifest, start: startIrcd });
