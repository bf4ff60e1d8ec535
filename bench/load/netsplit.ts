/**
 * Servers that exist only here link over P10, tell of their users, are split off with all of them, and come back. Clients of the
 * server share the users' channels and are told of each. Used by main.ts.
 */
import { SignalboxError } from '../../contract/errors.ts';
import { type BenchServer, burstOf } from '../links/crowd.ts';
import { BenchPeer } from '../links/peer.ts';
import { CommandCounter } from './command-counter.ts';
import { type LoadResult, measuredOf } from './figures.ts';
import { type Guests, nickOf, Party } from './guests.ts';
import type { NumbersOf } from './options.ts';
import { linkedServers, SERVER_NAMES } from './split-server.ts';
import type { Target } from './target.ts';

const CHANNELS_OF_A_WATCHER = 10;
const PATIENCE_MS = 60_000;
const [JOIN, QUIT] = ['J', 'Q'];

/** Runs it. */
export async function netsplitLoad(
  numbers: NumbersOf<'netsplit'>,
  target: Target,
  { nickPrefix, channelPrefix }: Guests,
): Promise<LoadResult> {
  const { users, channels, watchers, rounds } = numbers;
  const members = Math.floor(users / channels);
  const servers = linkedServers(numbers).map((server, i) => ({
    server,
    lines: burstOf(
      { users: members * channels, channels, members },
      { server, nicks: `${nickPrefix}${String.fromCharCode(97 + i)}`, channels: channelPrefix },
    ),
  }));
  const each = Math.min(CHANNELS_OF_A_WATCHER, channels);
  const crowd = new Watchers(target, each * members * servers.length);
  try {
    await crowd.enter(watchers, nickPrefix, (index) =>
      Array.from({ length: each }, (_, i) => `${channelPrefix}${(index * each + i) % channels}`),
    );
    const figures = { heal: [] as number[], acknowledged: [] as number[], split: [] as number[] };
    let peers: BenchPeer[] = [];
    for (let round = -1; round <= rounds; round++) {
      const counts = round > 0;
      const begun = performance.now();
      const since = () => performance.now() - begun;
      const told = crowd.hear(JOIN!);
      const linking = servers.map(async ({ server, lines }) => {
        const peer = await link(target, server, lines);
        if (counts) figures.acknowledged.push(since());
        return peer;
      });
      peers = await crowd.race(Promise.all(linking));
      await crowd.race(told);
      if (counts) figures.heal.push(since());
      const splitAt = performance.now();
      const gone = crowd.hear(QUIT!);
      await Promise.all(peers.map((peer) => peer.leave('netsplit')));
      await crowd.race(gone);
      if (counts) figures.split.push(performance.now() - splitAt);
    }
    const title = `${servers.length} servers with ${members * channels} users each in ${channels} channels, ${watchers} clients look on`;
    return {
      title: `netsplit: ${title}, at ${target.name}`,
      measured: [
        measuredOf('healed, ms', figures.heal),
        measuredOf('burst acknowledged, ms', figures.acknowledged),
        measuredOf('split, ms', figures.split),
      ],
      facts: { 'lines to clients, each time': each * members * servers.length * watchers },
    };
  } finally {
    crowd.close();
  }
}

/** Calls, and tells of its users. */
async function link(
  { place, linkPort, linkPassword }: Target,
  server: BenchServer,
  lines: Buffer,
): Promise<BenchPeer> {
  try {
    const peer = await BenchPeer.link(linkPort, server, { place, password: linkPassword });
    await peer.burst(lines);
    return peer;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new SignalboxError(
      'refused',
      `${place.host}:${linkPort} does not link with ${server.name}: ${why.replaceAll(/[\r\n]+/g, ' ')}. It needs a block with that ` +
        `password for each of ${SERVER_NAMES}, and numerics from --first-numeric on that nobody has.`,
    );
  }
}

/** Clients who count what they are told. */
class Watchers {
  readonly #party: Party;
  readonly #target: Target;
  readonly #wanted: number;
  readonly #counters: CommandCounter[] = [];
  #check = () => {};

  /** @param wanted lines that tell each of a split, and as many of its healing */
  constructor(target: Target, wanted: number) {
    this.#target = target;
    this.#party = new Party(target);
    this.#wanted = wanted;
  }

  race<T>(work: Promise<T>): Promise<T> {
    return this.#party.race(work);
  }

  async enter(count: number, nicks: string, channelsOf: (index: number) => readonly string[]): Promise<void> {
    const nick = (index: number) => nickOf(nicks, index);
    for (const { client } of await this.#party.letIn(count, count, nick, channelsOf)) {
      const counter = new CommandCounter();
      this.#counters.push(counter);
      const { onBytes } = client;
      client.onBytes = (bytes, length) => {
        counter.feed(bytes, length);
        this.#check();
        onBytes(bytes, length);
      };
    }
  }

  /** Resolves when each has been told as often as it should. */
  hear(letter: string): Promise<void> {
    // Watchers see each other come as well, before anything is measured.
    for (const counter of this.#counters) counter.take(letter);
    const missing = [...this.#counters];
    return new Promise((heard, failed) => {
      const late = setTimeout(() => {
        const text = `${this.#target.name} has not told everybody of ${letter === JOIN ? 'a healing' : 'a split'} within ${PATIENCE_MS / 1_000} s. Ask for fewer users, or look at its log.`;
        failed(new SignalboxError('timeout', text));
      }, PATIENCE_MS);
      this.#check = () => {
        while (missing.length > 0 && missing.at(-1)!.of(letter) >= this.#wanted) missing.pop();
        if (missing.length > 0) return;
        this.#check = () => {};
        clearTimeout(late);
        heard();
      };
      this.#check();
    });
  }

  close(): void {
    this.#party.close();
  }
}
