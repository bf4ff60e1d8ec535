/**
 * Services of a large network: how soon they are there, how much memory they take, and how long those wait who log in at a steady rate:
 * for a thread, for the loop and for the disk, as the daemon itself measures it, apart from the hash of their password; beside that hash
 * computed by a process that does nothing else. Called by bench/services.ts.
 */
import { join } from 'node:path';
import { hashSync, verifySync } from '@node-rs/argon2';
import { ARGON2 } from '../../daemons/identity/argon2.ts';
import { serverNumeric, userNumeric } from '../../daemons/irc/p10/numeric.ts';
import { burstOf, PEER } from '../links/crowd.ts';
import type { BenchPeer } from '../links/peer.ts';
import { linkedServices } from '../links/services.ts';
import type { DaemonFigures } from '../shared/daemon-probe.ts';
import { type Figures, medians } from '../shared/figures.ts';
import { readUsage } from '../shared/process-usage.ts';
import { MANY_PASSWORD, manyAccount, writeManyAccounts } from './many-accounts.ts';

const MB = 1_048_576;
/** Of services, where nothing else is configured, and of their first bot. */
const AUTHSERV = userNumeric(serverNumeric(2), 0);
/** Every fourth user of the crowd is logged in. */
const isLoggedIn = (user: number) => user % 4 === 0;
/** Before those that are measured. */
const WARM_LOGINS = 150;
/** Nobody waits for longer. */
const PATIENCE_MS = 30_000;

export interface LargeOptions {
  readonly rounds: number;
  readonly users: number;
  readonly accounts: number;
  /** Logins a second, and how many. */
  readonly perSecond: number;
  readonly logins: number;
  readonly nodeOptions: readonly string[];
}

/** Figures are medians of the rounds. */
export interface Large {
  readonly name: 'large';
  /** Of all logins, those that were not answered. */
  readonly unanswered: number;
  readonly figures: Figures;
}

export async function largeNetwork(options: LargeOptions): Promise<Large> {
  const runs: Figures[] = [];
  let unanswered = 0;
  for (let round = 0; round < options.rounds; round++) {
    const { figures, missing } = await once(options);
    runs.push(figures);
    unanswered += missing;
  }
  return { name: 'large', unanswered, figures: medians(runs) };
}

async function once({ users, accounts, perSecond, logins, nodeOptions }: LargeOptions) {
  const lines = burstOf({ users, channels: users / 100, members: 60 });
  const { server, peer, startMs, close } = await linkedServices(
    nodeOptions,
    async (directory) => writeManyAccounts(join(directory, 'services.db'), accounts, 'services'),
    // One core computes fewer hashes than are asked for beside everything else.
    'all',
  );
  try {
    const burstMs = await peer.burst(lines);
    // Who comes right behind the burst waits for it, and for code that was not compiled yet.
    await logIn(peer, 0, WARM_LOGINS, perSecond);
    await server.figures?.();
    const times = await logIn(peer, WARM_LOGINS, logins, perSecond);
    const told = await server.figures?.();
    const hash = hashAlone();
    const rss = readUsage(server.pid).rssBytes / MB;
    const figures = {
      'start ms': startMs,
      'burst ms': burstMs,
      'RSS MB': rss,
      'heap MB': (told?.heapBytes ?? Number.NaN) / MB,
      'hash alone p50 ms': at(hash, 0.5),
      'hash alone p99 ms': at(hash, 0.99),
      ...loginFigures(told?.histograms ?? {}),
      'answer p50 ms': at(times, 0.5),
      'answer p99 ms': at(times, 0.99),
    };
    return { figures, missing: logins - times.length };
  } finally {
    await close();
  }
}

/** What the daemon says of the logins: the hash of each, and what they waited for beside it. */
function loginFigures(told: DaemonFigures['histograms']): Figures {
  const ms = (name: string, quantile: 'p50' | 'p99' | 'max') =>
    (told[`signalbox_services_${name}`]?.[quantile] ?? Number.NaN) * 1_000;
  const pool = (figure: string) => `pool_${figure}_seconds{pool="passwords checked"}`;
  return {
    'hash p50 ms': ms(pool('run'), 'p50'),
    'hash p99 ms': ms(pool('run'), 'p99'),
    'queue p50 ms': ms('login_queue_seconds', 'p50'),
    'queue p99 ms': ms('login_queue_seconds', 'p99'),
    'queue max ms': ms('login_queue_seconds', 'max'),
    'for a thread p99 ms': ms(pool('wait'), 'p99'),
    'back in the loop p99 ms': ms(pool('back'), 'p99'),
  };
}

/**
 * One after the other at a steady rate, whatever is answered meanwhile. Answers the times of those that were let in, in order.
 * @param before who logged in already
 */
async function logIn(peer: BenchPeer, before: number, logins: number, perSecond: number): Promise<number[]> {
  const sent = new Map<string, number>();
  const times: number[] = [];
  let rest = '';
  peer.onText = (text) => {
    const all = (rest + text).split('\n');
    rest = all.pop()!;
    for (const line of all) {
      const user = / AC (\S+) /.exec(line)?.[1];
      const since = user === undefined ? undefined : sent.get(user);
      if (since !== undefined) times.push(performance.now() - since);
    }
  };
  const begun = performance.now();
  for (let user = 0, passed = 0, asked = 0; asked < logins; user++) {
    if (isLoggedIn(user) || passed++ < before) continue;
    const due = begun + (asked++ / perSecond) * 1_000;
    await new Promise((done) => setTimeout(done, Math.max(0, due - performance.now())));
    const numeric = userNumeric(PEER.numeric, user);
    sent.set(numeric, performance.now());
    peer.say(`${numeric} P ${AUTHSERV} :AUTH ${manyAccount(user)} ${MANY_PASSWORD}`);
  }
  const until = performance.now() + PATIENCE_MS;
  while (times.length < logins && performance.now() < until)
    await new Promise((done) => setTimeout(done, 10));
  return times.sort((a, b) => a - b);
}

/** What is to be computed for each, by itself, in order. */
function hashAlone(): number[] {
  const hash = hashSync(MANY_PASSWORD, ARGON2);
  return Array.from({ length: 200 }, () => {
    const begun = performance.now();
    verifySync(hash, MANY_PASSWORD);
    return performance.now() - begun;
  }).sort((a, b) => a - b);
}

function at(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
