/**
 * A copy of the checkout in a folder of its own, and a warm process that runs test files in it. Faults and probes are
 * written there and never into the checkout. Used by coverage.ts and run-mutants.ts, two at a time.
 */
import { type ChildProcess, fork } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { RunAnswer, RunRequest } from './test-worker.ts';

/** What came of a run of one test file; `timeout` when it did not end by its deadline. */
export type RunOutcome = RunAnswer | 'timeout';

/** A worker is replaced after so many runs, so that what Vitest keeps of each cannot pile up. */
const RUNS_PER_WORKER = 150;

/** Ids of the processes that were started from a folder, or whose environment names it; Linux alone tells. */
function processesOf(folder: string): number[] {
  const found: number[] = [];
  let ids: string[];
  try {
    ids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return found;
  }
  for (const id of ids) {
    if (Number(id) === process.pid) continue;
    try {
      if (['cmdline', 'environ'].some((of) => readFileSync(`/proc/${id}/${of}`, 'latin1').includes(folder)))
        found.push(Number(id));
    } catch {
      // It has ended, or belongs to somebody else.
    }
  }
  return found;
}

function kill(id: number): void {
  try {
    process.kill(id, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

export class Sandbox {
  readonly #folder: string;
  #worker: ChildProcess | null = null;
  #runs = 0;
  #changed = new Set<string>();
  /** What stood in the files that were written: the checkout itself may be worked on meanwhile. */
  readonly #originals = new Map<string, Buffer>();

  /** Copies `files` (paths from `source`) into `folder`, which is made; packages are linked. */
  constructor(source: string, folder: string, files: readonly string[]) {
    this.#folder = folder;
    mkdirSync(join(folder, 't'), { recursive: true });
    const folders = new Set(files.map((file) => dirname(file)));
    for (const one of folders) mkdirSync(join(folder, one), { recursive: true });
    for (const file of files) copyFileSync(join(source, file), join(folder, file));
    symlinkSync(join(source, 'node_modules'), join(folder, 'node_modules'));
  }

  pathOf(file: string): string {
    return join(this.#folder, file);
  }

  /** Writes another text for a file. */
  write(file: string, text: string): void {
    const path = join(this.#folder, file);
    if (!this.#originals.has(file) && existsSync(path)) this.#originals.set(file, readFileSync(path));
    writeFileSync(path, text);
    this.#changed.add(file);
  }

  /** Gives a file that was written the text that it was copied with. */
  restore(file: string): void {
    const original = this.#originals.get(file);
    if (original === undefined) return;
    writeFileSync(join(this.#folder, file), original);
    this.#changed.add(file);
  }

  /** Runs a test file, until `deadlineMs` have passed; then everything that it started is ended. */
  run(test: string, deadlineMs: number): Promise<RunOutcome> {
    if (this.#runs >= RUNS_PER_WORKER) this.stop();
    const isFresh = this.#worker === null;
    const worker = this.#worker ?? this.#start();
    this.#worker = worker;
    this.#runs++;
    const changed = isFresh ? [] : [...this.#changed];
    this.#changed.clear();
    return new Promise((resolve) => {
      let isDone = false;
      const done = (outcome: RunOutcome) => {
        if (isDone) return;
        isDone = true;
        clearTimeout(timer);
        worker.off('message', onMessage);
        worker.off('exit', onExit);
        if (outcome === 'timeout') this.stop();
        resolve(outcome);
      };
      const onMessage = (answer: unknown) => done(answer as RunAnswer);
      const onExit = () => {
        this.stop();
        done({ failed: 'the process that runs the tests ended', durationMs: 0 });
      };
      // An answer that has come while this process itself was held up is read first.
      const late = () => setImmediate(() => done('timeout'));
      const timer = setTimeout(late, deadlineMs + (isFresh ? 20_000 : 0));
      worker.on('message', onMessage);
      worker.on('exit', onExit);
      worker.send({ test, changed } satisfies RunRequest);
    });
  }

  #start(): ChildProcess {
    const env = {
      ...process.env,
      TMPDIR: join(this.#folder, 't'),
      SIGNALBOX_SANDBOX: this.#folder,
      NODE_ENV: 'test',
    };
    this.#runs = 0;
    return fork(join(import.meta.dirname, 'test-worker.ts'), {
      cwd: this.#folder,
      env,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      // A group of its own, so that a test that hangs is ended with all that it started.
      detached: process.platform !== 'win32',
    });
  }

  /** Ends the worker and every process that tests have left. */
  stop(): void {
    const worker = this.#worker;
    this.#worker = null;
    if (worker?.pid !== undefined) {
      worker.removeAllListeners();
      kill(process.platform === 'win32' ? worker.pid : -worker.pid);
      worker.unref();
      if (worker.connected) worker.disconnect();
    }
    for (const id of processesOf(this.#folder)) kill(id);
  }

  close(): void {
    this.stop();
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
