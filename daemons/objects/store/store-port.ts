/**
 * The store for threads that do not own it: a StoreClient asks over a MessagePort, the owner's thread answers by {@link serveStore}. When a
 * thread is gone, so are the puts that it had begun.
 */
import type { MessagePort } from 'node:worker_threads';
import type { ObjectInfo } from './object-info.ts';
import type { ListQuery, ObjectPage, ObjectWrites, PutOptions, PutPlace } from './object-writes.ts';
import { StoreError, type StoreProblem } from './store-problems.ts';

type Call = {
  readonly [Name in keyof ObjectWrites]: {
    readonly name: Name;
    readonly args: Parameters<ObjectWrites[Name]>;
  };
}[keyof ObjectWrites];

interface Question {
  readonly id: number;
  readonly call: Call;
}

/** An error does not keep its class on the way, so it goes as what it is made of. */
interface Failure {
  readonly id: number;
  /** Null for a defect. */
  readonly problem: StoreProblem | null;
  readonly message: string;
  readonly systemCode: string;
}

type Answer = { readonly id: number; readonly result: unknown } | Failure;

/** Answers a thread's questions until the port is closed. Answers how to end that. */
export function serveStore(store: ObjectWrites, port: MessagePort): { close(): void } {
  const puts = new Set<number>();
  let closed = false;
  const answer = async ({ id, call }: Question): Promise<void> => {
    try {
      const result = await perform(store, call, puts, () => closed);
      if (!closed) port.postMessage({ id, result } satisfies Answer);
    } catch (thrown) {
      if (!closed) port.postMessage(failureOf(id, thrown));
    }
  };
  port.on('message', (question: Question) => void answer(question));
  port.once('close', () => {
    closed = true;
    for (const put of puts) void store.abandonPut(put);
    puts.clear();
  });
  // Threads that live keep the process; a port does not.
  port.unref();
  return { close: () => port.close() };
}

async function perform(
  store: ObjectWrites,
  call: Call,
  puts: Set<number>,
  gone: () => boolean,
): Promise<unknown> {
  switch (call.name) {
    case 'beginPut': {
      const place = await store.beginPut(...call.args);
      if (gone()) await store.abandonPut(place.put);
      else puts.add(place.put);
      return place;
    }
    case 'commitPut':
      puts.delete(call.args[0]);
      return store.commitPut(...call.args);
    case 'abandonPut':
      puts.delete(call.args[0]);
      return store.abandonPut(...call.args);
    case 'delete':
      return store.delete(...call.args);
    case 'rename':
      return store.rename(...call.args);
    case 'wantCopy':
      return store.wantCopy(...call.args);
    case 'list':
      return store.list(...call.args);
  }
}

function failureOf(id: number, thrown: unknown): Failure {
  if (thrown instanceof StoreError) {
    const { problem, message, systemCode } = thrown;
    return { id, problem, message, systemCode: systemCode ?? '' };
  }
  return {
    id,
    problem: null,
    message: thrown instanceof Error ? thrown.message : String(thrown),
    systemCode: '',
  };
}

function errorOf({ problem, message, systemCode }: Failure): Error {
  return problem === null ? new Error(message) : new StoreError(problem, message, { systemCode });
}

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/** The store, from another thread. */
export class StoreClient implements ObjectWrites {
  readonly #port: MessagePort;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #closed = false;

  /** @param port whose other end was given to {@link serveStore} */
  constructor(port: MessagePort) {
    this.#port = port;
    port.on('message', (answer: Answer) => this.#onAnswer(answer));
    port.once('close', () => this.#onClose());
    port.unref();
  }

  beginPut(uri: string, sizeBytes: number, options: PutOptions = {}): Promise<PutPlace> {
    return this.#ask({ name: 'beginPut', args: [uri, sizeBytes, options] }) as Promise<PutPlace>;
  }

  commitPut(put: number): Promise<ObjectInfo> {
    return this.#ask({ name: 'commitPut', args: [put] }) as Promise<ObjectInfo>;
  }

  abandonPut(put: number): Promise<void> {
    return this.#ask({ name: 'abandonPut', args: [put] }) as Promise<void>;
  }

  delete(uri: string): Promise<void> {
    return this.#ask({ name: 'delete', args: [uri] }) as Promise<void>;
  }

  rename(from: string, to: string, options: PutOptions = {}): Promise<ObjectInfo> {
    return this.#ask({ name: 'rename', args: [from, to, options] }) as Promise<ObjectInfo>;
  }

  async wantCopy(uri: string): Promise<void> {
    await this.#ask({ name: 'wantCopy', args: [uri] }).catch(() => {});
  }

  list(query: ListQuery): Promise<ObjectPage> {
    return this.#ask({ name: 'list', args: [query] }) as Promise<ObjectPage>;
  }

  /** Whoever waits is told that the store is not there. Again, it does nothing. */
  close(): void {
    this.#port.close();
  }

  #ask(call: Call): Promise<unknown> {
    if (this.#closed) return Promise.reject(gone());
    return new Promise((resolve, reject) => {
      const id = ++this.#lastId;
      this.#waiting.set(id, { resolve, reject });
      this.#port.ref();
      this.#port.postMessage({ id, call } satisfies Question);
    });
  }

  #onAnswer(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (this.#waiting.size === 0) this.#port.unref();
    if ('result' in answer) waiting?.resolve(answer.result);
    else waiting?.reject(errorOf(answer));
  }

  #onClose(): void {
    this.#closed = true;
    for (const { reject } of this.#waiting.values()) reject(gone());
    this.#waiting.clear();
  }
}

function gone(): StoreError {
  return new StoreError('unavailable', 'the store is closing');
}
