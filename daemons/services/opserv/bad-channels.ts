/** Channels whose name holds a bad word: OpServ locks whoever joins one out, and leaves when nobody has come for a while. */

import type { Clock, Timer } from '../../../kit/clock.ts';
import { fold } from '../../irc/casemapping.ts';
import type { Bot } from '../bots/bot-roster.ts';
import { limits } from '../limits.ts';
import type { ChannelActs } from '../network/channel-acts.ts';
import type { NetworkView } from '../network/network-view.ts';
import type { ViewChannel, ViewUser } from '../network/view-parts.ts';
import { isService } from './actor.ts';
import type { OperatorLists } from './lists.ts';
import { sliced } from './sliced.ts';

const REASON = 'The name of this channel is not allowed here.';

export interface BadChannelsOptions {
  readonly lists: OperatorLists;
  readonly acts: ChannelActs;
  readonly bot: () => Bot;
  readonly clock: Clock;
  readonly view: () => NetworkView | null;
}

export class BadChannels {
  readonly #options: BadChannelsOptions;
  readonly #locked = new Map<string, Timer>();
  #words: readonly string[] | null = null;

  constructor(options: BadChannelsOptions) {
    this.#options = options;
    options.lists.badWords.onChange = () => {
      this.#words = null;
    };
  }

  /** The bad word in a name; null where there is none, or the channel is exempt. */
  wordIn(name: string): string | null {
    const { badWords, exemptChannels } = this.#options.lists;
    this.#words ??= badWords.all().map(({ word }) => fold(word));
    if (this.#words.length === 0) return null;
    const key = fold(name);
    const found = this.#words.find((word) => key.includes(word)) ?? null;
    return found === null || exemptChannels.get(key) !== undefined ? null : found;
  }

  /** Somebody has joined. Operators of the network may be anywhere. */
  joined(user: ViewUser, channel: ViewChannel): void {
    if (isService(user) || user.isOperator || this.wordIn(channel.name) === null) return;
    this.#lock(channel);
  }

  /** Looks at all channels: a word is bad that was not before. */
  async lockAll(): Promise<number> {
    const { clock, view } = this.#options;
    const network = view();
    if (network === null) return 0;
    let locked = 0;
    await sliced(clock, [...network.channels.values()], (channel) => {
      // Of a network that is lost meanwhile none is there any more.
      if (this.wordIn(channel.name) === null || network.channels.get(fold(channel.name)) !== channel)
        return true;
      if (![...channel.members.keys()].some((member) => !isService(member) && !member.isOperator))
        return true;
      this.#lock(channel);
      locked++;
      return true;
    });
    return locked;
  }

  /** Leaves channels whose name is allowed by now. */
  unlock(): void {
    for (const [key, timer] of this.#locked) {
      if (this.wordIn(key) !== null) continue;
      timer.cancel();
      this.#leave(key);
    }
  }

  close(): void {
    for (const timer of this.#locked.values()) timer.cancel();
    this.#locked.clear();
  }

  #lock(channel: ViewChannel): void {
    const { acts, bot, clock } = this.#options;
    const key = fold(channel.name);
    if (acts.join(bot(), channel.name, channel.createdSeconds) === null) return;
    acts.modes(
      bot(),
      channel,
      [
        { on: true, letter: 's', argument: '' },
        { on: true, letter: 'i', argument: '' },
        { on: true, letter: 'b', argument: '*!*@*' },
      ].filter(({ letter, argument }) =>
        letter === 'b' ? !channel.bans.has(argument) : !channel.modes.has(letter),
      ),
    );
    for (const member of [...channel.members.keys()])
      if (!isService(member) && !member.isOperator) acts.kick(bot(), channel, member, REASON);
    this.#locked.get(key)?.cancel();
    this.#locked.set(
      key,
      clock.after(limits.badChannelLockMs.default, () => this.#leave(key)),
    );
  }

  #leave(key: string): void {
    this.#locked.delete(key);
    const { acts, bot, view } = this.#options;
    const channel = view()?.channels.get(key);
    if (channel !== undefined) acts.part(bot(), channel, '');
  }
}
