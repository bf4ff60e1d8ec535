/** For tests: servers in memory that are linked, and a peer that is only lines. */
import { WorkAccount, WorkGroup } from '../../runtime/async/work-account.ts';
import { MemoryServer } from '../memory-server.ts';
import type { Link, LinkTransport } from './link.ts';
import type { LinkBlock } from './link-block.ts';
import { LinkNetwork } from './link-network.ts';

/** One end of a connection in memory. */
export class MemoryEnd implements LinkTransport {
  readonly work = new WorkAccount(new WorkGroup());
  /** What was sent and not taken yet. */
  sent: string[] = [];
  closed = false;

  send(line: string): void {
    this.sent.push(line);
  }

  close(): void {
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
  readonly network: LinkNetwork;
  blocks: LinkBlock[] = [];

  constructor(name: string, numeric: number) {
    this.irc = new MemoryServer({ server_name: name, numeric });
    this.network = new LinkNetwork(this.irc.server, () => this.blocks);
    this.irc.server.links = this.network;
  }

  get state() {
    return this.irc.server.state;
  }

  close(): void {
    for (const link of [...this.network.links]) link.leave('test over');
    this.irc.close();
  }
}

/** A block for a server. */
export function blockFor(name: string, more: Partial<LinkBlock> = {}): LinkBlock {
  return { name, password: 'linkpw', hub: ['*'], kind: 'auto', ...more };
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
    from.blocks.push(blockFor(to.irc.server.name));
    to.blocks.push(blockFor(from.irc.server.name));
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
