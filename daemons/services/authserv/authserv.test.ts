/** AuthServ as its users see it, line by line. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BOT_SPECS } from '../bots/service-bots.ts';
import { limits } from '../limits.ts';
import { TestNetwork } from '../test-network.ts';

let test: TestNetwork;

beforeEach(async () => {
  test = await TestNetwork.start();
  test.join('ABAAA', 'ann');
  test.join('ABAAB', 'bob');
});
afterEach(() => test.close());

const ann = (text: string) => test.ask('ABAAA', text);
const bob = (text: string) => test.ask('ABAAB', text);

describe('accounts', () => {
  it('are registered, logged in to from elsewhere, and told of; what was answered is written', async () => {
    expect(await ann('REGISTER ann correct-horse ann@example.net')).toEqual([
      'The account ann is yours.',
      'You are logged in to the account ann.',
    ]);
    expect(test.database.prepare('SELECT name, email FROM accounts').all()).toEqual([
      { name: 'ann', email: 'ann@example.net' },
    ]);
    expect(await bob('AUTH ann wrong-horse')).toEqual(['The account or the password is wrong.']);
    expect(await bob('AUTH nobody wrong-horse')).toEqual(['The account or the password is wrong.']);
    expect(await bob('IDENTIFY ann correct-horse')).toEqual([
      'You are logged in to the account ann.',
      expect.stringMatching(/^1 login failed since you were here last, the latest from 10\.0\.0\.1 on /),
    ]);
    expect(await bob('AUTH ann correct-horse')).toEqual(['You are logged in to ann already.']);
    expect(await bob('STATUS')).toEqual([
      'You are logged in to ann.',
      `1 account is registered, ${BOT_SPECS.length + 2} users are on the network.`,
    ]);
    expect(await ann('REGISTER other correct-horse')).toEqual([
      'You are logged in to ann. Whoever has an account needs no other one.',
    ]);
    expect((await ann('ACCOUNTINFO *bob')).slice(-3)).toEqual([
      'Logged in now: ann, bob (up to 5)',
      'Host masks: none, it may be used from anywhere',
      'Certificates: none',
    ]);
    test.join('ABAAC', 'eve');
    expect(await test.ask('ABAAC', 'ACCOUNTINFO ann')).toHaveLength(4);
  });

  it('have the network know, in the words of each kind of server', async () => {
    test.say('ABAAA P AFAAA :REGISTER ann correct-horse');
    await test.quiet();
    expect(test.take().filter((line) => line.includes(' AC '))).toEqual([
      expect.stringMatching(/^AF AC ABAAA R ann \d+$/),
    ]);
    const plain = await TestNetwork.start('h6');
    plain.join('ABAAA', 'ann');
    plain.say('ABAAA P AFAAA :REGISTER ann correct-horse');
    await plain.quiet();
    expect(plain.take().filter((line) => line.includes(' AC '))).toEqual([
      expect.stringMatching(/^AF AC ABAAA ann \d+$/),
    ]);
    expect(await plain.ask('ABAAA', 'PASS correct-horse better-horse')).toEqual([
      'The password of ann is changed.',
    ]);
    plain.join('ABAAB', 'averylongnicks');
    expect(await plain.ask('ABAAB', 'REGISTER averylongnicks correct-horse')).toEqual([
      'This network holds names of accounts with up to 12 characters.',
    ]);
    plain.close();
  });

  it('are refused with what is wrong: a weak password, a name that is none, one that is taken, no address', async () => {
    await ann('REGISTER ann correct-horse');
    expect(await bob('REGISTER bob short')).toEqual([
      'The password is too short, or is the name of the account.',
    ]);
    expect(await bob('REGISTER 1bob correct-horse')).toEqual([
      expect.stringMatching(/^An account is called like a nick/),
    ]);
    expect(await bob('REGISTER Ann correct-horse')).toEqual(['There is an account of that name already.']);
    expect(await bob('REGISTER bob correct-horse nowhere')).toEqual(['That is no e-mail address.']);
    expect(await bob('REGISTER bob')).toEqual(['Expected: REGISTER <account> <password> [e-mail]']);
    expect(await bob('SET INFO x')).toEqual([
      'SET is for those who are logged in: AUTH <account> <password> first.',
    ]);
    expect(await bob('DANCE')).toEqual(['There is no command DANCE. /msg AuthServ HELP lists them.']);
  });

  it('are deleted by who knows the password, and everybody is logged out of them', async () => {
    await ann('REGISTER ann correct-horse');
    await bob('AUTH ann correct-horse');
    expect(await bob('UNREGISTER wrong-horse')).toEqual([
      'Somebody at 10.0.0.1 failed to log in to your account ann (1 failed so far).',
      'The account or the password is wrong.',
    ]);
    test.take();
    test.say('ABAAB P AFAAA :UNREGISTER correct-horse');
    await test.quiet();
    const sent = test.take();
    expect(sent.filter((line) => line.includes(' AC ')).sort()).toEqual(['AF AC ABAAA U', 'AF AC ABAAB U']);
    expect(sent.at(-1)).toBe('AFAAA O ABAAB :The account ann is deleted.');
    expect(await bob('AUTH ann correct-horse')).toEqual(['The account or the password is wrong.']);
    // Written down before it was done, with who did it; what only failed to prove itself is not.
    const actor = expect.stringMatching(/^bob!~bob@bob\.example\.net \(account ann, level 0\)$/);
    expect(test.deeds).toEqual([
      {
        deed: { actor, command: 'UNREGISTER', args: { account: 'ann' } },
        outcome: expect.stringMatching(/done/),
      },
    ]);
  });

  it('are not deleted while that cannot be written down, or where who asked has left', async () => {
    await ann('REGISTER ann correct-horse');
    test.unwritable = 'the disk is full';
    expect((await ann('UNREGISTER correct-horse')).join()).toContain('the disk is full');
    test.unwritable = null;
    test.say('ABAAA P AFAAA :UNREGISTER correct-horse', 'ABAAA Q :gone');
    await test.quiet();
    expect(test.services.keeper.store.find('ann')).toBeDefined();
  });
});

it("GHOST frees a nick of one's own account, and no other", async () => {
  await ann('REGISTER ann correct-horse');
  expect(await ann('GHOST bob')).toEqual(['bob is not logged in to your account.']);
  await bob('AUTH ann correct-horse');
  expect(await ann('GHOST ann')).toEqual(['That is you.']);
  expect(await ann('GHOST nobody')).toEqual(['Nobody is called nobody.']);
  test.take();
  test.say('ABAAA P AFAAA :GHOST bob');
  await test.quiet();
  expect(test.take()).toEqual([
    'AF D ABAAB :services.test (Ghost, by ann of the same account)',
    'AFAAA O ABAAA :bob is disconnected.',
  ]);
  expect(test.uplink.view.byNick('bob')).toBeUndefined();
});

describe('an account that is taken care of', () => {
  beforeEach(async () => {
    await ann('REGISTER ann correct-horse');
  });

  it('has settings, which are shown and taken back', async () => {
    expect(await ann('SET INFO likes tea')).toEqual(['INFO is now: likes tea']);
    expect(await ann('SET EMAIL nowhere')).toEqual(['That is no e-mail address.']);
    expect(await ann('SET EMAIL ann@example.net')).toEqual(['EMAIL is now: ann@example.net']);
    expect(await ann('SET MAXLOGINS 99')).toEqual(['MAXLOGINS is a number from 1 to 20, or * for 5.']);
    expect(await ann('SET')).toEqual([
      'INFO: likes tea',
      'EMAIL: ann@example.net',
      'MAXLOGINS: 5',
      'PRIVMSG: off',
      'STYLE: NORMAL',
      'WIDTH: 400',
      'COLOR: off',
      'LANGUAGE: English',
    ]);
    expect(await ann('SET INFO *')).toEqual(['INFO is now: nothing']);
    expect(await ann('SET HAT red')).toEqual([
      'There is no setting HAT. There are INFO, EMAIL, MAXLOGINS, PRIVMSG, STYLE, WIDTH, COLOR, LANGUAGE.',
    ]);
  });

  it('lets in so many clients, those included that the network has not shown yet', async () => {
    await ann('SET MAXLOGINS 1');
    expect(await bob('AUTH ann correct-horse')).toEqual([
      'As many clients as may be are logged in to the account.',
    ]);
    await ann('SET MAXLOGINS 2');
    test.join('ABAAC', 'cat');
    const both = Promise.all([
      test.services.keeper.answerers().identify({ nick: 'ann', password: 'correct-horse', origin: HERE }),
      test.services.keeper.answerers().identify({ nick: 'ann', password: 'correct-horse', origin: HERE }),
    ]);
    expect((await both).map(({ kind }) => kind)).toEqual(['success', 'refused']);
    // What was let in and never came counts no longer after a while.
    await test.clock.advance(limits.grantMs.default);
    expect(await bob('AUTH ann correct-horse')).toEqual(['You are logged in to the account ann.']);
  });

  it('is used from its masks alone, which nobody locks themselves out with', async () => {
    expect(await ann('ADDMASK *@elsewhere.example.net')).toEqual([
      expect.stringMatching(/lock yourself out/),
    ]);
    expect(await ann('ADDMASK nothing')).toEqual(['That is no host mask: expected user@host.']);
    expect(await ann('ADDMASK')).toEqual(['ann may be used from *@ann.example.net.']);
    expect(await bob('AUTH ann correct-horse')).toEqual([
      expect.stringMatching(/may not be used from where you are/),
    ]);
    const sasl = (address: string) =>
      test.services.keeper
        .answerers()
        .identify({ nick: 'ann', password: 'correct-horse', origin: { address, fingerprint: null } });
    // Before a client is on the network its host is not known.
    expect(await sasl('10.0.0.1')).toMatchObject({ why: 'host' });
    expect(await ann('ADDMASK *@10.0.0.0/8')).toEqual(['ann may be used from *@10.0.0.0/8.']);
    expect(await sasl('10.200.0.1')).toMatchObject({ kind: 'success' });
    expect(await sasl('192.0.2.1')).toMatchObject({ why: 'host' });
    expect(await ann('DELMASK *@10.0.0.0/8')).toEqual(['*@10.0.0.0/8 is taken away.']);
    expect(await ann('DELMASK *@10.0.0.0/8')).toEqual(['*@10.0.0.0/8 is not among your masks.']);
    expect(await ann('DELMASK *@ann.example.net')).toEqual(['*@ann.example.net is taken away.']);
    expect(await bob('AUTH ann correct-horse')).toEqual(['You are logged in to the account ann.']);
  });

  it('has certificates, each of one account', async () => {
    const print = 'ab'.repeat(32);
    expect(await ann('ADDCERTFP 1234')).toEqual([expect.stringMatching(/^Expected the SHA-256 fingerprint/)]);
    expect(await ann(`ADDCERTFP ${print.toUpperCase().replace(/..(?!$)/g, '$&:')}`)).toEqual([
      'The certificate logs you in from now on.',
    ]);
    await bob('REGISTER bob correct-horse');
    expect(await bob(`ADDCERTFP ${print}`)).toEqual(['That certificate is of another account.']);
    expect(await bob(`DELCERTFP ${print}`)).toEqual(['That certificate is not yours.']);
    expect(await ann(`DELCERTFP ${print}`)).toEqual(['The certificate logs nobody in any more.']);
  });
});

it('NickServ takes its own words, AuthServ is asked by name and server too, and nobody is answered twice', async () => {
  expect(await test.ask('ABAAA', 'REGISTER correct-horse ann@example.net', 'AFAAB')).toEqual([
    'The account ann is yours.',
    'You are logged in to the account ann.',
  ]);
  expect(await test.ask('ABAAA', 'STATUS', 'authserv@Services.test')).toHaveLength(2);
  expect(await test.ask('ABAAA', 'STATUS', 'AuthServ@other.test')).toEqual([]);
  test.say('ABAAA O AFAAA :STATUS', 'ABAAZ P AFAAA :STATUS');
  await test.quiet();
  expect(test.take()).toEqual([]);
  expect(await ann('\x01PING 12\x01')).toEqual(['\x01PING 12\x01']);
  expect(await ann('HELP AUTH')).toEqual([
    'AUTH [account] <password> (also IDENTIFY, LOGIN)',
    'Logs you in to an account; without its name, to the one of your nick.',
    expect.any(String),
  ]);
});

it('drops commands of who sends too many, and gives up on what takes too long', async () => {
  await ann('REGISTER ann correct-horse');
  let release = () => {};
  test.passwords.gate = new Promise((resolve) => {
    release = resolve;
  });
  test.take();
  for (let i = 0; i < 5; i++) test.say('ABAAB P AFAAA :AUTH ann correct-horse');
  expect(test.notices('ABAAB')).toEqual([
    'Too much is being done at the moment. Try again in a few seconds.',
  ]);
  await test.clock.advance(limits.contextMs.default);
  expect(test.notices('ABAAB')).toEqual(
    Array(4).fill('AUTH took too long and was given up. Try again later.'),
  );
  release();
  for (let i = 0; i < 10; i++) await test.quiet();
  // Whoever was told that it failed is not logged in by it later.
  expect(test.take()).toEqual([]);
  expect(test.services.operations.inUse).toBe(0);
  for (let i = 0; i < 40; i++) test.say('ABAAA P AFAAA :DANCE');
  expect(test.notices('ABAAA').length).toBeLessThanOrEqual(20);
  expect(test.services.commands.flooded).toBeGreaterThan(0);
});

const HERE = { address: '10.0.0.9', fingerprint: null };

it('a login by AUTH is remembered with what its steps took, and without a word that was typed', async () => {
  await ann('REGISTER ann correct-horse');
  await bob('AUTH ann wrong-horse');
  await bob('AUTH ann correct-horse');
  const { timelines } = test.services.accounts;
  expect(timelines.rows({ client: 'bob' }, 10)).toMatchObject([
    { account: 'ann', way: 'AUTH', outcome: 'success' },
    { account: 'ann', way: 'AUTH', outcome: 'refused: credentials' },
  ]);
  const steps = timelines.steps({ account: 'ann' });
  expect(steps.map(({ what }) => what)).toEqual([
    ...['AUTH', 'password checked', 'kept in the database', 'account stamped', 'logged in to ann'],
  ]);
  expect(JSON.stringify([steps, timelines.rows({}, 10)])).not.toContain('horse');
});

it('administrators log everybody out of an account where the network can, who may log in again', async () => {
  await ann('REGISTER ann correct-horse');
  await bob('AUTH ann correct-horse');
  test.take();
  expect(test.services.logOut('Ann')).toBe(2);
  const said = test.take();
  expect(said.filter((line) => / AC \S+ U$/.test(line))).toHaveLength(2);
  expect(said.filter((line) => line.includes('logged you out of the account'))).toHaveLength(2);
  expect(await bob('STATUS')).toContain('You are not logged in.');
  const plain = await TestNetwork.start('h6');
  plain.join('ABAAA', 'ann');
  await plain.ask('ABAAA', 'REGISTER ann correct-horse');
  expect(plain.services.logOut('ann')).toBeNull();
  expect(plain.services.logOut('nobody')).toBe(0);
  plain.close();
});
