/**
 * Attacks on the IRC server by another server: one life of a link after the other, each tampered with in another way, beside a link
 * and a user who have nothing to do with it.
 */
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { mutated, TRANSCRIPTS } from '../../daemons/ircd/links/hostile-lines.ts';
import { SeededRandom } from '../../daemons/ircd/links/simulation/seeded-random.ts';
import { LineClient } from './line-client.ts';
import type { Attack, Scenario, Target } from './scenario.ts';

const RUNS = 10_000;
/** Whom the transcripts talk to and about, see hostile-lines.ts. */
const PREY = 'alice';
const PREY_NUMERIC = 'ABAAA';
const PASSWORD = 'linkpw';
const ADDRESS = '127.1.0.1';
const BUILDER = '127.0.0.3';
/** After which a link that says nothing more is left. */
const PATIENCE_MS = 2_000;

function open({ p10Port }: Target): Socket {
  const socket = connect({ host: '127.0.0.1', port: p10Port!, localAddress: ADDRESS, noDelay: true });
  socket.on('error', () => {});
  return socket;
}

/** How a link is told why it ends, before and after it stood. */
const SAID = /^(?:ERROR :Closing Link: |AB SQ here\.test 0 :)([^\r\n]*)/m;

/** Reasons that differ in a word of the line that was wrong. */
const KINDS: readonly (readonly [RegExp, string])[] = [
  [/^.* came before SERVER$/, 'something came before SERVER'],
  [/^(\S+) has \d+ parameters.*/, '$1 has too few parameters'],
  [/^protocol .* is not spoken here.*/, 'another protocol'],
  [/^numeric .* is not two.*/, 'no numeric of a server'],
  [/^.* (is no .*)$/, 'something $1'],
  [/^it brings \S+, but the numeric .*/, 'it brings a numeric that is taken'],
  [/^it brings \S+, but .*/, 'it brings a server that is linked'],
  [/^the peer says: .*/, 'the peer says why'],
];

/** A reason without what it says of one line. */
function kindOf(reason: string): string {
  for (const [pattern, kind] of KINDS) if (pattern.test(reason)) return reason.replace(pattern, kind);
  return reason;
}

/** A link that does what it should: it answers pings and listens who comes. */
class InnocentLink {
  readonly socket: Socket;
  lost = false;
  /** The numeric of the user whom the transcripts talk to. */
  prey = PREY_NUMERIC;
  linesIn = 0;
  readonly linked: Promise<void>;
  #rest = '';
  #onLinked: () => void = () => {};

  constructor(target: Target) {
    this.linked = new Promise((resolve) => (this.#onLinked = resolve));
    this.socket = open(target);
    this.socket.on('close', () => (this.lost = true));
    this.socket.on('data', (bytes: Buffer) => {
      const lines = (this.#rest + bytes.toString('latin1')).split('\r\n');
      this.#rest = lines.pop()!;
      for (const line of lines) this.#take(line.split(' '));
    });
    const seconds = Math.floor(Date.now() / 1000);
    this.#say(`PASS :${PASSWORD}`, `SERVER other.test 1 ${seconds} ${seconds} J10 AJ]]] +h6 :Innocent`);
  }

  #take([source, token, ...words]: readonly string[]): void {
    this.linesIn++;
    if (token === 'EB' && source === 'AB') this.#say('AJ EB', 'AJ EA');
    else if (token === 'EA' && source === 'AB') this.#onLinked();
    else if (token === 'G') this.#say(`AJ Z AJ ${words[0]} ${words.at(-1)} 0 0`);
    else if (token === 'N' && source === 'AB' && words[0] === PREY)
      this.prey = words.find((word) => /^AB[A-Za-z0-9[\]]{3}$/.test(word)) ?? this.prey;
  }

  #say(...lines: readonly string[]): void {
    this.socket.write(`${lines.join('\r\n')}\r\n`);
  }
}

/** Somebody whom the attacker kills, kicks and talks to, and who comes back. */
class Prey {
  #client: LineClient | null = null;
  #over = false;

  async come({ port }: Target): Promise<void> {
    const client = new LineClient(port, BUILDER);
    this.#client = client;
    void client.closed.then(() => {
      if (!this.#over) this.come({ port } as Target).catch(() => {});
    });
    await client.register(PREY);
    client.send('JOIN #free', 'JOIN #one', 'PING :in');
    await client.waitFor(':in');
  }

  close(): void {
    this.#over = true;
    this.#client?.close();
  }
}

async function prepare(target: Target): Promise<Attack> {
  const innocent = new InnocentLink(target);
  await innocent.linked;
  const prey = new Prey();
  await prey.come(target);
  let runs = 0;
  let accepted = 0;
  let told = 0;
  const ends = new Map<string, number>();
  const one = async (seed: number) => {
    const random = new SeededRandom(seed);
    const lines = mutated(random.pick(TRANSCRIPTS), (bound) => random.below(bound));
    const text = lines.join('\r\n').replaceAll(PREY_NUMERIC, innocent.prey);
    const socket = open(target);
    let heard = '';
    socket.on('data', (bytes: Buffer) => (heard += bytes.toString('latin1')));
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    // Some end in the middle of a line.
    socket.end(Buffer.from(random.chance(0.9) ? `${text}\r\n` : text, 'latin1'));
    const ended = await Promise.race([closed.then(() => true), sleep(PATIENCE_MS, false, { ref: false })]);
    socket.destroy();
    if (/^AB EB/m.test(heard)) accepted++;
    const said = SAID.exec(heard)?.[1];
    if (said !== undefined) told++;
    const end = said !== undefined ? kindOf(said) : ended ? 'as its lines ended' : 'not, and was left';
    ends.set(end, (ends.get(end) ?? 0) + 1);
  };
  return {
    async run() {
      while (runs < RUNS && performance.now() < target.deadlineMs - 500) await one(++runs);
      target.note('transcripts', runs);
      target.note('links that stood', accepted);
      target.note('ends with a reason', told);
      for (const [end, times] of [...ends].sort((a, b) => b[1] - a[1])) target.note(`ended: ${end}`, times);
      target.note('other link lost', innocent.lost ? 1 : 0);
      target.note('lines at other link', innocent.linesIn);
    },
    close() {
      prey.close();
      innocent.socket.destroy();
    },
  };
}

export const linkScenarios: readonly Scenario[] = [
  {
    id: 'links',
    title: `${RUNS.toLocaleString('en')} links one after the other, whose lines somebody has tampered with`,
    daemon: 'ircd',
    config: {
      server_name: 'here.test',
      dns: false,
      ident: false,
      accounts: { authority: 'none' },
      class: [
        { name: 'innocent', match: ['127.0.0.2/32'], throttle: false, flood: false },
        { name: 'ours', match: [`${BUILDER}/32`, `${ADDRESS}/32`], throttle: false, flood: false },
      ],
      link: ['leaf.b.test', 'other.test'].map((name) => ({ name, password: PASSWORD, hub: ['*'] })),
    },
    p10: true,
    limitMs: 180_000,
    prepare,
  },
];
