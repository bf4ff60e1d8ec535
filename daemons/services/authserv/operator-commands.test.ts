/** What operators may do to whom: each command with who it is refused to and why, what it changes, what is said and what is written down. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestNetwork } from '../test-network.ts';

let test: TestNetwork;

/** Accounts by their levels: `ann` has none, `low` may look, `mid` changes accounts, `top` is above all. */
const LEVELS = { ann: 0, low: 100, mid: 650, top: 900 };
const NUMERICS = { ann: 'ABAAA', low: 'ABAAB', mid: 'ABAAC', top: 'ABAAD', bob: 'ABAAE' };
type Who = keyof typeof NUMERICS;

beforeEach(async () => {
  test = await TestNetwork.start();
  for (const [nick, numeric] of Object.entries(NUMERICS)) test.join(numeric, nick);
  for (const [name, level] of Object.entries(LEVELS)) {
    await says(name as Who, `REGISTER ${name} correct-horse`);
    await test.level(name, level);
  }
});
afterEach(() => test.close());

const says = (who: Who, text: string) => test.ask(NUMERICS[who], text);
const profile = (account: string) =>
  test.services.profiles.of(test.services.keeper.store.get(account)) as unknown as Record<string, unknown>;

describe.each([
  ['OSET', 'ann LEVEL 5', 400],
  ['OREGISTER', 'new correct-horse', 400],
  ['OUNREGISTER', 'ann', 600],
  ['RESTORE', 'ann', 600],
  ['RENAME', 'ann anne', 600],
  ['ALLOWAUTH', 'bob ann', 200],
  ['ADDNOTE', 'ann a note', 100],
  ['DELNOTE', 'ann 1', 100],
  ['CHECKPASS', 'ann correct-horse', 601],
  ['CHECKEMAIL', 'ann ann@example.net', 100],
  ['SEARCH', 'COUNT', 100],
])('%s', (name, words, level) => {
  it(`is for accounts of level ${level} and above, which are logged in and not suspended`, async () => {
    expect(await says('bob', `${name} ${words}`)).toEqual([
      `${name} is for those who are logged in: AUTH <account> <password> first.`,
    ]);
    await test.level('low', level - 1);
    expect(await says('low', `${name} ${words}`)).toEqual([
      `${name} is for accounts of level ${level} and above.`,
    ]);
    await test.level('low', level);
    const [said] = await says('low', `${name} ${words}`);
    expect(said).not.toMatch(/ is for accounts of level | is for those who /);
    // Where a stamp is for good, whoever is suspended has it still.
    const plain = await TestNetwork.start('h6');
    plain.join('ABAAA', 'mid');
    await plain.ask('ABAAA', 'REGISTER mid correct-horse');
    await plain.level('mid', 1_000);
    await plain.services.keeper.answerers().suspend({ account: 'mid', by: 'root', reason: 'spam' });
    expect(await plain.ask('ABAAA', `${name} ${words}`)).toEqual([
      `${name} is for those who are logged in: AUTH <account> <password> first.`,
    ]);
    plain.close();
  });
});

it.each([
  ['OSET mid LEVEL 5', 'mid'],
  ['OSET top LEVEL 5', 'top'],
  ['OSET top EPITHET small', 'top'],
  ['OSET top SUSPENDED spam', 'top'],
  ['OSET top PASSWORD other-horse', 'top'],
  ['OSET top EMAIL eve@example.net', 'top'],
  ['OUNREGISTER top', 'top'],
  ['OUNREGISTER *top', 'top'],
  ['OUNREGISTER mid', 'mid'],
  ['RENAME top small', 'top'],
  ['ALLOWAUTH bob top', 'top'],
  ['CHECKPASS top correct-horse', 'top'],
])('%s: nobody does anything to an account of their level or above', async (text, account) => {
  const before = test.services.accounts.records.whole(test.services.keeper.store.get(account));
  expect(await says('mid', text)).toEqual([
    `${account} is not below you: nobody changes an account of their own level or above.`,
  ]);
  expect(test.services.accounts.records.whole(test.services.keeper.store.get(account))).toEqual(before);
  expect(test.deeds).toEqual([]);
});

it.each([
  ['LEVEL', '649', 'LEVEL is now: 649', 'level', 649],
  ['LEVEL', '*', 'LEVEL is now: 0', 'level', 0],
  ['FLAGS', '+nh-b', 'FLAGS are now: hn', 'flags', 'hn'],
  ['EPITHET', 'keeps the tea', 'EPITHET is now: keeps the tea', 'epithet', 'keeps the tea'],
  ['INFO', 'likes tea', 'INFO is now: likes tea', 'info', 'likes tea'],
  ['MAXLOGINS', '7', 'MAXLOGINS is now: 7', 'maxLogins', 7],
  ['PRIVMSG', 'on', 'PRIVMSG is now: on', 'privmsg', 1],
  ['STYLE', 'clean', 'STYLE is now: CLEAN', 'style', 'CLEAN'],
  ['WIDTH', '80', 'WIDTH is now: 80', 'width', 80],
  ['COLOR', 'on', 'COLOR is now: on', 'color', 1],
] as const)('OSET %s %s is said, kept and written down', async (setting, value, answer, field, kept) => {
  expect(await says('mid', `OSET ann ${setting} ${value}`)).toEqual([answer]);
  expect(profile('ann')[field]).toBe(kept);
  expect(test.deeds).toEqual([
    {
      deed: {
        actor: 'mid!~mid@mid.example.net (account mid, level 650)',
        command: 'OSET',
        args: { account: 'ann', setting, value },
      },
      outcome: 'done',
    },
  ]);
});

it.each([
  ['OSET ann LEVEL 650', 'Nobody gives a level of their own or above: yours is 650.'],
  ['OSET ann LEVEL 1001', 'LEVEL is a number from 0 to 1000.'],
  ['OSET ann LEVEL -1', 'LEVEL is a number from 0 to 1000.'],
  [
    'OSET ann HAT red',
    /^There is no setting HAT\. There are LEVEL, FLAGS, EPITHET, SUSPENDED, PASSWORD, EMAIL, INFO, /,
  ],
  ['OSET ann PASSWORD two words', 'A password is one word.'],
  ['OSET nobody LEVEL 1', 'There is no account nobody.'],
  ['OSET *bob LEVEL 1', 'bob is not logged in.'],
  ['OSET *nobody LEVEL 1', 'Nobody is called nobody.'],
  ['RESTORE nobody', /^That was not done: No account nobody was given up/],
  ['RENAME ann 1ann', /^An account is called like a nick/],
  ['OREGISTER new correct-horse nowhere', 'That is no host mask: expected user@host.'],
  ['OREGISTER ann correct-horse', /^That was not done: There is an account ann already/],
  ['OREGISTER new short', /^That was not done: password: expected more characters/],
  ['ALLOWAUTH nobody ann', 'Nobody is called nobody.'],
  ['ALLOWAUTH low ann', 'low is logged in to low.'],
  ['DELNOTE ann 1', 'That was not done: There is no note of that number.'],
  ['SEARCH DANCE', 'SEARCH is PRINT or COUNT.'],
  ['SEARCH COUNT HAT red', /^There is no criterion HAT\./],
  ['SEARCH COUNT SEEN 30', 'SEEN is given as <age or >age.'],
  ['SEARCH COUNT LEVEL', 'LEVEL needs a value.'],
  ['SEARCH PRINT LIMIT 0', 'LIMIT is a number from 1 to 100.'],
])('%s is refused with what is wrong', async (text, answer) => {
  const before = test.database.prepare('SELECT * FROM accounts').all();
  expect(await says('mid', text)).toEqual([
    typeof answer === 'string' ? answer : expect.stringMatching(answer),
  ]);
  expect(test.database.prepare('SELECT * FROM accounts').all()).toEqual(before);
  // What was refused while it was done is written down as that.
  for (const { outcome } of test.deeds) expect(outcome).toMatch(/^failed: /);
});

it('nothing is done that cannot be written down, but looking', async () => {
  test.unwritable = 'The disk is full.';
  expect(await says('mid', 'OSET ann LEVEL 5')).toEqual(['OSET was not done: The disk is full.']);
  expect(profile('ann').level).toBe(0);
  expect((await says('mid', 'OSET ann'))[1]).toBe('LEVEL: 0');
  expect(await says('mid', 'OSET ann LEVEL')).toEqual(['Account ann', 'LEVEL: 0']);
});

it('what has changed while it was written down is looked at again', async () => {
  const gate = () => {
    let open = () => {};
    test.writtenDown = new Promise((resolve) => {
      open = resolve;
    });
    return open;
  };
  const ask = async (text: string, meanwhile: () => Promise<unknown> | unknown) => {
    test.take();
    const open = gate();
    test.say(`${NUMERICS.mid} P AFAAA :${text}`);
    await new Promise((resolve) => setImmediate(resolve));
    await meanwhile();
    open();
    await test.quiet();
    return test.notices(NUMERICS.mid);
  };
  expect(await ask('OSET ann EPITHET small', () => test.level('ann', 650))).toEqual([
    'That was not done: ann is not below you any more.',
  ]);
  await test.level('ann', 0);
  expect(await ask('OUNREGISTER ann', () => test.services.keeper.changes.drop('ann', 'its owner'))).toEqual([
    'That was not done: That account is there no more.',
  ]);
  expect(await ask('ALLOWAUTH bob low', () => test.say(`${NUMERICS.bob} Q :bye`))).toEqual([
    'That was not done: They have left.',
  ]);
  // Nor is anything done for whoever has left.
  expect(await ask('OSET low EPITHET small', () => test.say(`${NUMERICS.mid} Q :bye`))).toEqual([]);
  expect(profile('low').epithet).toBeNull();
  expect(test.deeds.map(({ outcome }) => outcome)).toEqual([
    'failed: access_denied: ann is not below you any more.',
    'failed: not_found: That account is there no more.',
    'failed: not_found: They have left.',
    'failed: not done: whoever asked for it was gone, or had waited too long',
  ]);
});

it('nothing is done for who is logged in no more, or has lost their level, while it was looked at or written down', async () => {
  const gate = async (text: string, meanwhile: () => unknown) => {
    test.take();
    let open = () => {};
    test.writtenDown = new Promise((resolve) => {
      open = resolve;
    });
    test.say(`${NUMERICS.mid} P AFAAA :${text}`);
    await new Promise((resolve) => setImmediate(resolve));
    await meanwhile();
    open();
    await test.quiet();
    return test.notices(NUMERICS.mid);
  };
  const tables = ['accounts', 'profiles', 'notes', 'host_masks', 'dropped_accounts'];
  const kept = () => tables.map((table) => test.database.prepare(`SELECT * FROM ${table}`).all());
  await test.level('mid', 650);
  for (const text of ['OREGISTER new correct-horse', 'RESTORE ann', 'ADDNOTE ann x', 'ALLOWAUTH bob ann']) {
    const level = Number(/level (\d+)/.exec((await says('bob', `HELP ${text.split(' ')[0]}`)).at(-1)!)![1]);
    const before = kept();
    expect(await gate(text, () => test.level('mid', level - 1)), text).toEqual([
      `${text.split(' ')[0]} is for accounts of level ${level} and above.`,
    ]);
    await test.level('mid', 650);
    expect(kept()).toEqual(before);
    expect(await gate(text, () => test.services.logOut('mid')), text).toContain(
      `${text.split(' ')[0]} is for those who are logged in: AUTH <account> <password> first.`,
    );
    expect(kept()).toEqual(before);
    await says('mid', 'AUTH mid correct-horse');
  }
  for (const { outcome } of test.deeds)
    expect(outcome).toBe('failed: not done: whoever asked for it may not do it any more');
});

it('UNREGISTER deletes the account whose password was said, and not the one that somebody is logged in to by then', async () => {
  const { store } = test.services.keeper;
  let open = () => {};
  test.writtenDown = new Promise((resolve) => {
    open = resolve;
  });
  test.say(`${NUMERICS.ann} P AFAAA :UNREGISTER correct-horse`);
  await new Promise((resolve) => setImmediate(resolve));
  test.say(`${NUMERICS.ann} P AFAAA :AUTH low correct-horse`);
  while (test.uplink.view.byNick('ann')?.account !== 'low')
    await new Promise((resolve) => setImmediate(resolve));
  open();
  await test.quiet();
  expect(test.notices(NUMERICS.ann)).toContain('That was not done: You are not logged in to ann any more.');
  expect([store.find('ann')?.name, store.find('low')?.name]).toEqual(['ann', 'low']);
  // Nor is it deleted for who was logged out while their password was looked at.
  test.passwords.gate = new Promise((resolve) => {
    open = resolve;
  });
  test.say(`${NUMERICS.top} P AFAAA :UNREGISTER correct-horse`);
  test.services.logOut('top');
  open();
  await test.quiet();
  expect(test.notices(NUMERICS.top)).toContain(
    'UNREGISTER is for those who are logged in: AUTH <account> <password> first.',
  );
  expect(store.find('top')?.name).toBe('top');
});

it('passwords and addresses are set, and in no record', async () => {
  expect(await says('mid', 'OSET ann PASSWORD other-horse')).toEqual(['The password of ann is changed.']);
  expect(await says('bob', 'AUTH ann other-horse')).toEqual(['You are logged in to the account ann.']);
  expect(await says('mid', 'OSET ann EMAIL ann@example.net')).toEqual(['EMAIL is now: ann@example.net']);
  expect(await says('low', 'CHECKEMAIL ann Ann@example.net')).toEqual(['That is the address of ann.']);
  expect(await says('low', 'CHECKEMAIL ann eve@example.net')).toEqual(['That is not the address of ann.']);
  expect(await says('mid', 'CHECKPASS ann other-horse')).toEqual(['That is the password of ann.']);
  expect(await says('mid', 'CHECKPASS ann correct-horse')).toEqual(['That is not the password of ann.']);
  expect(JSON.stringify(test.deeds)).not.toMatch(/horse|@example\.net"/);
});

it('a suspended account keeps everybody out until it is suspended no more', async () => {
  expect(await says('mid', 'OSET ann SUSPENDED sells watches')).toEqual(['ann is suspended: sells watches']);
  expect(await says('low', 'ACCOUNTINFO ann')).toContain('Suspended by mid: sells watches');
  expect(await says('bob', 'AUTH ann correct-horse')).toEqual(['The account is suspended.']);
  expect(await says('mid', 'OSET ann SUSPENDED *')).toEqual(['ann is suspended no more.']);
  expect(await says('mid', 'OSET ann SUSPENDED *')).toEqual([
    'That was not done: The account ann is not suspended.',
  ]);
  expect(await says('bob', 'AUTH ann correct-horse')).toEqual(['You are logged in to the account ann.']);
});

it('accounts are made for others, deleted and brought back with all that was theirs, but never over those of others', async () => {
  expect(await says('mid', 'OREGISTER new correct-horse *@10.0.0.0/8 new@example.net')).toEqual([
    'The account new is registered.',
  ]);
  expect(await says('bob', 'AUTH new correct-horse')).toEqual(['You are logged in to the account new.']);
  await says('bob', 'SET INFO likes tea');
  await says('mid', 'ADDNOTE new is new');
  await test.services.keeper
    .answerers()
    .registerChannel({ channel: '#tea', account: 'new', createdAt: 1_000 });
  await test.services.keeper
    .answerers()
    .setChannelAccess({ channel: '#tea', by: 'new', account: 'ann', level: 'op' });
  const { store, channels } = test.services.keeper;
  const whole = () => test.services.accounts.records.whole(store.get('new'));
  const before = whole();
  expect(await says('mid', 'OUNREGISTER new')).toEqual(['The account new is deleted.']);
  expect([store.find('new'), channels.store.find('#tea'), test.uplink.view.byNick('bob')?.account]).toEqual([
    undefined,
    undefined,
    null,
  ]);
  expect(await says('mid', 'RESTORE new')).toEqual(['The account new is back.']);
  expect(whole()).toEqual(before);
  expect(channels.store.find('#tea')?.access).toEqual([{ account: 'ann', level: 'op' }]);
  expect(await says('bob', 'AUTH new correct-horse')).toEqual(['You are logged in to the account new.']);
  // What somebody else has by now stays theirs.
  await says('mid', 'OUNREGISTER new');
  await test.services.keeper
    .answerers()
    .registerChannel({ channel: '#tea', account: 'low', createdAt: 1_000 });
  await says('mid', 'OREGISTER new other-horse');
  expect(await says('mid', 'RESTORE new')).toEqual(['That was not done: There is an account new by now.']);
  await says('mid', 'RENAME new newer');
  expect(await says('mid', 'RESTORE new')).toEqual(['The account new is back.']);
  expect(channels.store.find('#tea')).toMatchObject({ founder: 'low', access: [] });
  // Nor does what somebody had on a channel that is gone keep them from coming back.
  const { setChannelAccess, dropChannel } = test.services.keeper.answerers();
  await setChannelAccess({ channel: '#tea', by: 'low', account: 'new', level: 'voice' });
  await says('mid', 'OUNREGISTER new');
  await dropChannel({ channel: '#tea', by: null });
  expect(await says('mid', 'RESTORE new')).toEqual(['The account new is back.']);
  // Nor does anybody bring back who is above them.
  await test.level('new', 650);
  await says('top', 'OUNREGISTER new');
  expect(await says('mid', 'RESTORE new')).toEqual([
    'That was not done: new is not below you, and stays as it is.',
  ]);
  expect(store.find('new')).toBeUndefined();
  expect(await says('top', 'RESTORE new')).toEqual(['The account new is back.']);
});

it('RENAME has the network know, and gives nobody what was of another account', async () => {
  await says('bob', 'AUTH ann correct-horse');
  test.take();
  test.say(`${NUMERICS.mid} P AFAAA :RENAME ann anne`);
  await test.quiet();
  const sent = test.take();
  const seconds = Math.floor(test.services.keeper.store.get('anne').created / 1_000);
  expect(sent.filter((line) => line.includes(' AC '))).toEqual([
    `AF AC ${NUMERICS.ann} M anne ${seconds}`,
    `AF AC ${NUMERICS.bob} M anne ${seconds}`,
  ]);
  expect(sent.at(-1)).toBe(`AFAAA O ${NUMERICS.mid} :The account ann is called anne now.`);
  expect(await says('ann', 'STATUS')).toContain('You are logged in to anne.');
  expect(await says('mid', 'RENAME anne low')).toEqual([
    'That was not done: low belongs to the account low.',
  ]);
  // ircu holds a stamp for good.
  const plain = await TestNetwork.start('h6');
  plain.join('ABAAA', 'ann');
  plain.join('ABAAB', 'root');
  await plain.ask('ABAAA', 'REGISTER ann correct-horse');
  await plain.ask('ABAAB', 'REGISTER root correct-horse');
  await plain.level('root', 1_000);
  expect(await plain.ask('ABAAB', 'RENAME ann anne')).toEqual([
    'That was not done: This network cannot change an account that somebody is logged in to: ann.',
  ]);
  plain.say('ABAAA Q :bye');
  expect(await plain.ask('ABAAB', 'RENAME ann anne')).toEqual(['The account ann is called anne now.']);
  plain.close();
});

it('a stamp of an account that is gone is worth nothing to a later one of its name', async () => {
  const plain = await TestNetwork.start('h6');
  plain.join('ABAAA', 'old');
  plain.join('ABAAB', 'new');
  await plain.ask('ABAAA', 'REGISTER ann correct-horse');
  await plain.ask('ABAAA', 'UNREGISTER correct-horse');
  await plain.clock.advance(10_000);
  await plain.ask('ABAAB', 'REGISTER ann other-horse');
  expect(plain.uplink.view.byNick('old')?.account).toBe('ann');
  expect(await plain.ask('ABAAA', 'SET INFO mine')).toEqual([
    'SET is for those who are logged in: AUTH <account> <password> first.',
  ]);
  expect(await plain.ask('ABAAB', 'SET INFO mine')).toEqual(['INFO is now: mine']);
  expect((await plain.ask('ABAAA', 'STATUS'))[0]).toBe('You are not logged in.');
  // Neither is it logged in to anew, which ircu cannot, nor is it a client of the later owner.
  expect(await plain.ask('ABAAA', 'AUTH ann other-horse')).toEqual([
    'This network cannot change an account that somebody is logged in to: reconnect first.',
  ]);
  expect(await plain.ask('ABAAB', 'GHOST old')).toEqual(['old is not logged in to your account.']);
  plain.close();
  // Where a stamp can be changed it is.
  test.say(`AB AC ${NUMERICS.bob} R ann 1000`);
  expect(await says('bob', 'SET INFO mine')).toEqual([
    'SET is for those who are logged in: AUTH <account> <password> first.',
  ]);
  test.take();
  test.say(`${NUMERICS.bob} P AFAAA :AUTH ann correct-horse`);
  await test.quiet();
  const seconds = Math.floor(test.services.keeper.store.get('ann').created / 1_000);
  expect(test.take()).toContain(`AF AC ${NUMERICS.bob} M ann ${seconds}`);
  expect(await says('bob', 'SET INFO mine')).toEqual(['INFO is now: mine']);
});

it('ALLOWAUTH lets one user in from where masks do not, who needs the password, until it is taken back', async () => {
  await says('ann', 'ADDMASK');
  expect(await says('bob', 'AUTH ann correct-horse')).toEqual([
    expect.stringMatching(/^The account may not be used/),
  ]);
  test.take();
  test.say(`${NUMERICS.mid} P AFAAA :ALLOWAUTH bob ann`);
  await test.quiet();
  const sent = test.take();
  expect(sent).toContain(`AFAAA O ${NUMERICS.mid} :bob may log in to ann from where they are.`);
  expect(sent).toContain(
    `AFAAA O ${NUMERICS.bob} :You may log in to the account ann from where you are: AUTH ann <password>`,
  );
  expect(await says('bob', 'AUTH ann wrong-horse')).toEqual(['The account or the password is wrong.']);
  expect(await says('mid', 'ALLOWAUTH bob')).toEqual(['bob logs in as everybody does.']);
  expect(await says('mid', 'ALLOWAUTH bob')).toEqual(['bob was allowed nothing.']);
  // It was for that account, and is not for a later one of its name.
  await says('mid', 'OREGISTER cat correct-horse *@ann.example.net');
  await says('mid', 'ALLOWAUTH bob cat');
  await says('mid', 'OUNREGISTER cat');
  await says('mid', 'OREGISTER cat correct-horse *@ann.example.net');
  expect(await says('bob', 'AUTH cat correct-horse')).toEqual([
    expect.stringMatching(/^The account may not be used/),
  ]);
  await says('mid', 'ALLOWAUTH bob');
  expect(await says('bob', 'AUTH ann correct-horse')).toEqual([
    expect.stringMatching(/^The account may not be used/),
  ]);
  await says('mid', 'ALLOWAUTH bob ann');
  // To that account alone.
  await says('low', 'ADDMASK');
  expect(await says('bob', 'AUTH low correct-horse')).toEqual([
    expect.stringMatching(/^The account may not be used/),
  ]);
  expect((await says('bob', 'AUTH ann correct-horse'))[0]).toBe('You are logged in to the account ann.');
});

it('notes are read by operators, and by the person whom they are about', async () => {
  expect(await says('low', 'ADDNOTE ann sells tea')).toEqual(['The note about ann is kept.']);
  const seen = async (who: Who) =>
    (await says(who, 'ACCOUNTINFO ann')).filter((line) => line.startsWith('Note'));
  expect(await seen('low')).toEqual([expect.stringMatching(/^Note 1, by low on .*: sells tea$/)]);
  expect([await seen('ann'), await seen('bob')]).toEqual([[], []]);
  expect((await says('ann', 'MYDATA')).filter((line) => line.startsWith('notes'))).toEqual([
    expect.stringMatching(/^notes: written_by=low written=\S+ text=sells tea$/),
  ]);
  expect(await says('low', 'DELNOTE ann 1')).toEqual(['The note about ann is taken away.']);
  expect(await seen('low')).toEqual([]);
  expect(await says('low', `ADDNOTE ann ${'x'.repeat(301)}`)).toEqual(['A note has up to 300 bytes.']);
});

it('SEARCH finds accounts by what is known of them, lists so many and counts the rest', async () => {
  await says('ann', 'SET EMAIL ann@example.net');
  await says('mid', 'OSET ann FLAGS +n');
  test.database.exec("UPDATE accounts SET created = created - 1200000 WHERE key IN ('ann', 'low')");
  const found = async (criteria: string) =>
    (await says('top', `SEARCH PRINT ${criteria}`)).slice(1, -1).map((line) => line.split(' ')[0]);
  expect(await found('ACCOUNT ?o*')).toEqual(['low', 'top']);
  expect(await found('EMAIL *@EXAMPLE.net')).toEqual(['ann']);
  expect(await found('LEVEL 650')).toEqual(['mid', 'top']);
  expect(await found('FLAGS n')).toEqual(['ann']);
  expect(await found('REGISTERED <15m')).toEqual(['mid', 'top']);
  expect(await found('REGISTERED >15m SUSPENDED no')).toEqual(['ann', 'low']);
  expect(await says('top', 'SEARCH COUNT')).toEqual(['4 accounts meet that.']);
  expect(await says('top', 'SEARCH PRINT LIMIT 1')).toEqual([
    expect.stringMatching(/^Account {2}Level {2}Registered {2}Last login$/),
    expect.stringMatching(/^ann {6}0 {6}\d{4}-\d\d-\d\d {2}\d{4}-\d\d-\d\d$/),
    '3 more meet that.',
  ]);
});

it('HELP says from which level on a command is for', async () => {
  expect((await says('bob', 'HELP OSET')).at(-1)).toBe('For accounts of level 400 and above.');
});
