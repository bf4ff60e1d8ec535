/** What is compared: our index, the list it replaced, and what there is elsewhere, each behind the same two steps. */
import { BlockList } from 'node:net';
import { fold } from '../../daemons/irc/casemapping.ts';
import { BanIndex, type BanTarget } from '../../daemons/runtime/net/ban-index.ts';
import { parseCidr } from '../../daemons/runtime/net/ip-address.ts';
import { LinearBans } from './linear-bans.ts';
import type { BanText, Newcomer, Shape } from './shapes.ts';

/** Whether somebody is banned. */
export type Lookup = (newcomer: Newcomer) => boolean;

/** One way to keep bans. */
export interface Candidate {
  readonly name: string;
  /** Whether it keeps the bans where their memory cannot be read. */
  readonly outsideHeap: boolean;
  /** Whether it can keep such bans at all. */
  takes(shape: Shape): boolean;
  /** Makes a list; what it returns must be all that keeps it in memory. */
  build(bans: readonly BanText[]): Lookup;
}

const onlyNetworks = ({ bans }: Shape) => bans.every(({ kind }) => kind === 'network');

export const candidates: readonly Candidate[] = [
  {
    name: 'index',
    outsideHeap: false,
    takes: () => true,
    build(bans) {
      const index = new BanIndex<BanText>(fold);
      for (const ban of bans) index.set(ban.text, ban, targetOf(ban), null);
      return ({ address, host, user }) =>
        index.match(address, host, user.startsWith('~') ? [user, user.slice(1)] : user, 0) !== null;
    },
  },
  {
    name: 'list',
    outsideHeap: false,
    takes: () => true,
    build(bans) {
      const list = new LinearBans();
      for (const ban of bans) list.add(ban);
      return (newcomer) => list.match(newcomer) !== null;
    },
  },
  {
    // Says whether, and not by which ban; has no masks, no removal and no expiry.
    name: 'net.BlockList',
    outsideHeap: true,
    takes: onlyNetworks,
    build(bans) {
      const list = new BlockList();
      for (const { text } of bans) {
        const [address = '', prefix] = text.split('/');
        if (prefix === undefined) list.addAddress(address, familyOf(address));
        else list.addSubnet(address, Number(prefix), familyOf(address));
      }
      return ({ address }) => list.check(address, familyOf(address));
    },
  },
];

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return address.includes(':') ? 'ipv6' : 'ipv4';
}

function targetOf({ kind, text }: BanText): BanTarget {
  const block = kind === 'network' ? parseCidr(text) : null;
  return block === null ? { kind: 'user', mask: text } : { kind: 'network', block };
}
