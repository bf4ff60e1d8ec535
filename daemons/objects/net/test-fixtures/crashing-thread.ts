/** A thread that serves connections and dies of the one whose listener is called `crash`. For tests only. */
import { currentWorker } from '../../../runtime/async/current-worker.ts';
import '../serving-worker-thread.ts';
import type { ToWorker } from '../worker-messages.ts';

currentWorker().onMessage((message) => {
  const told = message as ToWorker;
  if (told.type === 'serve' && told.socket.terms.listener === 'crash') throw new RangeError('out of luck');
});
