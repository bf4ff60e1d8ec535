/** What is done where an open proxy is found: OpServ bans the address, which is written down before, and operators hear of it. */
import { encodeAddress } from '../../irc/p10/address.ts';
import { parseAddress } from '../../runtime/net/ip-address.ts';
import type { CommandDeskOptions } from '../bots/command-desk.ts';
import { durationText } from '../chanserv/durations.ts';
import { limits } from '../limits.ts';
import { type Actor, NO_ABUSE, type Spared, sparedAddress } from '../opserv/actor.ts';
import type { OpServ } from '../opserv/opserv.ts';
import type { SockCheckRules } from './sock-config.ts';

export interface ProxyBansOptions {
  readonly opserv: OpServ;
  /** Has a ban written down before it is set. */
  readonly beginDeed: CommandDeskOptions['beginDeed'];
  readonly rules: () => SockCheckRules;
  readonly log: (level: 'info' | 'warn' | 'error', event: string, message: string) => void;
}

/** What came of it. */
export interface Hit {
  /** Whether the address is banned now. */
  readonly banned: boolean;
  /** Why it is not; null where it is, or where that failed. */
  readonly spared: Spared | null;
}

/** Who does what is done by itself: whoever has a level is above. */
const ITSELF: Actor = { name: 'SockCheck', level: 0 };

const BANNED: Hit = { banned: true, spared: null };
const NOT_BANNED: Hit = { banned: false, spared: null };

export class ProxyBans {
  readonly #options: ProxyBansOptions;
  readonly #underWay = new Set<string>();
  /** Addresses that were banned. */
  banned = 0;

  constructor(options: ProxyBansOptions) {
    this.#options = options;
  }

  /** Whether one is under way. */
  get busy(): boolean {
    return this.#underWay.size > 0;
  }

  /** Bans an address where something was found. @param isNews whether operators hear of it also where it is spared */
  async hit(address: string, finding: string, isNews: boolean): Promise<Hit> {
    const { opserv, log } = this.#options;
    if (this.#underWay.has(address) || opserv.bans.holding('gline', `*@${address}`) !== undefined)
      return BANNED;
    const spared = this.#spared(address);
    if (spared !== null) {
      if (isNews)
        opserv.acts.tellOperators(`SockCheck found ${finding} at ${address}, which is ${SPARED[spared]}.`);
      return { banned: false, spared };
    }
    this.#underWay.add(address);
    try {
      return await this.#ban(address, finding);
    } catch (error) {
      log('warn', 'proxy_ban_failed', `${address} could not be banned: ${String(error)}`);
      return NOT_BANNED;
    } finally {
      this.#underWay.delete(address);
    }
  }

  async #ban(address: string, finding: string): Promise<Hit> {
    const { opserv, rules, beginDeed, log } = this.#options;
    const { banSeconds, reason } = rules();
    const mask = `*@${address}`;
    const time = durationText(banSeconds);
    const args = { mask, time, found: finding };
    const answer = await beginDeed({ actor: ITSELF.name, command: 'PROXY', args }, 'run');
    if (!answer.mayRun) throw new Error(answer.refusal.message);
    const { end } = answer.deed;
    // Meanwhile somebody there may have become an operator, or the address trusted.
    const spared = this.#spared(address);
    if (spared !== null) {
      end(false, `not done: it is ${SPARED[spared]}`);
      return { banned: false, spared };
    }
    try {
      const text = `${reason} (${finding})`.slice(0, limits.reasonBytes.default);
      await opserv.bans.set('gline', mask, { seconds: banSeconds, reason: text, by: ITSELF.name });
    } catch (error) {
      end(false, String(error));
      throw error;
    }
    end(true, 'done');
    this.banned++;
    log('info', 'proxy_banned', `${address} is banned: ${finding}`);
    opserv.acts.tellOperators(`SockCheck found ${finding} at ${address}: it is banned for ${time}.`);
    return BANNED;
  }

  /** Why an address is not banned; null where it may be. */
  #spared(address: string): Spared | null {
    const { ranks } = this.#options.opserv;
    const groups = parseAddress(address)!;
    const [user] = ranks.clones.at({ addressKey: encodeAddress(groups) });
    if (user !== undefined) return sparedAddress(ranks, ITSELF, user, NO_ABUSE);
    return ranks.trusts.of(groups) === null ? null : 'trusted';
  }
}

const SPARED: Readonly<Record<Spared, string>> = {
  service: 'the address of a service',
  operator: 'the address of an operator',
  above: 'the address of somebody with a level',
  trusted: 'trusted',
};
