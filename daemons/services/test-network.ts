/** For tests: services over a database in memory, linked to a network that is only lines. */
import type { OperatorDeed } from '../../contract/link/deeds.ts';
import { FakeClock } from '../../kit/fake-clock.ts';
import { accountsInMemory } from '../identity/store/test-databases.ts';
import { WriteTurn } from '../identity/store/write-turn.ts';
import { ClearPasswords } from '../identity/test-keeper.ts';
import type { DeedAnswer } from '../runtime/host/deed-ledger.ts';
import { Catalogues } from './bots/catalogues.ts';
import type { ChannelRules } from './chanserv/chan-world.ts';
import type { LoginKeycloak } from './keycloak/keycloak-logins.ts';
import { setLevel } from './level-door.ts';
import type { OpServRules } from './opserv/opserv.ts';
import { type AccountRules, Services, type ServicesOptions } from './services.ts';
import { type SockCheckRules, sockCheckConfigSchema, sockCheckRules } from './sockcheck/sock-config.ts';
import { SERVICES_SCHEMA } from './store/services-schema.ts';
import { Uplink, type UplinkSettings, type UplinkTransport } from './uplink/uplink.ts';

const IDENTITY = { name: 'services.test', numeric: 'AF', description: 'Test services', bootSeconds: 1_000 };
const SETTINGS: UplinkSettings = { password: 'linkpw', kind: 'auto' };

/** The end of a connection that the test reads. */
export class LineEnd implements UplinkTransport {
  readonly place = 'test';
  sent: string[] = [];
  closed = false;

  send(line: string): void {
    this.sent.push(line);
  }

  close(): void {
    this.closed = true;
  }
}

export class TestNetwork {
  readonly clock = new FakeClock();
  readonly passwords = new ClearPasswords();
  readonly database = accountsInMemory(SERVICES_SCHEMA);
  readonly writes = new WriteTurn(this.database);
  readonly logged: string[] = [];
  rules: AccountRules = { confirmByMail: false, graceDays: 7, unusedDays: 0 };
  channelRules: ChannelRules = { trigger: '!', unvisitedDays: 0 };
  catalogues = new Catalogues();
  operatorRules: OpServRules = {
    untrusted: 5,
    cloneMinutes: 60,
    blockMinutes: 60,
    defcon: { sessions: 2, minutes: 15, modes: '' },
  };
  /** How those who connect are scanned; not at all until a test says otherwise. */
  sockCheckRules: SockCheckRules = sockCheckRules(sockCheckConfigSchema.parse({}));
  /** What main was asked to do with services. */
  readonly lifecycle: { readonly action: string; readonly actor: string; readonly reason: string }[] = [];
  /** What operators did, and what came of it. */
  readonly deeds: { readonly deed: OperatorDeed; outcome: string | null }[] = [];
  /** Why nothing is written down; null while it is. */
  unwritable: string | null = null;
  /** The Keycloak of the network; none until a test gives one. */
  keycloak: LoginKeycloak | null = null;
  /** What operators do waits for it. */
  writtenDown: Promise<void> = Promise.resolve();
  #more: Partial<ServicesOptions> = {};
  #settings = SETTINGS;
  services!: Services;
  end = new LineEnd();
  /** What services said when they were linked. */
  burst: string[] = [];
  uplink!: Uplink;

  /** @param flags of the server at the other end; with `B` it is of our own kind */
  static async start(
    flags = 'h6B',
    more: Partial<ServicesOptions> = {},
    kind: UplinkSettings['kind'] = 'auto',
  ): Promise<TestNetwork> {
    const test = new TestNetwork();
    test.#settings = { ...SETTINGS, kind };
    test.#more = more;
    await test.reopen();
    test.link(flags);
    return test;
  }

  /** Services anew over the same database, as after a restart. */
  async reopen(): Promise<void> {
    this.services = await Services.open({
      database: this.database,
      writes: this.writes,
      credentials: this.passwords,
      identity: IDENTITY,
      clock: this.clock,
      leastPassword: () => 8,
      rules: () => this.rules,
      channelRules: () => this.channelRules,
      loginTimelines: () => 16,
      catalogues: () => this.catalogues,
      operatorRules: () => this.operatorRules,
      sockCheckRules: () => this.sockCheckRules,
      lifecycle: async (action, actor, reason) => {
        this.lifecycle.push({ action, actor, reason });
        return { ok: true, result: null };
      },
      beginDeed: (deed) => this.#beginDeed(deed),
      keycloak: () => this.keycloak,
      isOwn: () => true,
      onOperation: () => {},
      log: (level, event, message) => this.logged.push(`${level} ${event} ${message}`),
      ...this.#more,
    });
  }

  /** Links, up to the end of the burst; answers what services have said. @param burst what the network is besides */
  link(flags = 'h6B', ...burst: readonly string[]): string[] {
    this.end = new LineEnd();
    this.uplink = new Uplink(this.end, IDENTITY, this.#settings, this.services, this.clock);
    this.say('PASS :linkpw', `SERVER hub.test 1 900 900 J10 AB]]] +${flags} :Hub`, ...burst, 'AB EB');
    this.burst = this.take();
    return this.burst;
  }

  /** Links anew: the network tells of what is on it before it has told all. What services say is kept. */
  relink(...burst: string[]): void {
    this.end = new LineEnd();
    this.uplink = new Uplink(this.end, IDENTITY, this.#settings, this.services, this.clock);
    this.say('PASS :linkpw', 'SERVER hub.test 1 900 900 J10 AB]]] +h6B :Hub', ...burst, 'AB EB');
  }

  /** The time of the network, Unix seconds. */
  get seconds(): number {
    return Math.floor(this.clock.now() / 1_000);
  }

  /** Time passes while the network is heard of. */
  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 30_000) {
      await this.clock.advance(Math.min(left, 30_000));
      this.say('AB Z AB :AF');
    }
    await this.quiet();
  }

  say(...lines: string[]): void {
    for (const line of lines) this.uplink.take(line);
  }

  /** What services have sent since the last call. */
  take(): string[] {
    const lines = this.end.sent;
    this.end.sent = [];
    return lines;
  }

  /** A user comes. */
  join(numeric: string, nick: string, more = ''): void {
    this.say(`AB N ${nick} 1 950 ~${nick} ${nick}.example.net +i${more} AKAAAB ${numeric} :Real ${nick}`);
  }

  /** A user says something to AuthServ; answers the text of all notices that came of it. */
  async ask(numeric: string, text: string, bot = 'AFAAA'): Promise<string[]> {
    this.take();
    this.say(`${numeric} P ${bot} :${text}`);
    await this.quiet();
    return this.notices(numeric);
  }

  /** The notices to a user among what was sent. */
  notices(numeric: string): string[] {
    return this.take()
      .map((line) => / O (\S+) :(.*)$/.exec(line))
      .filter((found) => found !== null && found[1] === numeric)
      .map((found) => found![2]!);
  }

  /** Resolves when nothing is under way any more. */
  async quiet(): Promise<void> {
    do await new Promise((resolve) => setImmediate(resolve));
    while (
      this.services.operations.inUse > 0 ||
      this.services.accounts.verifiers.waiting > 0 ||
      this.services.opserv.busy ||
      this.services.sockCheck.busy
    );
  }

  /** Gives an account a level, as an administrator does. */
  async level(account: string, level: number): Promise<void> {
    await setLevel(this.services.accounts.levels, account, level);
  }

  async #beginDeed(deed: OperatorDeed): Promise<DeedAnswer> {
    await this.writtenDown;
    if (this.unwritable !== null)
      return { mayRun: false, refusal: { code: 'audit_unavailable', message: this.unwritable } };
    const written: { deed: OperatorDeed; outcome: string | null } = { deed, outcome: null };
    this.deeds.push(written);
    const end = (ok: boolean, outcome: string) => {
      written.outcome = ok ? outcome : `failed: ${outcome}`;
    };
    return { mayRun: true, deed: { unwritten: null, end } };
  }

  close(): void {
    this.services.close();
    this.writes.flush();
    this.database.close();
  }
}
