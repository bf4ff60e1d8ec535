/**
 * For tests: watches what services say to people and do to them and to accounts, and finds what nobody is entitled to. What is right is
 * known from what was asked, by whom, and as what account (by its number, since another may have its name later).
 */
import { expect } from 'vitest';
import type { Crowd } from './test-crowd.ts';

/** What somebody has shown to log in. */
export type Claim =
  | { readonly by: 'password'; readonly account: string; readonly secret: string }
  /** What they showed is that of one account, whatever is called like it by then. */
  | { readonly by: 'other'; readonly id: number }
  /** A token of a user of Keycloak. */
  | { readonly by: 'user'; readonly user: string };

/** One user of the network, or one login by SASL: whoever has the numeric or the number after them is another one. */
export class Somebody {
  readonly claims: Claim[] = [];
  /** What they have said. */
  said = '';
  /** The account that they are logged in to, by its number. */
  account: number | null = null;
}

interface Known {
  readonly name: string;
  readonly password: string | null;
  readonly email: string | null;
  readonly level: number;
  readonly prints: readonly string[];
}

/** Names of accounts in what is said. */
const NAMED = /\b(ann|bob|top|fay|una|new\d+|reg\d+)\b/g;

export class Witness {
  readonly people = new Map<string, Somebody>();
  readonly sessions = new Map<string, Somebody>();
  /** All that was read, and all logins. */
  readonly seen: string[] = [];
  readonly #crowd: Crowd;
  /** What somebody was entitled to have done, as {@link intent} writes it. */
  readonly #meant = new Set<string>();
  /** All passwords that an account has had, and all its names. */
  readonly #passwords = new Map<number, Set<string>>();
  readonly #names = new Map<number, Set<string>>();
  #before = new Map<number, Known>();
  #there = new Map<string, string | null>();

  constructor(crowd: Crowd) {
    this.#crowd = crowd;
    this.#before = this.#accounts();
    this.#there = this.#passwordsThere();
    this.#remember();
  }

  /**
   * Somebody may have that done: `password`, `level`, `print`, `email`, `name`, `logout` or `drop` of an account, or `create` one of a
   * name.
   */
  mean(what: string, of: number | string, value: unknown = ''): void {
    this.#meant.add(`${what} ${of} ${value}`);
  }

  /** Whether a password is that of an account, or was. */
  fits(id: number, password: string): boolean {
    return this.#passwords.get(id)?.has(password) === true;
  }

  /** Looks at what has come to be since the last look; answers how many lines services have said. */
  look(): number {
    this.#look(this.#accounts());
    const lines = this.#crowd.net.take();
    for (const line of lines) this.#heard(line);
    return lines.length;
  }

  /** At the end: nobody is logged in to what is no more. */
  atTheEnd(): void {
    const { net, where, store } = this.#crowd;
    for (const [numeric, { account }] of this.people) {
      const seen = net.uplink.view.users.get(numeric)?.account ?? null;
      if (account === null) expect(seen).toBeNull();
      // Such a network cannot take back what was stamped.
      if (account === null || where === 'ircu') continue;
      const now = this.#before.get(account);
      expect(seen, `${numeric} of the account ${account}`).toBe(now?.name);
      expect(store.get(now!.name).suspended_reason).toBeNull();
    }
  }

  #look(now: Map<number, Known>): void {
    const there = this.#passwordsThere();
    const { links } = this.#crowd.net.services.accounts;
    for (const [user, password] of there) {
      const before = this.#there.get(user);
      const owner = this.#crowd.store.find(links.accountOf(user) ?? '');
      if (before !== undefined && before !== password && owner !== undefined)
        this.#assert('password', owner.id, password);
      if (owner !== undefined && password !== null) this.#add(this.#passwords, owner.id, password);
    }
    this.#there = there;
    for (const [id, { name, password, email, level, prints }] of now) {
      const before = this.#before.get(id);
      if (before === undefined) {
        this.#assert('create', name);
        continue;
      }
      if (before.name !== name) this.#assert('name', id, name);
      if (before.email !== email) this.#assert('email', id, email);
      if (before.level !== level) this.#assert('level', id, level);
      // What was shown in a login may be kept behind it, and be forgotten.
      if (before.password !== password && password !== null && !this.fits(id, password))
        this.#assert('password', id, password);
      for (const print of prints) if (!before.prints.includes(print)) this.#assert('print', id, print);
    }
    for (const id of this.#before.keys()) if (!now.has(id)) this.#assert('drop', id);
    this.#before = now;
    this.#remember();
  }

  #assert(what: string, of: number | string, value: unknown = ''): void {
    const one = `${what} ${of} ${value}`;
    if (!this.#meant.has(one)) expect.fail(`nobody meant: ${one}; but ${[...this.#meant].join(', ')}`);
  }

  #remember(): void {
    for (const [id, { name, password }] of this.#before) {
      this.#add(this.#names, id, name);
      if (password !== null) this.#add(this.#passwords, id, password);
    }
  }

  #add(all: Map<number, Set<string>>, id: number, value: string): void {
    all.set(id, (all.get(id) ?? new Set()).add(value));
  }

  #accounts(): Map<number, Known> {
    const { store, net } = this.#crowd;
    const all = store.page('', 100).map((account): [number, Known] => {
      const { id, name, email } = account;
      const password = store.credential(account, 'argon2id');
      const { level } = net.services.profiles.of(account);
      return [id, { name, password, email, level, prints: store.details(name).fingerprints }];
    });
    return new Map(all);
  }

  #passwordsThere(): Map<string, string | null> {
    const { everybody } = this.#crowd.directory;
    return new Map([...everybody.values()].map(({ id, password }) => [id, password?.hash ?? null]));
  }

  #heard(line: string): void {
    const [, token, target = '', ...words] = line.split(' ');
    this.seen.push(line);
    if (token === 'O' || token === 'P') this.#told(target, line.slice(line.indexOf(' :') + 2));
    else if (token === 'AC') this.#stamped(target, words, line);
    else if (token === 'SASL') this.#session(words[0]!, words.slice(1), line);
    else if (token === 'XR' && words[0]?.startsWith('sasl:') === true) this.#answered(words, line);
  }

  #told(numeric: string, text: string): void {
    const who = this.people.get(numeric);
    const what = `${numeric} reads: ${text}`;
    if (who === undefined) expect.fail(what);
    const guessed = /failed to log in to your account (\S+)/.exec(text)?.[1];
    if (guessed !== undefined) {
      expect(this.#isCalled(who.account, guessed), what).toBe(true);
      return;
    }
    if (text.includes('An administrator has logged you out')) return;
    expect(who.said, what).not.toBe('');
    // Whatever account it is about, they have named it or were logged in to it.
    for (const [name] of text.matchAll(NAMED))
      expect(this.#isCalled(who.account, name) || this.#namedBy(who.said, name), what).toBe(true);
  }

  /** Whether an account was named, be it by another name that it has had. */
  #namedBy(said: string, name: string): boolean {
    const all = [...this.#names.values()].filter((names) => names.has(name));
    return said.includes(name) || all.some((names) => [...names].some((one) => said.includes(one)));
  }

  #isCalled(id: number | null, name: string): boolean {
    return id !== null && this.#names.get(id)?.has(name) === true;
  }

  #stamped(numeric: string, words: readonly string[], line: string): void {
    const who = this.people.get(numeric);
    if (who === undefined) expect.fail(line);
    const [form = ''] = words;
    if (form === 'U') {
      const now = who.account === null ? undefined : this.#before.get(who.account);
      const ended = now === undefined || this.#crowd.store.get(now.name).suspended_reason !== null;
      expect(ended || this.#meant.has(`logout ${who.account} `), line).toBe(true);
      who.account = null;
      return;
    }
    const [account = '', seconds = ''] = form === 'R' || form === 'M' ? words.slice(1) : words;
    const id = this.#idOf(account, seconds.replace(':', ''), line);
    // They are in it already, and it is called otherwise.
    if (who.account !== id) this.#assertProved(who, id, line);
    who.account = id;
  }

  #assertProved({ claims }: Somebody, id: number, line: string): void {
    const { links } = this.#crowd.net.services.accounts;
    const proved = claims.some((claim) => {
      if (claim.by === 'other') return claim.id === id;
      if (claim.by === 'user') return this.#crowd.store.find(links.accountOf(claim.user) ?? '')?.id === id;
      return this.#isCalled(id, claim.account) && this.fits(id, claim.secret);
    });
    expect(proved, `${line} (${JSON.stringify(claims)})`).toBe(true);
  }

  /** The account that a stamp is of, which is there. */
  #idOf(name: string, seconds: string, line: string): number {
    const found = this.#crowd.store.find(name);
    if (found === undefined) expect.fail(line);
    expect(seconds, line).toBe(`${Math.floor(found.created / 1_000)}`);
    return found.id;
  }

  /** `SASL` of Nefarious. */
  #session(key: string, [step = '', data = '', more = '']: readonly string[], line: string): void {
    const session = this.sessions.get(key.slice(key.indexOf('!') + 1));
    if (session === undefined) expect.fail(line);
    if (step === 'L') this.#assertProved(session, this.#idOf(data, more.slice(1), line), line);
    if (step === 'L') session.account = this.#idOf(data, more.slice(1), line);
    if (step === 'D') {
      if (data === ':S') expect(session.account, line).not.toBeNull();
      this.sessions.delete(key.slice(key.indexOf('!') + 1));
    }
    if (step === 'C') this.onChallenge(session, data.slice(1));
  }

  /** `XR` of ircu. */
  #answered([route = '', word = '', ...rest]: readonly string[], line: string): void {
    const key = route.slice('sasl:'.length);
    const session = this.sessions.get(key);
    if (session === undefined) expect.fail(line);
    if (word === ':SASL') {
      this.onChallenge(session, rest[0] ?? '');
      return;
    }
    this.sessions.delete(key);
    if (word !== ':OK') return;
    const [account = '', seconds = ''] = rest[0]!.split(':');
    this.#assertProved(session, this.#idOf(account, seconds, line), line);
    session.account = this.#idOf(account, seconds, line);
  }

  /** Somebody who logs in by SASL is asked to go on. */
  onChallenge: (session: Somebody, data: string) => void = () => {};
}
