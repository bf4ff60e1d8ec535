/** Entry of the recorder's process. */
import { runDaemon } from '../runtime/host/run-daemon.ts';
import { startRecorder } from './daemon.ts';
import { manifest } from './manifest.ts';

runDaemon({ manifest, start: startRecorder });
