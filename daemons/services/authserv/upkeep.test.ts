/** What owners say of themselves to services, and what becomes of accounts by themselves: absence, ignores, data, expiry, grace. */
import { hashSync } from '@node-rs/argon2';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Catalogues } from '../bots/catalogues.ts';
import type { Mail } from '../mail/mail-transport.ts';
import { TestNetwork } from '../test-network.ts';

const DAY = 86_400_000;

let test: TestNetwork;
beforeEach(async () => {
  test = await TestNetwork.start();
  test.join('ABAAA', 'ann');
  test.join('ABAAB', 'bob');
  await ann('REGISTER ann correct-horse ann@example.net');
});
afterEach(() => test.close());

const ann = (text: string) => test.ask('ABAAA', text);
const bob = (text: string) => test.ask('ABAAB', text);
const store = () => test.services.keeper.store;

describe('how somebody is answered', () => {
  it.each([
    ['PRIVMSG', 'on', 'PRIVMSG is now: on'],
    ['COLOR', 'off', 'COLOR is now: off'],
    ['STYLE', 'clean', 'STYLE is now: CLEAN'],
    ['WIDTH', '60', 'WIDTH is now: 60'],
    ['LANGUAGE', 'EN', 'LANGUAGE is now: English'],
    ['PRIVMSG', '*', 'PRIVMSG is now: off'],
    ['STYLE', '*', 'STYLE is now: NORMAL'],
    ['WIDTH', '*', 'WIDTH is now: 400'],
  ])('SET %s %s', async (setting, value, answer) => {
    test.take();
    test.say(`ABAAA P AFAAA :SET ${setting} ${value}`);
    await test.quiet();
    const token = setting === 'PRIVMSG' && value === 'on' ? 'P' : 'O';
    expect(test.take()).toEqual([`AFAAA ${token} ABAAA :${answer}`]);
  });

  it.each([
    ['PRIVMSG maybe', 'PRIVMSG is on or off.'],
    ['COLOR red', 'COLOR is on or off.'],
    ['STYLE FANCY', 'STYLE is one of NORMAL, CLEAN.'],
    ['WIDTH 39', 'WIDTH is a number from 40 to 400, or * for 400.'],
    ['WIDTH 401', 'WIDTH is a number from 40 to 400, or * for 400.'],
    ['WIDTH wide', 'WIDTH is a number from 40 to 400, or * for 400.'],
    ['LANGUAGE xx', 'There is no such language here. There are en, de.'],
    [`INFO ${'x'.repeat(201)}`, 'INFO has up to 200 bytes.'],
  ])('SET %s is refused, and changes nothing', async (words, answer) => {
    test.catalogues = new Catalogues([{ code: 'de', name: 'Deutsch', texts: new Map() }]);
    const before = await ann('SET');
    expect(await ann(`SET ${words}`)).toEqual([answer]);
    expect(await ann('SET')).toEqual(before);
  });

  it('is as their account says, to them alone', async () => {
    test.catalogues = new Catalogues([
      { code: 'de', name: 'Deutsch', texts: new Map([['You are not logged in.', 'Nicht angemeldet.']]) },
    ]);
    await ann('SET LANGUAGE de');
    await ann('SET COLOR on');
    expect(await ann('USERINFO ann')).toEqual(['\x02ann\x02 is logged in to \x02ann\x02.']);
    expect((await bob('STATUS'))[0]).toBe('You are not logged in.');
  });
});

it('USERINFO tells who somebody is logged in as', async () => {
  expect(await bob('USERINFO ann')).toEqual(['ann is logged in to ann.']);
  expect(await bob('USERINFO bob')).toEqual(['bob is not logged in.']);
  expect(await bob('USERINFO nobody')).toEqual(['Nobody is called nobody.']);
});

describe('ignores', () => {
  it('are kept, listed and taken away', async () => {
    expect(await ann('ADDIGNORE')).toEqual(['You ignore nobody.']);
    expect(await ann('ADDIGNORE eve')).toEqual(['You ignore eve!*@*.']);
    expect(await ann('ADDIGNORE eve')).toEqual(['You ignore eve!*@* already.']);
    expect(await ann('ADDIGNORE *@bad.example.net')).toEqual(['You ignore *!*@bad.example.net.']);
    expect(await ann('ADDIGNORE')).toEqual([
      expect.stringMatching(
        /^You ignore: (eve!\*@\*, \*!\*@bad\.example\.net|\*!\*@bad\.example\.net, eve!\*@\*)$/,
      ),
    ]);
    expect(await ann('DELIGNORE eve')).toEqual(['You ignore eve!*@* no more.']);
    expect(await ann('DELIGNORE eve')).toEqual(['You do not ignore eve!*@*.']);
    expect(await ann(`ADDIGNORE ${'x'.repeat(300)}`)).toEqual(['That is no mask: expected nick!user@host.']);
    for (let i = 0; i < 49; i++)
      await test.writes.write(() =>
        test.services.profiles.addMask(store().get('ann'), `n${i}!*@*`, 'ignores'),
      );
    expect(await ann('ADDIGNORE eve')).toEqual(['An account ignores up to 50 masks.']);
  });

  it('keep bots from telling what comes from there', async () => {
    const told = async () => {
      test.services.keeper.logins.accounts.reset(null);
      test.services.keeper.logins.addresses.reset(null);
      await bob('AUTH ann wrong-horse');
      await test.clock.advance(30_000);
      test.say('AB G !1 services.test 1');
      await test.clock.advance(30_000);
      test.say('AB G !1 services.test 1');
    };
    const heard: string[] = [];
    const send = test.uplink.send.bind(test.uplink);
    test.uplink.send = (line) => {
      if (line.includes('failed to log in to your account')) heard.push(line);
      send(line);
    };
    await told();
    expect(heard).toHaveLength(1);
    await ann('ADDIGNORE *@10.0.0.*');
    await told();
    expect(heard).toHaveLength(1);
    await ann('DELIGNORE *@10.0.0.*');
    await told();
    expect(heard).toHaveLength(2);
  });
});

it('MYDATA tells all that is kept but what proves a password, and UNREGISTER leaves nothing after the grace', async () => {
  await ann('SET INFO likes tea');
  await ann('ADDMASK *@10.0.0.0/8');
  await ann('ADDIGNORE eve');
  await bob('REGISTER bob correct-horse');
  await test.services.keeper
    .answerers()
    .registerChannel({ channel: '#tea', account: 'bob', createdAt: 1_000 });
  await test.services.keeper
    .answerers()
    .setChannelAccess({ channel: '#tea', by: 'bob', account: 'ann', level: 'op' });
  const lines = await ann('MYDATA');
  expect(lines.map((line) => line.split(':')[0]).sort()).toEqual(
    [
      'That is all.',
      'accounts',
      'channel_access',
      'host_masks',
      'ignores',
      'known_networks',
      'nicks',
      'profiles',
    ].sort(),
  );
  expect(lines.find((line) => line.startsWith('accounts'))).toMatch(
    /^accounts: key=ann name=ann created=2023-\S+Z last_login=2023-\S+Z email=ann@example\.net failed=0$/,
  );
  expect(lines.find((line) => line.startsWith('channel_access'))).toMatch(/channel=#tea level=op/);
  expect(lines.join(' ')).not.toContain('correct-horse');
  await ann('UNREGISTER correct-horse');
  const kept = () => test.database.prepare('SELECT name, dropped_by FROM dropped_accounts').all();
  expect(kept()).toEqual([{ name: 'ann', dropped_by: 'its owner' }]);
  test.database.prepare('UPDATE dropped_accounts SET dropped = ?').run(test.clock.now() - 7 * DAY);
  await test.services.accounts.housekeeping.run();
  expect(kept()).toHaveLength(1);
  test.database.prepare('UPDATE dropped_accounts SET dropped = ?').run(test.clock.now() - 7 * DAY - 1);
  await test.services.accounts.housekeeping.run();
  expect(kept()).toEqual([]);
  expect(test.database.serialize().includes('likes tea')).toBe(false);
});

it('without a grace an account is gone at once', async () => {
  test.rules = { ...test.rules, graceDays: 0 };
  await ann('UNREGISTER correct-horse');
  expect(test.database.prepare('SELECT * FROM dropped_accounts').all()).toEqual([]);
});

describe('unused accounts', () => {
  const mails: Mail[] = [];
  /** When an account was used last, and whether anybody is logged in to it. */
  const unused = (account: string, days: number) =>
    test.database
      .prepare('UPDATE accounts SET last_login = ? WHERE key = ?')
      .run(test.clock.now() - days * DAY, account);
  const sweep = async () => {
    await test.services.accounts.housekeeping.run();
    for (let i = 0; i < 5; i++) await test.quiet();
  };

  beforeEach(async () => {
    test.rules = { ...test.rules, unusedDays: 100 };
    mails.length = 0;
    test.services.accounts.mail.configure({ send: async (mail) => void mails.push(mail), close: () => {} });
    await test.services.keeper.answerers().create({ account: 'cat', password: 'correct-horse', email: null });
    await test.services.keeper
      .answerers()
      .create({ account: 'dan', password: 'correct-horse', email: 'dan@example.net' });
  });

  it('are kept for ever where nothing is set, and end when their time is up where something is', async () => {
    test.rules = { ...test.rules, unusedDays: 0 };
    unused('cat', 5_000);
    await sweep();
    expect(store().find('cat')).toBeDefined();
    test.rules = { ...test.rules, unusedDays: 100 };
    unused('cat', 100);
    await sweep();
    expect(store().find('cat')).toBeUndefined();
    expect(test.logged).toContainEqual('info accounts_expired 1 accounts ended that nobody had used');
    // Like any other they can be brought back.
    expect(test.services.accounts.dropped.list(10)).toMatchObject([{ account: 'cat', by: 'nobody used it' }]);
    unused('dan', 85);
    await sweep();
    expect([store().find('dan')?.name, mails]).toEqual(['dan', []]);
  });

  it('are told of two weeks before, once, and have these two weeks however late that was', async () => {
    unused('dan', 86);
    await sweep();
    expect(mails).toMatchObject([
      { to: 'dan@example.net', subject: 'Your account dan on services.test is unused' },
    ]);
    expect(mails[0]!.text).toContain(new Date(test.clock.now() + 14 * DAY).toUTCString());
    await sweep();
    expect(mails).toHaveLength(1);
    unused('dan', 400);
    test.database.exec('UPDATE profiles SET expiry_told = NULL');
    await sweep();
    expect([mails.length, store().find('dan')?.name]).toEqual([2, 'dan']);
    test.database.prepare('UPDATE profiles SET expiry_told = ?').run(test.clock.now() - 14 * DAY + 1);
    await sweep();
    expect(store().find('dan')).toBeDefined();
    test.database.prepare('UPDATE profiles SET expiry_told = ?').run(test.clock.now() - 14 * DAY);
    await sweep();
    expect([mails.length, store().find('dan')]).toEqual([2, undefined]);
  });

  it('stay while somebody is logged in, while there is no network, of operators, and with the flag n', async () => {
    test.services.accounts.mail.configure(null);
    unused('ann', 5_000);
    unused('cat', 5_000);
    await test.level('cat', 1);
    await sweep();
    expect([store().find('ann')?.name, store().find('cat')?.name]).toEqual(['ann', 'cat']);
    await test.level('cat', 0);
    await test.writes.write(() => test.services.profiles.set(store().get('cat'), 'flags', 'hn'));
    await sweep();
    expect(store().find('cat')).toBeDefined();
    await test.writes.write(() => test.services.profiles.set(store().get('cat'), 'flags', 'h'));
    test.uplink.fail('gone');
    await sweep();
    expect(store().find('cat')).toBeDefined();
  });

  it('of whoever is away are kept twice as long, until they log in again', async () => {
    const until = () => test.services.accounts.unused.keptUntil(store().get('ann'));
    expect(until()).toBe(test.clock.now() + 100 * DAY);
    expect(await ann('VACATION')).toEqual([
      `Enjoy it. Without a login your account is kept until ${new Date(test.clock.now() + 200 * DAY).toUTCString()}.`,
    ]);
    expect(until()).toBe(test.clock.now() + 200 * DAY);
    expect(await bob('ACCOUNTINFO ann')).toContain('Its owner is away for longer.');
    await test.clock.advance(1_000);
    await bob('AUTH ann correct-horse');
    expect(until()).toBe(test.clock.now() + 100 * DAY);
    expect(await bob('ACCOUNTINFO ann')).not.toContain('Its owner is away for longer.');
    test.rules = { ...test.rules, unusedDays: 0 };
    expect(await ann('VACATION')).toEqual(['Enjoy it. Accounts are kept here however long they are unused.']);
  });
});

it('a hash of X3 lets its owner in, and is one of our own from then on', async () => {
  const hash = '$1A2B3C4DDF5502289FEE17CE776C8A39F24E4F39';
  await test.services.keeper.answerers().create({ account: 'old', password: 'nobody-knows', email: null });
  await test.writes.write(() => store().facts.setForeignHash(store().get('old'), hash));
  const kinds = () =>
    test.database
      .prepare("SELECT kind FROM credentials JOIN accounts ON id = account WHERE key = 'old'")
      .pluck()
      .all();
  expect(kinds()).toEqual(['foreign']);
  // The test's passwords are kept in clear.
  test.passwords.fits = async (kept, password) =>
    kept === hash ? password === 'correct-horse' : kept === password;
  expect(await bob('AUTH old wrong-horse')).toEqual(['The account or the password is wrong.']);
  expect(kinds()).toEqual(['foreign']);
  expect((await bob('AUTH old correct-horse'))[0]).toBe('You are logged in to the account old.');
  expect(kinds().sort()).toEqual(['argon2id', 'scram-sha-256']);
  expect(await bob('PASS correct-horse better-horse')).toEqual(['The password of old is changed.']);
});

it('a hash of other costs than ours lets its owner in, and has ours from then on', async () => {
  const hash = hashSync('correct-horse', { memoryCost: 64, timeCost: 1, parallelism: 1 });
  await test.services.keeper.answerers().create({ account: 'old', password: 'nobody-knows', email: null });
  const kept = () => store().credential(store().get('old'), 'argon2id');
  await test.writes.write(() => store().facts.setPassword(store().get('old'), { argon2id: hash, scram: '' }));
  test.passwords.fits = async (known, password) => known === hash && password === 'correct-horse';
  expect(await bob('AUTH old wrong-horse')).toEqual(['The account or the password is wrong.']);
  expect(kept()).toBe(hash);
  expect((await bob('AUTH old correct-horse'))[0]).toBe('You are logged in to the account old.');
  // The test's passwords are kept in clear.
  expect(kept()).toBe('correct-horse');
});

it('a password that was set while a hash of X3 was checked stays as it was set', async () => {
  const hash = '$1A2B3C4DDF5502289FEE17CE776C8A39F24E4F39';
  await test.services.keeper.answerers().create({ account: 'old', password: 'nobody-knows', email: null });
  await test.writes.write(() => store().facts.setForeignHash(store().get('old'), hash));
  test.passwords.fits = async () => true;
  const make = test.passwords.make.bind(test.passwords);
  test.passwords.make = async (password) => {
    const verifiers = await make(password);
    test.passwords.make = make;
    await test.writes.write(() =>
      store().facts.setPassword(store().get('old'), { argon2id: 'reset', scram: 'reset' }),
    );
    return verifiers;
  };
  expect(await bob('AUTH old correct-horse')).toEqual(['The account or the password is wrong.']);
  expect(store().credential(store().get('old'), 'argon2id')).toBe('reset');
});
