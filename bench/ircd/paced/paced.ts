/**
 * The load of clients that speak at a fixed rate, from a program in C (paced.c): what is timed is the server then, not a generator whose core
 * is full. Where there is no compiler the generator in Node does it, which is said.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { compile } from '../../shared/c-program.ts';
import { pinned } from '../../shared/pinning.ts';
import type { GeneratorRun, RunningGenerator } from '../generator-process.ts';
import type { Job, Measurement, PacedJob } from '../messages.ts';

const SOURCE = join(import.meta.dirname, 'paced.c');

/** Whether the program can do a job: clients that all come over TCP to loopback, whose names do not matter. */
export function isForProgram(job: Job): job is PacedJob {
  if (job.kind !== 'paced') return false;
  const { place, nickPrefix, channelPrefix, capabilities, concurrency, webSockets } = job;
  return [place, nickPrefix, channelPrefix, capabilities, concurrency, webSockets].every(
    (special) => special === undefined,
  );
}

/** Compiles and starts it; null where that cannot be done, which is said. */
export function startPaced(job: PacedJob, run: GeneratorRun): RunningGenerator | null {
  const directory = mkdtempSync(join(tmpdir(), 'bench-paced-'));
  const remove = () => rmSync(directory, { recursive: true, force: true });
  const compiled = compile(SOURCE, directory);
  if ('program' in compiled) return start(compiled.program, job, run, remove);
  remove();
  console.warn(`The load comes from Node, which its own work makes late, and not from C: ${compiled.why}`);
  return null;
}

function start(
  file: string,
  job: PacedJob,
  { pinned: alone, limitMs, onStart }: GeneratorRun,
  onEnd: () => void,
): RunningGenerator {
  const { port, clients, channels, deliveriesPerSecond, warmupMs, measureMs } = job;
  const receivers = Math.floor(clients / channels) - 1;
  const words = [port, clients, channels, deliveriesPerSecond / receivers, warmupMs, measureMs].map(String);
  const [command, args] = alone ? pinned(1, file, words) : [file, words];
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.on('data', (piece: Buffer) => {
    said += piece.toString();
  });
  const measurement = new Promise<Measurement>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no result in ${limitMs / 1000} s`)), limitMs);
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line === 'start') {
        onStart?.();
        return;
      }
      clearTimeout(timer);
      resolve(measurementOf(line));
    });
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(timer);
      onEnd();
      reject(new Error(`the load generator ended with ${code}: ${said.trim()}`));
    });
  });
  return { measurement, close: () => child.kill('SIGKILL') };
}

/** Reads what the program reports; see there. */
export function measurementOf(line: string): Measurement {
  const [seconds, count, bytes, reads, generatorCpuSeconds, timed, p50, p95, p99, p999, max] = line
    .split(' ')
    .map(Number) as [number, number, number, number, number, number, number, number, number, number, number];
  const latency = timed === 0 ? null : { count: timed, p50, p95, p99, p999, max };
  return { seconds, count, bytes, reads, generatorCpuSeconds, latency };
}
