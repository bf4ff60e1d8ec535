/**
 * The bans of one daemon, by whom they are against: every newcomer is compared with all of them, in a time that hardly
 * grows with their number. Addresses and networks are in a radix tree, exact hosts in a hash, and masks under a piece of
 * their text. Bans that are over match nobody; they are forgotten when room is needed, found by a heap and not by a scan.
 *
 * A ban has a key, which tells it from others: setting one again replaces it. Whoever owns the list limits its length.
 */
import { workPrices } from '../async/work-prices.ts';
import { AddressTree } from './address-tree.ts';
import { Bucket, type BucketEntry } from './bucket.ts';
import { type Expiring, ExpiryHeap } from './expiry-heap.ts';
import { type CidrBlock, parseAddress, parseCidr } from './ip-address.ts';
import { compileMask, type Fold, hasWildcard, type Mask } from './mask.ts';
import { MaskIndex, MaskSearch } from './mask-index.ts';

/** Whom a ban is against. */
export type BanTarget =
  /** Everybody from an address or network. */
  | { readonly kind: 'network'; readonly block: CidrBlock }
  /**
   * `user@host`, both with wildcards. A host that is an address or network is matched by address, in every spelling, and
   * not as text.
   */
  | { readonly kind: 'user'; readonly mask: string }
  /** Whoever has the key of the ban for a name; {@link BanIndex.get} finds it, {@link BanIndex.match} does not. */
  | { readonly kind: 'key' };

/** One ban and where it is kept. */
class BanRecord<Ban> implements Expiring {
  readonly key: string;
  readonly ban: Ban;
  readonly endMs: number;
  /** Rises with every ban that is set, so that of several that match the oldest is told. */
  readonly order: number;
  /** The mask of the user where the host is exact or a network, else of `user@host`. */
  readonly mask: Mask;
  heapAt = -1;
  /** Its node in the tree of networks, -1 for none. */
  network = -1;
  /** The exact host, null for none. */
  host: string | null = null;
  entry: BucketEntry<BanRecord<Ban>> | null = null;

  constructor(key: string, ban: Ban, endMs: number | null, order: number, mask: Mask) {
    this.key = key;
    this.ban = ban;
    this.endMs = endMs ?? Number.POSITIVE_INFINITY;
    this.order = order;
    this.mask = mask;
  }
}

/** The bans of one network; most have one. */
interface NetworkBans<Ban> {
  /** Of all who come from it. */
  all: Bucket<BanRecord<Ban>> | null;
  /** Of some users there. */
  users: MaskIndex<BanRecord<Ban>> | null;
}

export class BanIndex<Ban> {
  readonly #fold: Fold;
  readonly #anybody: Mask;
  readonly #records = new Map<string, BanRecord<Ban>>();
  readonly #networks = new AddressTree<NetworkBans<Ban>>();
  /** By exact host, folded; then by user. */
  readonly #hosts = new Map<string, MaskIndex<BanRecord<Ban>>>();
  /** By `user@host`. */
  readonly #masks = new MaskIndex<BanRecord<Ban>>();
  readonly #ends = new ExpiryHeap<BanRecord<Ban>>();
  readonly #search = new MaskSearch<BanRecord<Ban>>((record) => this.#consider(record));
  #nextOrder = 0;

  // What a look-up knows, in fields so that it allocates little.
  #users: readonly string[] = [];
  #nowMs = 0;
  #counts: ((ban: Ban) => boolean) | null = null;
  #found: BanRecord<Ban> | null = null;

  /** @param fold makes users and hosts that are the same to the protocol one text */
  constructor(fold: Fold) {
    this.#fold = fold;
    this.#anybody = compileMask('*', fold);
  }

  /** Bans that are kept, including those that are over and not yet forgotten. */
  get size(): number {
    return this.#records.size;
  }

  /** What the last {@link match} cost, in nanoseconds of work (`work-prices.ts`), for whom it was made. */
  get matchNs(): number {
    return this.#search.priceNs;
  }

  /** The ban of a key, whether over or not. */
  get(key: string): Ban | undefined {
    return this.#records.get(key)?.ban;
  }

  has(key: string): boolean {
    return this.#records.has(key);
  }

  /** All bans, in the order in which their keys came, including those that are over. */
  *values(): Generator<Ban, void, void> {
    for (const { ban } of this.#records.values()) yield ban;
  }

  /**
   * Sets a ban; one of the same key is replaced, and keeps its place in {@link values}.
   * @param endMs when it ends, Unix time in milliseconds; null for never
   */
  set(key: string, ban: Ban, target: BanTarget, endMs: number | null): void {
    const before = this.#records.get(key);
    if (before !== undefined) this.#unindex(before);
    const record = this.#index(key, ban, target, endMs);
    this.#records.set(key, record);
    if (endMs !== null) this.#ends.add(record);
  }

  /** Removes the ban of a key; undefined where there is none. */
  delete(key: string): Ban | undefined {
    const record = this.#records.get(key);
    if (record === undefined) return undefined;
    this.#records.delete(key);
    this.#unindex(record);
    return record.ban;
  }

  /** Forgets bans that are over at a time, Unix milliseconds. */
  forgetExpired(nowMs: number): void {
    for (let first = this.#ends.first; first !== null && first.endMs <= nowMs; first = this.#ends.first) {
      this.delete(first.key);
    }
  }

  /**
   * The oldest ban in force that matches, or null. With an address alone only bans of addresses and networks match.
   * @param address as text; one that is no IP address is in no network
   * @param host the name of the host; masks are compared with the address as well
   * @param user the name of the user, or all names that the user goes by
   * @param nowMs Unix time in milliseconds
   * @param counts asked of each that matches: those of which it says false are passed over. It must not look up in this index.
   */
  match(
    address: string,
    host: string | null = null,
    user: string | readonly string[] = [],
    nowMs: number = Date.now(),
    counts: ((ban: Ban) => boolean) | null = null,
  ): Ban | null {
    const search = this.#search;
    this.#found = null;
    this.#nowMs = nowMs;
    this.#counts = counts;
    search.priceNs = 0;
    if (this.#records.size === 0) return null;
    this.#users = typeof user === 'string' ? [this.#fold(user)] : user.map(this.#fold);
    const groups = parseAddress(address);
    if (groups !== null) {
      search.priceNs += this.#networks.visit(groups, this.#visitNetwork) * workPrices.treeNode.ns;
    }
    if (this.#users.length > 0 && this.#hosts.size + this.#masks.size > 0) {
      const addressText = this.#fold(address);
      this.#matchHost(addressText);
      const name = host === null ? addressText : this.#fold(host);
      if (name !== addressText) this.#matchHost(name);
    }
    const found = this.#found as BanRecord<Ban> | null;
    this.#found = null;
    this.#counts = null;
    return found?.ban ?? null;
  }

  readonly #visitNetwork = ({ all, users }: NetworkBans<Ban>): void => {
    for (let entry = all?.first ?? null; entry !== null; entry = entry.next) {
      this.#search.priceNs += workPrices.treeNode.ns;
      this.#consider(entry.item);
    }
    if (users !== null) this.#matchUsers(users);
  };

  #matchHost(host: string): void {
    const search = this.#search;
    const exact = this.#hosts.get(host);
    search.priceNs += workPrices.treeNode.ns;
    if (exact !== undefined) this.#matchUsers(exact);
    if (this.#masks.size === 0) return;
    for (const user of this.#users) {
      search.text = `${user}@${host}`;
      this.#masks.find(search);
    }
  }

  #matchUsers(index: MaskIndex<BanRecord<Ban>>): void {
    for (const user of this.#users) {
      this.#search.text = user;
      index.find(this.#search);
    }
  }

  #consider(record: BanRecord<Ban>): void {
    if (record.endMs <= this.#nowMs || (this.#found !== null && record.order > this.#found.order)) return;
    if (this.#counts === null || this.#counts(record.ban)) this.#found = record;
  }

  #index(key: string, ban: Ban, target: BanTarget, endMs: number | null): BanRecord<Ban> {
    const order = this.#nextOrder++;
    if (target.kind === 'user') return this.#indexUser(key, ban, target.mask, endMs, order);
    const record = new BanRecord(key, ban, endMs, order, this.#anybody);
    if (target.kind === 'network') {
      record.network = this.#networks.nodeOf(target.block, networkBans);
      const bans = this.#networks.valueAt(record.network);
      bans.all ??= new Bucket();
      record.entry = bans.all.add(record);
    }
    return record;
  }

  #indexUser(key: string, ban: Ban, mask: string, endMs: number | null, order: number): BanRecord<Ban> {
    const at = mask.lastIndexOf('@');
    const host = this.#fold(mask.slice(at + 1));
    const block = at === -1 ? null : parseCidr(host);
    if (at === -1 || (block === null && hasWildcard(host))) {
      const record = new BanRecord(key, ban, endMs, order, compileMask(mask, this.#fold));
      record.entry = this.#masks.add(record);
      return record;
    }
    const user = mask.slice(0, at);
    const compiled = user === '*' ? this.#anybody : compileMask(user, this.#fold);
    const record = new BanRecord(key, ban, endMs, order, compiled);
    if (block !== null) {
      record.network = this.#networks.nodeOf(block, networkBans);
      const bans = this.#networks.valueAt(record.network);
      bans.users ??= new MaskIndex();
      record.entry = bans.users.add(record);
      return record;
    }
    record.host = host;
    let users = this.#hosts.get(host);
    if (users === undefined) {
      users = new MaskIndex();
      this.#hosts.set(host, users);
    }
    record.entry = users.add(record);
    return record;
  }

  #unindex(record: BanRecord<Ban>): void {
    this.#ends.delete(record);
    const { entry, network, host } = record;
    if (entry === null) return;
    if (network !== -1) {
      const bans = this.#networks.valueAt(network);
      if (entry.bucket === bans.all) bans.all.delete(entry);
      else bans.users?.delete(entry);
      if (bans.all?.size === 0) bans.all = null;
      if (bans.users?.size === 0) bans.users = null;
      if (bans.all === null && bans.users === null) this.#networks.delete(network);
    } else if (host !== null) {
      const users = this.#hosts.get(host);
      users?.delete(entry);
      if (users?.size === 0) this.#hosts.delete(host);
    } else {
      this.#masks.delete(entry);
    }
  }
}

function networkBans<Ban>(): NetworkBans<Ban> {
  return { all: null, users: null };
}
