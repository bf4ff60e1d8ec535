/** For tests: a keeper of accounts over a database in memory, with a clock that stands still and passwords that cost nothing. */
import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import type { AccountArgs, AccountNews, AccountQuestion, AccountResult } from '../../contract/accounts.ts';
import { FakeClock } from '../../kit/fake-clock.ts';
import type { TaskTimes } from '../runtime/async/pool-task.ts';
import { AccountKeeper } from './account-keeper.ts';
import type { PasswordWork, Urgency } from './credentials.ts';
import { formatVerifier, keysOf } from './sasl/scram.ts';
import { AccountStore } from './store/account-store.ts';
import { ChannelStore } from './store/channel-store.ts';
import { accountsInMemory } from './store/test-databases.ts';
import { WriteTurn } from './store/write-turn.ts';

const ROUNDS = 2;

/** Where the clients of a test are. */
export const HOME = { address: '192.0.2.1', fingerprint: null };
/** Another place. */
export const AWAY = { address: '198.51.100.7', fingerprint: null };

/** Keeps passwords in clear, where argon2id would stand. */
export class ClearPasswords implements PasswordWork {
  /** Thrown instead of an answer. */
  failure: Error | null = null;
  checked = 0;
  /** Checks wait for it. */
  gate: Promise<void> = Promise.resolve();

  async make(password: string) {
    if (this.failure !== null) throw this.failure;
    const salt = Buffer.from('salt');
    const salted = pbkdf2Sync(password, salt, ROUNDS, 32, 'sha256');
    return { argon2id: password, scram: formatVerifier({ iterations: ROUNDS, salt, ...keysOf(salted) }) };
  }

  /** What a check says that it took. */
  times: TaskTimes | null = null;

  async fits(
    hash: string | null,
    password: string,
    _network?: string,
    _urgency?: Urgency,
    onTimes?: (times: TaskTimes) => void,
  ): Promise<boolean> {
    this.checked++;
    if (this.failure !== null) throw this.failure;
    await this.gate;
    if (this.times !== null) onTimes?.(this.times);
    return hash === password;
  }
}

export class TestKeeper {
  readonly clock = new FakeClock();
  readonly passwords = new ClearPasswords();
  readonly database = accountsInMemory();
  readonly writes = new WriteTurn(this.database);
  readonly store: AccountStore;
  readonly channels: ChannelStore;
  readonly news: AccountNews[] = [];
  readonly failures: string[] = [];
  readonly unchecked: string[] = [];
  /** What logins took beside their hash, in milliseconds. */
  readonly queued: number[] = [];
  /** Done between the proof and the last message of SCRAM. */
  beforeLast: () => unknown = () => {};
  keeper!: AccountKeeper;
  #answers!: ReturnType<AccountKeeper['answerers']>;

  constructor(mostAccounts?: number) {
    this.store = new AccountStore(this.database, () => this.clock.now(), mostAccounts);
    this.channels = new ChannelStore(this.database, this.store, () => this.clock.now());
  }

  static async open(mostAccounts?: number): Promise<TestKeeper> {
    const test = new TestKeeper(mostAccounts);
    test.keeper = await AccountKeeper.open({
      store: test.store,
      channels: test.channels,
      writes: test.writes,
      credentials: test.passwords,
      clock: test.clock,
      leastPassword: () => 8,
      onQueued: (ms) => test.queued.push(ms),
      onUnchecked: (why) => test.unchecked.push(why),
      onFailure: (account, { address }, why) => test.failures.push(`${account} from ${address}: ${why}`),
    });
    test.keeper.onNews((news) => test.news.push(news));
    test.#answers = test.keeper.answerers();
    return test;
  }

  /** Asks as the IRC server does. */
  async ask<Name extends AccountQuestion>(name: Name, args: AccountArgs<Name>): Promise<AccountResult<Name>> {
    return (await this.#answers[name](args as never)) as AccountResult<Name>;
  }

  /** An account with the password `correct-horse`. */
  async register(account: string, origin = HOME): Promise<void> {
    await this.ask('register', { account, password: 'correct-horse', email: null, origin });
  }

  async plain(
    account: string,
    password: string,
    origin: typeof HOME | { address: string; fingerprint: string } = HOME,
    as = '',
  ) {
    await this.ask('saslStart', { session: '1', mechanism: 'PLAIN', origin });
    return await this.ask('saslData', { session: '1', data: base64(`${as}\0${account}\0${password}`) });
  }

  async external(fingerprint: string | null, as = '') {
    const origin = { address: HOME.address, fingerprint };
    await this.ask('saslStart', { session: '1', mechanism: 'EXTERNAL', origin });
    return await this.ask('saslData', { session: '1', data: base64(as) });
  }

  /** The whole exchange of SCRAM-SHA-256; answers what each message was answered. */
  async scram(account: string, password: string, origin = HOME, header = 'n,,', last = '') {
    await this.ask('saslStart', { session: '1', mechanism: 'SCRAM-SHA-256', origin });
    const bare = `n=${account},r=clientnonce`;
    const first = await this.ask('saslData', { session: '1', data: base64(header + bare) });
    if (first.kind !== 'challenge') return [first];
    const answer = Buffer.from(first.data, 'base64').toString();
    const [, nonce = '', salt = '', rounds = ''] = /^r=(.*),s=(.*),i=(.*)$/.exec(answer) ?? [];
    const unproven = `c=${base64(header)},r=${nonce}`;
    const salted = pbkdf2Sync(password, Buffer.from(salt, 'base64'), Number(rounds), 32, 'sha256');
    const clientKey = createHmac('sha256', salted).update('Client Key').digest();
    const signature = createHmac('sha256', createHash('sha256').update(clientKey).digest())
      .update(`${bare},${answer},${unproven}`)
      .digest();
    const proof = Buffer.from(clientKey.map((byte, at) => byte ^ signature[at]!)).toString('base64');
    const second = await this.ask('saslData', { session: '1', data: base64(`${unproven},p=${proof}`) });
    if (second.kind !== 'challenge') return [first, second];
    await this.beforeLast();
    return [first, second, await this.ask('saslData', { session: '1', data: base64(last) })];
  }

  close(): void {
    this.writes.flush();
    this.database.close();
  }
}

export function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
