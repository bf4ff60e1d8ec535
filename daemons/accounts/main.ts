/** Entry of the process that keeps the accounts. */
import { runDaemon } from '../runtime/host/run-daemon.ts';
import { startAccounts } from './daemon.ts';
import { manifest } from './manifest.ts';

runDaemon({ manifest, start: startAccounts });
