/**
 * The rival: a list of bans as ircd had it before there was an index. A hash for single addresses, then every ban in turn,
 * each with a look at the address as text, or a glob match with backtracking.
 */
import { isIP } from 'node:net';
import { fold } from '../../daemons/irc/casemapping.ts';
import { AddressRanges, parseCidr } from '../../daemons/runtime/net/ip-address.ts';
import { globMatch, hasWildcard } from '../../daemons/runtime/net/mask.ts';
import type { BanText, Newcomer } from './shapes.ts';

interface Entry {
  readonly text: string;
  readonly matchesAddress: (address: string) => boolean;
  readonly matchesIdentity: (identities: readonly string[]) => boolean;
}

export class LinearBans {
  readonly #entries = new Map<string, Entry>();
  readonly #byAddress = new Map<string, string>();

  add(ban: BanText): void {
    this.#entries.set(fold(ban.text), makeEntry(ban));
    if (ban.kind === 'network' && isIP(ban.text) !== 0) this.#byAddress.set(ban.text, ban.text);
  }

  /** The ban that matches, or null. */
  match({ address, host, user }: Newcomer): string | null {
    const exact = this.#byAddress.get(address);
    if (exact !== undefined) return exact;
    const names = identities(user, host, address);
    for (const { text, matchesAddress, matchesIdentity } of this.#entries.values()) {
      if (matchesIdentity(names) || matchesAddress(address)) return text;
    }
    return null;
  }
}

function makeEntry({ kind, text }: BanText): Entry {
  if (kind === 'network') {
    const block = parseCidr(text);
    const ranges = new AddressRanges(block === null ? [] : [block]);
    return { text, matchesAddress: (address) => ranges.has(address), matchesIdentity: () => false };
  }
  const pattern = fold(text);
  const matches = hasWildcard(pattern)
    ? (name: string) => globMatch(pattern, name)
    : (name: string) => name === pattern;
  return { text, matchesAddress: () => false, matchesIdentity: (names) => names.some(matches) };
}

function identities(user: string, host: string, address: string): string[] {
  const name = user.startsWith('~') ? user.slice(1) : user;
  const out = [fold(`${user}@${host}`), fold(`${user}@${address}`)];
  if (name !== user) out.push(fold(`${name}@${host}`), fold(`${name}@${address}`));
  return out;
}
