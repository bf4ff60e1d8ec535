/**
 * Lists of bad addresses that are asked by DNS (RFC 5782): `2.0.0.127.dnsbl.example.net` has an address where 127.0.0.2 is listed, and
 * that says why. All lists are asked at once, within one deadline, and what they say is kept for a while. One that does not answer keeps nobody out.
 */
import { AsyncCache } from '../../runtime/async/async-cache.ts';
import {
  type AddressGroups,
  AddressRanges,
  dottedIPv4,
  isMappedIPv4,
  parseAddress,
  parseCidr,
} from '../../runtime/net/ip-address.ts';
import { limits } from '../limits.ts';

/** What becomes of somebody who is listed, the gravest first. */
export const DNSBL_ACTIONS = ['refuse', 'require-sasl', 'mark'] as const;

export type DnsblAction = (typeof DNSBL_ACTIONS)[number];

/** One list, with what its replies mean. */
export interface DnsblList {
  /** The domain that is asked. */
  readonly zone: string;
  /** Last numbers of the replies that count, such as 2 for 127.0.0.2; empty for every reply. */
  readonly replies: readonly number[];
  readonly action: DnsblAction;
  /** What whoever is refused reads. */
  readonly reason: string;
}

/** The part of `dns.promises.Resolver` that is used. */
export interface ListResolver {
  resolve4(name: string): Promise<string[]>;
}

export interface DnsblOptions {
  readonly resolver: ListResolver;
  readonly lists?: readonly DnsblList[];
  readonly deadlineMs?: number;
  readonly cacheEntries?: number;
  readonly mostQueries?: number;
}

/** Counters since start. */
export interface DnsblCounts {
  /** Questions that were sent. */
  lookups: number;
  /** Addresses that a list had, for an action. */
  hits: number;
  /** Questions that had no answer in time, or an error instead. */
  failures: number;
  /** Questions that were not sent, because too many waited. */
  skipped: number;
}

/** What a name server says where an address is not listed. */
const NOT_LISTED: ReadonlySet<unknown> = new Set(['ENOTFOUND', 'ENODATA']);
/** Addresses that are nobody's on the Internet: no list has them. */
const OWN = new AddressRanges(
  [
    '127.0.0.0/8',
    '10.0.0.0/8',
    '172.16.0.0/12',
    '192.168.0.0/16',
    '169.254.0.0/16',
    '::/127',
    'fc00::/7',
    'fe80::/10',
  ].map((text) => parseCidr(text)!),
);

/** Asks the lists. */
export class Dnsbl {
  /** What a list says of an address, by the name that is asked; none where it could not be asked lately. */
  readonly answers: AsyncCache<string, readonly number[]>;
  readonly counts: DnsblCounts = { lookups: 0, hits: 0, failures: 0, skipped: 0 };
  readonly #options: DnsblOptions;
  #lists: readonly DnsblList[];
  #open = 0;

  constructor(options: DnsblOptions) {
    this.#options = options;
    this.#lists = options.lists ?? [];
    this.answers = new AsyncCache({
      name: 'dnsbl',
      capacity: options.cacheEntries ?? limits.dnsblCacheEntries.default,
      ttlMs: limits.dnsblCacheSeconds.default * 1_000,
      noneTtlMs: limits.dnsblRetrySeconds.default * 1_000,
      ask: (name) => this.#ask(name),
      failed: 'none',
    });
  }

  /** Takes other lists over. What is known stays. */
  configure(lists: readonly DnsblList[]): void {
    this.#lists = lists;
  }

  /**
   * The gravest list that has an address, null for none; at once where that is known. Never rejects, and never takes longer than
   * the deadline.
   */
  check(address: string): DnsblList | null | Promise<DnsblList | null> {
    const groups = this.#lists.length === 0 || OWN.has(address) ? null : parseAddress(address);
    if (groups === null) return null;
    const prefix = reversed(groups);
    const zones = [...new Set(this.#lists.map(({ zone }) => zone))];
    const known = new Map<string, readonly number[] | null>();
    const asked: Promise<void>[] = [];
    for (const zone of zones) {
      const name = `${prefix}.${zone}`;
      const answer = this.answers.get(name);
      if (answer !== undefined) known.set(zone, answer);
      else asked.push(this.answers.load(name).then((found) => void known.set(zone, found)));
    }
    if (asked.length === 0) return this.#gravest(known);
    return Promise.all(asked).then(() => this.#gravest(known));
  }

  #gravest(known: ReadonlyMap<string, readonly number[] | null>): DnsblList | null {
    const met = this.#lists.filter(({ zone, replies }) => {
      const said = known.get(zone) ?? [];
      return said.some((reply) => replies.length === 0 || replies.includes(reply));
    });
    if (met.length > 0) this.counts.hits++;
    for (const action of DNSBL_ACTIONS) {
      const list = met.find((one) => one.action === action);
      if (list !== undefined) return list;
    }
    return null;
  }

  async #ask(name: string): Promise<readonly number[]> {
    if (this.#open >= (this.#options.mostQueries ?? limits.dnsblQueries.default)) {
      this.counts.skipped++;
      throw new Error('Too many questions wait for an answer.');
    }
    this.counts.lookups++;
    this.#open++;
    const query = this.#options.resolver.resolve4(name).finally(() => this.#open--);
    try {
      return repliesIn(await inTime(query, this.#options.deadlineMs ?? limits.dnsblMs.default));
    } catch (thrown) {
      if (thrown instanceof Error && 'code' in thrown && NOT_LISTED.has(thrown.code)) return [];
      this.counts.failures++;
      throw thrown;
    }
  }
}

function inTime<T>(query: Promise<T>, deadlineMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`There was no answer within ${deadlineMs} ms.`)),
      deadlineMs,
    );
    query.finally(() => clearTimeout(timer)).then(resolve, reject);
  });
}

/** RFC 5782 2.1: lists answer with addresses of 127/8; anything else is a domain that is not a list any more. 127.255.255.x are errors. */
function repliesIn(addresses: readonly string[]): readonly number[] {
  const replies = addresses
    .filter((address) => address.startsWith('127.') && !address.startsWith('127.255.255.'))
    .map((address) => Number(address.slice(address.lastIndexOf('.') + 1)));
  // What is kept of an answer is small, however long it was.
  return [...new Set(replies)];
}

/** RFC 5782 2.1 and 2.4: bytes of IPv4, or nibbles of IPv6, the last one first. */
function reversed(groups: AddressGroups): string {
  if (isMappedIPv4(groups)) return dottedIPv4(groups).split('.').reverse().join('.');
  const digits = [...groups].map((group) => group.toString(16).padStart(4, '0')).join('');
  return [...digits].reverse().join('.');
}
