/**
 * The load generator: a process of its own, so that its work is not the server's. Started by scenarios.ts with a job as
 * its argument; reports over IPC and ends when the work is done. It counts bytes and descriptors, nothing else.
 */
import { createHistogram } from 'node:perf_hooks';
import { close, open, Readiness, receive, received, send } from './load-socket.ts';
import { answerBytes, greeting, requestOf } from './load-wire.ts';
import type { Ask, GeneratorMessage, Job } from './messages.ts';

const ANSWER_MS = 30_000;

const report = (message: GeneratorMessage) => process.send?.(message);
const job = JSON.parse(process.argv[2] ?? '') as Job;
const latencies = createHistogram();
const totals = { answers: 0, bytes: 0, descriptors: 0 };

let running = true;

/** Length of the answer to each ask, learned from the first. */
const lengths = job.asks.map(() => 0);

/** Takes at least so many bytes, and gives those back that came first. */
function take(fd: number, atLeast: (start: Buffer) => number | null): void {
  const ready = new Readiness([fd]);
  let start = Buffer.alloc(0);
  let got = 0;
  for (;;) {
    const need = atLeast(start);
    if (need !== null && got >= need) return;
    if (!ready.wait(ANSWER_MS)) throw new Error('no answer within 30 s');
    const result = receive(fd);
    if (result === null) continue;
    if (start.length < 4096)
      start = Buffer.concat([start, received.subarray(0, result.byteLength)]).subarray(0, 4096);
    got += result.byteLength;
    for (const descriptor of result.descriptors) close(descriptor);
  }
}

/** One connection, which keeps `depth` requests under way: the next batch goes out when half of one has been answered. */
class LoadConnection {
  readonly fd: number;
  /** Bytes of the requests of one batch, for each place in the asks that it may begin at. */
  readonly #batches: Batch[];
  readonly #answerBytes: number[];
  readonly #size: number;
  #begin = 0;
  #nextId = 0;
  /** Bytes that are still due of each batch under way, the oldest first, and when it was sent. */
  readonly #due: number[] = [];
  readonly #sentAt: number[] = [];

  constructor() {
    this.fd = open(job.target);
    const hello = greeting(job.asks[0]!, job.depth);
    if (hello.bytes.length > 0) {
      sendCopy(this.fd, hello.bytes);
      take(this.fd, () => hello.answerBytes);
    }
    job.asks.forEach((ask, index) => {
      if (lengths[index] === 0) lengths[index] = learn(this.fd, ask);
    });
    this.#size = Math.max(1, job.depth >> 1);
    this.#batches = job.asks.map((_, begin) => batchOf(begin, this.#size));
    this.#answerBytes = job.asks.map((_, begin) => {
      let sum = 0;
      for (let i = 0; i < this.#size; i++) sum += lengths[(begin + i) % job.asks.length]!;
      return sum;
    });
  }

  start(): void {
    this.#send();
    if (job.depth > 1) this.#send();
  }

  /** Takes what has come, and sends as many as were answered. */
  onReadable(): void {
    for (;;) {
      const result = receive(this.fd);
      if (result === null) return;
      totals.bytes += result.byteLength;
      totals.descriptors += result.descriptors.length;
      for (const descriptor of result.descriptors) close(descriptor);
      let left = result.byteLength;
      while (left > 0) {
        const used = Math.min(left, this.#due[0] ?? 0);
        if (used === 0) throw new Error('more came than was asked for');
        left -= used;
        this.#due[0]! -= used;
        if (this.#due[0]! > 0) break;
        this.#due.shift();
        latencies.record(Math.max(1, Math.round((performance.now() - this.#sentAt.shift()!) * 1_000)));
        totals.answers += this.#size;
        if (running) this.#send();
      }
      if (job.depth === 1) return;
    }
  }

  #send(): void {
    const { bytes, idsAt } = this.#batches[this.#begin]!;
    // Answers may overtake one another, so an id is not used again soon.
    for (const at of idsAt) {
      this.#nextId = (this.#nextId + 1) >>> 0;
      bytes.writeUInt32BE(this.#nextId, at);
    }
    this.#due.push(this.#answerBytes[this.#begin]!);
    this.#sentAt.push(performance.now());
    this.#begin = (this.#begin + this.#size) % job.asks.length;
    send(this.fd, bytes, bytes.length);
  }
}

function sendCopy(fd: number, bytes: Buffer): void {
  const memory = Buffer.allocUnsafeSlow(bytes.length);
  bytes.copy(memory);
  send(fd, memory, memory.length);
}

function learn(fd: number, ask: Ask): number {
  let length = 0;
  sendCopy(fd, requestOf(ask, 0));
  take(fd, (start) => {
    length = answerBytes(ask, start) ?? 0;
    return length === 0 ? null : length;
  });
  return length;
}

/** Requests in one piece, and where the id of each stands; HTTP has none. */
interface Batch {
  readonly bytes: Buffer;
  readonly idsAt: readonly number[];
}

function batchOf(begin: number, size: number): Batch {
  const asks = Array.from({ length: size }, (_, i) => job.asks[(begin + i) % job.asks.length]!);
  const requests = asks.map((ask) => requestOf(ask, 0));
  const bytes = Buffer.allocUnsafeSlow(requests.reduce((sum, request) => sum + request.length, 0));
  const idsAt: number[] = [];
  let at = 0;
  requests.forEach((request, i) => {
    if (asks[i]!.wire === 'objects') idsAt.push(at + 1);
    at += request.copy(bytes, at);
  });
  return { bytes, idsAt };
}

function loop(connections: readonly LoadConnection[], ready: Readiness, seconds: number): number {
  const begun = performance.now();
  const end = begun + seconds * 1_000;
  while (performance.now() < end) {
    if (!ready.wait(ANSWER_MS)) throw new Error('no answer within 30 s');
    for (let i = 0; i < connections.length; i++) if (ready.has(i)) connections[i]!.onReadable();
  }
  return (performance.now() - begun) / 1_000;
}

try {
  const connections = Array.from({ length: job.connections }, () => new LoadConnection());
  const ready = new Readiness(connections.map(({ fd }) => fd));
  report({ type: 'connected' });
  for (const connection of connections) connection.start();
  loop(connections, ready, job.warmupSeconds);
  report({ type: 'start' });
  latencies.reset();
  Object.assign(totals, { answers: 0, bytes: 0, descriptors: 0 });
  const cpu = process.cpuUsage();
  const seconds = loop(connections, ready, job.seconds);
  const used = process.cpuUsage(cpu);
  const measured = { ...totals };
  const latencyUs = { p50: latencies.percentile(50), p99: latencies.percentile(99), max: latencies.max };
  report({
    type: 'done',
    measurement: { seconds, ...measured, latencyUs, generatorCpuSeconds: (used.user + used.system) / 1e6 },
  });
  running = false;
  for (const { fd } of connections) close(fd);
  process.disconnect?.();
} catch (error) {
  report({ type: 'error', message: error instanceof Error ? error.message : String(error) });
  process.exitCode = 1;
  process.disconnect?.();
}
