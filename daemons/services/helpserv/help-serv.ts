/**
 * HelpServ: help bots, one a channel, each of which whoever speaks to it asks something, unless they help there. Operators make them and
 * say where they are; what is done with requests is help-desk.ts, what is said help-voice.ts, what time does help-watch.ts.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../../../kit/clock.ts';
import type { AccountKeeper } from '../../identity/account-keeper.ts';
import type { WriteTurn } from '../../identity/store/write-turn.ts';
import { fold } from '../../irc/casemapping.ts';
import { isValidChannelName, isValidNick } from '../../irc/names.ts';
import { KIND_LIMITS } from '../../irc/p10/kinds.ts';
import type { Sqlite } from '../../runtime/files/sqlite.ts';
import type { Standing } from '../authserv/standing.ts';
import type { Bot, BotRoster, BotSpec } from '../bots/bot-roster.ts';
import type { Catalogues } from '../bots/catalogues.ts';
import { type CommandDesk, CTCP } from '../bots/command-desk.ts';
import { type CommandTable, commandTable } from '../bots/command-table.ts';
import { isTable, phrase, type Reply, said } from '../bots/reply.ts';
import type { ServiceBot } from '../bots/service-bot.ts';
import { limits } from '../limits.ts';
import type { CommandBindings } from '../modcmd/command-bindings.ts';
import type { ChannelActs } from '../network/channel-acts.ts';
import type { ViewEvents } from '../network/network-view.ts';
import type { ViewUser } from '../network/view-parts.ts';
import type { OperationPool } from '../operations/operation-pool.ts';
import type { PushDesk } from '../push/push-desk.ts';
import type { Uplink } from '../uplink/uplink.ts';
import { ASKER_SIGN, askerWord } from './asker-words.ts';
import { HelpBot } from './help-bot.ts';
import { HelpDesk } from './help-desk.ts';
import { HelpStore } from './help-store.ts';
import { HelpVoice } from './help-voice.ts';
import { HelpWatch } from './help-watch.ts';
import { type HelpWorld, operatorRow, staffRow } from './help-world.ts';
import { operatorHelpCommands } from './operator-help-commands.ts';
import { requestCommands } from './request-commands.ts';
import { staffCommands } from './staff-commands.ts';

export const HELPSERV: BotSpec = { nick: 'HelpServ', realname: 'Help of the network' };

export interface HelpServOptions {
  readonly database: Sqlite;
  readonly writes: WriteTurn;
  readonly clock: Clock;
  readonly keeper: AccountKeeper;
  readonly standing: Standing;
  readonly acts: ChannelActs;
  readonly commands: CommandDesk;
  readonly operations: OperationPool;
  readonly roster: BotRoster;
  readonly catalogues: () => Catalogues;
  readonly push: Pick<PushDesk, 'tell'>;
  /** What operators made of commands of help bots goes with their nicks. */
  readonly bindings: Pick<CommandBindings, 'renameBot' | 'dropBot' | 'reload'>;
  /** The network now; null while there is none. */
  readonly uplink: () => Uplink | null;
  readonly log: (level: 'info' | 'warn' | 'error', event: string, message: string) => void;
}

export class HelpServ implements ServiceBot {
  readonly spec = HELPSERV;
  readonly table: CommandTable;
  readonly guestTable: CommandTable;
  readonly events: ViewEvents;
  readonly world: HelpWorld;
  readonly desk: HelpDesk;
  readonly voice: HelpVoice;
  readonly watch: HelpWatch;
  readonly #options: HelpServOptions;
  /** By folded nick. */
  readonly #bots = new Map<string, HelpBot>();
  readonly #ofChannel = new Map<string, HelpBot>();
  /** Of what is on the network. */
  readonly #byNumeric = new Map<string, HelpBot>();
  readonly #onNetwork = new Map<HelpBot, Bot>();

  constructor(options: HelpServOptions) {
    const { database, writes, clock, keeper, standing, acts, catalogues, uplink, log } = options;
    this.#options = options;
    const store = new HelpStore(database, () => clock.now());
    this.voice = new HelpVoice({
      standing,
      acts,
      catalogues,
      push: options.push,
      uplink,
      onNetwork: (bot) => this.#onNetwork.get(bot),
    });
    this.desk = new HelpDesk(store, writes, () => clock.now(), this.voice);
    this.world = {
      desk: this.desk,
      standing,
      accounts: keeper.store,
      now: () => clock.now(),
      view: () => uplink()?.view ?? null,
      bots: this.#bots,
      register: (nick, channel, owner, by) => this.#register(nick, channel, owner, by),
      unregister: (bot, by) => this.#unregister(bot, by),
      move: (bot, where) => this.#move(bot, where),
      suspend: async (bot, reason, by, until) => {
        await writes.write(() => store.suspend(bot.key, reason, by, until));
        bot.stored = store.bot(bot.key)!;
      },
      page: (bot, reply) => !isTable(reply) && this.voice.page(bot, 'command', reply),
      nickRefusal: (nick) => this.#nickRefusal(nick),
      channelRefusal: (channel) => this.#channelRefusal(channel),
    };
    const rows = [...requestCommands(this.world), ...staffCommands(this.world)];
    this.guestTable = commandTable(
      'a help bot',
      rows.map((row) => staffRow(this.world, ({ bot }) => this.#byNumeric.get(bot.numeric)!, row)),
    );
    this.table = commandTable(HELPSERV.nick, [
      ...operatorHelpCommands(this.world),
      ...rows.filter(({ own }) => own !== true).map((row) => operatorRow(this.world, row)),
    ]);
    this.watch = new HelpWatch({
      ...{ world: this.world, voice: this.voice, writes, clock, log },
      byChannel: (channel) => this.#ofChannel.get(fold(channel)),
      ask: (bot, user) => this.#ask(bot, user, null),
      isOurs: (user) => acts.isOurs(user),
    });
    this.events = this.watch.events;
    for (const stored of store.bots()) this.#add(HelpBot.load(store, stored), null);
    keeper.onNews((news) => {
      if (news.kind === 'ended' || news.kind === 'nick') this.watch.accountChanged(news.account);
    });
    this.watch.start();
  }

  isGuest({ numeric }: Bot): boolean {
    return this.#byNumeric.has(numeric);
  }

  introduced(): void {
    for (const bot of this.#bots.values()) this.#enter(bot);
  }

  linked({ view }: Uplink): void {
    this.watch.linked(view);
  }

  ended(): void {
    this.watch.ended();
  }

  returned(_uplink: Uplink, { numeric }: Bot): void {
    const bot = this.#byNumeric.get(numeric);
    if (bot !== undefined) this.#enter(bot);
  }

  close(): void {
    this.watch.close();
  }

  /** Whoever helps gives commands, and everybody else asks. */
  spoken({ numeric }: Bot, user: ViewUser, text: string): boolean {
    const bot = this.#byNumeric.get(numeric);
    if (bot === undefined || text.startsWith(CTCP)) return false;
    const { commands, standing, clock } = this.#options;
    if (bot.isSuspended(clock.now())) {
      if (commands.admits(user))
        this.voice.tell(bot, user, [said`${bot.nick} helps nobody at the moment.`], true);
      return true;
    }
    if (bot.roleOf(user, standing) !== null) return false;
    if (text.trim() !== '' && commands.admits(user)) this.#heard(bot, user, text.trim());
    return true;
  }

  #heard(bot: HelpBot, user: ViewUser, text: string): void {
    if (!text.startsWith(ASKER_SIGN)) {
      this.#ask(bot, user, text);
      return;
    }
    const account = this.#options.standing.accountOf(user)?.name ?? null;
    const request = this.desk.requestOf(bot, user, account);
    this.#work(bot, user, async () => [...(await askerWord(this.world, bot, request, text.slice(1)))]);
  }

  #ask(bot: HelpBot, user: ViewUser, text: string | null): void {
    const account = this.#options.standing.accountOf(user)?.name ?? null;
    this.#work(bot, user, async () => {
      const most = limits.replyBytes.default;
      const line = text === null ? null : cut(text, most);
      const { settings, channel } = bot;
      if (settings.reqPersist === 'part' && !bot.isOnChannel(user))
        return [said`Join ${channel} first: requests here are closed when you leave it.`];
      const asked = await this.desk.ask(bot, user, account, line);
      if (asked?.opened) this.watch.opened(bot, asked.request, user);
      if (asked !== null) return [];
      return [
        said`Your request has ${settings.reqMaxLen} lines, as many as may be. Wait for somebody to help.`,
      ];
    });
  }

  /** Does something for whoever asks, who is told what came of it. */
  #work(bot: HelpBot, user: ViewUser, step: () => Promise<Reply[]>): void {
    const { operations, log } = this.#options;
    const late = () => this.voice.tell(bot, user, ['That took too long. Try again later.'], true);
    const operation = operations.begin('help request', user, late);
    if (operation === null) return;
    step().then(
      (replies) => {
        if (!operation.over) this.voice.tell(bot, user, replies, true);
        operation.end();
      },
      (error: unknown) => {
        const why = error instanceof Error ? error.message : String(error);
        if (!operation.over) this.voice.tell(bot, user, [said`That was not done: ${phrase(why)}`], true);
        operation.end(true);
        log('warn', 'help_request_failed', `${bot.nick}: ${why}`);
      },
    );
  }

  /** Takes up bots that have come into the tables by another way. */
  async takeUp(): Promise<void> {
    for (const stored of this.desk.store.bots()) {
      if (this.#bots.has(stored.key)) continue;
      this.#add(HelpBot.load(this.desk.store, stored), this.#options.uplink());
      await nextTurn();
    }
  }

  #add(bot: HelpBot, uplink: Uplink | null): void {
    this.#bots.set(bot.key, bot);
    this.#ofChannel.set(fold(bot.channel), bot);
    const spec = { nick: bot.nick, realname: `Help on ${bot.channel}` };
    const there = this.#options.roster.add(spec, uplink);
    this.#byNumeric.set(there.numeric, bot);
    this.#onNetwork.set(bot, there);
    if (uplink === null) return;
    this.#enter(bot);
    this.watch.moved(bot);
  }

  #enter(bot: HelpBot): void {
    const there = this.#onNetwork.get(bot)!;
    this.#options.acts.join(there, bot.channel, Math.floor(bot.stored.registered / 1_000));
  }

  async #register(nick: string, channel: string, owner: string, by: string): Promise<HelpBot> {
    const { store } = this.desk;
    const stored = await this.#options.writes.write(() => {
      const made = store.addBot(nick, channel, by);
      store.setRole(made.key, owner, 'owner');
      return made;
    });
    const bot = HelpBot.load(store, stored);
    this.#add(bot, this.#options.uplink());
    return bot;
  }

  async #unregister(bot: HelpBot, by: string): Promise<void> {
    const { writes, bindings } = this.#options;
    await writes.write(() => {
      this.desk.store.dropBot(bot.key);
      bindings.dropBot(bot.nick);
    });
    bindings.reload();
    this.#bots.delete(bot.key);
    this.#ofChannel.delete(fold(bot.channel));
    const there = this.#onNetwork.get(bot)!;
    this.#byNumeric.delete(there.numeric);
    this.#onNetwork.delete(bot);
    this.#options.roster.remove(there, this.#options.uplink(), `Help is over, says ${by}`);
  }

  async #move(bot: HelpBot, where: { readonly nick: string } | { readonly channel: string }): Promise<void> {
    const { writes, roster, uplink, acts, bindings } = this.#options;
    const { store } = this.desk;
    const before = { key: bot.key, nick: bot.nick, channel: bot.channel };
    bot.stored = await writes.write(() => {
      if (!('nick' in where)) return store.moveBot(before.key, where.channel);
      bindings.renameBot(before.nick, where.nick);
      return store.renameBot(before.key, where.nick);
    });
    const there = this.#onNetwork.get(bot)!;
    if ('nick' in where) {
      this.#bots.delete(before.key);
      this.#bots.set(bot.key, bot);
      this.#onNetwork.set(bot, roster.rename(there, bot.nick, uplink()));
      bindings.reload();
      return;
    }
    this.#ofChannel.delete(fold(before.channel));
    this.#ofChannel.set(fold(bot.channel), bot);
    const view = uplink()?.view.findChannel(before.channel);
    if (view !== undefined) acts.part(there, view, `Help is on ${bot.channel} now`);
    this.watch.moved(bot);
    this.#enter(bot);
  }

  #nickRefusal(nick: string): Reply | null {
    const { keeper, roster, uplink } = this.#options;
    const most = KIND_LIMITS[uplink()?.kind ?? 'ircu'].nick;
    if (!isValidNick(nick, nick.length)) return said`${nick.slice(0, 32)} is no nick.`;
    if (nick.length > most) return said`A nick has up to ${most} characters on this network.`;
    if (roster.isTaken(nick)) return said`${nick} is a bot already.`;
    if (uplink()?.view.byNick(nick) !== undefined) return said`Somebody is called ${nick}.`;
    const owner = keeper.store.ownerOf(nick);
    return owner === undefined ? null : said`${nick} is a nick of the account ${owner.name}.`;
  }

  #channelRefusal(channel: string): Reply | null {
    if (!isValidChannelName(channel, limits.channelBytes.default))
      return said`${channel.slice(0, 64)} is no channel.`;
    const there = this.#ofChannel.get(fold(channel));
    return there === undefined ? null : said`${there.nick} helps on ${channel} already.`;
  }
}

/** The start of a text, of so many bytes at most. */
function cut(text: string, bytes: number): string {
  if (Buffer.byteLength(text) <= bytes) return text;
  let kept = '';
  let size = 0;
  for (const character of text) {
    size += Buffer.byteLength(character);
    if (size > bytes) break;
    kept += character;
  }
  return kept;
}
