/** Asks a thread where it is while others end. Were it asked from here, they would have ended between two of the answers. */
import { readdirSync } from 'node:fs';
import { Session } from 'node:inspector';
import { Worker } from 'node:worker_threads';
import { stackOfThread } from '../thread-stack.ts';

const words = new Int32Array(new SharedArrayBuffer(8));
const START = `const { parentPort, workerData: words } = require('node:worker_threads');
parentPort.postMessage('');`;

async function start(code: string): Promise<Worker> {
  const thread = new Worker(START + code, { eval: true, workerData: words, env: {}, execArgv: [] });
  await new Promise((resolve) => thread.once('message', resolve));
  return thread;
}

const threads = () => readdirSync('/proc/self/task').length;
const hanging = await start('function hangs() { for (;;) Atomics.wait(words, 1, 0, 1); } hangs();');
const before = threads();
for (let i = 0; i < 3; i++) await start('Atomics.wait(words, 0, 0);');

function end(): void {
  Atomics.store(words, 0, 1);
  Atomics.notify(words, 0);
}

const emit = Session.prototype.emit;
Session.prototype.emit = function (event: string | symbol, ...message: unknown[]): boolean {
  end();
  while (event === 'NodeWorker.attachedToWorker' && threads() > before);
  return emit.apply(this, [event, ...message] as Parameters<typeof emit>);
};
const asking = stackOfThread(hanging.threadId, 30_000);
process.once('worker', end);
process.stdout.write(`${await asking}\n`);
await hanging.terminate();
