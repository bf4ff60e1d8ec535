/** What goes by way of mail: cookies, who gets them, what they do, and that mail waits on the disk until a server has taken it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Catalogues } from '../bots/catalogues.ts';
import { limits } from '../limits.ts';
import { type Mail, MailRefusedError } from '../mail/mail-transport.ts';
import { Mailbox } from '../mail/test-mailbox.ts';
import { TestNetwork } from '../test-network.ts';

let test: TestNetwork;
let box: Mailbox;

beforeEach(async () => {
  test = await TestNetwork.start();
  box = new Mailbox();
  test.services.accounts.mail.configure(box);
  test.join('ABAAA', 'ann');
  test.join('ABAAB', 'bob');
  await ann('REGISTER ann correct-horse ann@example.net');
});
afterEach(() => test.close());

const ann = (text: string) => test.ask('ABAAA', text);
const bob = (text: string) => test.ask('ABAAB', text);
/** Until what was asked for has been tried. */
async function sent(): Promise<void> {
  for (let i = 0; i < 10; i++) await test.quiet();
}
const mailed = async (command: string) => {
  const answer = await bob(command);
  await sent();
  return answer;
};
const ON_ITS_WAY = 'A mail is on its way. What is in it is good for a day: COOKIE <account> <cookie>.';
const NO_COOKIE = 'That is no cookie of that account, or no longer.';
const rows = (table: string) =>
  test.database.prepare(`SELECT * FROM ${table}`).all() as Record<string, unknown>[];

describe('without a server of mail', () => {
  it.each(['RESETPASS ann other-horse', 'AUTHCOOKIE ann'])('%s says so', async (command) => {
    test.services.accounts.mail.configure(null);
    expect(await bob(command)).toEqual([
      'No mail is sent here, so there are no cookies. Ask the operators of the network.',
    ]);
    expect(rows('cookies')).toEqual([]);
  });
});

it('RESETPASS puts a password in place when its cookie is shown, and not before, once, and logs in', async () => {
  expect(await mailed('RESETPASS ann other-horse')).toEqual([ON_ITS_WAY]);
  expect(box.mails).toMatchObject([
    { to: 'ann@example.net', subject: 'Another password for ann on services.test' },
  ]);
  expect(box.mails[0]!.text).toContain('Somebody at 10.0.0.1 asked for another password for the account ann');
  const cookie = box.cookie('ann@example.net');
  expect(cookie).toMatch(/^\w{10}$/);
  // Nothing on the disk says it, and the old password holds.
  expect(JSON.stringify([rows('cookies'), rows('mail_queue')])).not.toContain(cookie);
  expect(test.database.serialize().includes(cookie)).toBe(false);
  expect(rows('mail_queue')).toEqual([]);
  expect(await bob('AUTH ann other-horse')).toEqual(['The account or the password is wrong.']);
  expect(await bob(`COOKIE ann ${cookie}`)).toEqual([
    'The password of ann is changed.',
    'You are logged in to the account ann.',
    expect.stringMatching(/^1 login failed since you were here last/),
  ]);
  expect(await ann(`COOKIE ${cookie}`)).toEqual([NO_COOKIE]);
  test.join('ABAAC', 'cat');
  expect((await test.ask('ABAAC', 'AUTH ann other-horse'))[0]).toBe('You are logged in to the account ann.');
});

it.each([
  ['RESETPASS nobody other-horse', 'There is no account nobody.'],
  ['RESETPASS ann short', /^That was not done: The password is too short/],
  ['AUTHCOOKIE nobody', 'There is no account nobody.'],
  ['COOKIE ann 0123456789', NO_COOKIE],
  ['COOKIE nobody 0123456789', NO_COOKIE],
  ['COOKIE 0123456789', 'Expected: COOKIE <account> <cookie>'],
  ['DELCOOKIE', 'DELCOOKIE is for those who are logged in: AUTH <account> <password> first.'],
])('%s is refused with what is wrong, and no mail is sent', async (command, answer) => {
  expect(await mailed(command)).toEqual([
    typeof answer === 'string' ? answer : expect.stringMatching(answer),
  ]);
  expect([box.tried, rows('cookies')]).toEqual([0, []]);
});

it('an account without an address gets none, nor does whoever is logged in', async () => {
  await ann('SET EMAIL *');
  await sent();
  await ann(`COOKIE ${box.cookie('ann@example.net')}`);
  expect(await mailed('RESETPASS ann other-horse')).toEqual(['ann has no e-mail address.']);
  await bob('REGISTER bob correct-horse');
  expect(await mailed('AUTHCOOKIE ann')).toEqual(['You are logged in to bob.']);
  expect(await bob('COOKIE ann 0123456789')).toEqual(['You are logged in to bob.']);
});

it('there is one for each account, which its owner may take back', async () => {
  await mailed('RESETPASS ann other-horse');
  const cookie = box.cookie('ann@example.net');
  expect(await mailed('AUTHCOOKIE ann')).toEqual([
    expect.stringMatching(/^That was not done: A cookie of ann is under way already/),
  ]);
  expect(await ann('DELCOOKIE')).toEqual(['The cookie is taken back.']);
  expect(await ann('DELCOOKIE')).toEqual(['No cookie of your account is under way.']);
  expect(await bob(`COOKIE ann ${cookie}`)).toEqual([NO_COOKIE]);
  expect(await mailed('AUTHCOOKIE ann')).toEqual([ON_ITS_WAY]);
  // Neither does one buy for another what it was not for.
  expect(await bob(`COOKIE ann ${cookie}`)).toEqual([NO_COOKIE]);
});

it('it is good for a day', async () => {
  await mailed('AUTHCOOKIE ann');
  const cookie = box.cookie('ann@example.net');
  test.database.prepare('UPDATE cookies SET expires = ?').run(test.clock.now() + 1);
  expect(test.services.accounts.cookies.of(test.services.keeper.store.get('ann'))).toBeDefined();
  test.database.prepare('UPDATE cookies SET expires = ?').run(test.clock.now());
  expect(await bob(`COOKIE ann ${cookie}`)).toEqual([NO_COOKIE]);
  await test.services.accounts.housekeeping.run();
  expect(rows('cookies')).toEqual([]);
  expect(await bob('RESETPASS ann other-horse')).toEqual([ON_ITS_WAY]);
  const [{ expires } = { expires: 0 }] = rows('cookies');
  expect(expires).toBe(test.clock.now() + 86_400_000);
});

it('guessing it is counted as guessing passwords is, and ends it', async () => {
  await mailed('AUTHCOOKIE ann');
  const cookie = box.cookie('ann@example.net');
  const answers: string[] = [];
  for (let i = 0; i < 6; i++) answers.push(...(await bob(`COOKIE ann 012345678${i}`)));
  expect(answers.slice(0, 5)).toEqual(Array(5).fill(NO_COOKIE));
  expect(answers[5]).toMatch(/^Too many attempts failed\. Try again in \d+ seconds\.$/);
  expect(await bob(`COOKIE ann ${cookie}`)).toEqual([expect.stringMatching(/^Too many attempts failed/)]);
  test.database.prepare('UPDATE cookies SET wrong = ?').run(limits.cookieGuesses.default - 1);
  test.services.keeper.logins.addresses.reset(null);
  test.services.keeper.logins.accounts.reset(null);
  await bob('COOKIE ann 0123456789');
  expect(await bob(`COOKIE ann ${cookie}`)).toEqual([NO_COOKIE]);
});

it('asking for many is counted by address', async () => {
  for (const name of ['cat', 'dan', 'eve']) {
    await test.services.keeper
      .answerers()
      .create({ account: name, password: 'correct-horse', email: `${name}@x.org` });
    expect(await bob(`AUTHCOOKIE ${name}`)).toEqual([ON_ITS_WAY]);
  }
  expect(await bob('AUTHCOOKIE ann')).toEqual([
    expect.stringMatching(/^That was not done: Too many cookies were asked for from where you are/),
  ]);
});

it('neither does SET EMAIL send mail to as many as somebody names, nor are more sent to who asks for all at once', async () => {
  const most = limits.cookiesPerAddress.default;
  for (let i = 0; i < most; i++) {
    expect((await ann(`SET EMAIL x${i}@example.org`))[0]).toMatch(/^Two mails are on their way/);
    await ann('DELCOOKIE');
  }
  expect(await ann('SET EMAIL more@example.org')).toEqual([
    expect.stringMatching(/^That was not done: Too many cookies were asked for from where you are/),
  ]);
  expect(rows('cookies')).toEqual([]);
  const names = Array.from({ length: most + 2 }, (_, i) => `y${i}`);
  for (const name of names)
    await test.services.keeper
      .answerers()
      .create({ account: name, password: 'correct-horse', email: `${name}@x.org` });
  const { cookies } = test.services.accounts;
  const elsewhere = { address: '192.0.2.77', fingerprint: null };
  const asked = await Promise.allSettled(names.map((name) => cookies.askLogin(name, elsewhere)));
  expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(most);
  // What could not be asked for is not counted.
  const third = { address: '192.0.2.78', fingerprint: null };
  for (let i = 0; i < most + 1; i++)
    await expect(cookies.askLogin(names[0]!, third)).rejects.toMatchObject({
      message: expect.stringContaining('under way already'),
    });
  await cookies.askLogin(names.at(-1)!, third);
});

it('AUTHCOOKIE logs in from where no mask lets one, and lets the account be used from there', async () => {
  await ann('ADDMASK');
  expect(await mailed('AUTHCOOKIE ann')).toEqual([ON_ITS_WAY]);
  expect(await bob(`COOKIE ann ${box.cookie('ann@example.net')}`)).toEqual([
    'ann may be used from where you are.',
    'You are logged in to the account ann.',
  ]);
  expect(test.services.profiles.masks(test.services.keeper.store.get('ann')).sort()).toEqual([
    '*@ann.example.net',
    '*@bob.example.net',
  ]);
});

it('a suspended account is not opened by a cookie', async () => {
  await mailed('RESETPASS ann other-horse');
  await test.services.keeper.answerers().suspend({ account: 'ann', by: 'root', reason: 'spam' });
  expect(await bob(`COOKIE ann ${box.cookie('ann@example.net')}`)).toEqual(['The account is suspended.']);
  expect(test.services.keeper.store.credential(test.services.keeper.store.get('ann'), 'argon2id')).toBe(
    'correct-horse',
  );
});

it('another address needs both halves, one of each mail', async () => {
  expect(await ann('SET EMAIL new@example.org')).toEqual([
    'Two mails are on their way, to the address of before and to the new one. COOKIE takes both halves as one word.',
  ]);
  await sent();
  const first = box.cookie('ann@example.net');
  const second = box.cookie('new@example.org');
  expect([first.length, second.length, box.mails.length]).toEqual([5, 5, 2]);
  for (const wrong of [second + first, first + first, first])
    expect(await ann(`COOKIE ${wrong}`)).toContain(NO_COOKIE);
  expect(test.services.keeper.store.get('ann').email).toBe('ann@example.net');
  expect(await ann(`COOKIE ${first}${second}`)).toEqual([
    'The e-mail address of ann is new@example.org now.',
  ]);
  expect(test.services.keeper.store.get('ann').email).toBe('new@example.org');
});

describe('where new accounts are confirmed', () => {
  beforeEach(() => {
    test.rules = { ...test.rules, confirmByMail: true };
  });

  it('nobody can log in before the cookie is shown, which logs in', async () => {
    expect(await bob('REGISTER bob correct-horse')).toEqual(['That is no e-mail address.']);
    expect(await mailed('REGISTER bob correct-horse bob@example.net')).toEqual([
      'The account bob is yours when you have confirmed it: a mail brings a cookie, which is good for a day.',
      'Then say: COOKIE bob <cookie>',
    ]);
    expect(await bob('AUTH bob correct-horse')).toEqual(['The account or the password is wrong.']);
    expect(await bob(`COOKIE bob ${box.cookie('bob@example.net')}`)).toEqual([
      'The account bob is confirmed.',
      'You are logged in to the account bob.',
      expect.stringMatching(/^1 login failed since you were here last/),
    ]);
  });

  it('a server confirms it for its users by the same code, and by none of another kind', async () => {
    const origin = { address: '192.0.2.9', fingerprint: null };
    const { register, confirm } = test.services.keeper.answerers();
    expect(
      await register({ account: 'cat', password: 'correct-horse', email: 'cat@example.net', origin }),
    ).toEqual({ kind: 'unconfirmed', account: 'cat' });
    await sent();
    expect(await confirm({ account: 'cat', code: '0123456789', origin })).toMatchObject({
      why: 'credentials',
    });
    expect(await confirm({ account: 'cat', code: box.cookie('cat@example.net'), origin })).toMatchObject({
      kind: 'success',
      login: { account: 'cat' },
    });
    await mailed('AUTHCOOKIE ann');
    expect(await confirm({ account: 'ann', code: box.cookie('ann@example.net'), origin })).toMatchObject({
      why: 'credentials',
    });
  });

  it('an account that nobody confirms ends, for good', async () => {
    await mailed('REGISTER bob correct-horse bob@example.net');
    test.database.exec('UPDATE cookies SET expires = 0');
    await test.services.accounts.housekeeping.run();
    expect(test.services.keeper.store.find('bob')).toBeUndefined();
    expect(rows('dropped_accounts')).toEqual([]);
    expect(test.services.keeper.store.find('ann')).toBeDefined();
  });
});

describe('mail', () => {
  it('waits on the disk while no server takes it, longer with each try, and brings another cookie then', async () => {
    box.problem = new Error('451 come back later');
    await mailed('AUTHCOOKIE ann');
    expect(rows('mail_queue')).toMatchObject([{ tries: 1, problem: '451 come back later' }]);
    const dues: number[] = [];
    for (let i = 0; i < 3; i++) {
      const [{ due } = { due: 0 }] = rows('mail_queue') as { due: number }[];
      dues.push(due - test.clock.now());
      await test.clock.advance(due - test.clock.now());
      await sent();
    }
    expect(dues).toEqual([60_000, 120_000, 240_000]);
    expect(box.tried).toBe(4);
    box.problem = null;
    await test.clock.advance(480_000);
    await sent();
    expect([box.mails.length, rows('mail_queue')]).toEqual([1, []]);
    expect(box.cookie('ann@example.net')).toMatch(/^\w{10}$/);
  });

  it('that is refused for good, or could not be sent for a day, is given up and said in the log', async () => {
    box.problem = new MailRefusedError('550 no such user', null);
    await mailed('AUTHCOOKIE ann');
    expect(rows('mail_queue')).toEqual([]);
    expect(test.logged).toContainEqual(
      'warn mail_given_up Mail (allowauth) of the account ann was given up: 550 no such user',
    );
    expect(test.services.accounts.mail.failed).toBe(1);
    // Nobody waits a day for a cookie that never comes.
    expect(rows('cookies')).toEqual([]);
    box.problem = new Error('421 busy');
    await mailed('AUTHCOOKIE ann');
    test.database.prepare('UPDATE mail_queue SET queued = ?, due = 0').run(test.clock.now() - 86_400_000);
    test.services.accounts.mail.kick();
    await sent();
    expect(rows('mail_queue')).toEqual([]);
  });

  it('that never comes ends the account which it was to confirm, so that its name can be registered again', async () => {
    test.rules = { ...test.rules, confirmByMail: true };
    box.problem = new MailRefusedError('550 no such user', null);
    await mailed('REGISTER bob correct-horse bob@exmaple.net');
    await test.services.accounts.housekeeping.run();
    expect(test.services.keeper.store.find('bob')).toBeUndefined();
  });

  it('is tried at once or discarded where an operator says so, with the cookie that it was to bring', async () => {
    const { mail } = test.services.accounts;
    box.problem = new Error('421 busy');
    await mailed('AUTHCOOKIE ann');
    const [{ id = 0 } = {}] = mail.list(9);
    await expect(mail.retry(id + 1)).rejects.toMatchObject({ code: 'not_found' });
    await expect(mail.discard(id + 1)).rejects.toMatchObject({ code: 'not_found' });
    await mail.retry(id);
    await sent();
    expect([box.tried, mail.list(9)]).toMatchObject([2, [{ id, tries: 2, problem: '421 busy' }]]);
    await mail.discard(id);
    expect([mail.list(9), mail.depth, mail.failed, rows('cookies')]).toEqual([[], 0, 1, []]);
    await mailed('AUTHCOOKIE ann');
    const [again] = mail.list(9);
    mail.configure(null);
    await expect(mail.retry(again!.id)).rejects.toMatchObject({ code: 'refused' });
    box.problem = null;
    mail.configure(box);
    await mail.retry(again!.id);
    await sent();
    expect([box.mails.length, mail.list(9)]).toEqual([1, []]);
  });

  it('that is on its way at this moment is neither tried twice nor discarded', async () => {
    const { mail } = test.services.accounts;
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const send = async (one: Mail) => {
      await held;
      await box.send(one);
    };
    mail.configure({ send, close() {} });
    await mailed('AUTHCOOKIE ann');
    const [{ id = 0 } = {}] = mail.list(9);
    await expect(mail.retry(id)).rejects.toMatchObject({ code: 'conflict' });
    await expect(mail.discard(id)).rejects.toMatchObject({ code: 'conflict' });
    release();
    await sent();
    expect([box.mails.length, rows('mail_queue'), rows('cookies').length]).toEqual([1, [], 1]);
  });

  it('that nobody waits for any more is not sent', async () => {
    box.problem = new Error('421 busy');
    await mailed('AUTHCOOKIE ann');
    await ann('DELCOOKIE');
    box.problem = null;
    await test.clock.advance(60_000);
    await sent();
    expect([box.mails, rows('mail_queue')]).toEqual([[], []]);
  });

  it('is found again after a restart, and in the language of its account', async () => {
    box.problem = new Error('421 busy');
    test.catalogues = new Catalogues([
      {
        code: 'de',
        name: 'Deutsch',
        texts: new Map([['Logging in to {0} on {1}', 'Anmelden bei {1} als {0}']]),
      },
    ]);
    await ann('SET LANGUAGE de');
    await mailed('AUTHCOOKIE ann');
    test.services.close();
    const again = new Mailbox();
    await test.reopen();
    test.services.accounts.mail.configure(again);
    await test.clock.advance(60_000);
    await sent();
    expect(again.mails).toMatchObject([
      { to: 'ann@example.net', subject: 'Anmelden bei services.test als ann' },
    ]);
  });

  it('does not bury an address, and no more waits than may', async () => {
    const most = limits.mailsPerRecipient.default;
    for (let i = 0; i <= most; i++)
      await test.services.keeper
        .answerers()
        .create({ account: `x${i}`, password: 'correct-horse', email: 'all@example.net' });
    const { cookies, mail } = test.services.accounts;
    for (let i = 0; i < most; i++) {
      await cookies.askLogin(`x${i}`, { address: `192.0.2.${i}`, fingerprint: null });
    }
    await expect(
      cookies.askLogin(`x${most}`, { address: '192.0.2.99', fingerprint: null }),
    ).rejects.toMatchObject({
      code: 'limit_reached',
    });
    await sent();
    expect([box.mails.length, mail.depth, rows('cookies').length]).toEqual([most, 0, most]);
    const later = test.clock.now() + 1_000_000;
    const { id } = test.services.keeper.store.get('ann');
    const add = test.database.prepare(
      "INSERT INTO mail_queue (account, kind, recipient, asked_from, queued, due) VALUES (?, 'expiry', 'x', 'x', ?, ?)",
    );
    for (let i = 0; i < limits.mailsWaiting.default; i++) add.run(id, later, later);
    mail.kick();
    const away = { address: '192.0.2.98', fingerprint: null };
    await expect(cookies.askLogin('ann', away)).rejects.toMatchObject({ code: 'limit_reached' });
    expect(rows('cookies')).toHaveLength(most);
  });
});
