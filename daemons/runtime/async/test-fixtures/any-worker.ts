/** A thread that behaves as it is told. Used by the tests of AsyncWorker only. */
import { openSync } from 'node:fs';
import { currentWorker } from '../current-worker.ts';

/** What it does. */
export type Behaviour =
  | 'return'
  | 'throw'
  | 'throw-text'
  | 'exit'
  | 'exit-well'
  | 'spin-until-stop'
  | 'pause-until-stop'
  | 'spin'
  | 'block'
  | 'idle'
  | 'open'
  | 'echo';

/** What a spinning thread counts up in, so that a test knows it is at it. */
export interface WorkerJob {
  readonly behaviour: Behaviour;
  readonly turns?: Int32Array | undefined;
}

const worker = currentWorker<WorkerJob>();
const { behaviour, turns = new Int32Array(new SharedArrayBuffer(4)) } = worker.data;

function spinForEver(): void {
  for (;;) {
    Atomics.add(turns, 0, 1);
    Atomics.notify(turns, 0);
  }
}

function giveUp(): void {
  process.exit(3);
}

const DO: Readonly<Record<Behaviour, () => void>> = {
  // However often it asks, it is the same worker.
  return: () => worker.post(currentWorker() === worker ? worker.name : 'another'),
  throw: () => {
    throw new RangeError('no such number');
  },
  'throw-text': () => {
    throw 'only a text';
  },
  exit: giveUp,
  'exit-well': () => process.exit(0),
  'spin-until-stop': () => {
    while (!worker.shouldStop()) {
      Atomics.add(turns, 0, 1);
      Atomics.notify(turns, 0);
    }
    worker.post('stopped');
  },
  'pause-until-stop': () => {
    const paused = worker.pause(1);
    worker.post({ paused });
    worker.post({ paused: worker.pause(1e9) });
  },
  spin: spinForEver,
  block: () => {
    worker.post('blocking');
    worker.pause(1e9);
  },
  idle: () => {
    void worker.stopRequested();
    worker.post('idle');
  },
  open: () => worker.post(openSync('/dev/null', 'r')),
  echo: () => {
    worker.onMessage((message) => {
      if (message !== 'block') return worker.post({ echo: message });
      try {
        worker.pause(1);
      } catch (error) {
        worker.post(error);
      }
    });
  },
};
DO[behaviour]();
