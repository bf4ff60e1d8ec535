/**
 * Services of a large network: how soon they are there, how much memory they take, and how long those wait who log in at a steady rate,
 * beside the hash of a password by itself in the same run. Called by bench/services.ts.
 */
import { join } from 'node:path';
import { hashSync, verifySync } from '@node-rs/argon2';
import { serverNumeric, userNumeric } from '../../daemons/irc/p10/numeric.ts';
import { burstOf, PEER } from '../links/crowd.ts';
import type { BenchPeer } from '../links/peer.ts';
import { linkedServices } from '../links/services.ts';
import { type Figures, medians } from '../shared/figures.ts';
import { readUsage } from '../shared/process-usage.ts';
import { MANY_PASSWORD, manyAccount, writeManyAccounts } from './many-accounts.ts';

const MB = 1_048_576;
/** Of services, where nothing else is configured, and of their first bot. */
const AUTHSERV = userNumeric(serverNumeric(2), 0);
/** Every fourth user of the crowd is logged in. */
const isLoggedIn = (user: number) => user % 4 === 0;
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
  const { server, peer, startMs, close } = await linkedServices(nodeOptions, async (directory) =>
    writeManyAccounts(join(directory, 'services.db'), accounts, 'services'),
  );
  try {
    const burstMs = await peer.burst(lines);
    const times = await logIn(peer, logins, perSecond);
    const hash = hashAlone();
    const rss = readUsage(server.pid).rssBytes / MB;
    const heap = ((await server.heapBytes?.()) ?? Number.NaN) / MB;
    const [p50, p99] = [at(times, 0.5), at(times, 0.99)];
    const figures = {
      'start ms': startMs,
      'burst ms': burstMs,
      'RSS MB': rss,
      'heap MB': heap,
      'hash p50 ms': at(hash, 0.5),
      'hash p99 ms': at(hash, 0.99),
      'answer p50 ms': p50,
      'answer p99 ms': p99,
      'beside the hash p99 ms': p99 - at(hash, 0.99),
      'answer p50 / hash p50': p50 / at(hash, 0.5),
    };
    return { figures, missing: logins - times.length };
  } finally {
    await close();
  }
}

/** One after the other at a steady rate, whatever is answered meanwhile. Answers the times of those that were let in, in order. */
async function logIn(peer: BenchPeer, logins: number, perSecond: number): Promise<number[]> {
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
  for (let user = 0, asked = 0; asked < logins; user++) {
    if (isLoggedIn(user)) continue;
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
  const hash = hashSync(MANY_PASSWORD, { memoryCost: 19_456, timeCost: 2, parallelism: 1 });
  return Array.from({ length: 200 }, () => {
    const begun = performance.now();
    verifySync(hash, MANY_PASSWORD);
    return performance.now() - begun;
  }).sort((a, b) => a - b);
}

function at(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
