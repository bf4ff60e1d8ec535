/**
 * A thread of a ThreadPool: runs the tasks that it is handed, one after the other, and sends the results of many in one message.
 * Loaded by URL as a thread, never imported.
 */
import { getPriority, setPriority } from 'node:os';
import { parentPort, type TransferListItem } from 'node:worker_threads';
import { SignalboxError } from '../../../contract/errors.ts';
import { currentWorker } from './current-worker.ts';
import {
  type PoolThreadData,
  SLOT_MASK,
  sharedNow,
  type TaskDefinition,
  type TaskFailure,
  type TaskPost,
  type TaskReply,
  taskWord,
} from './pool-memory.ts';
import type { TaskCall } from './pool-task.ts';

/** Results wait this long for others before they are sent, in milliseconds. */
const REPLY_MS = 1;

/** A niceness has no higher value. */
const NICEST = 19;
const NO_DATA =
  'What the task returned cannot be copied from its thread: return data, no functions and no handles.';

type LoadedFunction = (argument: unknown, call: TaskCall) => unknown;

const worker = currentWorker<PoolThreadData>();
const { states, times, nice } = worker.data;

/** What a function is told while it runs. */
class RunningCall implements TaskCall {
  readonly #slot: number;
  /** Whether it knows that it was cancelled. */
  told = false;
  moved: TransferListItem[] | null = null;

  constructor(slot: number) {
    this.#slot = slot;
  }

  get cancelled(): boolean {
    // A slot has another task later, so what was once told stays.
    this.told ||= Atomics.load(states, this.#slot) === taskWord.cancelled;
    return this.told;
  }

  transfer(items: readonly TransferListItem[]): void {
    this.moved ??= [];
    this.moved.push(...items);
  }
}

/** Runs tasks in the order of their slots. */
class TaskRunner {
  readonly #functions: (LoadedFunction | Promise<LoadedFunction>)[] = [];
  readonly #inbox: TaskPost[] = [];
  #working = false;
  #next = 0;
  #nowMs = 0;
  #results: unknown[] = [];
  #failures: Map<number, TaskFailure> | null = null;
  #moved: Map<number, readonly TransferListItem[]> | null = null;
  /** When the first result that waits was there. */
  #sinceMs = 0;

  take(message: TaskPost | TaskDefinition): void {
    if ('module' in message) {
      const { index } = message;
      const loading = load(message);
      this.#functions[index] = loading;
      // Where it cannot be loaded, everybody who calls it is told.
      loading.then((run) => (this.#functions[index] = run)).catch(() => {});
      return;
    }
    this.#inbox.push(message);
    if (!this.#working) void this.#work();
  }

  /** Sends what is there. */
  reply(): void {
    const results = this.#results;
    if (results.length === 0) return;
    const [failures, moved] = [this.#failures, this.#moved];
    this.#results = [];
    this.#failures = null;
    this.#moved = null;
    try {
      const reply: TaskReply = { results, failures };
      worker.post(reply, moved === null ? [] : [...moved.values()].flat());
    } catch {
      results.forEach((result, at) => {
        replyAlone(result, failures?.get(at) ?? null, moved?.get(at) ?? []);
      });
    }
  }

  async #work(): Promise<void> {
    this.#working = true;
    this.#nowMs = sharedNow();
    for (let post = this.#inbox.shift(); post !== undefined; post = this.#inbox.shift()) {
      for (let at = 0; at < post.length; at += 2) {
        const running = this.#run(Number(post[at]), post[at + 1]);
        if (running !== null) await running;
        if (this.#nowMs - this.#sinceMs >= REPLY_MS) this.reply();
      }
      this.reply();
    }
    this.#working = false;
  }

  /** Begins the next task; null where it has ended already. */
  #run(index: number, argument: unknown): Promise<void> | null {
    const slot = this.#next++ & SLOT_MASK;
    times[2 * slot] = this.#nowMs;
    if (Atomics.compareExchange(states, slot, taskWord.handed, taskWord.running) !== taskWord.handed) {
      this.#keep(undefined);
      return null;
    }
    const run = this.#functions[index]!;
    const call = new RunningCall(slot);
    try {
      const result =
        typeof run === 'function' ? run(argument, call) : this.#runLoaded(run, argument, slot, call);
      if (isPromise(result)) return this.#await(result, slot, call);
      this.#end(slot, call, result);
    } catch (error) {
      this.#fail(slot, call, error);
    }
    return null;
  }

  /** Loading takes no part in the time that the task ran. */
  async #runLoaded(
    loading: Promise<LoadedFunction>,
    argument: unknown,
    slot: number,
    call: RunningCall,
  ): Promise<unknown> {
    const run = await loading;
    times[2 * slot] = sharedNow();
    return run(argument, call);
  }

  async #await(result: PromiseLike<unknown>, slot: number, call: RunningCall): Promise<void> {
    // Nobody waits behind it with a result that is there.
    this.reply();
    try {
      this.#end(slot, call, await result);
    } catch (error) {
      this.#fail(slot, call, error);
    }
  }

  #end(slot: number, call: RunningCall, result: unknown): void {
    if (call.told) {
      this.#fail(slot, call, null);
      return;
    }
    this.#finish(slot);
    if (call.moved !== null) {
      this.#moved ??= new Map();
      this.#moved.set(this.#results.length, call.moved);
    }
    this.#keep(result);
  }

  #fail(slot: number, call: RunningCall, error: unknown): void {
    const cancelled = call.cancelled;
    this.#finish(slot);
    this.#failures ??= new Map();
    this.#failures.set(this.#results.length, failureOf(error, cancelled));
    this.#keep(undefined);
  }

  #finish(slot: number): void {
    this.#nowMs = sharedNow();
    times[2 * slot + 1] = this.#nowMs;
    Atomics.store(states, slot, taskWord.done);
  }

  #keep(result: unknown): void {
    if (this.#results.length === 0) this.#sinceMs = this.#nowMs;
    this.#results.push(result);
  }
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

async function load({ module, name }: TaskDefinition): Promise<LoadedFunction> {
  const exports: Readonly<Record<string, unknown>> = await import(module);
  const found = exports[name];
  if (typeof found !== 'function')
    throw new SignalboxError('not_found', `${module} exports no function ${name}: a pool task names one.`);
  return found as LoadedFunction;
}

function failureOf(error: unknown, cancelled = false): TaskFailure {
  const { message, stack = message } = error instanceof Error ? error : new Error(String(error));
  const known = error instanceof SignalboxError ? error : null;
  return { cancelled, code: known?.code ?? null, message, stack, detail: known?.detail };
}

/** Sends one result that others could not be sent with, or says that it cannot be copied. */
function replyAlone(result: unknown, failure: TaskFailure | null, moved: readonly TransferListItem[]): void {
  try {
    const reply: TaskReply = {
      results: [result],
      failures: failure === null ? null : new Map([[0, failure]]),
    };
    worker.post(reply, moved);
  } catch {
    const error = new SignalboxError('bad_request', NO_DATA);
    const failures = new Map([[0, failureOf(error)]]);
    worker.post({ results: [undefined], failures } satisfies TaskReply);
  }
}

// Only on Linux has a thread a niceness of its own; elsewhere this would be that of the whole process.
if (nice !== 0 && process.platform === 'linux') setPriority(0, Math.min(NICEST, getPriority(0) + nice));

const runner = new TaskRunner();
// Tasks that have ended keep their results when a later one ends the thread.
process.on('exit', () => runner.reply());
// Not `onMessage`: between tasks there is nobody to serve, so that a task may stand still.
const take = (message: TaskPost | TaskDefinition) => runner.take(message);
parentPort?.on('message', take);
void worker.stopRequested().then(() => parentPort?.off('message', take));
worker.post('ready');
