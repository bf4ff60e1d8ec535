/**
 * The servers that this one is linked to or may be: who is called, who calls, what became of it, and how it ends. The daemon
 * makes it; admin commands, CONNECT and SQUIT act on it as LinkControl.
 */
import { SignalboxError } from '../../../contract/errors.ts';
import { type Clock, systemClock } from '../../../kit/clock.ts';
import { fold } from '../../irc/casemapping.ts';
import { fromBase64 } from '../../irc/p10/numeric.ts';
import { noticeOpers } from '../broadcast.ts';
import type { CommandServer } from '../command-server.ts';
import { limits } from '../limits.ts';
import type { LinkControl, LinkRow, LinkRowState, ServerRow, SplitSize } from '../link-control.ts';
import type { Source } from '../network-events.ts';
import { NOTICE } from '../notice-kinds.ts';
import type { Server } from '../state/server.ts';
import type { Link } from './link.ts';
import type { LinkBlock } from './link-block.ts';
import { LinkCall, type LinkCaller, type LinkCarrier } from './link-call.ts';
import { type Heap, heapOfProcess } from './link-memory.ts';
import { LinkNetwork, type LinkWatcher, serversBehind } from './link-network.ts';
import { serverRows } from './server-rows.ts';

/** What it is made of beside the server. */
export interface LinkDeskOptions {
  readonly dial: LinkCaller['dial'];
  readonly clock?: Clock;
  readonly random?: () => number;
  /** The memory that links may fill; that of the process by default. */
  readonly heap?: () => Heap;
  /** Told of each link as it gets further and ends. */
  readonly watcher?: LinkWatcher;
}

export class LinkDesk implements LinkControl {
  readonly network: LinkNetwork;
  readonly #server: CommandServer;
  readonly #caller: LinkCaller;
  /** By folded name. */
  readonly #calls = new Map<string, LinkCall>();
  /** Links that have not said yet who is at the other end, or are about to be told. */
  readonly #arrivals = new Set<Link>();
  #closed = false;

  constructor(
    server: CommandServer,
    { dial, clock = systemClock, random = Math.random, heap = heapOfProcess, watcher = {} }: LinkDeskOptions,
  ) {
    this.#server = server;
    this.network = new LinkNetwork(server, () => this.blocks, {
      clock,
      heap,
      onChange: (link) => {
        watcher.onChange?.(link);
        this.#changed(link);
      },
      onEnd: (link) => {
        watcher.onEnd?.(link);
        this.#ended(link);
      },
    });
    this.#caller = {
      clock,
      random,
      dial,
      open: (carrier, block) => this.#open(carrier, block),
      changed: () => this.#touch(),
      failed: (block, reason) => {
        noticeOpers(server, NOTICE.links, `No link with ${block.name}: ${reason}`);
        server.host.log('warn', 'link_failed', `No link with ${block.name}: ${reason}`);
      },
    };
  }

  /** The servers that may be linked, as they are configured. */
  get blocks(): readonly LinkBlock[] {
    return [...this.#calls.values()].map(({ block }) => block);
  }

  get standing(): number {
    return this.network.links.length;
  }

  /** Takes another configuration: links stay, and servers that are not linked are called by it. */
  configure(blocks: readonly LinkBlock[]): void {
    const names = new Set(blocks.map(({ name }) => fold(name)));
    for (const [key, call] of this.#calls) {
      if (names.has(key)) continue;
      call.close();
      this.#calls.delete(key);
    }
    for (const block of blocks) {
      const key = fold(block.name);
      const call = this.#calls.get(key) ?? new LinkCall(this.#caller, block);
      this.#calls.set(key, call);
      call.block = block;
      if (!block.autoconnect) call.hold();
      else if (this.#linkOf(block.name) === undefined && call.state !== 'connecting') call.byItself();
    }
    this.#touch();
  }

  /** A server has connected. */
  accept(carrier: LinkCarrier): void {
    if (this.#closed || !this.#makeRoom(carrier)) carrier.destroy();
    else this.#open(carrier, null);
  }

  /**
   * Whether one more may arrive: where there are as many as may be, the oldest goes of the address that most come from, so that
   * whoever only connects keeps no server out.
   */
  #makeRoom({ address }: LinkCarrier): boolean {
    if (this.#arrivals.size < limits.linkArrivals.default) return true;
    const from = new Map<string, Link[]>([[address, []]]);
    for (const link of this.#arrivals)
      if (link.direction === 'in')
        from.set(link.transport.address, [...(from.get(link.transport.address) ?? []), link]);
    const [[worst, links]] = [...from].sort(([, a], [, b]) => b.length - a.length) as [[string, Link[]]];
    if (worst === address) return false;
    links[0]!.fail('others want to be linked, and it has not said who it is');
    return true;
  }

  /** Ends all links and calls nobody any more. */
  close(reason: string): void {
    this.#closed = true;
    for (const call of this.#calls.values()) call.close();
    for (const link of [...this.#arrivals, ...this.network.links]) link.fail(reason);
  }

  rows(): LinkRow[] {
    const rows: LinkRow[] = [];
    const shown = new Set<Link>();
    for (const call of this.#calls.values()) {
      const link = this.#linkOf(call.block.name);
      if (link !== undefined) shown.add(link);
      rows.push(link === undefined ? this.#rowOf(call) : linkRow(this.#server, link, call.reason));
    }
    // What is not configured any more stays linked.
    for (const link of this.network.links) if (!shown.has(link)) rows.push(linkRow(this.#server, link, null));
    return rows;
  }

  servers(): ServerRow[] {
    return serverRows(this.#server.state, this.rows());
  }

  checkConnect(name: string): void {
    this.#callable(name);
  }

  connect(name: string): string {
    const call = this.#callable(name);
    if (this.#stateOf(call) !== 'connecting') call.now();
    return call.block.name;
  }

  sizeOf(name: string): SplitSize {
    const { state } = this.#server;
    const server = state.findServer(name);
    if (server === state.me) throw new SignalboxError('refused', `${server.name} is this server itself.`);
    if (server !== undefined) {
      const servers = serversBehind(state, server);
      return { server: server.name, servers: servers.length, users: usersOn(servers) };
    }
    const call = this.#calls.get(fold(name));
    if (call !== undefined && (call.state !== 'idle' || this.#stateOf(call) === 'connecting'))
      return { server: call.block.name, servers: 0, users: 0 };
    throw new SignalboxError('not_found', `No server called ${name} is linked; list them with links.`);
  }

  squit(name: string, source: Source, reason: string): SplitSize {
    const size = this.sizeOf(name);
    const call = this.#calls.get(fold(name));
    call?.hold();
    for (const link of [...this.#arrivals]) if (link.peerName === call?.block.name) link.fail(reason);
    const server = this.#server.state.findServer(name);
    if (server !== undefined) this.network.letGo(server, source, reason);
    this.#touch();
    return size;
  }

  #callable(name: string): LinkCall {
    const call = this.#calls.get(fold(name));
    if (call === undefined) {
      const known = this.blocks.map((block) => block.name).join(', ') || 'there are none';
      throw new SignalboxError('not_found', `No [[ircd.link]] names ${name}: ${known}.`);
    }
    if (this.#server.state.findServer(name) !== undefined)
      throw new SignalboxError('conflict', `${call.block.name} is linked already.`);
    if (call.block.address === null) {
      const text = `Nobody knows where ${call.block.name} is: its [[ircd.link]] has no host and port.`;
      throw new SignalboxError('refused', text);
    }
    return call;
  }

  #open(carrier: LinkCarrier, block: LinkBlock | null): void {
    const link = this.network.open(carrier, block);
    this.#arrivals.add(link);
    carrier.start(link);
    this.#touch();
  }

  #changed(link: Link): void {
    this.#arrivals.delete(link);
    const call = this.#calls.get(fold(link.name));
    if (link.state === 'linked') call?.proved();
    else call?.settled();
    this.#touch();
  }

  #ended(link: Link): void {
    this.#arrivals.delete(link);
    const { peerName } = link;
    // Of two connections to one server the other may stand.
    const call = peerName === null ? undefined : this.#calls.get(fold(peerName));
    if (call !== undefined && this.#linkOf(call.block.name) === undefined && !this.#closed)
      call.failed(link.reason ?? '', link.direction);
    this.#touch();
  }

  #linkOf(name: string): Link | undefined {
    const key = fold(name);
    for (const link of this.network.links) if (fold(link.name) === key) return link;
    return undefined;
  }

  #stateOf(call: LinkCall): LinkRowState {
    if (call.state !== 'idle') return call.state;
    for (const { direction, peerName } of this.#arrivals)
      if (direction === 'out' && peerName === call.block.name) return 'connecting';
    return call.reason === null ? 'waiting' : 'failed';
  }

  #rowOf(call: LinkCall): LinkRow {
    const { block, reason, sinceMs: since, direction } = call;
    return {
      name: block.name,
      numeric: null,
      kind: block.kind,
      state: this.#stateOf(call),
      direction: direction ?? (block.autoconnect ? 'out' : 'in'),
      users: 0,
      lagSeconds: null,
      since,
      reason,
      ...NOTHING_CARRIED,
    };
  }

  #touch(): void {
    this.#server.host.tableChanged('network');
  }
}

/** What is said of the traffic where there is no link. */
const NOTHING_CARRIED = {
  burstSeconds: null,
  linesIn: null,
  linesOut: null,
  bytesIn: null,
  bytesOut: null,
  sendQueueBytes: null,
} as const;

function linkRow(server: CommandServer, link: Link, reason: string | null): LinkRow {
  const { traffic } = link;
  const { kind, server: peer } = link.peer!;
  return {
    name: peer.name,
    numeric: fromBase64(peer.numeric),
    kind,
    state: link.state === 'linked' ? 'linked' : 'bursting',
    direction: link.direction,
    users: usersOn(serversBehind(server.state, peer)),
    lagSeconds: link.lagMs === null ? null : link.lagMs / 1000,
    since: link.sinceMs,
    reason,
    burstSeconds: link.burstMs === null ? null : link.burstMs / 1000,
    linesIn: traffic.linesIn,
    linesOut: traffic.linesOut,
    bytesIn: traffic.bytesIn,
    bytesOut: traffic.bytesOut,
    sendQueueBytes: link.transport.sendQueueBytes,
  };
}

function usersOn(servers: readonly Server[]): number {
  return servers.reduce((sum, { userCount }) => sum + userCount, 0);
}
