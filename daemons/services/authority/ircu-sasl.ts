/**
 * Clients of newer ircu (Undernet, since 2026) log in with services: the server asks by `XQ`, is answered by `XR`, and learns from the
 * configuration of the network (`CF`) whom to ask and for which mechanisms. Older ones know neither, and ignore both.
 */
import { SASL_MECHANISMS } from '../../../contract/accounts.ts';
import type { Clock } from '../../../kit/clock.ts';
import type { AccountKeeper } from '../../identity/account-keeper.ts';
import { writeLine } from '../../irc/p10/line.ts';
import { isServerNumeric } from '../../irc/p10/numeric.ts';
import type { SaslDesk, SaslLink } from '../../irc/p10/sasl-desk.ts';
import type { SaslLine } from '../../irc/p10/sasl-line.ts';
import { TOKEN } from '../../irc/p10/tokens.ts';
import type { OperationPool } from '../operations/operation-pool.ts';
import type { HeardLine, Identity, Uplink } from '../uplink/uplink.ts';
import { saslDesk } from './nefarious-sasl.ts';

export interface IrcuSaslOptions {
  readonly keeper: AccountKeeper;
  readonly operations: OperationPool;
  readonly identity: Identity;
  readonly clock: Clock;
}

/** Before the number that a server gives a login. */
const ROUTE = 'sasl:';
/** A login is asked about by its number; the server counts up to 64 bits. */
const NUMBER = /^\d{1,20}$/;
/** What a server asks. */
const QUESTION = /^SASL (.+)$/;
/** There is no certificate. */
const NO_CERTIFICATE = '_';

const SERVER_KEY = 'sasl.server';
const MECHANISMS_KEY = 'sasl.mechanisms';

export class IrcuSasl {
  readonly #options: IrcuSaslOptions;
  readonly #desk: SaslDesk;
  /** Users who log in while they are on the network, by server and number of the login. */
  readonly #users = new Map<string, string>();
  /** The server that the network asks; null where nobody has said one. */
  #asked: string | null = null;
  /** Unix seconds of the newest thing that was said of the configuration. */
  #saidAt = 0;
  #uplink: Uplink | null = null;

  constructor(options: IrcuSaslOptions) {
    this.#options = options;
    const { keeper, operations, identity, clock } = options;
    const write = (me: string, line: SaslLine) => this.#write(me, line);
    this.#desk = saslDesk({ keeper, operations, me: identity.numeric, clock, kind: 'ircu', write });
  }

  /** Says whom to ask, and for which mechanisms, unless the network asks another server that is there. */
  offer(uplink: Uplink): void {
    if (uplink.kind !== 'ircu' || uplink.state !== 'linked') return;
    const { identity, keeper, clock } = this.#options;
    const asked = this.#asked;
    if (asked !== null && asked !== identity.name && uplink.view.serverByName(asked) !== undefined) return;
    // What is not newer than what was said before is passed over.
    const seconds = Math.max(Math.floor(clock.now() / 1_000), this.#saidAt + 1);
    this.#saidAt = seconds;
    this.#asked = identity.name;
    const mechanisms = [...SASL_MECHANISMS, ...keeper.moreMechanisms].join(',');
    uplink.say(TOKEN.CONFIG, [seconds, MECHANISMS_KEY], mechanisms);
    uplink.say(TOKEN.CONFIG, [seconds, SERVER_KEY], identity.name);
  }

  /** The configuration of the network, in a burst or later. */
  hearConfig(uplink: Uplink, { line }: HeardLine): void {
    const [seconds = '', key = '', value = ''] = line.params;
    if (key !== SERVER_KEY && key !== MECHANISMS_KEY) return;
    this.#uplink = uplink;
    if (Number.isSafeInteger(Number(seconds))) this.#saidAt = Math.max(this.#saidAt, Number(seconds));
    if (key === SERVER_KEY) this.#asked = value === '' ? null : value;
  }

  /** A question; false for what is none of SASL. */
  hear(uplink: Uplink, { line }: HeardLine): boolean {
    const { identity } = this.#options;
    const [target, route = '', text = ''] = line.params;
    if (!route.startsWith(ROUTE)) return false;
    const session = route.slice(ROUTE.length);
    const home = line.source;
    const words = QUESTION.exec(text)?.[1]?.split(' ') ?? [];
    if (target !== identity.numeric || !NUMBER.test(session) || !isServerNumeric(home)) return true;
    if (!uplink.view.servers.has(home)) return true;
    this.#uplink = uplink;
    const said = { target: identity.numeric, home, session, more: undefined } as const;
    const hear = (line_: Omit<SaslLine, keyof typeof said> & { more?: string | undefined }) =>
      this.#desk.hear(home, { ...said, ...line_ }, uplink);
    if (words.length === 1) hear({ step: 'C', data: words[0]! });
    else if (words.length === 2) this.#begin(uplink, home, session, words as [string, string], hear);
    else if (words.length === 3) {
      const [address = '', print = '', mechanism = ''] = words;
      this.#users.delete(`${home}!${session}`);
      hear({ step: 'S', data: mechanism, more: print === NO_CERTIFICATE ? undefined : print });
      hear({ step: 'H', data: `*@*:${address}` });
    }
    return true;
  }

  /** A server is gone. @param home its numeric */
  gone(home: string): void {
    this.#desk.gone(home);
    for (const key of [...this.#users.keys()]) if (key.startsWith(`${home}!`)) this.#users.delete(key);
  }

  /** A link is over, and with it what was said of the network. */
  forget(link: SaslLink): void {
    this.#desk.forget(link);
    this.#users.clear();
    this.#asked = null;
    this.#uplink = null;
  }

  /** Somebody who is on the network logs in. */
  #begin(
    { view }: Uplink,
    home: string,
    session: string,
    [numeric, mechanism]: readonly [string, string],
    hear: (line: { step: 'S' | 'H'; data: string; more?: string }) => void,
  ): void {
    const user = view.users.get(numeric);
    if (user?.server.numeric !== home) return;
    this.#users.set(`${home}!${session}`, `${numeric} ${user.sequence}`);
    hear({ step: 'S', data: mechanism });
    hear({ step: 'H', data: `*@*:${user.address}` });
  }

  /** What the desk says, in the words of ircu. */
  #write(me: string, { home, session, step, data, more }: SaslLine): string | null {
    const answer = (text: string) => writeLine(me, TOKEN.XREPLY, [home, `${ROUTE}${session}`], text);
    const key = `${home}!${session}`;
    if (step === 'C') return answer(`SASL ${data}`);
    if (step === 'L') {
      this.#stamp(key, data, Number(more ?? 0));
      return answer(`OK ${data}:${more ?? 0}:0`);
    }
    // Success is said with the account, and mechanisms are known by the configuration.
    this.#users.delete(step === 'D' ? key : '');
    return step === 'D' && data !== 'S' ? answer('NO The account or the password is wrong.') : null;
  }

  /** The network learns of the account of who is on it from services; of who is not yet, from their server. */
  #stamp(key: string, account: string, seconds: number): void {
    const uplink = this.#uplink;
    const [numeric = '', sequence = ''] = this.#users.get(key)?.split(' ') ?? [];
    const user = uplink?.view.users.get(numeric);
    if (uplink === null || user === undefined || String(user.sequence) !== sequence) return;
    // A stamp is for good.
    if (user.account !== null) return;
    uplink.say(TOKEN.ACCOUNT, [numeric, account, seconds]);
    uplink.view.setAccount(user, account, seconds);
  }
}
