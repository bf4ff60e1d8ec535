/**
 * Request and response: questions to a thread, answered in any order, each with its deadline. An answer finds its question by a
 * number; one that nobody waits for any more is dropped. `node request-response.ts 3 1 2` asks for squares.
 */
import { isMainThread } from 'node:worker_threads';
import { systemClock } from '../../../../kit/clock.ts';
import { ascendingIds, PendingRequests } from '../../../../kit/pending-requests.ts';
import { AsyncWorker } from '../async-worker.ts';
import { currentWorker } from '../current-worker.ts';

interface Question {
  readonly id: number;
  readonly number: number;
}

interface Answer {
  readonly id: number;
  readonly square: number;
}

const DEADLINE_MS = 10_000;

async function askFor(numbers: readonly number[]): Promise<void> {
  const requests = new PendingRequests<number>(systemClock, { limit: 64 }, ascendingIds());
  const worker = new AsyncWorker({
    name: 'squares',
    module: new URL(import.meta.url),
    onMessage: (message) => {
      const { id, square } = message as Answer;
      requests.resolve(id, square);
    },
    onEnd: ({ how }) => requests.close({ code: 'crashed', message: `The thread has ended (${how}).` }),
  });
  const ask = async (number: number) => {
    const { requestId, answer } = requests.open(`The square of ${number}`, DEADLINE_MS);
    worker.post({ id: requestId, number } satisfies Question);
    process.stdout.write(`${number} squared is ${await answer}\n`);
  };
  await Promise.all(numbers.map(ask));
  worker.signalStop();
  await worker.join(5_000);
}

/** Larger numbers take longer. */
function answerQuestions(): void {
  const worker = currentWorker();
  worker.onMessage((message) => {
    const { id, number } = message as Question;
    const reply = { id, square: number ** 2 } satisfies Answer;
    setTimeout(() => worker.post(reply), number * 10);
  });
}

if (isMainThread) await askFor(process.argv.slice(2).map(Number));
else answerQuestions();
