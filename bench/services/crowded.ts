/**
 * Services of a network with many registered channels: how soon whoever comes to one is its operator, beside Atheme, which is told the same
 * in the same run; how long it takes to look through all users, beside a bare loop over their hosts; and how long others wait meanwhile, and
 * while a thousand users are banned, beside the timer of a process that does nothing. Called by bench/services.ts.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { userNumeric } from '../../daemons/irc/p10/numeric.ts';
import { burstOf, type CrowdSize, channelName, PEER } from '../links/crowd.ts';
import type { BenchPeer } from '../links/peer.ts';
import { type LinkedServices, linkedServices, linkedTo } from '../links/services.ts';
import { type Figures, medians } from '../shared/figures.ts';
import { readUsage } from '../shared/process-usage.ts';
import { hasAtheme, startAtheme } from './atheme.ts';
import { idleProcess, LoopProbe } from './loop-probe.ts';
import { writeManyAccounts } from './many-accounts.ts';
import { accountsFor, athemeDatabase, userWithAccess, writeManyChannels } from './many-channels.ts';

/** Of each channel. */
const MEMBERS = 10;
/** User 0 of the crowd, whose account is an operator of services. */
const OPERATOR = userNumeric(PEER.numeric, 0);
const JOINS_PER_SECOND = 200;
const PINGS_PER_SECOND = 200;
/** How often all users are looked through. */
const TRACES = 20;
/** Nobody waits for longer. */
const PATIENCE_MS = 30_000;
/** CPU share below which nothing is under way any more. */
const QUIET_RATIO = 0.05;
const LOOK_MS = 500;
const SECONDS_BEFORE = 3;

export interface CrowdedOptions {
  readonly rounds: number;
  readonly users: number;
  readonly channels: number;
  readonly joins: number;
  /** Users that are banned at once. */
  readonly banned: number;
  readonly nodeOptions: readonly string[];
}

/** Figures are medians of the rounds. */
export interface Crowded {
  readonly name: 'crowded';
  /** Of all who came to channels, those that did not become operator. */
  readonly notOpped: number;
  readonly columns: Readonly<Record<string, Figures>>;
}

export async function crowdedNetwork(options: CrowdedOptions): Promise<Crowded> {
  const runs: Record<string, Figures[]> = { services: [], ...(hasAtheme() ? { atheme: [] } : {}) };
  let notOpped = 0;
  for (let round = 0; round < options.rounds; round++)
    for (const name of Object.keys(runs)) {
      const { figures, missing } = name === 'services' ? await ours(options) : await rival(options);
      runs[name]!.push(figures);
      notOpped += missing;
    }
  const columns = Object.fromEntries(Object.entries(runs).map(([name, list]) => [name, medians(list)]));
  return { name: 'crowded', notOpped, columns };
}

const crowd = ({ users, channels }: CrowdedOptions): CrowdSize => ({ users, channels, members: MEMBERS });

async function ours(options: CrowdedOptions) {
  const linked = await linkedServices(options.nodeOptions, async (directory) => {
    const file = join(directory, 'services.db');
    writeManyAccounts(file, accountsFor(options.channels), 'services');
    writeManyChannels(file, options.channels);
  });
  const idle = idleProcess();
  const probe = new LoopProbe({ idle: idle.pid!, services: linked.server.pid });
  try {
    const first = await joined(linked, options, linked.peer);
    linked.peer.say(`${OPERATOR} M crowd0 +o`);
    const trace = await looked(linked.peer, probe, TRACES);
    const banned = await bannedMeanwhile(linked.peer, probe, options.banned);
    await untilQuiet(linked.server.pid);
    const again = await relinked(linked, options, probe);
    const figures = {
      'start ms': linked.startMs,
      ...first.figures,
      'all users looked through ms': trace.ms,
      'a bare loop ms': bareLoop(options.users),
      'meanwhile latest timer ms': trace.services,
      'idle latest timer ms (looking)': trace.idle,
      ...banned,
      ...again,
    };
    return { figures, missing: first.missing };
  } finally {
    idle.kill();
    await linked.close();
  }
}

async function rival(options: CrowdedOptions) {
  const database = athemeDatabase(options.channels);
  const linked = await linkedTo((port) => startAtheme(port, database));
  try {
    return await joined(linked, options, linked.peer);
  } finally {
    await linked.close();
  }
}

/** The network is told of, then people come to channels on which they have access. */
async function joined({ server }: LinkedServices, options: CrowdedOptions, peer: BenchPeer) {
  const burstMs = await peer.burst(burstOf(crowd(options)));
  await untilQuiet(server.pid);
  const before = readUsage(server.pid).cpuSeconds;
  const times = await joinAll(peer, options.joins);
  const cpuMs = (readUsage(server.pid).cpuSeconds - before) * 1_000;
  const figures = {
    'burst ms': burstMs,
    'join to op p50 ms': at(times, 0.5),
    'join to op p99 ms': at(times, 0.99),
    'join to op max ms': times.at(-1) ?? Number.NaN,
    'CPU ms a join': cpuMs / options.joins,
  };
  return { figures, missing: options.joins - times.length };
}

/** At a steady rate, whatever is answered meanwhile. Answers the times until they were operator, in order. */
async function joinAll(peer: BenchPeer, joins: number): Promise<number[]> {
  const sent = new Map<string, number>();
  const times: number[] = [];
  const stop = lines(peer, (line) => {
    const [, channel, numeric] = / O?M (#\S+) \+o (\S+)/.exec(line) ?? [];
    const since = sent.get(`${channel} ${numeric}`);
    if (since !== undefined) times.push(performance.now() - since);
  });
  const seconds = Math.floor(Date.now() / 1_000);
  await paced(joins, JOINS_PER_SECOND, (number) => {
    const channel = channelName(number + 1);
    const numeric = userNumeric(PEER.numeric, userWithAccess(number + 1));
    sent.set(`${channel} ${numeric}`, performance.now());
    peer.say(`${numeric} J ${channel} ${seconds}`);
  });
  for (const until = performance.now() + PATIENCE_MS; times.length < joins && performance.now() < until; )
    await sleep(10);
  stop();
  return times.sort((a, b) => a - b);
}

/** All users are looked through so often, one after the other. */
async function looked(peer: BenchPeer, probe: LoopProbe, times: number) {
  const all: number[] = [];
  await probe.begin();
  for (let time = 0; time < times; time++) {
    const begun = performance.now();
    await asked(peer, 'TRACE COUNT MASK *!*@*7.example.net', /(\d+) users meet/);
    all.push(performance.now() - begun);
  }
  const { services, idle } = await probe.end();
  return { ms: median(all), services: services!.max, idle: idle!.max };
}

/** Others are answered while so many are banned, as they are before. */
async function bannedMeanwhile(peer: BenchPeer, probe: LoopProbe, banned: number): Promise<Figures> {
  const pings = new Pings(peer);
  await paced(SECONDS_BEFORE * PINGS_PER_SECOND, PINGS_PER_SECOND, () => pings.send());
  await pings.answered();
  const before = pings.take();
  await probe.begin();
  let text = '';
  let told = 0;
  const begun = performance.now();
  const stop = lines(peer, (line) => {
    if (/^\S+ GL \* \+/.test(line)) told++;
  });
  const done = asked(
    peer,
    `TRACE GLINE LIMIT ${banned} MASK *!*@*.example.net REASON bench`,
    /was done to (\d+)/,
  ).then((found) => {
    text = found;
  });
  while (text === '') {
    pings.send();
    await sleep(1_000 / PINGS_PER_SECOND);
  }
  await done;
  const ms = performance.now() - begun;
  await pings.answered();
  stop();
  const meanwhile = pings.take();
  const { services, idle } = await probe.end();
  return {
    'users banned': Number(text),
    'bans told': told,
    'banned after ms': ms,
    'ping p99 ms before': at(before, 0.99),
    'ping p99 ms meanwhile': at(meanwhile, 0.99),
    'latest timer ms (banning)': services!.max,
    'idle latest timer ms (banning)': idle!.max,
  };
}

/** The link ends, and all of it is told anew. */
async function relinked(linked: LinkedServices, options: CrowdedOptions, probe: LoopProbe): Promise<Figures> {
  await probe.begin();
  const peer = await linked.relink();
  const burstMs = await peer.burst(burstOf(crowd(options)));
  await untilQuiet(linked.server.pid);
  const { services, idle } = await probe.end();
  return {
    'told again ms': burstMs,
    'latest timer ms (linking)': services!.max,
    'idle latest timer ms (linking)': idle!.max,
  };
}

/** Asks OpServ; resolves with what an answer has that is such a one. */
function asked(peer: BenchPeer, command: string, answer: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`${command} was not answered`)), PATIENCE_MS);
    const stop = lines(peer, (line) => {
      if (!line.includes(` O ${OPERATOR} :`)) return;
      const found = answer.exec(line)?.[1];
      if (found === undefined) return;
      clearTimeout(late);
      stop();
      resolve(found);
    });
    peer.say(`${OPERATOR} P OpServ@services.bench.test :${command}`);
  });
}

/** Pings of a server to services, which answer in order. */
class Pings {
  readonly #peer: BenchPeer;
  readonly #sent: number[] = [];
  #times: number[] = [];

  constructor(peer: BenchPeer) {
    this.#peer = peer;
    lines(peer, (line) => {
      if (/^\S+ Z /.test(line)) this.#times.push(performance.now() - this.#sent.shift()!);
    });
  }

  send(): void {
    this.#sent.push(performance.now());
    this.#peer.say(`${PEER.numeric} G ${PEER.name}`);
  }

  async answered(): Promise<void> {
    while (this.#sent.length > 0) await sleep(5);
  }

  /** The times since the last call, in order. */
  take(): number[] {
    const times = this.#times.sort((a, b) => a - b);
    this.#times = [];
    return times;
  }
}

/** Hears whole lines of a peer beside whoever hears it already. @returns what ends that */
function lines(peer: BenchPeer, hear: (line: string) => void): () => void {
  const before = peer.onText;
  let rest = '';
  let over = false;
  peer.onText = (text) => {
    before(text);
    if (over) return;
    const all = (rest + text).split(/\r?\n/);
    rest = all.pop()!;
    for (const line of all) hear(line);
  };
  return () => {
    over = true;
  };
}

async function paced(times: number, perSecond: number, act: (number: number) => void): Promise<void> {
  const begun = performance.now();
  for (let number = 0; number < times; number++) {
    const due = begun + (number / perSecond) * 1_000;
    await sleep(Math.max(0, due - performance.now()));
    act(number);
  }
}

async function untilQuiet(pid: number): Promise<void> {
  for (;;) {
    const before = readUsage(pid).cpuSeconds;
    await sleep(LOOK_MS);
    if ((readUsage(pid).cpuSeconds - before) / (LOOK_MS / 1_000) < QUIET_RATIO) return;
  }
}

/** As many hosts, and the same question, without anything around it. */
function bareLoop(users: number): number {
  const hosts = Array.from(
    { length: users },
    (_, user) => `crowd${user}!u${user % 1_000}@host${user}.example.net`,
  );
  const wanted = /^.*!.*@.*7\.example\.net$/;
  return median(
    Array.from({ length: TRACES }, () => {
      const begun = performance.now();
      hosts.filter((host) => wanted.test(host));
      return performance.now() - begun;
    }),
  );
}

const median = (times: readonly number[]) =>
  at(
    [...times].sort((a, b) => a - b),
    0.5,
  );

function at(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
