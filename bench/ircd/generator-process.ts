/** Starts the load generator and hears what it measured. Used by run-scenario.ts and by the load tools. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { pinned } from '../shared/pinning.ts';
import type { GeneratorMessage, Job, Measurement } from './messages.ts';

const GENERATOR = join(import.meta.dirname, 'generator.ts');

/** How it runs. */
export interface GeneratorRun {
  /** Whether it has the second core for itself, and the server the first. */
  readonly pinned: boolean;
  /** It may not take longer. */
  readonly limitMs: number;
  /** Called when the measured time begins. */
  readonly onStart?: () => void;
}

/** A generator at work. */
export interface RunningGenerator {
  /** Rejects with what it says where it failed. Connections stay open until it is closed. */
  readonly measurement: Promise<Measurement>;
  close(): void;
}

/** Gives a process of its own a job. */
export function startGenerator(
  job: Job,
  { pinned: alone, limitMs, onStart }: GeneratorRun,
): RunningGenerator {
  const words: [string, string[]] = [process.execPath, [GENERATOR]];
  const child = spawn(...(alone ? pinned(1, ...words) : words), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  child.send(job);
  const measurement = new Promise<Measurement>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no result in ${limitMs / 1000} s`)), limitMs);
    child.on('message', (message: GeneratorMessage) => {
      if (message.type === 'start') {
        onStart?.();
        return;
      }
      clearTimeout(timer);
      if (message.type === 'error') reject(new Error(message.message));
      else resolve(message.measurement);
    });
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`the load generator ended with ${code}`));
    });
  });
  return { measurement, close: () => child.kill('SIGKILL') };
}
