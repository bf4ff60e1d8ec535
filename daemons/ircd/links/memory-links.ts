/** For tests: servers in memory that are linked, and a peer that is only lines. */
import type { Clock } from '../../../kit/clock.ts';
import { lineRoom } from '../../irc/p10/line.ts';
import { WorkAccount, WorkGroup } from '../../runtime/async/work-account.ts';
import type { IrcdConfig } from '../config.ts';
import type { MessageKeeper } from '../history/message-keeper.ts';
import { MemoryServer } from '../memory-server.ts';
import type { Link } from './link.ts';
import type { LinkBlock } from './link-block.ts';
import type { LinkCarrier } from './link-call.ts';
import { LinkDesk } from './link-desk.ts';
import type { Heap } from './link-memory.ts';
import type { LinkNetwork } from './link-network.ts';

/** Time that does not pass. */
export const STILL_CLOCK: Clock = {
  now: () => 1_700_000_000_000,
  monotonic: () => 0,
  after: () => ({ cancel: () => {} }),
};

/** One end of a connection in memory. */
export class MemoryEnd implements LinkCarrier {
  address = '192.0.2.77';
  tls = false;
  fingerprint: string | null = null;
  /** What the other end is said not to have taken. */
  sendQueueBytes = 0;
  batchMs = -1;
  /** Who reads from it. */
  link: Link | null = null;
  readonly work = new WorkAccount(new WorkGroup());
  /** What was sent and not taken yet. */
  sent: string[] = [];
  closed = false;

  /** Fails on what no link may carry: another server would end the link for it, or read more lines than one. */
  send(line: string): void {
    if (line === '' || /[\0\r\n\u0100-\uffff]/.test(line) || line.length > lineRoom(line))
      throw new Error(`no line of a link: ${JSON.stringify(line)}`);
    this.sent.push(line);
  }

  close(): void {
    this.closed = true;
  }

  start(link: Link): void {
    this.link = link;
  }

  destroy(): void {
    this.closed = true;
  }

  /** What was sent since the last call. */
  take(): string[] {
    const lines = this.sent;
    this.sent = [];
    return lines;
  }
}

/** A server in memory with its links. */
export class LinkedServer {
  readonly irc: MemoryServer;
  readonly desk: LinkDesk;
  readonly network: LinkNetwork;
  /** The memory that links may fill. */
  heap: Heap = { usedBytes: 0, limitBytes: 1 };
  /** Who answers its calls; nobody by default. */
  dial: (block: LinkBlock) => Promise<LinkCarrier> = ({ name }) =>
    Promise.reject(new Error(`${name} does not answer`));
  #blocks: readonly LinkBlock[] = [];

  /** @param messages makes the keeper of messages of one that keeps them; see `MemoryServer` */
  constructor(
    name: string,
    numeric: number,
    clock = STILL_CLOCK,
    config: Partial<IrcdConfig> = {},
    messages?: () => MessageKeeper,
  ) {
    const settings = { ...config, server_name: name, numeric };
    this.irc = new MemoryServer(settings, null, undefined, undefined, messages);
    this.desk = new LinkDesk(this.irc.server, {
      clock,
      random: () => 1,
      heap: () => this.heap,
      dial: (block) => this.dial(block),
    });
    this.network = this.desk.network;
    this.irc.server.links = this.network;
    this.irc.server.linkControl = this.desk;
  }

  get blocks(): readonly LinkBlock[] {
    return this.#blocks;
  }

  set blocks(blocks: readonly LinkBlock[]) {
    this.#blocks = blocks;
    this.desk.configure(blocks);
  }

  get state() {
    return this.irc.server.state;
  }

  close(): void {
    for (const link of this.network.links) link.leave('test over');
    this.irc.close();
  }
}

/** A block for a server. */
export function blockFor(name: string, more: Partial<LinkBlock> = {}): LinkBlock {
  return {
    name,
    address: { host: '192.0.2.77', port: 4400 },
    password: 'linkpw',
    autoconnect: false,
    hub: ['*'],
    tls: false,
    fingerprint: null,
    kind: 'auto',
    batchMs: 2,
    halfops: false,
    ...more,
  };
}

/** A server that is only lines, as it introduces itself. */
export interface LinePeer {
  readonly name: string;
  /** Two characters. */
  readonly numeric: string;
  /** As the block for it says. */
  readonly kind?: LinkBlock['kind'];
  readonly halfops?: boolean;
  readonly flags?: string;
  readonly description?: string;
  /** When it says to be linked, Unix seconds. */
  readonly linkSeconds?: number;
  /** What it tells of itself before its burst ends. */
  readonly burst?: readonly string[];
}

/** Links one that is only lines, which has told all; what it was told meanwhile is still to be taken. */
export function linkLines(
  here: LinkedServer,
  {
    name,
    numeric,
    kind = 'auto',
    halfops = false,
    flags = 'h6',
    description = 'x',
    linkSeconds = 1,
    burst = [],
  }: LinePeer,
): MemoryEnd {
  const end = new MemoryEnd();
  here.blocks = [...here.blocks, blockFor(name, { kind, halfops })];
  end.link = here.network.open(end, null);
  for (const line of [
    'PASS :linkpw',
    `SERVER ${name} 1 1 ${linkSeconds} J10 ${numeric}]]] +${flags} :${description}`,
    ...burst,
    `${numeric} EB`,
    `${numeric} EA`,
  ])
    end.link.take(line);
  return end;
}

/** Two servers and what goes to and fro between them. */
export class Wire {
  readonly a: MemoryEnd = new MemoryEnd();
  readonly b: MemoryEnd = new MemoryEnd();
  readonly linkA: Link;
  readonly linkB: Link;
  /** Every line that went over it, with its direction. */
  readonly log: string[] = [];

  /** `from` calls `to`. */
  constructor(from: LinkedServer, to: LinkedServer) {
    from.blocks = [...from.blocks, blockFor(to.irc.server.name)];
    to.blocks = [...to.blocks, blockFor(from.irc.server.name)];
    this.linkB = to.network.open(this.b, null);
    this.linkA = from.network.open(this.a, from.blocks.at(-1)!);
  }

  /** Carries one line in each direction; whether there was any. */
  step(): boolean {
    const [fromA, fromB] = [this.a.sent.shift(), this.b.sent.shift()];
    if (fromA !== undefined) {
      this.log.push(`> ${fromA}`);
      this.linkB.take(fromA);
    }
    if (fromB !== undefined) {
      this.log.push(`< ${fromB}`);
      this.linkA.take(fromB);
    }
    return fromA !== undefined || fromB !== undefined;
  }

  /** The connection is cut. */
  cut(): void {
    this.linkA.gone('Connection lost');
    this.linkB.gone('Connection lost');
  }
}

/** Carries lines until none is left. */
export function settle(...wires: readonly Wire[]): void {
  while (wires.map((wire) => wire.step()).some(Boolean));
}
