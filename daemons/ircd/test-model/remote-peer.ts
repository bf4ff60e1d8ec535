/**
 * For tests: another server whose users do things here, in lines of their own (`JOIN #x @`, `KILL a why`). It checks nothing,
 * as what a server says is so, and calls the actions that a link will call.
 */

import { STATUS, UMODE, UMODE_LETTERS } from '../../irc/modes.ts';
import { encodeAddress } from '../../irc/p10/address.ts';
import { RENAMES_FLAG } from '../../irc/p10/server-line.ts';
import { parseAddress } from '../../runtime/net/ip-address.ts';
import { setAway } from '../actions/away.ts';
import { ChannelModeChanges } from '../actions/channel-modes.ts';
import { introduce } from '../actions/introduce.ts';
import { join } from '../actions/join.ts';
import { kick } from '../actions/kick.ts';
import { kill } from '../actions/kill.ts';
import { compose, sendToChannel } from '../actions/message.ts';
import { changeNick } from '../actions/nick.ts';
import { part } from '../actions/part.ts';
import { quit } from '../actions/quit.ts';
import { setTopic } from '../actions/topic.ts';
import { setUserModes } from '../actions/user-modes.ts';
import type { IrcServer } from '../irc-server.ts';
import { remoteUser } from '../memory-network.ts';
import { Server } from '../state/server.ts';
import type { User } from '../state/user.ts';
import { rest } from '../work-steps.ts';

/** Name, and of its users host and address. */
export const FAR = { name: 'far.test', host: 'far.example', address: '203.0.113.9' } as const;

/** Slots of its users. */
export const FAR_SLOTS = [5, 6] as const;

/** P10 numeric of the user in a slot. */
export function numericOf(slot: number): string {
  return `ABAA${slot}`;
}

/** The server and its users by slot. */
export class RemotePeer {
  readonly users = new Map<number, User>();
  readonly #irc: IrcServer;
  readonly #server: Server;

  constructor(irc: IrcServer) {
    this.#irc = irc;
    this.#server = new Server(FAR.name, 'Far', 'AC', irc.state.me, { flags: RENAMES_FLAG });
    irc.state.addServer(this.#server);
  }

  introduce(slot: number, nick: string): void {
    const person = {
      username: `u${slot}`,
      host: FAR.host,
      realname: `Real ${nick}`,
      p10Address: encodeAddress(parseAddress(FAR.address)!),
      numeric: numericOf(slot),
      modes: slot % 2 === 1 ? UMODE.invisible : 0,
    };
    const user = introduce(this.#irc, remoteUser(this.#server, nick, person));
    this.users.set(slot, user);
  }

  /** Does what a user of that server says, where there is what it names. */
  line(slot: number, line: string): void {
    const irc = this.#irc;
    const { state } = irc;
    const user = this.users.get(slot)!;
    const [verb = '', first = '', second = ''] = line.split(' ');
    const channel = state.findChannel(first);
    const other = state.findUser(verb === 'KILL' ? first : second);
    const member = channel === undefined ? undefined : other?.memberships.get(channel);
    if (verb === 'JOIN') this.#join(user, first, second);
    else if (verb === 'NICK') this.#nick(user, first);
    else if (verb === 'QUIT') this.#quit(slot, user);
    else if (verb === 'AWAY') this.#do(setAway(irc, user, first === '' ? null : first));
    else if (verb === 'UMODE') {
      const [sign, letter = ''] = first;
      setUserModes(irc, user, [{ on: sign === '+', letter, bit: UMODE_LETTERS.get(letter)! }]);
    } else if (verb === 'KILL') {
      if (other === undefined) return;
      for (const [at, one] of this.users) if (one === other) this.users.delete(at);
      kill(irc, user, other, second);
    } else if (channel === undefined) return;
    else if (verb === 'PART') this.#do(part(irc, user, channel, ''));
    else if (verb === 'TOPIC') this.#do(setTopic(irc, user, channel, second, Date.now()));
    else if (verb === 'PRIVMSG') {
      const message = compose(irc, user, 'PRIVMSG', channel.name, second, '');
      this.#do(sendToChannel(irc, user, 'PRIVMSG', channel, 0, message, second));
    } else if (member === undefined) return;
    else if (verb === 'KICK') this.#do(kick(irc, user, member, 'out'));
    else {
      const changes = new ChannelModeChanges(irc, this.#server, channel);
      changes.status(verb === 'OP', 'o', STATUS.op, member);
      this.#do(changes.announce());
    }
  }

  #join(user: User, name: string, given: string): void {
    const { state } = this.#irc;
    const channel = state.findChannel(name);
    if (channel !== undefined && user.memberships.has(channel)) return;
    const steps = join(this.#irc, user, name, Date.now(), { status: given === '@' ? STATUS.op : null });
    this.#irc.host.work.runSteps(
      this.#irc.house,
      (function* () {
        yield* steps;
      })(),
    );
  }

  #nick(user: User, wanted: string): void {
    const holder = this.#irc.state.nickHolder(wanted);
    if (wanted === user.nick || (holder !== undefined && holder !== user)) return;
    this.#do(changeNick(this.#irc, user, wanted, Date.now(), []));
  }

  #quit(slot: number, user: User): void {
    this.users.delete(slot);
    quit(this.#irc, user, 'bye');
  }

  #do(steps: Parameters<typeof rest>[0]): void {
    this.#irc.host.work.runSteps(this.#irc.house, rest(steps));
  }
}
