/**
 * The load of clients that speak at a fixed rate, from a program in C (paced.c): what is timed is the server then, not a generator whose core
 * is full. Used by the benchmarks of ircd and relay, which have a generator in Node for where there is no compiler.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { HistogramSummary } from '../../../contract/histogram.ts';
import { compile } from '../c-program.ts';
import { pinned } from '../pinning.ts';

const SOURCE = join(import.meta.dirname, 'paced.c');
/** Connecting, and what the last deliveries may take. */
const BESIDE_MS = 120_000;

/** Who speaks to whom; clients are spread evenly over the channels. */
export interface PacedLoad {
  readonly wire: 'irc' | 'relay' | 'nats';
  readonly port: number;
  readonly clients: number;
  readonly channels: number;
  readonly messagesPerSecond: number;
  readonly warmupMs: number;
  readonly measureMs: number;
}

/** What came of it. */
export interface PacedFigures {
  /** The measured time, and what came in it. */
  readonly seconds: number;
  readonly count: number;
  readonly bytes: number;
  readonly reads: number;
  /** CPU seconds of the program itself in that time. */
  readonly generatorCpuSeconds: number;
  /** Messages of the whole run, and deliveries. */
  readonly said: number;
  readonly delivered: number;
  /** Of the messages of the measured time, in seconds. */
  readonly latency: HistogramSummary;
}

/** A run under way. */
export interface RunningLoad {
  readonly figures: Promise<PacedFigures>;
  /** Ends it and its connections, which stay open until then. */
  close(): void;
}

/** Compiles and starts it; null where that cannot be done, which is said. @param onStart called when the measured time begins */
export function startPaced(load: PacedLoad, alone: boolean, onStart?: () => void): RunningLoad | null {
  const directory = mkdtempSync(join(tmpdir(), 'bench-paced-'));
  const remove = () => rmSync(directory, { recursive: true, force: true });
  const compiled = compile(SOURCE, directory);
  if ('program' in compiled) return start(compiled.program, load, { alone, onStart, onEnd: remove });
  remove();
  console.warn(`The load comes from Node, which its own work makes late, and not from C: ${compiled.why}`);
  return null;
}

interface Start {
  readonly alone: boolean;
  readonly onStart: (() => void) | undefined;
  readonly onEnd: () => void;
}

function start(program: string, load: PacedLoad, { alone, onStart, onEnd }: Start): RunningLoad {
  const { wire, port, clients, channels, messagesPerSecond, warmupMs, measureMs } = load;
  const words = [wire, port, clients, channels, messagesPerSecond, warmupMs, measureMs].map(String);
  const [command, args] = alone ? pinned(1, program, words) : [program, words];
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.on('data', (piece: Buffer) => {
    said += piece.toString();
  });
  const figures = new Promise<PacedFigures>((resolve, reject) => {
    const limitMs = warmupMs + measureMs + BESIDE_MS;
    const timer = setTimeout(() => reject(new Error(`no result in ${limitMs / 1000} s`)), limitMs);
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line === 'start') {
        onStart?.();
        return;
      }
      clearTimeout(timer);
      resolve(figuresIn(line));
    });
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(timer);
      onEnd();
      reject(new Error(`the load generator ended with ${code}: ${said.trim()}`));
    });
  });
  return { figures, close: () => child.kill('SIGKILL') };
}

const FIELDS = 13;

/** Reads what the program reports; see there. */
export function figuresIn(line: string): PacedFigures {
  const values = line.split(' ').map(Number);
  if (values.length !== FIELDS) throw new Error(`the load generator said "${line}"`);
  const [seconds = 0, count = 0, bytes = 0, reads = 0, generatorCpuSeconds = 0, said = 0, delivered = 0] =
    values;
  const [timed = 0, p50 = 0, p95 = 0, p99 = 0, p999 = 0, max = 0] = values.slice(7);
  const latency = { count: timed, p50, p95, p99, p999, max };
  return { seconds, count, bytes, reads, generatorCpuSeconds, said, delivered, latency };
}
