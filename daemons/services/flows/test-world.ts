/** For tests: accounts and channels, and a Keycloak that they are in too, in memory or a real one; without a network. */
import type { HashedPassword } from '../../identity/elsewhere.ts';
import { AccountStore } from '../../identity/store/account-store.ts';
import { ChannelStore } from '../../identity/store/channel-store.ts';
import { SETTLED_ELSEWHERE, SharedFacts } from '../../identity/store/shared-facts.ts';
import { ChannelRows } from '../chanserv/channel-store.ts';
import { KeycloakLinks } from '../store/keycloak-links.ts';
import { linkedGuard } from '../store/linked-guard.ts';
import { ProfileStore } from '../store/profile-store.ts';
import { subjectOf } from '../sync/channel-flow.ts';
import { ChannelLevels } from '../sync/channel-levels.ts';
import { SyncStore } from '../sync/sync-store.ts';
import type { Directory } from './directory.ts';
import type { FlowKind } from './flow-kind.ts';
import { type FlowKinds, flowKinds } from './flow-kinds.ts';
import { levelThere } from './level-flow.ts';
import { type AboutAccount, accountSubject, subjectOfAccount, userSubject } from './linked-account.ts';
import { TestDirectory } from './test-directory.ts';
import { Lives } from './test-lives.ts';

/** A password that was hashed, as far as a Keycloak in memory minds. */
export const hashed = (hash: string): HashedPassword => ({
  algorithm: 'pbkdf2-sha256',
  iterations: 1,
  salt: '',
  hash,
});
/** Services with their Keycloak, without a network. */
export class World<There extends Directory = TestDirectory> {
  readonly lives = new Lives();
  readonly directory: There;
  readonly store: AccountStore;
  readonly facts: SharedFacts;
  readonly profiles: ProfileStore;
  readonly channels: ChannelStore;
  readonly sync: SyncStore;
  readonly links: KeycloakLinks;
  readonly kinds: FlowKinds;
  readonly answers: string[] = [];
  #marks = 0;

  /** @param directory where accounts are too */
  constructor(directory: There) {
    this.directory = directory;
    const { database, clock } = this.lives;
    const now = () => clock.now();
    this.links = new KeycloakLinks(database, now);
    this.store = new AccountStore(database, now, 100, linkedGuard(this.links));
    this.facts = new SharedFacts(database, now, this.store, SETTLED_ELSEWHERE);
    this.profiles = new ProfileStore(database, now, SETTLED_ELSEWHERE);
    this.channels = new ChannelStore(database, this.store, now);
    this.sync = new SyncStore(database);
    const { store, facts, profiles, channels, sync, links } = this;
    this.kinds = flowKinds({
      ...{ directory, store, facts, profiles, channels, sync, links, now },
      drop: (account) => {
        store.drop(store.get(account));
        return () => {};
      },
      registered: () => {},
      renamed: () => () => {},
      forget: () => {},
      levels: new ChannelLevels(channels, new ChannelRows(database, now), now),
      keepOut: async (account, by, reason) =>
        await this.lives.writes.write(() => store.suspend(store.get(account), reason, by)),
      logOut: () => {},
      mayRename: () => true,
      changed: () => {},
      log: () => {},
    });
    this.lives.begin(Object.values(this.kinds));
  }

  /** What flows of an account are about, as the desk says it. */
  subject(account: string): string {
    return subjectOfAccount(account, this);
  }

  /** An account as the desk names it to a flow. */
  about(account: string) {
    const stored = this.store.find(account);
    const userId = stored === undefined ? undefined : this.links.of(stored)?.user;
    return userId === undefined ? { account } : { account, userId };
  }

  /** Something that changes an account. */
  alter<Data extends AboutAccount, Answer>(
    kind: FlowKind<Data, Answer>,
    account: string,
    data: Omit<NoInfer<Data>, 'account' | 'userId'>,
  ): void {
    this.ask(kind, this.subject(account), { ...data, ...this.about(account) } as Data);
  }

  /** The owner of an account that waits to be confirmed has shown their cookie. */
  confirm(name: string, password: string): void {
    const before = this.store.find(name);
    if (before !== undefined && this.links.of(before) !== null) return;
    if (before === undefined) {
      if (this.store.ownerOf(name) !== undefined) return;
      this.store.create({ name, email: null, verifiers: null, network: null });
    }
    const verifiers = { argon2id: password, scram: password };
    const account = { name, email: null, verifiers, network: null };
    const data = { account, password: hashed(password), mark: `m${++this.#marks}`, confirmed: true as const };
    this.ask(this.kinds.register, accountSubject(name), data);
  }

  look(userId: string): void {
    this.ask(this.kinds.user, userSubject(userId), { userId });
  }

  /** Begins a flow; whoever asked hears nothing where the process is killed before. */
  ask<Data extends object, Answer>(kind: FlowKind<Data, Answer>, subject: string, data: Data): void {
    this.lives.engine.begin(kind, subject, data).then(
      (answer) =>
        this.answers.push(
          `${kind.name} ${answer.kind === 'done' ? JSON.stringify(answer.answer) : 'delayed'}`,
        ),
      () => {},
    );
  }

  register(name: string, email: string | null, password: string): void {
    const verifiers = { argon2id: password, scram: password };
    const account = { name, email, verifiers, network: null };
    const mark = `m${++this.#marks}`;
    this.ask(this.kinds.register, accountSubject(name), { account, password: hashed(password), mark });
  }

  change(account: string, next: string): void {
    const verifiers = { argon2id: next, scram: next };
    this.alter(this.kinds.password, account, { verifiers, password: hashed(next) });
  }

  compare(channel: string): void {
    this.ask(this.kinds.channel, subjectOf(channel), { channel });
  }

  /** Everything of one account on either side, without what only one of them has. */
  here(name: string) {
    const account = this.store.find(name);
    if (account === undefined) return null;
    const { email } = account;
    const fingerprints = this.store.details(name).fingerprints;
    const { level } = this.profiles.of(account);
    return { email, fingerprints, level, password: this.store.credential(account, 'argon2id') };
  }
}

/** With a Keycloak in memory. */
export class MemoryWorld extends World<TestDirectory> {
  constructor() {
    super(new TestDirectory());
  }

  async there(name: string) {
    const user = this.directory.user(name);
    if (user === undefined) return null;
    const { email, attributes, password } = user;
    const level = await levelThere(this.directory, user);
    return {
      email,
      fingerprints: attributes.x509_fingerprints ?? [],
      level,
      password: password?.hash ?? null,
    };
  }

  /** Has both sides be compared, as a webhook or the round of an hour does, until there is nothing to do. */
  async lookAtAll(): Promise<void> {
    for (const id of this.directory.everybody.keys()) this.look(id);
    this.ask(this.kinds.operators, 'operators', {});
    await this.lives.untilWhole();
  }
}
