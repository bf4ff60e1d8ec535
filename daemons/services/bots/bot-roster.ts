/**
 * The bots of services: who they are, that they are on the network while there is one, and that they come back when somebody kills
 * them. Their nicks are older than everybody's, so that a collision ends who took one.
 */
import type { Clock, Timer } from '../../../kit/clock.ts';
import { ratePerSecond, TokenBucket } from '../../../kit/token-bucket.ts';
import { sameName } from '../../irc/casemapping.ts';
import { writeLine } from '../../irc/p10/line.ts';
import { userNumeric } from '../../irc/p10/numeric.ts';
import { bytesOf } from '../../irc/p10/text.ts';
import { TOKEN } from '../../irc/p10/tokens.ts';
import { type UserLine, writeUser } from '../../irc/p10/user-line.ts';
import { limits } from '../limits.ts';
import type { Uplink } from '../uplink/uplink.ts';

/** A bot as it is named in code. */
export interface BotSpec {
  readonly nick: string;
  readonly realname: string;
}

/** A bot of an instance. */
export interface Bot extends BotSpec {
  readonly numeric: string;
}

/** Older than any nick that somebody has: 2000-01-01, Unix seconds. */
const NICK_SECONDS = 946_684_800;

/** Bots come from nowhere. */
const NO_ADDRESS = 'AAAAAA';

/** An operator whom nobody kills or kicks (`k` of ircu), not shown in lists of channels. */
const MODES = 'iok';

export class BotRoster {
  readonly #bots: Bot[];
  /** Those that come only when they are configured. */
  readonly #onDemand: readonly BotSpec[];
  readonly #server: string;
  #next: number;
  /** How often a bot came back. */
  returned = 0;
  readonly #clock: Clock;
  readonly #bucket: TokenBucket;
  #timer: Timer | null = null;

  /**
   * @param server numeric of services
   * @param onDemand those that may be added later, whose nicks nobody else gets
   */
  constructor(specs: readonly BotSpec[], server: string, clock: Clock, onDemand: readonly BotSpec[] = []) {
    this.#onDemand = onDemand;
    this.#bots = specs.map((spec, index) => ({ ...spec, numeric: userNumeric(server, index) }));
    this.#server = server;
    this.#next = this.#bots.length;
    this.#clock = clock;
    this.#bucket = new TokenBucket(
      ratePerSecond(limits.botReturns.default, limits.botReturns.default / 60),
      clock.monotonic(),
    );
  }

  get bots(): readonly Bot[] {
    return this.#bots;
  }

  /** One more, which comes to the network at once where there is one. Its numeric was nobody's before. */
  add(spec: BotSpec, uplink: Uplink | null): Bot {
    const bot: Bot = { ...spec, numeric: userNumeric(this.#server, this.#next++) };
    this.#bots.push(bot);
    if (uplink !== null) this.#introduce(bot, uplink);
    return bot;
  }

  /** It leaves for good. */
  remove(bot: Bot, uplink: Uplink | null, reason: string): void {
    const at = this.#bots.indexOf(bot);
    if (at < 0) return;
    this.#bots.splice(at, 1);
    const user = uplink?.view.users.get(bot.numeric);
    if (user === undefined) return;
    uplink!.send(writeLine(bot.numeric, TOKEN.QUIT, [], bytesOf(reason)));
    uplink!.view.removeUser(user);
  }

  /** It is called something else from now on; answers what it is then. */
  rename(bot: Bot, nick: string, uplink: Uplink | null): Bot {
    const next: Bot = { ...bot, nick };
    this.#bots[this.#bots.indexOf(bot)] = next;
    const user = uplink?.view.users.get(bot.numeric);
    if (user !== undefined) {
      uplink!.send(writeLine(bot.numeric, TOKEN.NICK, [nick, NICK_SECONDS]));
      uplink!.view.rename(user, nick, NICK_SECONDS);
    }
    return next;
  }

  byNumeric(numeric: string): Bot | undefined {
    return this.bots.find((bot) => bot.numeric === numeric);
  }

  byNick(nick: string): Bot | undefined {
    return this.bots.find((bot) => sameName(bot.nick, nick));
  }

  /** Whether a nick is that of a bot, be it one that is not there now. */
  isTaken(nick: string): boolean {
    return [...this.bots, ...this.#onDemand].some((bot) => sameName(bot.nick, nick));
  }

  /** Brings all of them to a network. */
  introduce(uplink: Uplink): void {
    for (const bot of this.bots) this.#introduce(bot, uplink);
  }

  /**
   * Somebody was killed: bots among them come back, at once unless that happens again and again.
   * @param returned told of each that is back
   */
  heal(uplink: Uplink, returned: (bot: Bot) => void = () => {}): void {
    for (const bot of this.bots) {
      if (uplink.view.users.has(bot.numeric)) continue;
      if (!this.#bucket.take(1, this.#clock.monotonic())) {
        this.#later(uplink, returned);
        return;
      }
      this.returned++;
      this.#introduce(bot, uplink);
      returned(bot);
    }
  }

  close(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  #later(uplink: Uplink, returned: (bot: Bot) => void): void {
    this.#timer ??= this.#clock.after(limits.botReturnMs.default, () => {
      this.#timer = null;
      if (uplink.state !== 'ended') this.heal(uplink, returned);
    });
  }

  #introduce({ nick, realname, numeric }: Bot, uplink: Uplink): void {
    const { identity, view } = uplink;
    const line: UserLine = {
      nick,
      hops: 1,
      nickSeconds: NICK_SECONDS,
      username: nick.slice(0, 10),
      host: identity.name,
      modes: MODES,
      modeArguments: new Map(),
      address: NO_ADDRESS,
      numeric,
      realname: bytesOf(realname),
    };
    uplink.send(writeUser(identity.numeric, line));
    view.addUser({ ...line, realname, account: null, server: view.me });
  }
}
