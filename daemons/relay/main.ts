/** Entry of the relay's process. */
import { runDaemon } from '../runtime/host/run-daemon.ts';
import { relayDaemon } from './daemon.ts';

runDaemon(relayDaemon);
