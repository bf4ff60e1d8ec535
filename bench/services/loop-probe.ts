/**
 * How late the event loop of another Node process is, measured from inside it: a timer is put there by way of its inspector, which SIGUSR1
 * opens and which is closed again meanwhile. The same timer runs in an idle process, which says what the machine itself makes late. Used
 * by bench/services/storm.ts.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Where SIGUSR1 opens an inspector; of one process at a time. */
const INSPECTOR = 'http://127.0.0.1:9229/json/list';
const PATIENCE_MS = 10_000;

/** In milliseconds. */
export interface LoopDelay {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

const BEGIN = `(() => {
  const late = [];
  let due = 0;
  const look = () => { late.push(Math.max(0, performance.now() - due)); next(); };
  const next = () => { due = performance.now() + 5; globalThis.benchTimer = setTimeout(look, 5); };
  globalThis.benchLate = late;
  next();
})()`;
const END = `(() => {
  clearTimeout(globalThis.benchTimer);
  const late = globalThis.benchLate.toSorted((a, b) => a - b);
  const at = (share) => late[Math.min(late.length - 1, Math.floor(late.length * share))];
  return JSON.stringify({ p50: at(0.5), p99: at(0.99), max: late.at(-1) });
})()`;
/** Behind the answer: whoever asked has gone by then. */
const CLOSE = `setTimeout(() => process.getBuiltinModule('inspector').close(), 20)`;

/** Takes a profile of the processor meanwhile, by a session of the process with itself. */
const PROFILE = `(() => {
  const { Session } = process.getBuiltinModule('inspector');
  const session = (globalThis.benchSession = new Session());
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.setSamplingInterval', { interval: 250 });
  session.post('Profiler.start');
})()`;
const KEEP_PROFILE = (
  file: string,
) => `globalThis.benchSession.post('Profiler.stop', (_error, { profile }) => {
  globalThis.benchSession.disconnect();
  process.getBuiltinModule('fs').writeFileSync(${JSON.stringify(file)}, JSON.stringify(profile));
})`;

/** The timers of several processes, by name. */
export class LoopProbe {
  readonly #processes: Readonly<Record<string, number>>;
  readonly #profiles: string | null;

  /** @param profiles folder for a profile of each process and each time, which cost some of what is measured; null for none */
  constructor(processes: Readonly<Record<string, number>>, profiles: string | null = null) {
    this.#processes = processes;
    this.#profiles = profiles;
  }

  async begin(): Promise<void> {
    for (const pid of Object.values(this.#processes)) {
      if (this.#profiles !== null) await evaluate(pid, PROFILE);
      await evaluate(pid, BEGIN);
    }
  }

  /** @param what of the time that ends, for the names of profiles */
  async end(what = 'end'): Promise<Record<string, LoopDelay>> {
    const delays: Record<string, LoopDelay> = {};
    for (const [name, pid] of Object.entries(this.#processes)) {
      delays[name] = JSON.parse(String(await evaluate(pid, END))) as LoopDelay;
      const file = this.#profiles === null ? null : resolve(this.#profiles, `${what}-${name}.cpuprofile`);
      if (file !== null) await evaluate(pid, KEEP_PROFILE(file));
    }
    return delays;
  }
}

/** A process that does nothing. */
export function idleProcess(): ChildProcess {
  return spawn(process.execPath, ['-e', 'setInterval(() => {}, 1_000)'], { stdio: 'ignore' });
}

async function evaluate(pid: number, expression: string): Promise<unknown> {
  process.kill(pid, 'SIGUSR1');
  const url = await inspectorOf();
  const socket = new WebSocket(url);
  await new Promise((open, failed) => {
    socket.onopen = open;
    socket.onerror = failed;
  });
  const ask = (id: number, text: string) =>
    new Promise<unknown>((answered) => {
      socket.onmessage = ({ data }) => {
        const { id: of, result } = JSON.parse(String(data));
        if (of === id) answered(result?.result?.value);
      };
      const params = { expression: text, returnByValue: true };
      socket.send(JSON.stringify({ id, method: 'Runtime.evaluate', params }));
    });
  if ((await ask(1, 'process.pid')) !== pid) throw new Error(`port 9229 is not the inspector of ${pid}`);
  const value = await ask(2, expression);
  await ask(3, CLOSE);
  socket.close();
  await gone();
  return value;
}

async function inspectorOf(): Promise<string> {
  for (const until = performance.now() + PATIENCE_MS; ; await sleep(20)) {
    const listed = await fetch(INSPECTOR).catch(() => null);
    if (listed !== null) {
      const [target] = (await listed.json()) as { webSocketDebuggerUrl: string }[];
      if (target !== undefined) return target.webSocketDebuggerUrl;
    }
    if (performance.now() > until) throw new Error('a process does not open its inspector');
  }
}

async function gone(): Promise<void> {
  for (const until = performance.now() + PATIENCE_MS; performance.now() < until; await sleep(20))
    if ((await fetch(INSPECTOR).catch(() => null)) === null) return;
  throw new Error('a process does not close its inspector');
}
