/** Entry of the echo daemon's process. */

import { runDaemon } from '../../../../daemons/runtime/host/run-daemon.ts';
import { startEcho } from './daemon.ts';
import { manifest } from './manifest.ts';

runDaemon({ manifest, start: startEcho });
