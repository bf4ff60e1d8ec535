/** Entry of the process that keeps the messages. */
import { runDaemon } from '../runtime/host/run-daemon.ts';
import { startMessages } from './daemon.ts';
import { manifest } from './manifest.ts';

runDaemon({ manifest, start: startMessages });
