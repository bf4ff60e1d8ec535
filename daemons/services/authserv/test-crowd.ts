/**
 * For tests: services with accounts of which some people know the password, here alone or in a Keycloak in memory; whatever has to wait
 * (hashes, the disk, the audit trail, Keycloak) waits at a gate that the test opens.
 */

import type { OperatorDeed } from '../../../contract/link/deeds.ts';
import { FlowDesk } from '../flows/flow-desk.ts';
import { TestDirectory } from '../flows/test-directory.ts';
import { hashed } from '../flows/test-world.ts';
import type { KeycloakDesk } from '../keycloak/keycloak-desk.ts';
import type { LoginKeycloak } from '../keycloak/keycloak-logins.ts';
import { LoginMemory } from '../keycloak/login-memory.ts';
import type { Grant } from '../keycloak/sign-in-operations.ts';
import type { TokenVerdict } from '../keycloak/token-verifier.ts';
import { type CookieKind, CookieStore } from '../store/cookie-store.ts';
import { TestNetwork } from '../test-network.ts';
import { Gate } from './test-gate.ts';

/** Where accounts are, and what the server is that services are linked to. */
export type Where = 'here' | 'keycloak' | 'ircu';

/** Whose password it is, and what it is. */
export const PASSWORDS = { ann: 'ann-horse', bob: 'bob-horse', top: 'top-horse' } as const;
/** Somebody in Keycloak who has no account yet. */
export const NEWCOMER = { name: 'fay', password: 'fay-horse' };
/** An account whose owner has to confirm it. */
export const PENDING = 'una';
/** What ann logs in by who shows no password. */
export const PRINT = 'a'.repeat(64);

const FLAGS = { here: 'h6B', keycloak: 'h6B', ircu: 'h6' } as const;
const TOP_LEVEL = 900;

export class Crowd {
  readonly gate = new Gate();
  readonly directory = new TestDirectory();
  readonly where: Where;
  /** An operator has had something written down, and it is about to be done. */
  onDeed: (deed: OperatorDeed) => () => void = () => () => {};
  net!: TestNetwork;
  flows: FlowDesk | null = null;
  /** Number of the account that has {@link PRINT}. */
  ownerOfPrint = 0;
  /** Whether anything waits at all. */
  #slow = false;
  #marks = 0;
  #make!: TestNetwork['passwords']['make'];

  private constructor(where: Where) {
    this.where = where;
  }

  static async start(where: Where): Promise<Crowd> {
    const crowd = new Crowd(where);
    const { directory } = crowd;
    const net = await TestNetwork.start(FLAGS[where], {
      elsewhere: () => crowd.flows?.accounts ?? null,
      seen: (user) => crowd.flows?.seen(user),
      beginDeed: async (deed) => {
        const written = crowd.onDeed(deed);
        await crowd.#wait();
        written();
        return { mayRun: true, deed: { unwritten: null, end: () => {} } };
      },
    });
    crowd.net = net;
    const { passwords } = net;
    crowd.#make = passwords.make.bind(passwords);
    passwords.make = async (password) => {
      await crowd.#wait();
      return await crowd.#make(password);
    };
    passwords.fits = async (hash, password) => {
      await crowd.#wait();
      return hash === password;
    };
    directory.meddle = async (_call, when) => {
      if (when === 'before') await crowd.#wait();
    };
    if (where === 'keycloak') crowd.#addKeycloak();
    for (const [name, password] of Object.entries(PASSWORDS)) await crowd.create(name, password);
    await net.level('top', TOP_LEVEL);
    const { keeper } = net.services;
    await keeper.adopt({ name: PENDING, email: null, verifiers: null, network: null });
    await keeper.answerers().certificate({ account: 'ann', fingerprint: PRINT, add: true });
    crowd.ownerOfPrint = crowd.store.get('ann').id;
    net.say('AB S leaf.test 2 900 900 P10 AC]]] +6 :Leaf');
    await crowd.settle();
    net.take();
    crowd.#slow = true;
    return crowd;
  }

  get store() {
    return this.net.services.keeper.store;
  }

  /** Somebody has an account from now on; in Keycloak too, where the others are. */
  async create(name: string, password: string): Promise<void> {
    const { keeper } = this.net.services;
    const { links } = this.net.services.accounts;
    const verifiers = await this.#make(password);
    await keeper.adopt({ name, email: `${name}@example.net`, verifiers, network: null }, (stored) => {
      if (this.where !== 'keycloak') return;
      const { id } = this.directory.add(name, { password: hashed(password), email: stored.email });
      links.link(stored, id, name);
    });
  }

  /** A cookie of an account, as its mail would bring it; an empty one where none can be. */
  cookie(name: string, kind: CookieKind, data: string | null): string {
    const { database, clock } = this.net;
    const found = this.store.find(name);
    const cookies = new CookieStore(database, this.store.secret('cookies'), () => clock.now());
    if (found === undefined || cookies.of(found) !== undefined) return '';
    // It is confirmed once.
    if (kind === 'activation' && this.store.passwordHash(found) !== null) return '';
    cookies.open(found, kind, data);
    return cookies.bake(found, kind, 'whole') ?? '';
  }

  /** The disk takes nothing until the gate opens. */
  holdDisk(): void {
    void this.net.writes.apart(this.gate.pass);
  }

  /** Lets everything run that waits at no gate. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 8; turn++) await new Promise((resolve) => setImmediate(resolve));
  }

  /** Whether anything is under way. */
  get isBusy(): boolean {
    const { counts } = this.net.services.operations;
    const inFlight = [...counts.values()].some((one) => one.inFlight > 0);
    return inFlight || this.gate.waiting > 0 || (this.flows?.engine.size ?? 0) > 0;
  }

  /** Lets all of it end first. */
  async close(): Promise<void> {
    this.#slow = false;
    do {
      this.gate.open(0);
      await this.settle();
    } while (this.isBusy);
    this.flows?.close();
    this.net.close();
  }

  async #wait(): Promise<void> {
    if (this.#slow) await this.gate.pass();
  }

  #addKeycloak(): void {
    const { net, directory } = this;
    const { clock, database, writes, services } = net;
    const { keeper } = services;
    directory.add(NEWCOMER.name, { password: hashed(NEWCOMER.password) });
    const grant = async (name: string, password: string): Promise<Grant> => {
      await this.#wait();
      const user = directory.user(name);
      if (user === undefined || user.password?.hash !== password) return { kind: 'wrong' };
      return { kind: 'granted', user: user.id, username: user.username, at: null, email: undefined };
    };
    const shown = (id: string) => {
      const user = directory.everybody.get(id);
      if (user === undefined) return null;
      const { username, enabled, email, emailVerified } = user;
      return { id, username, enabled, email, emailVerified, attributes: copied(user.attributes) };
    };
    const later = async <Result>(answer: () => Result): Promise<Result> => {
      await this.#wait();
      return answer();
    };
    const keycloak: LoginKeycloak = {
      client: { signIn: { grant }, users: { credentials: async () => [] } },
      directory: {
        named: (name) => later(() => shown(directory.user(name)?.id ?? '')),
        withId: (id) => later(() => shown(id)),
        withCertificate: (print) =>
          later(() => {
            const found = [...directory.everybody.values()].find(({ attributes }) =>
              attributes.x509_fingerprints?.includes(print),
            );
            return found === undefined ? null : shown(found.id);
          }),
      },
      logins: new LoginMemory(clock),
      // A token is the number of a user.
      tokens: {
        look: (token) =>
          later((): TokenVerdict => {
            const user = directory.everybody.get(token);
            return user === undefined ? { wrong: 'nobody' } : { user: user.id, username: user.username };
          }),
      },
    };
    net.keycloak = keycloak;
    // As far as flows ask of it.
    const current = {
      ...keycloak,
      client: { users: directory.users, groups: directory.groups, calls: { breaker: { assertClosed() {} } } },
      directory: { ...keycloak.directory, isOnlyByAdministrators: async () => true },
    } as unknown as KeycloakDesk['current'];
    this.flows = new FlowDesk({
      ...{ database, writes, clock, random: () => 0, count: services.operations.count },
      keycloak: { current, forget: (user) => keycloak.logins.forget(user) },
      store: keeper.store,
      channels: keeper.channels.store,
      links: services.accounts.links,
      hash: async (password) => {
        await this.#wait();
        return hashed(password);
      },
      mark: () => `mark ${++this.#marks}`,
      keeper: {
        drop: (account, by) => keeper.changes.dropWithin(account, by),
        registered: (account) => keeper.hasRegistered(account),
        renamed: (before, next) => keeper.changes.renamed(before, next),
        keepOut: (account, by, reason) => keeper.changes.keepOut(account, by, reason),
        channelChanged: (channel) => keeper.channels.hasChanged(channel),
      },
      logOut: (account) => services.logOut(account),
      mayRename: (account) => services.mayRename(account),
      log: (level, event, message) => net.logged.push(`${level} ${event} ${message}`),
    });
  }
}

function copied(attributes: Readonly<Record<string, readonly string[]>>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(attributes).map(([name, values]) => [name, [...values]]));
}
