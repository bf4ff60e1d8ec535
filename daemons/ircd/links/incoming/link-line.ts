/** What the code of a token is given: the line, who says it, and where it came from. */
import type { P10Line } from '../../../irc/p10/line.ts';
import type { WorkSteps } from '../../../runtime/async/work-turns.ts';
import type { CommandServer } from '../../command-server.ts';
import type { Source } from '../../network-events.ts';
import type { Server } from '../../state/server.ts';
import type { User } from '../../state/user.ts';
import type { LinkEnd, LinkRoutes, Peer } from '../peer.ts';

/** Where lines of one peer are worked off. */
export interface LinkContext {
  readonly server: CommandServer;
  readonly network: LinkRoutes;
  readonly link: LinkEnd;
  readonly peer: Peer;
}

/** One line, whose source is known and lies in the direction of the peer. */
export class LinkLine implements LinkContext {
  readonly server: CommandServer;
  readonly network: LinkRoutes;
  readonly link: LinkEnd;
  readonly peer: Peer;
  readonly source: Source;
  readonly line: P10Line;

  constructor({ server, network, link, peer }: LinkContext, source: Source, line: P10Line) {
    this.server = server;
    this.network = network;
    this.link = link;
    this.peer = peer;
    this.source = source;
    this.line = line;
  }

  /** The line as it came, without tags, for whoever it is passed on to. */
  get text(): string {
    const { tags, text } = this.line;
    return tags === '' ? text : text.slice(tags.length + 2);
  }

  get params(): readonly string[] {
    return this.line.params;
  }

  /** The parameter at a place; empty where the line has none. */
  word(at: number): string {
    return this.params[at] ?? '';
  }

  /**
   * What a channel is called here now that the line calls by a name, which may be that of before. It is to be asked again in each turn.
   * @param name with one character for each byte, as the answer, which is empty for a channel that is to be passed over
   */
  named(name: string): string {
    return this.link.names.now(name);
  }

  /** The last parameter, where what is said in words stands. */
  get last(): string {
    return this.word(this.params.length - 1);
  }
}

/** What a token does. What is left of it is done in later turns. */
export type TokenCode = (line: LinkLine) => WorkSteps | null;

/** A user's word; null where a server says what only users can. */
export function userOf({ source }: LinkLine): User | null {
  return 'nick' in source ? source : null;
}

/** Passes a line on as it came, towards a server; never back to whoever sent it. */
export function passOn({ network, link, text }: LinkLine, to: Server): void {
  const next = network.linkTo(to);
  if (next !== link) next?.send(text);
}
