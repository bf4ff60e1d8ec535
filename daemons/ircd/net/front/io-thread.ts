/** A thread that owns sockets, as an IoShard starts it: it ends when the queue to it is closed. */
import { forbidBlocking } from '../../../runtime/async/blocking.ts';
import { currentWorker } from '../../../runtime/async/current-worker.ts';
import type { IoThreadData } from './records.ts';
import { ThreadSockets } from './thread-sockets.ts';

forbidBlocking();
await new ThreadSockets(currentWorker<IoThreadData>().data).run();
