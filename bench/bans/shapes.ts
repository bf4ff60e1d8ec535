/** Lists of bans of several shapes, and newcomers that they match or do not. The same numbers make the same list. */

/** One ban, as text. */
export interface BanText {
  /** `network` for an address or a CIDR block, `user` for a `user@host` mask. */
  readonly kind: 'network' | 'user';
  readonly text: string;
}

/** Somebody who is compared with all bans. */
export interface Newcomer {
  readonly address: string;
  readonly host: string;
  readonly user: string;
}

/** A list and whom it is asked about. */
export interface Shape {
  readonly name: string;
  readonly bans: readonly BanText[];
  readonly matching: readonly Newcomer[];
  readonly others: readonly Newcomer[];
}

const QUESTIONS = 1_000;

/** Every shape, with so many bans each. */
export function shapes(count: number): readonly Shape[] {
  return [mixed(count), addresses(count), nested(count), ipv6(count), stars(count), lookAlikes(count)];
}

/** Numbers that look random and are the same in every run (an LCG with the constants of Numerical Recipes). */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function ipv4Of(random: (below: number) => number): string {
  return `${1 + random(200)}.${random(256)}.${random(256)}.${random(256)}`;
}

function network(text: string): BanText {
  return { kind: 'network', text };
}

function user(text: string): BanText {
  return { kind: 'user', text };
}

/** No list has bans of 203.0.113.0/24, 2001:db8::/32 or names like this. */
function strangers(ofIpv6 = false): Newcomer[] {
  return Array.from({ length: QUESTIONS }, (_, i) => ({
    address: ofIpv6 ? `2001:db8:${i.toString(16)}::1` : `203.0.113.${i & 255}`,
    host: `cable-${i}.city-${i % 40}.provider.example`,
    user: `~guest${i}`,
  }));
}

/** Picks from a list, all over it. */
function some<T, R>(list: readonly T[], pick: (item: T, at: number) => R): R[] {
  const count = Math.min(QUESTIONS, list.length);
  return Array.from({ length: count }, (_, i) => {
    const at = Math.floor((i * list.length) / count);
    return pick(list[at]!, at);
  });
}

function fromAddress(text: string, at: number): Newcomer {
  return { address: text.split('/', 1)[0]!, host: `h${at}.example`, user: `~u${at}` };
}

/** 90 % addresses and networks, 10 % masks, a tenth of these with a leading star. */
function mixed(count: number): Shape {
  const random = randomNumbers(1);
  const bans: BanText[] = [];
  const matching: Newcomer[] = [];
  const masks = Math.floor(count / 10);
  const starred = Math.floor(masks / 10);
  for (let i = 0; i < count - masks; i++) {
    const address = ipv4Of(random);
    const text = i % 3 === 2 ? `${address.slice(0, address.lastIndexOf('.'))}.0/24` : address;
    bans.push(network(text));
    if (i % Math.ceil(count / QUESTIONS) === 0) matching.push(fromAddress(text, i));
  }
  for (let i = 0; i < masks; i++) {
    const [mask, host, name] =
      i < starred
        ? [`*@*.pool-${i}.isp.example`, `x.pool-${i}.isp.example`, '~a']
        : ([
            [`spam${i}@*.isp.example`, 'x.isp.example', `spam${i}`],
            [`*@node-${i}.isp.example`, `node-${i}.isp.example`, '~b'],
            [`bot?${i}@10-*.dyn.example`, '10-1.dyn.example', `bot-${i}`],
          ][i % 3] as [string, string, string]);
    bans.push(user(mask));
    if (i % Math.ceil(count / QUESTIONS) === 0) matching.push({ address: '203.0.113.9', host, user: name });
  }
  return { name: '90 % addresses and networks, 10 % masks', bans, matching, others: strangers() };
}

function addresses(count: number): Shape {
  const random = randomNumbers(2);
  const bans = Array.from({ length: count }, () => network(ipv4Of(random)));
  return {
    name: 'addresses only',
    bans,
    matching: some(bans, ({ text }, at) => fromAddress(text, at)),
    others: strangers(),
  };
}

/** Networks in networks: each address with its /30, /28 ... /10. */
function nested(count: number): Shape {
  const random = randomNumbers(3);
  const bans: BanText[] = [];
  while (bans.length < count) {
    const address = ipv4Of(random);
    for (let prefix = 32; prefix >= 10 && bans.length < count; prefix -= 2) {
      bans.push(network(`${address}/${prefix}`));
    }
  }
  return {
    name: 'networks in networks',
    bans,
    matching: some(bans, ({ text }, at) => fromAddress(text, at)),
    others: strangers(),
  };
}

function ipv6(count: number): Shape {
  const random = randomNumbers(4);
  const group = () => random(65_536).toString(16);
  const bans = Array.from({ length: count }, (_, i) => {
    const net = `2a0${random(10)}:${group()}:${group()}`;
    return network([`${net}::/48`, `${net}:${group()}::/64`, `${net}:${group()}::${group()}`][i % 3]!);
  });
  return {
    name: 'IPv6',
    bans,
    matching: some(bans, ({ text }, at) => fromAddress(text, at)),
    others: strangers(true),
  };
}

/** Masks that begin with a star and are all of one length. */
function stars(count: number): Shape {
  const hostOf = (at: number) => `host-${1_000_000 + at}.isp.example`;
  const bans = Array.from({ length: count }, (_, i) => user(`*@*.${hostOf(i)}`));
  return {
    name: 'masks with a leading star, one length',
    bans,
    matching: some(bans, (_, at) => ({ address: '203.0.113.9', host: `x.${hostOf(at)}`, user: '~a' })),
    others: strangers(),
  };
}

/** Masks with stars at both ends, made of two letters, so that each is much like many others and like who is asked about. */
function lookAlikes(count: number): Shape {
  const wordOf = (at: number) => (2 ** 20 + at).toString(2).replaceAll('0', 'a').replaceAll('1', 'b');
  const bans = Array.from({ length: count }, (_, i) => user(`*${wordOf(i)}*@*.isp.example`));
  return {
    name: 'masks of two letters, stars at both ends',
    bans,
    matching: some(bans, (_, at) => ({
      address: '203.0.113.9',
      host: 'x.isp.example',
      user: `~${wordOf(at)}`,
    })),
    others: strangers().map((one, i) => ({ ...one, user: `~${wordOf(i).slice(0, -1)}-` })),
  };
}
