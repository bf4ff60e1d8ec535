/** Entry of the object server's process. */
import { runDaemon } from '../runtime/host/run-daemon.ts';
import { objectsDaemon } from './daemon.ts';

runDaemon(objectsDaemon);
