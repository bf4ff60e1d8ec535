/**
 * The one door through which accounts change: where one is elsewhere too it is changed there first, and where it is here alone at once. The
 * store refuses whoever comes another way (`shared-facts.ts`).
 */
import type { AccountNews } from '../../contract/accounts.ts';
import { SignalboxError } from '../../contract/errors.ts';
import { fold } from '../irc/casemapping.ts';
import { isValidNick } from '../irc/names.ts';
import type { ChannelKeeper } from './channel-keeper.ts';
import type { PasswordWork } from './credentials.ts';
import type {
  AccountsElsewhere,
  Allowed,
  ChangeOutcome,
  Delayed,
  EmailChange,
  NewSecret,
  SecretChange,
} from './elsewhere.ts';
import { limits } from './limits.ts';
import { newPassword, type PasswordRules } from './password-rules.ts';
import type { AccountStore, GivenOutcome, StoredAccount } from './store/account-store.ts';
import type { WriteTurn } from './store/write-turn.ts';

export interface AccountChangesOptions {
  readonly store: AccountStore;
  readonly writes: WriteTurn;
  readonly credentials: PasswordWork;
  readonly rules: PasswordRules;
  readonly channels: ChannelKeeper;
  /** Who else keeps accounts; null where nobody does. */
  readonly elsewhere: () => AccountsElsewhere | null;
  /** Told within the turn in which an account is dropped, before it is. */
  readonly beforeDrop: (account: StoredAccount, by: string) => void;
  /** Failed logins to an account count no more. */
  readonly forgetFailures: (key: string) => void;
  readonly onRenamed: (before: string, next: string) => void;
  readonly tell: (news: AccountNews) => void;
}

export class AccountChanges {
  readonly #options: AccountChangesOptions;

  constructor(options: AccountChangesOptions) {
    this.#options = options;
  }

  /** Where new accounts are made as well; null where they are here alone. */
  get forNew(): AccountsElsewhere | null {
    const elsewhere = this.#options.elsewhere();
    return elsewhere?.takesNew === true ? elsewhere : null;
  }

  /** Where else an account is; null where it is here alone. */
  #elsewhereOf(account: StoredAccount): AccountsElsewhere | null {
    const elsewhere = this.#options.elsewhere();
    return elsewhere?.has(account) === true ? elsewhere : null;
  }

  /**
   * What is made of a password for an account.
   * @param network whose turn it takes
   * @throws SignalboxError `bad_request` where it can be no password of that account, `limit_reached` where too many wait
   */
  async secretFor(account: string, password: string, network: string): Promise<NewSecret> {
    const prepared = this.#options.rules.usable(account, password);
    const stored = this.#options.store.find(account);
    // Before it is put in place the account may have become one that is elsewhere too.
    const elsewhere = this.forNew ?? (stored === undefined ? null : this.#elsewhereOf(stored));
    return await this.#secretOf(prepared, network, elsewhere);
  }

  async #secretOf(
    prepared: string,
    network: string,
    elsewhere: AccountsElsewhere | null,
  ): Promise<NewSecret> {
    const verifiers = await this.#options.credentials.make(prepared, network);
    return elsewhere === null
      ? verifiers
      : { ...verifiers, elsewhere: await elsewhere.hash(prepared, network) };
  }

  /** Puts a password in place, wherever the account is. Throws SignalboxError `not_found`, and `unavailable` where it cannot be now. */
  async putSecret(
    account: string,
    secret: NewSecret,
    change: SecretChange = {},
  ): Promise<ChangeOutcome | Delayed> {
    return await this.#putSecret(this.#options.store.get(account), secret, change);
  }

  async #putSecret(
    stored: StoredAccount,
    secret: NewSecret,
    change: SecretChange,
  ): Promise<ChangeOutcome | Delayed> {
    const { store, writes } = this.#options;
    const elsewhere = this.#elsewhereOf(stored);
    if (elsewhere !== null) return await elsewhere.changePassword(stored.name, secret, change);
    const { allowed = () => true } = change;
    return await writes.write(() => {
      if (!allowed()) return 'gone';
      store.facts.setPassword(store.still(stored), secret);
      return 'done';
    });
  }

  /** The same with a prepared password. @param network whose turn it takes */
  async putPassword(
    account: string,
    prepared: string,
    network: string,
    allowed?: Allowed,
  ): Promise<ChangeOutcome | Delayed> {
    const { store } = this.#options;
    const stored = store.get(account);
    const secret = await this.#secretOf(prepared, network, this.#elsewhereOf(stored));
    return await this.#putSecret(store.still(stored), secret, allowed === undefined ? {} : { allowed });
  }

  /**
   * Gives an account another password, wherever it is.
   * @param network whose turn it takes
   * @throws SignalboxError as {@link secretFor}; `refused`; `unavailable` where it cannot be changed now, or not yet
   */
  async setPassword(account: string, password: string, network: string): Promise<void> {
    const { name } = this.#options.store.get(account);
    const outcome = await this.putPassword(name, this.#options.rules.usable(name, password), network);
    if (outcome === 'delayed') throw pending(`The password of ${name} is changed`);
    if (outcome !== 'done')
      throw new SignalboxError(
        'refused',
        `The password of ${name} is not taken by the login service: expected one that its rules allow.`,
      );
  }

  /** Gives an account a password that nobody has chosen. Throws as {@link setPassword}. */
  async resetPassword(account: string): Promise<{ account: string; password: string }> {
    const { name } = this.#options.store.get(account);
    const password = newPassword();
    await this.setPassword(name, password, 'administrators');
    this.#options.forgetFailures(fold(name));
    return { account: name, password };
  }

  /** An account that its owner had to confirm can be used from now on. Throws as {@link putSecret}. */
  async confirm(account: string, secret: NewSecret, allowed: Allowed) {
    const elsewhere = this.forNew;
    if (elsewhere === null) return await this.putSecret(account, secret, { allowed });
    return await elsewhere.confirm(this.#options.store.get(account).name, secret, allowed);
  }

  /** Another e-mail address, or none, wherever the account is. Throws as {@link putSecret}. */
  async putEmail(
    account: string,
    email: string | null,
    change: EmailChange = {},
  ): Promise<ChangeOutcome | Delayed> {
    const { store, writes } = this.#options;
    const stored = store.get(account);
    const elsewhere = this.#elsewhereOf(stored);
    if (elsewhere !== null) return await elsewhere.setEmail(stored.name, email, change);
    const { allowed = () => true } = change;
    return await writes.write(() => {
      if (!allowed()) return 'gone';
      store.facts.setEmail(store.still(stored), email);
      return 'done';
    });
  }

  /**
   * The same; false where somebody else has it, as far as anybody minds.
   * @throws SignalboxError `not_found`; `unavailable` where it cannot be changed now, or not yet
   */
  async setEmail(account: string, email: string | null): Promise<boolean> {
    const outcome = await this.putEmail(account, email);
    if (outcome === 'delayed') throw pending('The e-mail address is changed');
    return outcome !== 'refused';
  }

  /** Gives a certificate to an account, or takes it away. Throws as {@link putSecret}. */
  async certificate(account: string, fingerprint: string, add: boolean): Promise<GivenOutcome | Delayed> {
    const { store, writes } = this.#options;
    const stored = store.get(account);
    const elsewhere = this.#elsewhereOf(stored);
    if (elsewhere !== null) return await elsewhere.certificate(stored.name, fingerprint, add);
    return await writes.write(() => {
      const owner = store.still(stored);
      return add
        ? store.facts.giveFingerprint(owner, fingerprint)
        : store.facts.takeFingerprint(owner, fingerprint);
    });
  }

  /**
   * Ends an account, and all that belongs to it, wherever it is; answers how it was called.
   * @throws SignalboxError `not_found`; `unavailable` where it cannot be ended now, or not yet
   */
  async drop(account: string, by: string): Promise<string> {
    const { store, writes } = this.#options;
    const stored = store.get(account);
    const elsewhere = this.#elsewhereOf(stored);
    if (elsewhere === null) {
      const told = await writes.write(() => this.dropWithin(store.still(stored).name, by));
      await told();
    } else if ((await elsewhere.drop(stored.name, by)) === 'delayed')
      throw pending(`The account ${stored.name} is deleted`);
    return stored.name;
  }

  /**
   * Ends an account, and all that belongs to it. To be called within a write turn; what it returns tells everybody afterwards.
   * @throws SignalboxError `not_found`; what the guard of the store throws
   */
  dropWithin(account: string, by: string): () => Promise<void> {
    const { store, channels, beforeDrop, forgetFailures, tell } = this.#options;
    const found = store.get(account);
    const owned = channels.of(found);
    beforeDrop(found, by);
    store.drop(found);
    return async () => {
      forgetFailures(found.key);
      channels.ended(owned);
      await answersOfThisTurn();
      tell({ kind: 'ended', account: found.name, why: 'dropped', reason: '' });
    };
  }

  /**
   * Calls an account something else; whoever asks about accounts is told whose nicks and channels are so now.
   * @throws SignalboxError `not_found`; `bad_request` for what can be no name; `conflict` where it is another's; `unavailable` where it
   *   cannot be changed now, or not yet
   */
  async rename(account: string, next: string): Promise<void> {
    const { store, writes } = this.#options;
    if (!isValidNick(next, limits.accountNameLength.default))
      throw new SignalboxError('bad_request', 'An account is called like a nick.');
    const stored = store.get(account);
    const elsewhere = this.#elsewhereOf(stored);
    if (elsewhere === null) {
      const told = await writes.write(() => {
        const found = store.still(stored);
        store.facts.rename(found, next);
        return this.renamed(found.name, next);
      });
      told();
      return;
    }
    const owner = store.find(next) ?? store.ownerOf(next);
    if (owner !== undefined && owner.id !== stored.id)
      throw new SignalboxError('conflict', `${next} belongs to the account ${owner.name}.`);
    const outcome = await elsewhere.rename(stored.name, next);
    if (outcome === 'delayed') throw pending(`The account ${stored.name} is called ${next}`);
    if (outcome === 'exists') throw new SignalboxError('conflict', `The name ${next} is somebody else's.`);
    if (outcome === 'refused')
      throw new SignalboxError(
        'refused',
        `The name ${next} is not taken by the login service: expected one that its rules allow, and that it lets names be changed.`,
      );
    if (outcome === 'gone') throw new SignalboxError('not_found', `There is no account ${stored.name}.`);
  }

  /** An account is called otherwise; the function tells everybody who asks about accounts. */
  renamed(before: string, next: string): () => void {
    const { store, channels, onRenamed, tell } = this.#options;
    return () => {
      const account = store.find(next);
      if (account === undefined) return;
      tell({ kind: 'nick', account: before, nick: before, owned: false });
      for (const nick of store.details(next).nickList)
        tell({ kind: 'nick', account: next, nick, owned: true });
      channels.changed(account);
      onRenamed(before, next);
    };
  }

  /**
   * Keeps the owner of an account out, or lets them in again; answers how the account is called.
   * @param reason null lets them in, unless they are kept out elsewhere
   * @throws SignalboxError `not_found`; `conflict` where nobody is kept out, or elsewhere is; `unavailable` where that cannot be known now
   */
  async suspend(account: string, by: string, reason: string | null): Promise<string> {
    const { store } = this.#options;
    const stored = store.get(account);
    if (reason !== null) return await this.keepOut(account, by, reason);
    if (stored.suspended_reason === null)
      throw new SignalboxError('conflict', `The account ${stored.name} is not suspended.`);
    const elsewhere = this.#elsewhereOf(stored);
    const outcome = elsewhere === null ? await this.#letIn(stored) : await elsewhere.lift(stored.name);
    if (outcome === 'delayed') throw pending(`${stored.name} is suspended no more`);
    if (outcome === 'refused')
      throw new SignalboxError(
        'conflict',
        `The account ${stored.name} stays suspended: ${store.find(account)?.suspended_reason ?? 'its owner may not log in elsewhere'}`,
      );
    return stored.name;
  }

  /** Keeps the owner of an account out, whoever says so. Throws SignalboxError `not_found`. */
  async keepOut(account: string, by: string, reason: string): Promise<string> {
    const { store, writes, tell } = this.#options;
    const stored = store.get(account);
    const name = await writes.write(() => {
      const found = store.still(stored);
      store.suspend(found, reason, by);
      return found.name;
    });
    await answersOfThisTurn();
    tell({ kind: 'ended', account: name, why: 'suspended', reason });
    return name;
  }

  async #letIn(account: StoredAccount): Promise<ChangeOutcome> {
    const { store, writes } = this.#options;
    return await writes.write(() => {
      const found = store.still(account);
      if (this.#elsewhereOf(found) !== null) throw new SignalboxError('conflict', BELONGS_NOW);
      store.suspend(found, null, '');
      return 'done';
    });
  }
}

const BELONGS_NOW = 'The account is elsewhere too by now: ask again.';

/**
 * Resolves behind the answers of the writes of one turn: who hears that an account has ended has heard before whom it let in.
 */
function answersOfThisTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** @param what will be so, in a sentence without its end */
export function pending(what: string): SignalboxError {
  return new SignalboxError(
    'unavailable',
    `The login service does not answer now. ${what} by itself when it does.`,
  );
}
