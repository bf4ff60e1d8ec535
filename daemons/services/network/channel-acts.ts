/**
 * What bots do on channels: join, change modes, throw out, set topics, invite, speak. Each is told to the uplink and true in the view
 * at once, so that what is decided next is decided on it. While there is no network nothing is done.
 */
import { sameName } from '../../irc/casemapping.ts';
import { STATUS } from '../../irc/modes.ts';
import { writeLine } from '../../irc/p10/line.ts';
import { type LinkModeChange, writeModes } from '../../irc/p10/mode-line.ts';
import { bytesOf } from '../../irc/p10/text.ts';
import { TOKEN } from '../../irc/p10/tokens.ts';
import type { Bot } from '../bots/bot-roster.ts';
import type { Uplink } from '../uplink/uplink.ts';
import type { ViewChannel, ViewUser } from './view-parts.ts';

export class ChannelActs {
  readonly #uplink: () => Uplink | null;
  readonly #nowSeconds: () => number;

  /** @param uplink the network now; null while there is none */
  constructor(uplink: () => Uplink | null, nowSeconds: () => number) {
    this.#uplink = uplink;
    this.#nowSeconds = nowSeconds;
  }

  /** Whether the network has halfops; of our own kind the server that services are linked to has said so. */
  get hasHalfops(): boolean {
    return this.#uplink()?.hasHalfops ?? false;
  }

  /** Whether everybody on the network is known. */
  get isLinked(): boolean {
    return this.#uplink()?.state === 'linked';
  }

  /**
   * Has a bot on a channel, as operator; makes the channel where there is none.
   * @param createdSeconds since when the channel is, where nobody is on it
   */
  join(bot: Bot, name: string, createdSeconds: number): ViewChannel | null {
    const uplink = this.#uplink();
    const user = uplink?.view.users.get(bot.numeric);
    if (uplink == null || user === undefined) return null;
    const { view, identity } = uplink;
    const known = view.findChannel(name);
    const channel = known ?? view.channel(name, createdSeconds);
    const status = channel.members.get(user);
    if (status === undefined) {
      if (uplink.state !== 'linked' && known === undefined) {
        // In a burst the older one decides, and whoever makes one is operator.
        const words = [bytesOf(name), createdSeconds, `${bot.numeric}:o`];
        uplink.send(writeLine(identity.numeric, TOKEN.BURST, words));
        view.join(user, channel, STATUS.op);
        return channel;
      }
      const token = known === undefined ? TOKEN.CREATE : TOKEN.JOIN;
      uplink.send(writeLine(bot.numeric, token, [bytesOf(name), channel.createdSeconds]));
      view.join(user, channel, known === undefined ? STATUS.op : 0);
    }
    if (((channel.members.get(user) ?? 0) & STATUS.op) === 0) {
      const op = [{ on: true, letter: 'o', argument: bot.numeric }];
      this.#modes(uplink, identity.numeric, channel, op);
    }
    return channel;
  }

  part(bot: Bot, channel: ViewChannel, reason: string): void {
    const uplink = this.#uplink();
    const user = uplink?.view.users.get(bot.numeric);
    if (uplink == null || user === undefined || !channel.members.has(user)) return;
    uplink.send(writeLine(bot.numeric, TOKEN.PART, [bytesOf(channel.name)], bytesOf(reason)));
    uplink.view.part(user, channel);
  }

  /** Changes modes in the name of a bot; members stand there by their numeric, masks as bytes. */
  modes(bot: Bot, channel: ViewChannel, changes: readonly LinkModeChange[]): void {
    const uplink = this.#uplink();
    if (uplink !== null && changes.length > 0) this.#modes(uplink, bot.numeric, channel, changes);
  }

  kick(bot: Bot, channel: ViewChannel, victim: ViewUser, reason: string): void {
    const uplink = this.#uplink();
    if (uplink === null || !channel.members.has(victim)) return;
    uplink.send(writeLine(bot.numeric, TOKEN.KICK, [bytesOf(channel.name), victim.numeric], bytesOf(reason)));
    uplink.view.kick(channel, victim, uplink.view.users.get(bot.numeric) ?? null);
  }

  topic(bot: Bot, channel: ViewChannel, topic: string): void {
    const uplink = this.#uplink();
    if (uplink === null || channel.topic === topic) return;
    const words = [bytesOf(channel.name), channel.createdSeconds, this.#nowSeconds()];
    uplink.send(writeLine(bot.numeric, TOKEN.TOPIC, words, bytesOf(topic)));
    uplink.view.setTopic(channel, topic, uplink.view.users.get(bot.numeric) ?? null);
  }

  /** Lets somebody in, whatever keeps others out. P10 names them by their nick. */
  invite(bot: Bot, channel: ViewChannel, user: ViewUser): void {
    const words = [user.nick, bytesOf(channel.name), channel.createdSeconds];
    this.#uplink()?.send(writeLine(bot.numeric, TOKEN.INVITE, words));
  }

  /** Has somebody join a channel, where the network lets services do that (`SJ` of Nefarious); invites them elsewhere. */
  bring(bot: Bot, user: ViewUser, channel: ViewChannel): void {
    const uplink = this.#uplink();
    if (uplink === null) return;
    if (uplink.kind === 'nefarious') uplink.say('SJ', [user.numeric, bytesOf(channel.name)]);
    else this.invite(bot, channel, user);
  }

  /** Says something to everybody on a channel. */
  say(bot: Bot, channel: ViewChannel, text: string, token: 'PRIVMSG' | 'NOTICE' = 'PRIVMSG'): void {
    this.#uplink()?.send(writeLine(bot.numeric, TOKEN[token], [bytesOf(channel.name)], bytesOf(text)));
  }

  /** Changes modes in the name of services, for which nobody has to be on the channel. */
  force(channel: ViewChannel, changes: readonly LinkModeChange[]): void {
    const uplink = this.#uplink();
    if (uplink !== null && changes.length > 0) this.#modes(uplink, uplink.identity.numeric, channel, changes);
  }

  /** Throws somebody out in the name of services, likewise. */
  throwOut(channel: ViewChannel, victim: ViewUser, reason: string): void {
    const uplink = this.#uplink();
    if (uplink === null || !channel.members.has(victim)) return;
    const words = [bytesOf(channel.name), victim.numeric];
    uplink.send(writeLine(uplink.identity.numeric, TOKEN.KICK, words, bytesOf(reason)));
    uplink.view.kick(channel, victim, null);
  }

  /** Whether a bot is on a channel, as operator. */
  isOpped(bot: Bot, channel: ViewChannel): boolean {
    const user = this.#uplink()?.view.users.get(bot.numeric);
    return user !== undefined && ((channel.members.get(user) ?? 0) & STATUS.op) !== 0;
  }

  /** Whether somebody is one of services themselves. */
  isOurs(user: ViewUser): boolean {
    const me = this.#uplink()?.view.me;
    return me !== undefined && (user.server === me || sameName(user.server.name, me.name));
  }

  #modes(uplink: Uplink, source: string, channel: ViewChannel, changes: readonly LinkModeChange[]): void {
    const { view } = uplink;
    const name = bytesOf(channel.name);
    for (const line of writeModes(source, 'M', name, changes, channel.createdSeconds)) uplink.send(line);
    view.changeModes(channel, view.users.get(source) ?? null, changes);
  }
}
