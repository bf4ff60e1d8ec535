/**
 * All links of this server: it passes on to each what others do not tell it, and takes a peer with all behind it off the
 * network when its link ends. The server has it as its `links`.
 */

import { type Clock, systemClock, type Timer } from '../../../kit/clock.ts';
import { fold, sameName } from '../../irc/casemapping.ts';
import { compileMask } from '../../irc/mask.ts';
import { writeLine } from '../../irc/p10/line.ts';
import { SaslDesk } from '../../irc/p10/sasl-desk.ts';
import { bytesOf } from '../../irc/p10/text.ts';
import { TOKEN } from '../../irc/p10/tokens.ts';
import { WorkAccount, WorkGroup } from '../../runtime/async/work-account.ts';
import { WorkGate } from '../../runtime/async/work-gate.ts';
import { workPrices } from '../../runtime/async/work-prices.ts';
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import { mechanismsOf } from '../accounts/authority.ts';
import { leaveWith } from '../actions/quit.ts';
import { NetBatch } from '../client/net-batch.ts';
import type { CommandServer } from '../command-server.ts';
import { limits } from '../limits.ts';
import type { Links, NetworkEvent, Source } from '../network-events.ts';
import type { Channel } from '../state/channel.ts';
import type { NetworkState } from '../state/network.ts';
import type { Server } from '../state/server.ts';
import type { User } from '../state/user.ts';
import { channelLines, serverLine } from './burst-lines.ts';
import { Link, type LinkTransport } from './link.ts';
import type { LinkBlock } from './link-block.ts';
import { type Heap, heapOfProcess, LinkMemory } from './link-memory.ts';
import { type LetGo, type LinkEnd, type LinkRoutes, type Peer, sourceNumeric } from './peer.ts';
import { tellRename } from './rename-lines.ts';
import { linesFor } from './untold-users.ts';

/** Whoever wants to know how links fare. */
export interface LinkWatcher {
  /** A link has got further. */
  onChange?(link: Link): void;
  /** A link is over, whether it stood or not. */
  onEnd?(link: Link): void;
}

/** The links of one server. */
export class LinkNetwork implements Links, LinkRoutes {
  readonly server: CommandServer;
  readonly #blocks: () => readonly LinkBlock[];
  /** Those whose peer is introduced. */
  /** Another list after each change: whoever goes through one meets all who were linked then. */
  #links: readonly Link[] = [];
  /** Those that were called and have not said yet who they are. */
  readonly #calls = new Set<Link>();
  readonly clock: Clock;
  readonly saslDesk: SaslDesk;
  readonly #watcher: LinkWatcher;
  /** Of servers that are telling what they know; they are not waited for without end. */
  readonly #joins = new Map<Server, { readonly batch: NetBatch; readonly timer: Timer }>();
  /** What splits are charged to: nobody's will. */
  readonly #work = new WorkAccount(new WorkGroup());
  /** Closed while those leave who were on a server that is gone. */
  readonly #splitting = new WorkGate();

  readonly #memory: LinkMemory<Link>;

  /**
   * @param blocks as they are configured now.
   * @param heap the memory that links may fill; that of the process by default.
   */
  constructor(
    server: CommandServer,
    blocks: () => readonly LinkBlock[],
    {
      clock = systemClock,
      heap = heapOfProcess,
      ...watcher
    }: LinkWatcher & { readonly clock?: Clock; readonly heap?: () => Heap } = {},
  ) {
    this.#memory = new LinkMemory(heap);
    this.server = server;
    this.#blocks = blocks;
    this.clock = clock;
    const { accounts } = server;
    this.saslDesk = new SaslDesk({
      me: () => server.state.me.numeric,
      clock,
      ask: (name, args) => accounts.authority.ask(name, args),
      mechanisms: () => mechanismsOf(accounts.authority),
      present: () => accounts.authority.present,
      onEnd: (success) => {
        if (success) accounts.counts.logins++;
        else accounts.counts.failures++;
      },
      limits: {
        exchanges: limits.saslLinkExchanges.default,
        clientMs: limits.saslClientMs.default,
        messageBytes: limits.saslMessageBytes.default,
      },
    });
    this.#watcher = watcher;
    this.#work.patient = true;
  }

  get answersSasl(): boolean {
    const { authority } = this.server.accounts;
    return authority.present && authority.loginOnly !== true;
  }

  /** Links whose peer is introduced. */
  get links(): readonly Link[] {
    return this.#links;
  }

  /** @param block of the server that is called; null for one that has connected. */
  open(transport: LinkTransport, block: LinkBlock | null): Link {
    const link = new Link(this, transport, block);
    if (block !== null && link.reason === null) this.#calls.add(link);
    return link;
  }

  /** A connection that this server has made to that one, which has not said yet who it is. */
  callTo(name: string): Link | undefined {
    for (const link of this.#calls) if (sameName(link.name, name)) return link;
    return undefined;
  }

  linkTo({ via }: Server): Link | undefined {
    for (const link of this.#links) if (link.peer!.server === via) return link;
    return undefined;
  }

  mayBring(link: LinkEnd, name: string): boolean {
    const hub = this.blockOf(link.name)?.hub ?? null;
    return hub?.some((mask) => compileMask(mask).matches(fold(name))) ?? false;
  }

  /** Ends the link that fills the memory, where one does. */
  lookAtMemory(): void {
    const link = this.#memory.offender(this.#links, this.clock.monotonic());
    link?.fail('the memory here for what servers bring is used up, and it has brought most');
  }

  /** A link has got further than it was. */
  changed(link: Link): void {
    this.#watcher.onChange?.(link);
  }

  blockOf(name: string): LinkBlock | null {
    return this.#blocks().find((block) => sameName(block.name, name)) ?? null;
  }

  tell(event: NetworkEvent): void {
    const links = this.#links;
    if (links.length === 0) return;
    const { state } = this.server;
    const from = originOf(event);
    for (let i = 0; i < links.length; i++) {
      const link = links[i]!;
      const peer = link.peer!;
      if (event.kind === 'rename') {
        tellRename(state, link, peer, event);
        continue;
      }
      if (peer.server === from || !concerns(event, peer.server)) continue;
      for (const line of linesFor(state, state.me.name, peer, event)) link.send(line);
    }
    if (event.kind === 'network ban') this.#letJupedGo();
  }

  /** Servers that are linked to this one and may not be any more; of others those see to it that they are linked to. */
  #letJupedGo(): void {
    for (const link of this.#links) {
      const refusal = this.server.networkBans.refusalForServer(link.name);
      if (refusal !== null) link.fail(refusal);
    }
  }

  teach(channel: Channel, whom: (link: LinkEnd) => boolean): void {
    const { state } = this.server;
    for (const link of this.#links) {
      if (!whom(link)) continue;
      for (const line of channelLines(state, state.me, link.peer!, channel)) link.send(line);
    }
  }

  forward(line: string, except: LinkEnd): void {
    for (const link of this.#links) if (link !== except) link.send(line);
  }

  forwardEach(linesFor: (peer: Peer) => readonly string[], except: LinkEnd | null): void {
    for (const link of this.#links)
      if (link !== except) for (const line of linesFor(link.peer!)) link.send(line);
  }

  /** A peer is introduced. */
  linked(link: Link): void {
    this.#calls.delete(link);
    this.#links = [...this.#links, link];
    this.added(link.peer!.server, link, true);
    this.changed(link);
  }

  added(server: Server, link: LinkEnd, bursting: boolean): void {
    server.bursting = bursting;
    if (bursting)
      this.#joins.set(server, {
        batch: new NetBatch(this.server, 'netjoin', server.uplink!.name, server.name),
        timer: this.clock.after(limits.linkJoinMs.default, () => this.told(server)),
      });
    this.forward(serverLine(server), link);
    this.server.nickLength.reconsider();
    this.server.accounts.authority.serversChanged?.();
  }

  told(server: Server): void {
    this.#endJoin(server);
    this.server.accounts.authority.serversChanged?.();
  }

  #endJoin(server: Server): void {
    server.bursting = false;
    const joins = this.#joins.get(server);
    if (joins === undefined) return;
    this.#joins.delete(server);
    joins.timer.cancel();
    this.server.host.work.runSteps(this.server.house, joins.batch.end());
  }

  joinsOf(server: Server): NetBatch | null {
    return this.#joins.get(server)?.batch ?? null;
  }

  *settled(): WorkSteps {
    const { work } = this.server.host;
    while (work.mustWait(this.#splitting)) yield this.#splitting;
    work.leave(this.#splitting);
  }

  /** A link is over. */
  ended(link: Link, reason: string): void {
    this.#calls.delete(link);
    this.saslDesk.forget(link);
    const wasLinked = this.#links.includes(link);
    this.#links = this.#links.filter((one) => one !== link);
    if (wasLinked) this.split(link.peer!.server, this.server.state.me.numeric, bytesOf(reason), link);
    this.#watcher.onEnd?.(link);
  }

  letGo(
    server: Server,
    source: Source,
    reason: string,
    { linkSeconds = 0, bytes = bytesOf(reason) }: LetGo = {},
  ): void {
    for (const link of this.#links) {
      const { server: peer } = link.peer!;
      if (peer === server) link.fail(reason);
      else if (peer === server.via)
        link.send(
          writeLine(sourceNumeric(this.server.state, source), TOKEN.SQUIT, [server.name, linkSeconds], bytes),
        );
    }
  }

  split(server: Server, source: string, bytes: string, except: LinkEnd): void {
    this.server.counters.netsplits++;
    this.forward(writeLine(source, TOKEN.SQUIT, [server.name, 0], bytes), except);
    // The servers at once: whoever links again before their users are gone is another.
    const gone = new Set(serversBehind(this.server.state, server));
    for (const other of gone) {
      this.server.state.removeServer(other);
      this.#endJoin(other);
    }
    this.server.accounts.authority.serversChanged?.();
    this.server.host.work.runSteps(this.#work, this.#removeAll(server, gone));
  }

  *#removeAll(server: Server, gone: ReadonlySet<Server>): WorkSteps {
    const { state, host } = this.server;
    const text = `${server.uplink!.name} ${server.name}`;
    const users: User[] = [];
    let left = 0;
    for (const { userCount } of gone) left += userCount;
    if (left > 0) {
      for (const user of state.users) if (gone.has(user.server)) users.push(user);
      host.work.spend(state.users.size * workPrices.skipped.ns);
    }
    this.server.nickLength.reconsider();
    host.work.hold(this.#splitting);
    const batch = new NetBatch(this.server, 'netsplit', server.uplink!.name, server.name);
    try {
      for (const user of users) {
        yield* leaveWith(this.server, user, text, batch);
        if (host.work.spend(0)) yield null;
      }
      yield* batch.end();
    } finally {
      host.work.leave(this.#splitting);
    }
  }
}

/** A server and all that are reached by it. Whoever brought a server stands before it in the list. */
export function serversBehind(state: NetworkState, server: Server): Server[] {
  const behind = new Set([server]);
  for (const other of state.servers.values())
    if (other.uplink !== null && behind.has(other.uplink)) behind.add(other);
  return [...behind];
}

/** The direction that something comes from; null for what comes from here. */
function originOf(event: NetworkEvent): Server | null {
  if ('source' in event) return 'nick' in event.source ? event.source.server.via : event.source.via;
  const user = 'membership' in event ? event.membership.user : event.user;
  return user.server.via;
}

/** Whether anybody in a direction has to hear of it: what is said to one user, or to a channel, concerns those alone. */
function concerns(event: NetworkEvent, direction: Server): boolean {
  if (event.kind === 'query' || event.kind === 'rename wish') return event.to.via === direction;
  if (event.kind === 'invite') return event.user.server.via === direction;
  if (event.kind !== 'message' && event.kind !== 'redaction') return true;
  const { to } = event;
  if ('nick' in to) return to.server.via === direction;
  return to.reaches(direction);
}
