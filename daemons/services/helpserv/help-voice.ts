/** What a help bot says of itself: to whoever asked, to who helps, and on channels that pages go to. */
import { STATUS } from '../../irc/modes.ts';
import { writeLine } from '../../irc/p10/line.ts';
import { bytesOf } from '../../irc/p10/text.ts';
import { TOKEN } from '../../irc/p10/tokens.ts';
import type { Standing } from '../authserv/standing.ts';
import type { Bot } from '../bots/bot-roster.ts';
import type { Catalogues } from '../bots/catalogues.ts';
import { type Reply, said } from '../bots/reply.ts';
import { messageText, PLAIN_STYLE, replyLines } from '../bots/reply-lines.ts';
import { durationText } from '../chanserv/durations.ts';
import type { ChannelActs } from '../network/channel-acts.ts';
import type { ViewUser } from '../network/view-parts.ts';
import type { PushDesk } from '../push/push-desk.ts';
import type { Uplink } from '../uplink/uplink.ts';
import type { HelpBot, HelpRequest } from './help-bot.ts';
import type { HelpEvents } from './help-desk.ts';
import type { HelpSettings, NOTIFICATIONS } from './help-settings.ts';

export interface HelpVoiceOptions {
  readonly standing: Standing;
  readonly acts: ChannelActs;
  readonly catalogues: () => Catalogues;
  /** Tells who is not on the network. */
  readonly push: Pick<PushDesk, 'tell'>;
  /** The network now; null while there is none. */
  readonly uplink: () => Uplink | null;
  /** The bot as it is on the network. */
  readonly onNetwork: (bot: HelpBot) => Bot | undefined;
}

/** What a page is about; each kind has a channel and a way to be said of its own. */
export type PageKind = 'command' | 'alert' | 'status';

export class HelpVoice implements HelpEvents {
  readonly #options: HelpVoiceOptions;

  constructor(options: HelpVoiceOptions) {
    this.#options = options;
  }

  /** Says something to somebody. @param asks whether they are one who asks, whom SET PRIVMSGONLY is for */
  tell(bot: HelpBot, user: ViewUser, replies: readonly Reply[], asks: boolean): void {
    const { uplink, standing, catalogues, onNetwork } = this.#options;
    const link = uplink();
    const from = onNetwork(bot);
    if (link === null || from === undefined || link.view.resolve(user) !== user) return;
    const own = standing.styleOf(user);
    const style = asks && bot.settings.privmsgOnly ? { ...own, privmsg: true } : own;
    for (const line of replyLines(from.numeric, user.numeric, replies, catalogues(), style)) link.send(line);
  }

  /** Says something to all who are logged in to an account. */
  tellAccount(bot: HelpBot, account: string, reply: Reply): void {
    for (const user of this.#options.uplink()?.view.loggedIn(account) ?? [])
      this.tell(bot, user, [reply], false);
  }

  /** Says something where pages of a kind go; false where they go nowhere. */
  page(bot: HelpBot, kind: PageKind, reply: Exclude<Reply, { rows: unknown }>): boolean {
    const { uplink, catalogues, onNetwork } = this.#options;
    const { target, type } = pageOf(bot.settings, kind);
    const from = onNetwork(bot);
    const link = uplink();
    if (target === null || type === 'none' || from === undefined || link === null) return false;
    const text = bytesOf(messageText(reply, catalogues(), PLAIN_STYLE));
    const token = type === 'privmsg' ? TOKEN.PRIVMSG : type === 'notice' ? TOKEN.NOTICE : TOKEN.WALLCHOPS;
    link.send(writeLine(from.numeric, token, [bytesOf(target)], text));
    return true;
  }

  /** A helper is told of what happened to their request, where that is to be. */
  notify(bot: HelpBot, request: HelpRequest, least: (typeof NOTIFICATIONS)[number], reply: Reply): void {
    const { notification } = bot.settings;
    if (request.helper !== null && RANKS[notification] >= RANKS[least])
      this.tellAccount(bot, request.helper, reply);
  }

  onOpened(bot: HelpBot, request: HelpRequest): void {
    const { number, user, nick, account } = request;
    if (user !== null) {
      const { requests, settings } = bot;
      this.tell(
        bot,
        user,
        [
          ...own(settings.reqOpened),
          said`Your request is number ${number}; it is ${requests.placeOf(request)} of ${requests.waiting} that wait.`,
          PERSISTS[account === null && settings.reqPersist === 'close' ? 'quit' : settings.reqPersist],
        ],
        true,
      );
    }
    this.page(bot, 'status', said`Request ${number} is opened by ${nick} (${account ?? '-'}).`);
  }

  onUpdated(bot: HelpBot, request: HelpRequest, text: string, silentMs: number): void {
    const { number, nick, helper } = request;
    if (helper !== null) {
      this.tellAccount(bot, helper, said`Request ${number}, ${nick}: ${text}`);
      return;
    }
    const { staleDelay } = bot.settings;
    if (staleDelay > 0 && silentMs >= staleDelay * 1_000)
      this.page(
        bot,
        'status',
        said`${nick} has more to say on request ${number}, after ${durationText(silentMs / 1_000)}.`,
      );
  }

  onAssigned(bot: HelpBot, request: HelpRequest, before: string | null): void {
    const { number, user, nick, helper } = request;
    if (user !== null) {
      this.tell(
        bot,
        user,
        [...own(bot.settings.reqAssigned), said`${helper ?? ''} helps you with your request ${number}.`],
        true,
      );
      if (bot.settings.autoVoice) this.#voice(bot, user, true);
    }
    if (before !== null)
      this.tellAccount(bot, before, said`Request ${number} is ${helper ?? ''}’s from now on.`);
    if (helper !== null && before !== null)
      this.tellAccount(bot, helper, said`Request ${number} of ${nick} is yours.`);
    this.page(bot, 'status', said`Request ${number} of ${nick} is ${helper ?? ''}’s.`);
  }

  onUnassigned(bot: HelpBot, request: HelpRequest, helper: string): void {
    const { number, user, nick } = request;
    if (user !== null) {
      this.tell(bot, user, [said`${helper} has left. Your request ${number} waits for somebody else.`], true);
      if (bot.settings.autoDevoice) this.#voice(bot, user, false);
    }
    this.page(bot, 'alert', said`Request ${number} of ${nick} waits again: ${helper} has left.`);
  }

  onClosed(bot: HelpBot, request: HelpRequest, by: string, reason: string): void {
    const { number, user, nick, helper } = request;
    if (user !== null) {
      this.tell(bot, user, [...own(bot.settings.reqClosed), said`Your request ${number} is closed.`], true);
      if (bot.settings.autoDevoice) this.#voice(bot, user, false);
    }
    if (helper !== by)
      this.notify(bot, request, 'reqdrop', said`Request ${number} of ${nick} is closed by ${by}: ${reason}`);
    this.page(bot, 'status', said`Request ${number} of ${nick} is closed by ${by}.`);
  }

  onAnswered(bot: HelpBot, { user, account, number }: HelpRequest, by: string, text: string): void {
    if (user !== null) this.tell(bot, user, [said`${by} answers: ${text}`], true);
    else if (account !== null)
      this.#options.push.tell(account, 'help', `${bot.key} ${number}`, [
        said`${bot.nick} on request ${number}`,
        said`${by} answers: ${text}`,
      ]);
  }

  #voice(bot: HelpBot, user: ViewUser, on: boolean): void {
    const { acts, onNetwork, uplink } = this.#options;
    const view = uplink()?.view.findChannel(bot.channel);
    const from = onNetwork(bot);
    const status = view?.members.get(user);
    if (view === undefined || from === undefined || status === undefined) return;
    if (((status & STATUS.voice) !== 0) === on) return;
    acts.modes(from, view, [{ on, letter: 'v', argument: user.numeric }]);
  }
}

function own(text: string | null): Reply[] {
  return text === null ? [] : [said`${text}`];
}

function pageOf(settings: HelpSettings, kind: PageKind) {
  if (kind === 'command') return { target: settings.pageTarget, type: settings.pageType };
  return kind === 'alert'
    ? { target: settings.alertPageTarget, type: settings.alertPageType }
    : { target: settings.statusPageTarget, type: settings.statusPageType };
}

const RANKS = { none: 0, reqdrop: 1, userchanges: 2, accountchanges: 3 } as const;

const PERSISTS = {
  part: 'It is closed when you leave the channel.',
  quit: 'It is closed when you leave the network.',
  close: 'It stays open until somebody closes it; say more whenever you like.',
} as const;
