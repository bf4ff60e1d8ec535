/** Makes accounts: for those who register, at a rate for each address, and for administrators. */
import type { AccountArgs, AccountResult, RegisterAnswer } from '../../contract/accounts.ts';
import { SignalboxError } from '../../contract/errors.ts';
import type { Clock } from '../../kit/clock.ts';
import { isValidNick } from '../irc/names.ts';
import { networkKey } from '../runtime/net/ip-address.ts';
import { type AccountChanges, pending } from './account-changes.ts';
import type { KeeperOptions } from './account-keeper.ts';
import type { NewSecret } from './elsewhere.ts';
import { Guessing } from './guessing.ts';
import { limits } from './limits.ts';
import { loginOf } from './logins.ts';
import { isEmail, newPassword, type PasswordRules, preparedPassword } from './password-rules.ts';
import type { AccountStore, NewAccount, StoredAccount } from './store/account-store.ts';

export interface RegistrationsOptions {
  readonly store: AccountStore;
  readonly rules: PasswordRules;
  readonly changes: AccountChanges;
  readonly clock: Clock;
  readonly confirm: KeeperOptions['confirm'];
  /** See `AccountKeeper.adopt`. */
  readonly adopt: (account: NewAccount, more?: (stored: StoredAccount) => void) => Promise<StoredAccount>;
}

export class Registrations {
  /** How many were made lately, by address. */
  readonly rate: Guessing;
  readonly #options: RegistrationsOptions;

  constructor(options: RegistrationsOptions) {
    this.#options = options;
    const rule = {
      free: limits.registrationsPerAddress.default,
      forgetSeconds: limits.registrationForgetSeconds.default,
    };
    this.rate = new Guessing(rule, options.clock);
  }

  async register({ account, password, email, origin }: AccountArgs<'register'>): Promise<RegisterAnswer> {
    const { store, confirm } = this.#options;
    const network = networkKey(origin.address);
    const wait = this.rate.waitSeconds(network);
    if (wait > 0) return refusedRegistration('throttled', wait);
    const prepared = preparedPassword(password);
    const problem = this.#problemOf({ account, prepared, email });
    if (problem !== null) return refusedRegistration(problem);
    const asked = confirm?.isAsked() === true;
    if (asked && email === null) return refusedRegistration('bad_email');
    if (store.find(account) !== undefined || store.ownerOf(account) !== undefined)
      return refusedRegistration('exists');
    this.rate.failed(network);
    try {
      const answer = asked
        ? await this.#begin(account, email, password, origin)
        : await this.#make(account, email, password, network);
      if (answer.kind === 'refused' && answer.why !== 'pending') this.rate.refund(network);
      return answer;
    } catch (error) {
      this.rate.refund(network);
      const code = error instanceof SignalboxError ? error.code : null;
      if (code === 'conflict') return refusedRegistration('exists');
      if (code === 'limit_reached' && store.isFull) return refusedRegistration('full');
      return refusedRegistration('unavailable');
    }
  }

  /** An account that its owner has to confirm. */
  async #begin(
    account: string,
    email: string | null,
    password: string,
    origin: AccountArgs<'register'>['origin'],
  ): Promise<RegisterAnswer> {
    const { changes, confirm, adopt } = this.#options;
    // Whoever is there already gets the account by logging in, and nobody before them.
    if ((await changes.forNew?.isTaken(account)) === true) return refusedRegistration('exists');
    const secret = await changes.secretFor(account, password, networkKey(origin.address));
    const made = { name: account, email, verifiers: null, network: null };
    const { name } = await adopt(made, (stored) => confirm!.begin(stored, secret, origin));
    return { kind: 'unconfirmed', account: name };
  }

  async #make(
    account: string,
    email: string | null,
    password: string,
    network: string,
  ): Promise<RegisterAnswer> {
    const why = await this.#add(account, email, network, password, network);
    if (why !== null) return refusedRegistration(why);
    return { kind: 'success', login: loginOf(this.#options.store.get(account)) };
  }

  /** What an administrator asks for is held to the same rules, but to no rate. */
  async create({ account, password, email }: AccountArgs<'create'>): Promise<AccountResult<'create'>> {
    const chosen = password ?? newPassword();
    const problem = this.#problemOf({ account, prepared: preparedPassword(chosen), email });
    if (problem !== null) throw new SignalboxError('bad_request', CREATE_REFUSALS[problem]);
    const why = await this.#add(account, email, null, chosen, 'administrators');
    if (why === 'pending') throw pending(`The account ${account} is made`);
    if (why === 'exists') throw new SignalboxError('conflict', `There is an account ${account} already.`);
    if (why !== null) throw new SignalboxError('bad_request', CREATE_REFUSALS[why]);
    return { account, password: password === null ? chosen : null };
  }

  /** Makes an account wherever new ones are; answers what is in the way, null for nothing. @param turn whose it takes to hash */
  async #add(
    account: string,
    email: string | null,
    network: string | null,
    password: string,
    turn: string,
  ): Promise<'exists' | 'bad_email' | 'bad_name' | 'pending' | null> {
    const { changes, adopt } = this.#options;
    const { forNew } = changes;
    const { elsewhere, ...verifiers }: NewSecret = await changes.secretFor(account, password, turn);
    const made = { name: account, email, verifiers, network };
    if (forNew === null || elsewhere === undefined) {
      await adopt(made);
      return null;
    }
    return ELSEWHERE[await forNew.register(made, elsewhere)];
  }

  /** What is wrong with an account that is to be; null for nothing. */
  #problemOf({ account, prepared, email }: NewAccountWords): NewAccountProblem | null {
    if (!isValidNick(account, limits.accountNameLength.default)) return 'bad_name';
    if (prepared === null) return 'bad_password';
    if (this.#options.rules.isWeak(account, prepared)) return 'weak';
    return email !== null && !isEmail(email) ? 'bad_email' : null;
  }
}

/** Why somebody is refused by what came of asking elsewhere; null where nothing is in the way. */
const ELSEWHERE = {
  done: null,
  exists: 'exists',
  email: 'bad_email',
  refused: 'bad_name',
  delayed: 'pending',
} as const;

/** What somebody asks for who wants an account; `prepared` is null for what can be no password. */
interface NewAccountWords {
  readonly account: string;
  readonly prepared: string | null;
  readonly email: string | null;
}

type NewAccountProblem = 'bad_name' | 'bad_password' | 'weak' | 'bad_email';

const CREATE_REFUSALS: Readonly<Record<NewAccountProblem, string>> = {
  bad_name: 'account: expected a name that could be a nick',
  bad_password: `password: expected at most ${limits.passwordBytes.default} bytes, without control characters`,
  weak: 'password: expected more characters, and not the name of the account',
  bad_email: 'email: expected an e-mail address',
};

function refusedRegistration(
  why: Extract<RegisterAnswer, { readonly kind: 'refused' }>['why'],
  retrySeconds = 0,
): RegisterAnswer {
  return { kind: 'refused', why, retrySeconds };
}
