/** Mail that waits: what each brings, who gets how many, how often a server is asked, and when it is given up. */
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Catalogues } from '../bots/catalogues.ts';
import { limits } from '../limits.ts';
import { CookieStore } from '../store/cookie-store.ts';
import { TestNetwork } from '../test-network.ts';
import { DeliveryLoop, retryWaitMs } from './delivery-loop.ts';
import { MailQueue } from './mail-queue.ts';
import { MAIL_KINDS, type MailKind } from './mail-texts.ts';
import { type Mail, MailRefusedError, type MailTransport } from './mail-transport.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;

/** A server that takes mail, or does with it what a test says. */
class Server implements MailTransport {
  mails: Mail[] = [];
  problems: Error[] = [];
  held: (() => void)[] | null = null;
  closed = 0;

  async send(mail: Mail): Promise<void> {
    if (this.held !== null) await new Promise<void>((resolve) => this.held!.push(resolve));
    const problem = this.problems.shift();
    if (problem !== undefined) throw problem;
    this.mails.push(mail);
  }

  close(): void {
    this.closed++;
  }
}

let net: TestNetwork;
let queue: MailQueue;
let cookies: CookieStore;
let server: Server;
let logged: string[];
let until: number | null;

beforeEach(async () => {
  net = await TestNetwork.start();
  for (const [numeric, nick] of [
    ['ABAAA', 'ann'],
    ['ABAAB', 'bob'],
  ] as const) {
    net.join(numeric, nick);
    await net.ask(numeric, `REGISTER ${nick} correct-horse ${nick}@example.net`);
  }
  cookies = new CookieStore(net.database, randomBytes(32), () => net.clock.now());
  [server, logged, until] = [new Server(), [], net.clock.now() + DAY];
  make();
});
afterEach(() => {
  queue.close();
  net.close();
});

function make(): void {
  queue = new MailQueue({
    ...{ database: net.database, writes: net.writes, clock: net.clock, cookies, server: 'services.test' },
    store: net.services.keeper.store,
    profiles: net.services.profiles,
    catalogues: () => net.catalogues,
    keptUntil: () => until,
    log: (level, event, message) => logged.push(`${level} ${event}: ${message}`),
  });
}

const account = (name = 'ann') => net.services.keeper.store.get(name);
const put = (kind: MailKind, to = 'ann@example.net', name = 'ann') =>
  net.writes.write(() => queue.add(account(name), kind, to, '10.0.0.1'));
const open = (kind: Parameters<CookieStore['open']>[1], name = 'ann') =>
  net.writes.write(() => cookies.open(account(name), kind, null));
async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await net.quiet();
}
const waits = () =>
  queue
    .list(9)
    .map(({ id, kind, tries, problem, dueAt }) => [id, kind, tries, problem, dueAt - net.clock.now()]);

const WORD = '\\w{10}';
const HALF = '\\w{5}';
const SUBJECTS: Readonly<Record<MailKind, readonly [subject: string, cookie: string | null]>> = {
  activation: ['Your account ann on services.test', WORD],
  password_change: ['Another password for ann on services.test', WORD],
  email_change: ['The e-mail address of ann on services.test', WORD],
  email_first_half: ['The e-mail address of ann on services.test', HALF],
  email_second_half: ['The e-mail address of ann on services.test', HALF],
  allowauth: ['Logging in to ann on services.test', WORD],
  expiry: ['Your account ann on services.test is unused', null],
};
const KIND = { email_first_half: 'email_change', email_second_half: 'email_change' } as const;
const kindOf = (kind: MailKind) => (KIND as Partial<Record<MailKind, 'email_change'>>)[kind] ?? kind;

describe('a mail', () => {
  it.each(MAIL_KINDS)('of %s goes to its address, with what it brings', async (kind) => {
    if (kind !== 'expiry') await open(kindOf(kind) as never);
    await put(kind);
    queue.configure(server);
    await settled();
    const [subject, cookie] = SUBJECTS[kind];
    expect(server.mails).toMatchObject([{ to: 'ann@example.net', subject }]);
    const { text } = server.mails[0]!;
    expect(text.endsWith('\n')).toBe(true);
    if (cookie === null) expect(text).toContain(`It is deleted on ${new Date(until!).toUTCString()}.`);
    else {
      expect(text).toContain('Somebody at 10.0.0.1');
      expect(text).toMatch(/\n \n|\n\n/);
      expect(text).toMatch(/If that was not you, do nothing/);
      const found = new RegExp(cookie === WORD ? `COOKIE ann (${WORD})\\n` : `cookie is (${HALF})\\.`).exec(
        text,
      );
      expect(found, text).not.toBeNull();
      if (cookie === WORD) expect(cookies.fits(account(), cookies.of(account())!, found![1]!)).toBe(true);
    }
    expect([queue.depth, queue.sent, queue.failed, logged]).toEqual([0, 1, 0, []]);
  });

  it('of a half is good with the other one alone', async () => {
    await open('email_change');
    await put('email_first_half', 'old@example.net');
    await put('email_second_half', 'new@example.net');
    queue.configure(server);
    await settled();
    const half = (to: string) =>
      / cookie is (\w{5})\./.exec(server.mails.find((mail) => mail.to === to)!.text)![1]!;
    const fits = (typed: string) => cookies.fits(account(), cookies.of(account())!, typed);
    const [first, second] = [half('old@example.net'), half('new@example.net')];
    expect([fits(first + second), fits(second + first), fits(first + first)]).toEqual([
      true,
      first === second,
      first === second,
    ]);
  });

  it('is in the language of its reader, and is not sent where nobody waits for it', async () => {
    net.catalogues = new Catalogues([
      {
        code: 'de',
        name: 'Deutsch',
        texts: new Map([['Your account {0} on {1} is unused', '{0} auf {1} ruht']]),
      },
    ]);
    await net.ask('ABAAA', 'SET LANGUAGE de');
    await put('expiry');
    await put('expiry', 'bob@example.net', 'bob');
    queue.configure(server);
    await settled();
    expect(server.mails.map(({ subject }) => subject)).toEqual([
      'ann auf services.test ruht',
      'Your account bob on services.test is unused',
    ]);
    until = null;
    await put('expiry');
    // Of no cookie that is expected, and of another kind than that which is.
    await put('allowauth');
    await open('password_change', 'bob');
    await put('activation', 'bob@example.net', 'bob');
    queue.kick();
    await settled();
    expect([server.mails.length, queue.sent, queue.depth]).toEqual([2, 2, 0]);
  });

  it('goes to one address so often, and waits with no more than may wait', async () => {
    for (let time = 0; time < limits.mailsPerRecipient.default; time++) await put('expiry');
    const wanted = {
      code: 'limit_reached',
      message: 'That address got much mail of late. Try again in some hours.',
    };
    await expect(put('expiry')).rejects.toMatchObject(wanted);
    await expect(put('expiry', 'ANN@Example.net')).rejects.toMatchObject(wanted);
    await put('expiry', 'other@example.net');
    await net.clock.advance(limits.mailForgetSeconds.default * 1_000);
    await put('expiry');
    expect(queue.depth).toBe(limits.mailsPerRecipient.default + 2);
    net.database
      .prepare(
        `INSERT INTO mail_queue (account, kind, recipient, asked_from, queued, due) SELECT ?, 'expiry', 'x@example.net', '', 1, 9e15 FROM
          (WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) SELECT i FROM n)`,
      )
      .run(account().id, limits.mailsWaiting.default - 1 - queue.depth);
    queue.kick();
    await put('expiry', 'last@example.net');
    await expect(put('expiry', 'more@example.net')).rejects.toMatchObject({
      ...{ code: 'limit_reached', message: 'Too much mail waits to be sent. Try again later.' },
    });
  });
});

describe('a server that does not take it', () => {
  it('is asked again after a minute, then two, up to an hour, for a day; then it is given up with its cookie', async () => {
    expect([0, 1, 5, 6, 30].map((tries) => retryWaitMs(tries) / MINUTE)).toEqual([1, 2, 32, 60, 60]);
    await open('allowauth');
    await put('allowauth');
    server.problems = Array.from({ length: 100 }, () => new Error('busy'));
    queue.configure(server);
    await settled();
    expect(waits()).toEqual([[1, 'allowauth', 1, 'busy', MINUTE]]);
    expect(logged).toEqual(['warn mail_delayed: Mail (allowauth) of the account ann waits for 60 s: busy']);
    await net.clock.advance(MINUTE - 1);
    await settled();
    expect(server.problems).toHaveLength(99);
    await net.clock.advance(1);
    await settled();
    expect(waits()).toEqual([[1, 'allowauth', 2, 'busy', 2 * MINUTE]]);
    for (let step = 0; step < 30 && queue.depth > 0; step++) {
      await net.clock.advance(60 * MINUTE);
      await settled();
    }
    expect([queue.depth, queue.sent, queue.failed]).toEqual([0, 0, 1]);
    expect(logged.at(-1)).toBe('warn mail_given_up: Mail (allowauth) of the account ann was given up: busy');
    // Not before a day had passed with the next try.
    expect(logged).toHaveLength(25);
    expect(cookies.of(account())).toBeUndefined();
  });

  it('for good is asked no more, and an account that it was to confirm ends', async () => {
    await open('activation');
    await put('activation');
    server.problems = [new MailRefusedError('no such mailbox', { cause: null })];
    queue.configure(server);
    await settled();
    expect([queue.depth, queue.failed]).toEqual([0, 1]);
    expect(logged).toEqual([
      'warn mail_given_up: Mail (activation) of the account ann was given up: no such mailbox',
    ]);
    expect(cookies.expired(9)).toEqual([{ name: 'ann', kind: 'activation' }]);
  });

  it('says why as far as it fits beside it, and of an account that has ended meanwhile nothing is kept', async () => {
    await put('expiry');
    server.problems = [new Error('x'.repeat(500))];
    queue.configure(server);
    await settled();
    expect(waits()).toEqual([[1, 'expiry', 1, 'x'.repeat(200), MINUTE]]);
    server.held = [];
    server.problems = [new MailRefusedError('no such mailbox', { cause: null })];
    await net.clock.advance(MINUTE);
    await settled();
    await net.services.keeper.changes.drop('ann', 'test');
    server.held.shift()!();
    await settled();
    expect([queue.depth, queue.failed]).toEqual([0, 1]);
    expect(logged.at(-1)).toBe(
      'warn mail_given_up: Mail (expiry) of the account ann was given up: no such mailbox',
    );
  });

  it('is handed two at once, and the next when one of them has ended', async () => {
    server.held = [];
    queue.configure(server);
    for (const to of ['a', 'b', 'c']) await put('expiry', `${to}@example.net`);
    queue.kick();
    queue.kick();
    await settled();
    expect([server.held.length, limits.mailsAtOnce.default]).toEqual([2, 2]);
    expect(() => queue.assertWaits(1)).toThrow('Mail 1 is being sent at this moment.');
    expect(() => queue.assertWaits(3)).not.toThrow();
    expect(() => queue.assertWaits(9)).toThrow('No mail 9 waits');
    await expect(queue.discard(1)).rejects.toMatchObject({ code: 'conflict' });
    server.held.shift()!();
    await settled();
    expect([server.mails.map(({ to }) => to), server.held.length]).toEqual([['a@example.net'], 2]);
    for (const go of server.held.splice(0)) go();
    await settled();
    expect([server.mails.length, queue.depth]).toEqual([3, 0]);
    // What ends when nobody listens any more begins nothing.
    await put('expiry', 'd@example.net');
    await put('expiry', 'e@example.net');
    queue.kick();
    await settled();
    await put('expiry', 'f@example.net');
    queue.close();
    queue.kick();
    for (const go of server.held.splice(0)) go();
    await settled();
    expect([server.held.length, server.closed]).toEqual([0, 1]);
  });
});

describe('administrators', () => {
  it('try a mail now, or give it up', async () => {
    await open('allowauth');
    await put('allowauth');
    expect(queue.isConfigured).toBe(false);
    await expect(queue.retry(1)).rejects.toMatchObject({ code: 'refused' });
    server.problems = [new Error('busy')];
    queue.configure(server);
    expect(queue.isConfigured).toBe(true);
    await settled();
    await queue.retry(1);
    await settled();
    expect([server.mails.length, queue.depth]).toEqual([1, 0]);
    await expect(queue.retry(1)).rejects.toMatchObject({ code: 'not_found' });
    queue.configure(null);
    expect(server.closed).toBe(1);
    await put('allowauth');
    expect(waits()).toEqual([[1, 'allowauth', 0, null, 0]]);
    expect(queue.list(0)).toEqual([]);
    await queue.discard(1);
    expect([queue.depth, queue.failed, cookies.of(account())]).toEqual([0, 1, undefined]);
    await expect(queue.discard(1)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('see nothing that has waited for longer than a day, and all else after a restart', async () => {
    await put('expiry');
    await net.clock.advance(DAY);
    await put('expiry', 'new@example.net');
    await net.writes.write(() => queue.dropOld());
    expect(queue.list(9)).toHaveLength(2);
    await net.clock.advance(1);
    await net.writes.write(() => queue.dropOld());
    expect(queue.list(9).map(({ recipient }) => recipient)).toEqual(['new@example.net']);
    queue.close();
    make();
    expect(queue.depth).toBe(1);
    queue.configure(server);
    await settled();
    expect(server.mails).toHaveLength(1);
  });
});

it('what is due later is looked at when it is, though nobody kicks, and not while it is paused', async () => {
  let rows: { id: number; due: number; queued: number }[] = [{ id: 1, due: 1_000, queued: 0 }];
  const start = net.clock.now();
  const delivered: number[] = [];
  const loop = new DeliveryLoop({
    clock: net.clock,
    atOnce: 1,
    due: (now, most) => rows.filter(({ due }) => start + due <= now).slice(0, most),
    next: () => (rows.length === 0 ? null : start + Math.min(...rows.map(({ due }) => due))),
    deliver: async ({ id }) => delivered.push(id),
    settle: async ({ id }) => {
      rows = rows.filter((one) => one.id !== id);
    },
    unwritten: () => {},
    ended: () => loop.kick(),
  });
  loop.kick();
  await net.clock.advance(999);
  expect(delivered).toEqual([]);
  await net.clock.advance(1);
  expect(delivered).toEqual([1]);
  rows = [{ id: 2, due: 2_000, queued: 0 }];
  loop.kick();
  loop.pause();
  await net.clock.advance(5_000);
  expect(delivered).toEqual([1]);
  loop.kick();
  expect(loop.isUnderWay(2)).toBe(true);
  await settled();
  expect([delivered, loop.isUnderWay(2)]).toEqual([[1, 2], false]);
  // Nothing is looked for where nothing waits, or when nobody wants that any more.
  const timers = net.clock.pendingTimers;
  loop.kick();
  expect(net.clock.pendingTimers).toBe(timers);
  rows = [{ id: 3, due: 9_000_000, queued: 0 }];
  loop.kick();
  expect(net.clock.pendingTimers).toBe(timers + 1);
  loop.close();
  expect(net.clock.pendingTimers).toBe(timers);
  rows = [{ id: 3, due: 0, queued: 0 }];
  loop.kick();
  await net.clock.advance(5_000);
  expect([delivered, loop.closed]).toEqual([[1, 2], true]);
});

it('is sent once though that cannot be written, and nothing else meanwhile', async () => {
  net.database.exec(
    "CREATE TRIGGER full BEFORE DELETE ON mail_queue BEGIN SELECT RAISE(ABORT, 'the disk is full'); END",
  );
  await put('expiry', 'a@example.net');
  queue.configure(server);
  await settled();
  await put('expiry', 'b@example.net');
  queue.kick();
  await settled();
  const unwritten = expect.stringMatching(
    /^error mail_unwritten: What became of a mail could not be written: .*the disk is full/,
  );
  expect([server.mails.map(({ to }) => to), queue.depth, logged]).toEqual([
    ['a@example.net'],
    2,
    [unwritten],
  ]);
  // It is tried again a minute later, and not before; what a server has taken it is not given again.
  await net.clock.advance(MINUTE - 1);
  await settled();
  expect(logged).toHaveLength(1);
  await net.clock.advance(1);
  await settled();
  expect([server.mails.map(({ to }) => to), queue.sent, queue.depth]).toEqual([['a@example.net'], 1, 2]);
  expect(logged.length).toBeGreaterThan(1);
  net.database.exec('DROP TRIGGER full');
  await net.clock.advance(MINUTE);
  await settled();
  expect([server.mails.map(({ to }) => to), queue.sent, queue.failed, queue.depth]).toEqual([
    ['a@example.net', 'b@example.net'],
    2,
    0,
    0,
  ]);
  // Another that has the number of one of them is one of its own.
  await put('expiry', 'c@example.net');
  queue.kick();
  await settled();
  expect([server.mails.map(({ to }) => to).at(-1), queue.depth]).toEqual(['c@example.net', 0]);
  // Of what failed the reason is kept until it can be written.
  net.database.exec(
    "CREATE TRIGGER full BEFORE UPDATE ON mail_queue BEGIN SELECT RAISE(ABORT, 'the disk is full'); END",
  );
  server.problems = [new Error('busy')];
  await put('expiry', 'd@example.net');
  queue.kick();
  await settled();
  net.database.exec('DROP TRIGGER full');
  await net.clock.advance(MINUTE);
  await settled();
  expect(waits()).toEqual([[1, 'expiry', 1, 'busy', MINUTE]]);
  expect(server.mails).toHaveLength(3);
});
