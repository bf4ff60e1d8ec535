/**
 * `npm run bench -- hostile`: attacks a daemon or main in every way in which somebody once stopped it, and prints what an
 * innocent client saw meanwhile. With `--root` a second checkout is attacked in the same run.
 */
import { fork } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { findScenario, scenarios } from './hostile/catalog.ts';
import { MainVictim } from './hostile/main-victim.ts';
import type { AttackerMessage, InnocentMessage, InnocentReport, Prey, Scenario } from './hostile/scenario.ts';
import { Victim } from './hostile/victim.ts';
import { type Figures, printColumns } from './shared/figures.ts';
import { writeReport } from './shared/report.ts';

const HERE = join(import.meta.dirname, 'hostile');
const ROOT = join(import.meta.dirname, '..');
/** How long setting up may take. */
const PREPARE_MS = 120_000;
/** Pings before the attack, so that the first of it is not the first of the process. */
const CALM_MS = 1_000;
/** Time after the attack in which memory may come back. */
const SETTLE_MS = 20_000;
const MB = 1_048_576;

const USAGE = `usage: npm run bench -- hostile [options]
  --only a,b     scenarios: ${scenarios.map(({ id }) => id).join(', ')} (all)
  --root DIR     attack the daemon of another checkout too, and print both
  --alone        with --root: attack only that
  --io-threads A,B   the IRC server once for each number of threads that own its sockets, 0 for none; other daemons are left out
  --json FILE    where the result goes (bench/results/hostile.json)
`;

/** Runs the benchmark with command-line options; prints tables and writes a JSON file. */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string' },
      root: { type: 'string' },
      alone: { type: 'boolean', default: false },
      'io-threads': { type: 'string' },
      json: { type: 'string', default: join(import.meta.dirname, 'results/hostile.json') },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const named = values.only === undefined ? scenarios : values.only.split(',').map(findScenario);
  const threads = values['io-threads']?.split(',').map(Number);
  const chosen = threads === undefined ? named : named.filter(({ daemon }) => daemon === 'ircd');
  const roots: Record<string, string> = values.alone ? {} : { 'this checkout': ROOT };
  if (values.root !== undefined) roots[values.root] = values.root;
  const results = [];
  for (const scenario of chosen) {
    const columns: Record<string, Figures> = {};
    for (const [name, root] of Object.entries(roots)) {
      if (threads === undefined) columns[name] = await attack(root, scenario);
      for (const count of threads ?? [])
        columns[`${name}, threads ${count}`] = await attack(root, withThreads(scenario, count));
    }
    printColumns(`${scenario.id}: ${scenario.title}`, columns);
    results.push({ id: scenario.id, title: scenario.title, columns });
  }
  await writeReport(values.json, 'hostile', results);
}

/** The same attack on an IRC server whose sockets are owned by so many threads. */
const withThreads = (scenario: Scenario, threads: number): Scenario => ({
  ...scenario,
  config: { ...scenario.config, io_threads: threads },
});

/** One attack on a fresh daemon. */
async function attack(root: string, scenario: Scenario): Promise<Figures> {
  const victim = await (scenario.daemon === 'main' ? MainVictim : Victim).start(root, scenario);
  const attacker = new Side<AttackerMessage>('attacker.ts', [
    scenario.id,
    String(victim.port),
    String(victim.p10Port ?? ''),
  ]);
  const way = scenario.secure === true ? '-tls' : '';
  const kind = scenario.anew === true ? `${scenario.daemon}-anew` : `${scenario.daemon}${way}`;
  const innocent = new Side<InnocentMessage>('innocent.ts', [kind, String(victim.port)], {
    BENCH_SECRET: victim.secret,
  });
  try {
    await innocent.next('connected', PREPARE_MS);
    await attacker.next('prepared', PREPARE_MS);
    victim.watch();
    const rssBefore = victim.rssBytes;
    const openBefore = victim.open;
    innocent.send('start');
    await sleep(CALM_MS);
    victim.resetHeartbeat();
    attacker.send('attack');
    const { seconds } = await attacker.next('ended', (scenario.limitMs ?? 0) + PREPARE_MS);
    innocent.send('stop');
    const { report } = await innocent.next('report', PREPARE_MS);
    const figures = figuresOf(report, victim, seconds);
    const failed = await victim.handlersFailed();
    if (failed !== null) figures['handlers failed'] = failed;
    for (const { name, value } of attacker.all('note')) figures[name] = value;
    if (scenario.memory === true) {
      attacker.send('close');
      await sleep(SETTLE_MS);
      figures['RSS before MB'] = rssBefore / MB;
      figures['RSS peak MB'] = victim.peakRssBytes / MB;
      figures['RSS after MB'] = victim.rssBytes / MB;
      const open = victim.open;
      if (openBefore !== null && open !== null) {
        figures['files open more than before'] = open.files - openBefore.files;
        figures['other descriptors more'] = open.others - openBefore.others;
      }
    }
    return figures;
  } finally {
    attacker.end();
    innocent.end();
    await victim.stop();
  }
}

function figuresOf(report: InnocentReport, victim: Prey, seconds: number): Figures {
  return {
    'ping p50 ms': report.p50,
    'ping p99 ms': report.p99,
    'ping max ms': report.max,
    'pings unanswered': report.unanswered,
    'innocent dropped': report.lost === null ? 0 : 1,
    ...(victim.heartbeatMs === null ? {} : { 'heartbeat max ms': victim.heartbeatMs }),
    'daemon ended': victim.ended ? 1 : 0,
    'attack s': seconds,
  };
}

/** A process of the benchmark and what it said. */
class Side<Message extends { readonly type: string }> {
  readonly #child;
  readonly #heard: Message[] = [];
  #changed: () => void = () => {};
  #ended: string | null = null;

  constructor(file: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.#child = fork(join(HERE, file), [...args], { env: { ...process.env, ...env } });
    this.#child.on('message', (message) => {
      this.#heard.push(message as Message);
      this.#changed();
    });
    this.#child.on('exit', (code) => {
      this.#ended = `${file} ended with ${code}`;
      this.#changed();
    });
  }

  send(word: string): void {
    if (this.#child.connected) this.#child.send(word);
  }

  /** Everything of a type that was said so far. */
  all<Type extends Message['type']>(type: Type): Extract<Message, { type: Type }>[] {
    return this.#heard.filter(
      (message): message is Extract<Message, { type: Type }> => message.type === type,
    );
  }

  /** The first message of a type. Rejects when the process fails, ends or takes longer. */
  async next<Type extends Message['type']>(
    type: Type,
    withinMs: number,
  ): Promise<Extract<Message, { type: Type }>> {
    const until = performance.now() + withinMs;
    for (;;) {
      const [found] = this.all(type);
      if (found !== undefined) return found;
      const failed = this.#heard.find((message) => message.type === 'failed');
      if (failed !== undefined) throw new Error(JSON.stringify(failed));
      if (this.#ended !== null) throw new Error(this.#ended);
      if (performance.now() > until) throw new Error(`nothing of type ${type} in ${withinMs} ms`);
      await Promise.race([new Promise<void>((resolve) => (this.#changed = resolve)), sleep(500)]);
    }
  }

  end(): void {
    this.#child.kill('SIGKILL');
  }
}
