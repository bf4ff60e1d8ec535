/** Sends events to the webhook of services at a steady rate and measures how long each is answered in. Called by bench/services.ts. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { VictimHost } from '../kills/victim-host.ts';
import { readyLine } from '../shared/server-process.ts';

const READY_MS = 15_000;
const SECRET = 'a secret of the benchmark';

/** Milliseconds until an answer. */
interface AnswerTimes {
  readonly p50: number;
  readonly p99: number;
  readonly most: number;
}

/** What came of it. */
export interface WebhookRate extends AnswerTimes {
  readonly name: 'webhook';
  readonly events: number;
  readonly perSecond: number;
  /** Answers that were no 204. */
  readonly refused: number;
  /** Seconds until all were acted upon, from the last answer on. */
  readonly actedSeconds: number;
  /** The same sent to a server that only writes it to a file. */
  readonly plain: AnswerTimes;
  /** And to one that has it on the disk as well. */
  readonly plainDisk: AnswerTimes;
}

const TOML = `
[ircd]
listen = [{ host = "127.0.0.1", port = 0 }]
[services.webhook]
listen = [{ host = "127.0.0.1", port = 0 }]
secret = "${SECRET.replaceAll(' ', '-')}"
`;

/** Sends so many events, so many a second. @param folder exists and is empty */
export async function webhookRate(options: {
  readonly events: number;
  readonly perSecond: number;
  readonly folder: string;
}): Promise<WebhookRate> {
  const { events, perSecond, folder } = options;
  const send = (port: number) => sendAll(port, events, perSecond);
  const plain = await plainReceiver([join(folder, 'plain')], send);
  const plainDisk = await plainReceiver([join(folder, 'plain-disk'), 'disk'], send);
  const host = new VictimHost(folder, async () => ({ daemons: ['ircd', 'services'], toml: TOML }));
  await host.start();
  try {
    const sent = await send(await host.portOf('services', 'http'));
    const answered = performance.now();
    while ((await depth(host)) > 0) await sleep(10);
    const actedSeconds = (performance.now() - answered) / 1_000;
    return { name: 'webhook', events, perSecond, ...sent, actedSeconds, plain, plainDisk };
  } finally {
    await host.stop();
  }
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

async function sendAll(port: number, events: number, perSecond: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  try {
    // Code that has never run is compiled first.
    for (let warm = 0; warm < 200; warm++) await sendOne(agent, port);
    const times: number[] = [];
    const answers: Promise<void>[] = [];
    let refused = 0;
    const start = performance.now();
    while (answers.length < events) {
      const due = ((performance.now() - start) / 1_000) * perSecond;
      while (answers.length < Math.min(due, events))
        answers.push(
          sendOne(agent, port).then(({ status, ms }) => {
            times.push(ms);
            if (status !== 204) refused++;
          }),
        );
      await sleep(1);
    }
    await Promise.all(answers);
    times.sort((a, b) => a - b);
    const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))]!;
    return { refused, p50: at(0.5), p99: at(0.99), most: at(1) };
  } finally {
    agent.destroy();
  }
}

/** One event of a user whom nobody knows. */
function sendOne(agent: Agent, port: number): Promise<{ readonly status: number; readonly ms: number }> {
  const body = JSON.stringify({
    id: randomUUID(),
    time: Date.now(),
    resourceType: 'USER',
    operationType: 'UPDATE',
    resourcePath: `users/${randomUUID()}`,
    representation: '{"enabled":true}',
  });
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'x-webhook-secret': SECRET.replaceAll(' ', '-'),
  };
  const start = performance.now();
  return new Promise((resolve, reject) => {
    const sent = request({ agent, port, path: '/keycloak-webhook', method: 'POST', headers }, (answer) => {
      answer.resume();
      answer.once('end', () => resolve({ status: answer.statusCode ?? 0, ms: performance.now() - start }));
    });
    sent.once('error', reject);
    sent.end(body);
  });
}

async function depth(host: VictimHost): Promise<number> {
  const outcome = await host.ask('command.run', { daemon: 'services', command: 'webhook', args: {} });
  if (outcome?.ok !== true) throw new Error('services do not tell of the webhook');
  const { rows } = outcome.result.result as { rows: { did: string | null }[] };
  return rows.filter(({ did }) => did === null).length;
}
