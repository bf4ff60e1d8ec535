/**
 * A server with all its users leaves and comes back, while clients here share their channels: how long it takes until everybody
 * was told, and how long others wait for a PONG meanwhile.
 */
import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { InnocentMessage, InnocentReport } from '../hostile/scenario.ts';
import { LoadClient } from '../ircd/load-client.ts';
import { type Figures, medians, printColumns } from '../shared/figures.ts';
import { burstOf, channelName, membersOf } from './crowd.ts';
import { BenchPeer } from './peer.ts';
import { ourServer } from './servers.ts';

const SIZE = { users: 10_000, channels: 2_000, members: 10 };
const CLIENTS = 200;
const CHANNELS_OF_A_CLIENT = 50;
const PATIENCE_MS = 60_000;
const PING_MS = 2;
const INNOCENT = join(import.meta.dirname, '../hostile/innocent.ts');
const LINE_END = 10;

/** Measures, after one split and heal that do not count. */
export async function netsplit(rounds: number, nodeOptions: readonly string[]): Promise<unknown> {
  const server = await ourServer(nodeOptions).start();
  const crowd = new Clients();
  try {
    await crowd.enter(server.port);
    const lines = burstOf(SIZE);
    let peer = await BenchPeer.link(server.linkPort);
    await peer.burst(lines);
    const runs: Figures[] = [];
    for (let round = -1; round < rounds; round++) {
      const split = await meanwhile(server.port, async () => {
        const told = crowd.hear(crowd.quits);
        await peer.leave('netsplit');
        await told;
      });
      const heal = await meanwhile(server.port, async () => {
        const told = crowd.hear(crowd.joins);
        peer = await BenchPeer.link(server.linkPort);
        await peer.burst(lines);
        await told;
      });
      if (round >= 0) runs.push({ ...named('split', split), ...named('heal', heal) });
    }
    peer.close();
    printColumns(
      `netsplit: ${SIZE.users} users in ${SIZE.channels} channels, ${CLIENTS} clients in ${CHANNELS_OF_A_CLIENT} each, half of them with batch`,
      { signalbox: medians(runs) },
    );
    return runs;
  } finally {
    crowd.close();
    await server.stop();
  }
}

interface Event {
  readonly ms: number;
  readonly report: InnocentReport;
}

function named(what: string, { ms, report }: Event): Figures {
  return {
    [`${what} ms`]: ms,
    [`${what} pings`]: report.pings,
    [`${what} ping p50 ms`]: report.p50,
    [`${what} ping p99 ms`]: report.p99,
    [`${what} ping max ms`]: report.max,
    [`${what} pings unanswered`]: report.unanswered,
  };
}

/** Does something while a client in a process of its own pings. */
async function meanwhile(port: number, deed: () => Promise<void>): Promise<Event> {
  const innocent = fork(INNOCENT, ['ircd', String(port), String(PING_MS)]);
  const says = <Type extends InnocentMessage['type']>(type: Type) =>
    new Promise<Extract<InnocentMessage, { type: Type }>>((heard, failed) => {
      innocent.on('message', (message) => {
        const said = message as InnocentMessage;
        if (said.type === type) heard(said as Extract<InnocentMessage, { type: Type }>);
      });
      innocent.once('exit', () => failed(new Error('the innocent client ended')));
    });
  try {
    await says('connected');
    const report = says('report');
    innocent.send('start');
    const begun = performance.now();
    await deed();
    const ms = performance.now() - begun;
    innocent.send('stop');
    return { ms, report: (await report).report };
  } finally {
    innocent.removeAllListeners('exit');
    innocent.disconnect();
  }
}

/** Clients who count the lines that they read. */
class Clients {
  readonly #clients: { readonly client: LoadClient; readonly channels: readonly number[]; lines: number }[] =
    [];
  #check: () => void = () => {};

  /** Half of them have the capability. */
  async enter(port: number): Promise<void> {
    await Promise.all(
      Array.from({ length: CLIENTS }, async (_, i) => {
        const client = new LoadClient(port, `here${i}`);
        const channels = Array.from(
          { length: CHANNELS_OF_A_CLIENT },
          (_, at) => (i * CHANNELS_OF_A_CLIENT + at) % SIZE.channels,
        );
        await client.register(i % 2 === 0 ? 'batch' : undefined);
        for (const channel of channels) await client.join(channelName(channel));
        const entry = { client, channels, lines: 0 };
        client.onBytes = (bytes, length) => {
          for (let at = bytes.indexOf(LINE_END); at >= 0 && at < length; at = bytes.indexOf(LINE_END, at + 1))
            entry.lines++;
          this.#check();
        };
        this.#clients.push(entry);
      }),
    );
  }

  /** How many of the crowd a client sees leave: once each. */
  readonly quits = (channels: readonly number[]) =>
    new Set(channels.flatMap((channel) => membersOf(SIZE, channel))).size;

  /** What a client sees when they come back: each of them on each channel, and its operator. */
  readonly joins = (channels: readonly number[]) => channels.length * (SIZE.members + 1);

  /** Resolves when every client has read as many lines as `expected` says. */
  hear(expected: (channels: readonly number[]) => number): Promise<void> {
    const missing = this.#clients.map((entry) => {
      entry.lines = 0;
      return { entry, lines: expected(entry.channels) };
    });
    return new Promise((heard, failed) => {
      const late = setTimeout(() => failed(new Error('not everybody was told')), PATIENCE_MS);
      this.#check = () => {
        while (missing.length > 0 && missing.at(-1)!.entry.lines >= missing.at(-1)!.lines) missing.pop();
        if (missing.length > 0) return;
        this.#check = () => {};
        clearTimeout(late);
        heard();
      };
    });
  }

  close(): void {
    for (const { client } of this.#clients) client.close();
  }
}
