/** What operators of other services keep, in the terms of these: bans of the network, trusts and their like, and what they are checked by. */
import { isLineText } from '../../../contract/line-texts.ts';
import { fold } from '../../irc/casemapping.ts';
import { normalizeUserMask } from '../../irc/mask.ts';
import { isValidNick, isValidUsername } from '../../irc/names.ts';
import { canonicalNetworkMask, FAR_MS } from '../../irc/network-ban.ts';
import { limits } from '../limits.ts';
import { REACTIONS } from '../opserv/alert-desk.ts';
import { isDiscriminator, readDiscriminator } from '../opserv/discriminator.ts';
import { readTarget } from '../opserv/global-messages.ts';
import type { Alert, BadWord, ExemptChannel, Gag, GlobalMessage, Reserve, Trust } from '../opserv/lists.ts';
import { type NetworkBan, type NetworkBanKind, networkBanProblem } from '../opserv/network-bans.ts';
import { spelledNetwork } from '../opserv/network-index.ts';
import type { Listed } from '../opserv/stored-list.ts';
import type { LeftList } from './foreign-data.ts';
import { PartChecks } from './part-checks.ts';

/** Something for which nothing is registered: a channel, a mask of channels, or `*account`. */
export interface ForeignUnregistrable {
  readonly mask: string;
  readonly by: string;
  readonly at: number;
  readonly expires: number | null;
  readonly reason: string;
}

/** What stands beside an entry of any list, as it is written down; times are Unix milliseconds. */
export interface ForeignEntry {
  readonly by: string;
  readonly at: number | null;
  /** Null for never. */
  readonly expires: number | null;
  readonly reason: string | null;
}

/** Longest nick that a list keeps, whatever the network takes. */
const LONGEST_NICK = 30;
/** Of a user name and a host of a reserved nick, as they are told to the network. */
const USERNAME_CHARACTERS = 10;
const HOST_CHARACTERS = 63;

/** Takes entries, and keeps those that can be here. */
export class ForeignLists {
  readonly bans = new Map<string, NetworkBan>();
  readonly trusts = new Map<string, Trust>();
  readonly gags = new Map<string, Gag>();
  readonly alerts = new Map<string, Alert>();
  readonly reserves = new Map<string, Reserve>();
  readonly badWords = new Map<string, BadWord>();
  readonly exemptChannels = new Map<string, ExemptChannel>();
  readonly messages: GlobalMessage[] = [];
  readonly unregistrable: ForeignUnregistrable[] = [];
  readonly #left: LeftList;
  readonly #now: number;

  /** @param now Unix milliseconds: what is over by then is not said */
  constructor(left: LeftList, now: number) {
    this.#left = left;
    this.#now = now;
  }

  /** A ban of the network; for ever is as long as any can be. */
  ban(what: string, kind: NetworkBanKind, typed: string, { by, at, expires, reason }: ForeignEntry): void {
    const latest = this.#now + FAR_MS;
    const expiresMs = Math.min(expires ?? latest, latest);
    if (expiresMs <= this.#now) return;
    const problem = networkBanProblem(kind, typed);
    if (problem !== null) {
      this.#left.add(what, problem.replace(typed, 'it'), typed);
      return;
    }
    const mask = canonicalNetworkMask(kind, typed);
    const setMs = Math.min(at ?? this.#now, this.#now);
    this.bans.set(fold(mask), {
      ...{ kind, mask, by, setMs, expiresMs, active: true, keptMs: expiresMs },
      reason: this.#reason(typed, reason),
      changedSeconds: Math.floor(setMs / 1_000),
    });
  }

  /** @param most 0 for any number */
  trust(typed: string, most: number, entry: ForeignEntry): void {
    const network = spelledNetwork(typed);
    const clients = Math.min(most, limits.trustedClients.default);
    if (network === null) this.#left.add('trust', 'it is neither an address nor a network', typed);
    else if (this.#holds(entry)) {
      const reason = this.#reason(typed, entry.reason);
      this.trusts.set(network, { network, most: clients, reason, ...this.#listed(entry) });
    }
  }

  gag(typed: string, entry: ForeignEntry): void {
    const mask = normalizeUserMask(typed);
    if (typed.length > limits.maskBytes.default || /[\s\p{Cc}]/u.test(typed) || /^[*?!@.]+$/.test(mask))
      this.#left.add('gag', 'expected nick!user@host that does not cover everybody', typed);
    else if (this.#holds(entry))
      this.gags.set(fold(mask), { mask, reason: this.#reason(typed, entry.reason), ...this.#listed(entry) });
  }

  /** @param level of who set it */
  alert(name: string, reaction: string, criteria: string, level: number, entry: ForeignEntry): void {
    if (!this.#holds(entry)) return;
    const said = criteria.trim();
    const read = readDiscriminator(said.split(/ +/), 1);
    if (!REACTIONS.has(reaction)) this.#left.add('alert', `there is no reaction ${reaction} here`, name);
    else if (!isDiscriminator(read) || read.tests.length === 0)
      this.#left.add('alert', 'its criteria cannot be read here', `${name}: ${said}`);
    else if (!fitsAlert(name, said)) this.#left.add('alert', 'its name or criteria are too long', name);
    else this.alerts.set(fold(name), { name, reaction, criteria: said, level, ...this.#listed(entry) });
  }

  reserve(nick: string, username: string, host: string, entry: ForeignEntry): void {
    if (!isValidNick(nick, LONGEST_NICK)) this.#left.add('reserved nick', 'it is no nick', nick);
    else if (this.#holds(entry)) {
      const name = isValidUsername(username) ? username.slice(0, USERNAME_CHARACTERS) : 'reserved';
      const isHost = host.length <= HOST_CHARACTERS && /^[\w.:-]+$/.test(host);
      const rest = { username: name, host: isHost ? host : 'reserved', ...this.#listed(entry) };
      this.reserves.set(fold(nick), { nick, reason: this.#reason(nick, entry.reason), ...rest });
    }
  }

  badWord(word: string, entry: ForeignEntry): void {
    const most = limits.badWordCharacters.default;
    if (word.length < 2 || word.length > most || !isLineText(word))
      this.#left.add('bad word', `it has from 2 to ${most} characters`, word);
    else this.badWords.set(fold(word), { word, ...this.#listed(entry) });
  }

  exemptChannel(channel: string, entry: ForeignEntry): void {
    this.exemptChannels.set(fold(channel), { channel, ...this.#listed(entry) });
  }

  /** @param target as Global calls it; null where there is no such here */
  message(id: string, target: string | null, sender: string, text: string, entry: ForeignEntry): void {
    const checks = new PartChecks(id, this.#left);
    const read = target === null ? null : readTarget(target);
    const line = checks.drawn('message of Global', text, limits.globalBytes.default);
    if (read === null) checks.lost('message of Global', 'there is nobody such here whom it is for', '');
    else if (line !== null && this.#holds(entry))
      this.messages.push({ id: 0, target: read, sender, text: line, ...this.#listed(entry) });
  }

  #holds({ expires }: ForeignEntry): boolean {
    return expires === null || expires > this.#now;
  }

  #listed({ by, at, expires }: ForeignEntry): Listed {
    return { by, setMs: Math.min(at ?? this.#now, this.#now), expiresMs: expires };
  }

  #reason(of: string, reason: string | null): string {
    const checks = new PartChecks(of, this.#left);
    return checks.drawn('reason', reason, limits.reasonBytes.default) ?? 'No reason given';
  }
}

function fitsAlert(name: string, criteria: string): boolean {
  const { alertNameCharacters, criteriaBytes } = limits;
  if (name.length > alertNameCharacters.default || !isLineText(`${name} ${criteria}`)) return false;
  return Buffer.byteLength(criteria) <= criteriaBytes.default;
}
