/** Sends events to the webhook of services at a steady rate and measures how long each is answered in. Called by bench/services.ts. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { VictimHost } from '../kills/victim-host.ts';
import { type Figures, medians } from '../shared/figures.ts';
import { readyLine } from '../shared/server-process.ts';
import { type SentEvent, WebhookSender } from './webhook-sender.ts';

const READY_MS = 15_000;
const SECRET = 'a secret of the benchmark';

/** What came of it: each figure the median of the rounds. */
export interface WebhookRate {
  readonly name: 'webhook';
  readonly events: number;
  readonly perSecond: number;
  /** Answers of all rounds that were no 204. */
  readonly refused: number;
  /** Of services, of a server that only writes events to a file, and of one that has them on the disk as well. */
  readonly answers: Record<string, Figures>;
}

/** Between those that do not count and those that do: what is behind the former is acted upon. */
const QUIET_MS = 1_000;
/** Of whoever sends. */
const CONNECTIONS = 8;
/** A wait that is none yet, in milliseconds. */
const SOON_MS = 5;

const TOML = `
[ircd]
listen = [{ host = "127.0.0.1", port = 0 }]
[services.webhook]
listen = [{ host = "127.0.0.1", port = 0 }]
secret = "${SECRET.replaceAll(' ', '-')}"
`;

/** Sends so many events, so many a second, to each of them in turn. @param folder exists and is empty */
export async function webhookRate(options: {
  readonly events: number;
  readonly perSecond: number;
  readonly rounds: number;
  readonly folder: string;
}): Promise<WebhookRate> {
  const { events, perSecond, rounds, folder } = options;
  const runs: Record<string, Figures[]> = { services: [], 'to a file': [], 'to the disk': [] };
  let refused = 0;
  const send = async (to: string, port: number) => {
    const sent = await sendAll(port, events, perSecond);
    refused += sent.refused;
    return (more: Figures = {}) => runs[to]!.push({ ...sent.figures, ...more });
  };
  for (let round = 0; round < rounds; round++) {
    const file = (name: string) => join(folder, `${name}-${round}`);
    (await plainReceiver([file('plain')], (port) => send('to a file', port)))();
    (await plainReceiver([file('plain-disk'), 'disk'], (port) => send('to the disk', port)))();
    await mkdir(file('data'));
    const host = new VictimHost(file('data'), async () => ({ daemons: ['ircd', 'services'], toml: TOML }));
    await host.start();
    try {
      const told = await send('services', await host.portOf('services', 'http'));
      const answered = performance.now();
      while ((await depth(host)) > 0) await sleep(10);
      told({ 'acted upon behind the last ms': performance.now() - answered });
    } finally {
      await host.stop();
    }
  }
  const answers = Object.fromEntries(Object.entries(runs).map(([to, figures]) => [to, medians(figures)]));
  return { name: 'webhook', events, perSecond, refused, answers };
}

/** Runs the rival meanwhile. @param args see plain-receiver.ts */
async function plainReceiver<Result>(
  args: readonly string[],
  work: (port: number) => Promise<Result>,
): Promise<Result> {
  const script = join(import.meta.dirname, 'plain-receiver.ts');
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    return await work((await readyLine<{ port: number }>(child, 'the plain receiver', READY_MS)).port);
  } finally {
    child.kill();
  }
}

/** Sends them twice: a process that has just started compiles what it runs, and a service has run for a while. */
async function sendAll(
  port: number,
  events: number,
  perSecond: number,
): Promise<{ refused: number; figures: Figures }> {
  const sender = new WebhookSender(port, SECRET.replaceAll(' ', '-'), CONNECTIONS);
  try {
    await sendAtRate(sender, events, perSecond);
    await sleep(QUIET_MS);
    const sent = await sendAtRate(sender, events, perSecond);
    const times = sent.map(({ ms }) => ms).sort((a, b) => a - b);
    const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))]!;
    const figures = {
      'p50 ms': at(0.5),
      'p99 ms': at(0.99),
      'max ms': at(1),
      [`after more than ${SOON_MS} ms`]: times.filter((ms) => ms > SOON_MS).length,
    };
    return { refused: sent.filter(({ status }) => status !== 204).length, figures };
  } finally {
    sender.close();
  }
}

async function sendAtRate(sender: WebhookSender, events: number, perSecond: number): Promise<SentEvent[]> {
  const answers: Promise<SentEvent>[] = [];
  const start = performance.now();
  while (answers.length < events) {
    const due = ((performance.now() - start) / 1_000) * perSecond;
    while (answers.length < Math.min(due, events)) answers.push(sendOne(sender));
    await sleep(1);
  }
  return await Promise.all(answers);
}

/** One event of a user whom nobody knows. */
function sendOne(sender: WebhookSender): Promise<SentEvent> {
  return sender.send(
    JSON.stringify({
      id: randomUUID(),
      time: Date.now(),
      resourceType: 'USER',
      operationType: 'UPDATE',
      resourcePath: `users/${randomUUID()}`,
      representation: '{"enabled":true}',
    }),
  );
}

async function depth(host: VictimHost): Promise<number> {
  const outcome = await host.ask('command.run', { daemon: 'services', command: 'webhook', args: {} });
  if (outcome?.ok !== true) throw new Error('services do not tell of the webhook');
  const { rows } = outcome.result.result as { rows: { did: string | null }[] };
  return rows.filter(({ did }) => did === null).length;
}
