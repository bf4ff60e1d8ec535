/** For tests: has things happen among people who use AuthServ and log in by SASL, one step after the other, under the eyes of a witness. */
import { hashed } from '../flows/test-world.ts';
import { type Crowd, NEWCOMER, PASSWORDS, PENDING, PRINT } from './test-crowd.ts';
import {
  bearerClient,
  externalClient,
  plainClient,
  type SaslClient,
  scramClient,
} from './test-sasl-client.ts';
import type { Administered, Ask, Moved, Owner, Step } from './test-steps.ts';
import { type Claim, Somebody, Witness } from './test-witness.ts';

export const NUMERICS = ['ACAAA', 'ACAAB', 'ACAAC', 'ACAAD'];
/** One more than people, so that each can be somebody else's a moment later. */
export const NICKS = ['kim', 'lee', 'pat', 'sam', 'uma'];
const OP_PASSWORD = 'operator-horse';
const OP_EMAIL = 'by@example.net';
const OP_LEVEL = 300;

export class Play {
  readonly crowd: Crowd;
  readonly witness: Witness;
  readonly #clients = new Map<Somebody, SaslClient>();
  #count = 0;

  constructor(crowd: Crowd) {
    this.crowd = crowd;
    this.witness = new Witness(crowd);
    if (crowd.where === 'keycloak') this.witness.mean('create', NEWCOMER.name);
    this.witness.onChallenge = (session, data) => this.#goOn(session, data);
    crowd.onDeed = ({ actor, command, args }) => this.#deed(actor.split('!')[0]!, command, args);
    for (const who of NUMERICS.keys()) this.#come(who, null, who);
  }

  async step(step: Step): Promise<void> {
    const { crowd, witness } = this;
    const { net } = crowd;
    await net.clock.advance(1_000);
    net.say('AB Z AB :AF');
    this.#take(step);
    // What they are asked is answered at once, and comes to something.
    do await crowd.settle();
    while (witness.look() > 0);
  }

  /** Lets all go until nothing is under way. */
  async end(): Promise<void> {
    while (this.crowd.isBusy) await this.step({ do: 'open', nth: 0 });
    this.witness.atTheEnd();
  }

  #take(step: Step): void {
    const { crowd } = this;
    const { net, gate } = crowd;
    if (step.do === 'open') gate.open(step.nth);
    else if (step.do === 'hold') crowd.holdDisk();
    else if (step.do === 'ask') this.#ask(step.who, step.ask);
    else if (step.do === 'sasl') this.#sasl(step);
    else if (step.do === 'abort') this.#abort(step.who);
    else if ('account' in step) this.#administer(step);
    else if ('as' in step) {
      if (step.do === 'replace' || !this.#isThere(step.who)) this.#come(step.who, step.as, step.nick);
    } else if ('who' in step) {
      if (this.#isThere(step.who)) this.#move(step);
    } else
      this.#split(() => {
        if (step.do === 'relink') net.uplink.fail('lost');
        if (step.do === 'relink') net.relink(LEAF);
        else net.say('AB SQ leaf.test 0 :gone', LEAF);
      });
  }

  /** All of the other server are gone, and what they were about to do. */
  #split(happens: () => void): void {
    happens();
    this.witness.people.clear();
    this.witness.sessions.clear();
  }

  #move(step: Moved): void {
    const { net, where } = this.crowd;
    const numeric = NUMERICS[step.who]!;
    if (step.do === 'leave') {
      net.say(`${numeric} Q :bye`);
      this.witness.people.delete(numeric);
    } else if (step.do === 'rename') net.say(`${numeric} N ${this.#freeNick(step.nick)} 960`);
    else if (where !== 'ircu') {
      net.say(`AC AC ${numeric} U`);
      this.#somebody(step.who).account = null;
    }
  }

  #isThere(who: number): boolean {
    return this.witness.people.has(NUMERICS[who]!);
  }

  #somebody(who: number): Somebody {
    return this.witness.people.get(NUMERICS[who]!)!;
  }

  #nick(who: number): string | null {
    return this.crowd.net.uplink.view.users.get(NUMERICS[who]!)?.nick ?? null;
  }

  /** That one, or the next that nobody has. */
  #freeNick(from: number): string {
    const { view } = this.crowd.net.uplink;
    const all = NICKS.map((_nick, at) => NICKS[(from + at) % NICKS.length]!);
    return all.find((nick) => view.byNick(nick) === undefined)!;
  }

  #come(who: number, as: Owner | null, nick: number): void {
    const { store, net } = this.crowd;
    const numeric = NUMERICS[who]!;
    const account = as === null ? undefined : store.find(as);
    const somebody = new Somebody();
    somebody.account = account?.suspended_reason === null ? account.id : null;
    const stamp =
      somebody.account === null ? '' : `r ${account!.name}:${Math.floor(account!.created / 1_000)}`;
    if (this.#isThere(who)) net.say(`${numeric} Q :bye`);
    net.say(`AC N ${this.#freeNick(nick)} 1 950 ~g g.example.net +i${stamp} AKAAAB ${numeric} :Guest`);
    this.witness.people.set(numeric, somebody);
  }

  #ask(who: number, ask: Ask): void {
    if (!this.#isThere(who)) return;
    const text = this.#textOf(this.#somebody(who), ask);
    if (text === null) return;
    this.#somebody(who).said += ` ${text}`;
    this.crowd.net.say(`${NUMERICS[who]} P AFAAA :${text}`);
  }

  /** What somebody says, who is entitled to what it means from then on; null where they cannot. */
  #textOf(somebody: Somebody, ask: Ask): string | null {
    const { witness } = this;
    const own = somebody.account;
    const next = `other-horse-${++this.#count}`;
    if (ask.say === 'AUTH') {
      const secret = ask.right ? secretOf(ask.account) : 'wrong-horse';
      somebody.claims.push({ by: 'password', account: ask.account, secret });
      return `AUTH ${ask.account} ${secret}`;
    }
    if (ask.say === 'REGISTER') {
      const name = `reg${ask.name}`;
      witness.mean('create', name);
      somebody.claims.push({ by: 'password', account: name, secret: next });
      return `REGISTER ${name} ${next}`;
    }
    if (ask.say === 'COOKIE' || ask.say === 'CONFIRM') return this.#cookieText(somebody, ask, next);
    if (ask.say === 'ADDCERTFP') {
      const print = createPrint(this.#count);
      if (own !== null) witness.mean('print', own, print);
      return `ADDCERTFP ${print}`;
    }
    if ('target' in ask) return this.#operatorText(somebody, ask);
    const secret = ask.right ? this.#passwordOf(own) : 'wrong-horse';
    const isTheirs = own !== null && ask.right;
    if (isTheirs && ask.say === 'PASS') witness.mean('password', own, next);
    if (isTheirs && ask.say === 'UNREGISTER') witness.mean('drop', own);
    return ask.say === 'PASS' ? `PASS ${secret} ${next}` : `UNREGISTER ${secret}`;
  }

  #cookieText(
    somebody: Somebody,
    ask: Extract<Ask, { readonly say: 'COOKIE' | 'CONFIRM' }>,
    next: string,
  ): string {
    const { crowd, witness } = this;
    const [account, kind] =
      ask.say === 'CONFIRM' ? ([PENDING, 'activation'] as const) : ([ask.account, ask.kind] as const);
    const secret = JSON.stringify({ argon2id: next, scram: next, elsewhere: hashed(next) });
    const data = { activation: secret, password_change: secret, email_change: OP_EMAIL, allowauth: null };
    const found = crowd.store.find(account);
    const cookie = crowd.cookie(account, kind, data[kind]);
    if (found !== undefined && cookie !== '' && ask.right) {
      somebody.claims.push({ by: 'other', id: found.id });
      if (data[kind] === secret) witness.mean('password', found.id, next);
      if (kind === 'email_change') witness.mean('email', found.id, OP_EMAIL);
    }
    return `COOKIE ${account} ${ask.right ? cookie : 'abcdefghij'}`;
  }

  #operatorText(
    somebody: Somebody,
    { say, target }: Extract<Ask, { readonly target: Owner | number }>,
  ): string | null {
    const nick = typeof target === 'number' ? this.#nick(target) : null;
    if (typeof target === 'number' && nick === null) return null;
    const word = nick === null ? `${target}` : `*${nick}`;
    // They mean the account that that is now.
    if (nick !== null) somebody.said += ` ${this.crowd.net.uplink.view.byNick(nick)?.account ?? ''}`;
    if (say === 'OUNREGISTER') return `OUNREGISTER ${word}`;
    if (say === 'RENAME') return `RENAME ${word} new${++this.#count}`;
    const values = { LEVEL: OP_LEVEL, PASSWORD: OP_PASSWORD, EMAIL: OP_EMAIL };
    return `OSET ${word} ${say} ${values[say]}`;
  }

  /** An operator has something written down; what they mean by it is what it says. */
  #deed(nick: string, command: string, args: Readonly<Record<string, unknown>>): () => void {
    const { store, net } = this.crowd;
    const { standing, profiles } = net.services.accounts;
    const user = net.uplink.view.byNick(nick);
    const id = store.find(String(args.account))?.id;
    return () => {
      if (user === undefined || id === undefined || net.uplink.view.resolve(user) !== user) return;
      const target = store.page('', 100).find((one) => one.id === id);
      if (target === undefined || (standing.levelOf(user) ?? 0) <= profiles.of(target).level) return;
      if (command === 'RENAME') this.witness.mean('name', id, args.name);
      else if (command === 'OUNREGISTER') this.witness.mean('drop', id);
      else if (args.setting === 'LEVEL') this.witness.mean('level', id, OP_LEVEL);
      else if (args.setting === 'PASSWORD') this.witness.mean('password', id, OP_PASSWORD);
      else if (args.setting === 'EMAIL') this.witness.mean('email', id, OP_EMAIL);
    };
  }

  #passwordOf(id: number | null): string {
    const { store } = this.crowd;
    const found = store.page('', 100).find((one) => one.id === id);
    const { links } = this.crowd.net.services.accounts;
    const link = found === undefined ? null : links.of(found);
    if (link !== null) return this.crowd.directory.everybody.get(link.user)?.password?.hash ?? 'none';
    return (found === undefined ? null : store.credential(found, 'argon2id')) ?? 'none';
  }

  #administer(step: Administered): void {
    const { crowd, witness } = this;
    const { account } = step;
    const { services } = crowd.net;
    const found = crowd.store.find(account);
    if (found === undefined) return;
    if (step.do === 'logoutAll') {
      witness.mean('logout', found.id);
      services.logOut(account);
    } else if (step.do === 'suspend')
      services.keeper.changes.keepOut(account, 'test', 'for the test').catch(() => {});
    else {
      witness.mean('drop', found.id);
      witness.mean('create', account);
      const password = `taken-horse-${++this.#count}`;
      services.keeper.changes
        .drop(account, 'test')
        .then(() => crowd.create(account, password))
        .catch(() => {});
    }
  }

  #sasl(step: Extract<Step, { readonly do: 'sasl' }>): void {
    const { crowd, witness } = this;
    const { mechanism, account, right, who } = step;
    const secret = right ? secretOf(account) : 'wrong-horse';
    const session = new Somebody();
    let claim: Claim = { by: 'password', account, secret };
    let client = mechanism === 'PLAIN' ? plainClient(account, secret) : scramClient(account, secret);
    if (mechanism === 'EXTERNAL') {
      client = externalClient();
      claim = { by: 'other', id: crowd.ownerOfPrint };
    } else if (mechanism === 'OAUTHBEARER') {
      const user = right ? (crowd.directory.user(account)?.id ?? 'nobody') : 'nobody';
      client = bearerClient(user);
      claim = { by: 'user', user };
    }
    session.claims.push(claim);
    this.#clients.set(session, client);
    // A server of ircu counts its logins, and never gives a number twice.
    const key = crowd.where === 'ircu' ? `${++this.#count}` : keyOf(who);
    witness.sessions.set(key, session);
    const print = mechanism === 'EXTERNAL' ? PRINT : '_';
    if (crowd.where === 'ircu') {
      // Those without a certificate log in while they are on the network.
      const user = mechanism !== 'EXTERNAL' && this.#isThere(who) ? NUMERICS[who] : null;
      if (user !== null) this.#somebody(who).claims.push(claim);
      const from = user ?? `192.0.2.7 ${print}`;
      crowd.net.say(`AC XQ AF sasl:${key} :SASL ${from} ${mechanism}`);
      return;
    }
    const begin = print === PRINT ? `${mechanism} :${PRINT}` : `:${mechanism}`;
    crowd.net.say(`AC SASL AF AC!${key} S ${begin}`);
  }

  #goOn(session: Somebody, challenge: string): void {
    const { crowd, witness } = this;
    const [key] = [...witness.sessions].find(([, one]) => one === session) ?? [];
    const data = this.#clients.get(session)!(challenge);
    if (crowd.where === 'ircu') crowd.net.say(`AC XQ AF sasl:${key} :SASL ${data}`);
    else crowd.net.say(`AC SASL AF AC!${key} C :${data}`);
  }

  /** The client of a login has gone, which ircu does not say. */
  #abort(who: number): void {
    const { crowd, witness } = this;
    if (crowd.where === 'ircu') return;
    if (witness.sessions.delete(keyOf(who))) crowd.net.say(`AC SASL AF AC!${keyOf(who)} D :A`);
  }
}

const LEAF = 'AB S leaf.test 2 900 900 P10 AC]]] +6 :Leaf';

function keyOf(who: number): string {
  return `${who + 1}`;
}

function secretOf(account: Owner | 'fay'): string {
  return account === 'fay' ? NEWCOMER.password : PASSWORDS[account];
}

/** One that nobody has. */
function createPrint(count: number): string {
  return count.toString(16).padStart(64, 'b');
}
