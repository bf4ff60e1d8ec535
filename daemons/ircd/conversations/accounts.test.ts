/** Logging in and registering as clients see it: IRCv3 sasl 3.2, account-registration, account-notify, account-tag, extended-join. */
import * as fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { SaslAnswer } from '../../../contract/accounts.ts';
import { SignalboxError } from '../../../contract/errors.ts';
import { noAccounts } from '../accounts/authority.ts';
import { MemoryAuthority } from '../accounts/memory-authority.ts';
import { setAccount } from '../actions/account.ts';
import { ircdConfigSchema } from '../config.ts';
import { limits } from '../limits.ts';
import { type MemoryClient, MemoryServer } from '../memory-server.ts';

let irc: MemoryServer;
let authority: MemoryAuthority;
afterEach(() => irc.close());

function start(
  accounts: Readonly<Record<string, string>> = { ann: 'sesame', bob: 'hunter22' },
  settings = {},
): void {
  authority = new MemoryAuthority(accounts);
  const table = { nick_protection: 'off', ...settings };
  const config = ircdConfigSchema.parse({ server_name: 'irc.test', accounts: table });
  irc = new MemoryServer(config, null, undefined, authority);
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

/** What a client is answered, whoever has to be asked for it. */
async function say(client: MemoryClient, ...lines: string[]): Promise<string[]> {
  const answer = client.send(...lines);
  do await settled();
  while (client.client?.waiting != null);
  return [...answer, ...client.received()];
}

const plain = (account: string, password: string) =>
  Buffer.from(`\0${account}\0${password}`).toString('base64');

async function logIn(client: MemoryClient, account: string, password: string): Promise<string[]> {
  await say(client, 'AUTHENTICATE PLAIN');
  return await say(client, `AUTHENTICATE ${plain(account, password)}`);
}

describe('AUTHENTICATE', () => {
  it('logs in before registration, and others see the account afterwards', async () => {
    start();
    const client = irc.connect();
    client.send('CAP REQ :sasl', 'NICK ann', 'USER ann 0 * :Ann');
    client.received();
    expect(await say(client, 'AUTHENTICATE PLAIN')).toEqual(['AUTHENTICATE +']);
    expect(await say(client, `AUTHENTICATE ${plain('ann', 'sesame')}`)).toEqual([
      ':irc.test 900 ann ann!ann@192.0.2.1 ann :You are now logged in as ann',
      ':irc.test 903 ann :SASL authentication successful',
    ]);
    expect(await say(client, 'CAP END')).toContainEqual(expect.stringContaining(' 001 ann '));
    const bob = irc.join('bob', 'extended-join account-tag');
    bob.send('JOIN #c');
    client.send('JOIN #c', 'PRIVMSG #c :hello');
    const heard = bob.received();
    expect(heard).toContain(':ann!~ann@192.0.2.1 JOIN #c ann :Ann'.replace(/^/, '@account=ann '));
    expect(heard).toContain('@account=ann :ann!~ann@192.0.2.1 PRIVMSG #c :hello');
    expect(await say(bob, 'WHOIS ann')).toContain(':irc.test 330 bob ann ann :is logged in as');
    expect(await say(bob, 'WHO #c %na')).toContain(':irc.test 354 bob ann ann');
    expect(await say(bob, 'WHO bob %na')).toContain(':irc.test 354 bob bob 0');
  });

  it('is counted: who logged in, who failed, and who registered', async () => {
    start();
    const client = irc.join('me');
    await logIn(client, 'ann', 'sesame');
    await logIn(client, 'ann', 'wrong');
    await logIn(client, 'bob', 'hunter22');
    await say(irc.join('cat'), 'REGISTER * * correct-horse');
    await say(irc.join('dan'), 'GHOST cat correct-horse');
    await say(irc.join('eve'), 'GHOST dan wrong');
    expect(irc.server.accounts.counts).toEqual({ logins: 3, failures: 2, registrations: 1 });
  });

  it('takes a message in pieces of 400 bytes, the last of which is shorter or empty', async () => {
    const password = 'x'.repeat(600 - '\0ann\0'.length);
    start({ ann: password });
    const text = plain('ann', password);
    expect(text).toHaveLength(800);
    const client = irc.join('me');
    await say(client, 'AUTHENTICATE PLAIN');
    expect(await say(client, `AUTHENTICATE ${text.slice(0, 400)}`)).toEqual([]);
    expect(await say(client, `AUTHENTICATE ${text.slice(400)}`)).toEqual([]);
    expect(await say(client, 'AUTHENTICATE +')).toContainEqual(expect.stringContaining(' 900 me '));
    const shorter = plain('ann', password.slice(3));
    await say(client, 'AUTHENTICATE PLAIN', `AUTHENTICATE ${shorter.slice(0, 400)}`);
    expect(await say(client, `AUTHENTICATE ${shorter.slice(400)}`)).toEqual([
      expect.stringContaining(' 904 me '),
    ]);
  });

  it('sends a challenge in pieces, and an empty one as +', async () => {
    start();
    const answers: SaslAnswer[] = ['', 'a'.repeat(4), 'b'.repeat(400), 'c'.repeat(401)].map((data) => ({
      kind: 'challenge',
      data,
    }));
    authority.override = { saslData: () => answers.shift()! };
    const client = irc.join('me');
    await say(client, 'AUTHENTICATE SCRAM-SHA-256');
    const next = () => say(client, 'AUTHENTICATE YQ==');
    expect(await next()).toEqual(['AUTHENTICATE +']);
    expect(await next()).toEqual(['AUTHENTICATE aaaa']);
    expect(await next()).toEqual([`AUTHENTICATE ${'b'.repeat(400)}`, 'AUTHENTICATE +']);
    expect(await next()).toEqual([`AUTHENTICATE ${'c'.repeat(400)}`, 'AUTHENTICATE c']);
  });

  it('a piece that is too long is 905, a message that is too long 904, and both end the attempt', async () => {
    start();
    const client = irc.join('me');
    await say(client, 'AUTHENTICATE PLAIN');
    expect(await say(client, `AUTHENTICATE ${'a'.repeat(401)}`)).toEqual([
      ':irc.test 905 me :SASL message too long',
    ]);
    await say(client, 'AUTHENTICATE PLAIN');
    const piece = `AUTHENTICATE ${'a'.repeat(400)}`;
    for (let sent = 400; sent <= limits.saslMessageBytes.default; sent += 400)
      expect(await say(client, piece)).toEqual([]);
    expect(await say(client, piece)).toEqual([
      ':irc.test 904 me :SASL authentication failed: the message is too long',
    ]);
    expect(authority.asked.map(({ name }) => name)).toEqual([
      'saslStart',
      'saslAbort',
      'saslStart',
      'saslAbort',
    ]);
    expect(await logIn(client, 'ann', 'sesame')).toContainEqual(expect.stringContaining(' 903 '));
  });

  it('is 904 where the question fails, may be tried again, and what is a defect is logged', async () => {
    start();
    const client = irc.join('me');
    const failing = (error: Error) => () => {
      throw error;
    };
    const events = () => irc.host.logs.filter(({ event }) => event === 'login_unchecked').length;
    const UNAVAILABLE =
      ':irc.test 904 me :SASL authentication failed: accounts cannot be asked now, try again later';
    for (const [error, defects] of [
      [new SignalboxError('timeout', 'no answer'), 0],
      [new SignalboxError('unavailable', 'gone'), 0],
      [new Error('broken'), 1],
    ] as const) {
      authority.override = { saslData: failing(error) };
      expect(await logIn(client, 'ann', 'sesame')).toEqual([UNAVAILABLE]);
      expect(events()).toBe(defects);
    }
    authority.override = {};
    expect(await logIn(client, 'ann', 'sesame')).toContainEqual(expect.stringContaining(' 903 '));
  });

  it('may be tried again after a failure, and logs in to another account later', async () => {
    start();
    const client = irc.join('me');
    expect(await logIn(client, 'ann', 'wrong')).toEqual([':irc.test 904 me :SASL authentication failed']);
    expect(await logIn(client, 'ann', 'sesame')).toContainEqual(
      expect.stringContaining(' 900 me me!~me@192.0.2.1 ann '),
    );
    expect(await logIn(client, 'bob', 'hunter22')).toContainEqual(
      expect.stringContaining(' 900 me me!~me@192.0.2.1 bob '),
    );
    expect(client.user?.account).toBe('bob');
    expect(await logIn(client, 'ann', 'wrong')).toEqual([':irc.test 904 me :SASL authentication failed']);
    expect(client.user?.account).toBe('bob');
  });

  it('a failure takes flood allowance, and is no reason to be let in', async () => {
    start();
    const client = irc.join('me');
    const before = client.penalty;
    await logIn(client, 'ann', 'wrong');
    expect(client.penalty - before).toBe(limits.loginFailurePenaltyLines.default);
    expect(client.user?.account).toBeNull();
  });

  it('registration that is done first ends the attempt with 906', async () => {
    start();
    const client = irc.connect();
    client.send('CAP REQ :sasl', 'NICK me', 'USER me 0 * :Me', 'AUTHENTICATE PLAIN');
    await settled();
    client.received();
    const lines = await say(client, 'CAP END');
    expect(lines[0]).toBe(':irc.test 906 me :SASL authentication aborted');
    expect(lines).toContainEqual(expect.stringContaining(' 001 me '));
    expect(client.user?.account).toBeNull();
  });

  it('NICK and USER in between do not end it', async () => {
    start();
    const client = irc.connect();
    client.send('CAP REQ :sasl');
    await say(client, 'AUTHENTICATE PLAIN', 'NICK me', 'USER me 0 * :Me');
    expect(await say(client, `AUTHENTICATE ${plain('ann', 'sesame')}`)).toContainEqual(
      expect.stringContaining(' 903 '),
    );
  });

  it('lines wait until the answer has come, and nothing happens to who left meanwhile', async () => {
    start();
    let come = () => {};
    const client = irc.join('me');
    await say(client, 'AUTHENTICATE PLAIN');
    authority.delay = new Promise((resolve) => {
      come = resolve;
    });
    expect(client.send(`AUTHENTICATE ${plain('ann', 'sesame')}`, 'PING 1')).toEqual([]);
    const gone = irc.join('gone');
    gone.send('AUTHENTICATE PLAIN');
    gone.drop();
    come();
    await settled();
    await settled();
    expect(client.received().map((line) => line.split(' ')[1])).toEqual(['900', '903', 'PONG']);
    expect(irc.server.counters.handlerErrors).toBe(0);
  });

  it('tells who logs in of what failed meanwhile', async () => {
    start();
    authority.accounts.get('ann')!.failures = { count: 3, address: '198.51.100.9', time: 0 };
    const client = irc.join('me');
    expect(await logIn(client, 'ann', 'sesame')).toContain(
      ':irc.test NOTICE me :*** 3 failed logins to ann since you were last logged in; the last one was from 198.51.100.9, Thu, 01 Jan 1970 00:00:00 GMT',
    );
  });

  it('is answered within its label', async () => {
    start();
    const client = irc.join('me', 'labeled-response batch');
    await say(client, 'AUTHENTICATE PLAIN');
    const lines = await say(client, `@label=x AUTHENTICATE ${plain('ann', 'sesame')}`);
    expect(lines[0]).toMatch(/^@label=x :irc.test BATCH \+/);
    expect(lines.slice(1, -1).every((line) => line.startsWith('@batch='))).toBe(true);
  });

  it('EXTERNAL takes the fingerprint of the certificate that the client showed', async () => {
    start();
    const print = 'c0ffee';
    authority.accounts.get('ann')!.prints.add(print);
    const client = irc.join('me');
    client.tls = { version: 'TLSv1.3', cipher: 'x', fingerprint: print };
    await say(client, 'AUTHENTICATE EXTERNAL');
    expect(await say(client, 'AUTHENTICATE +')).toContainEqual(
      expect.stringContaining(' 900 me me!~me@192.0.2.1 ann '),
    );
  });

  it('whatever a client sends, it is answered by what the specification knows, and the server has no defect', async () => {
    const word = fc.oneof(
      fc.constantFrom(
        'PLAIN',
        'EXTERNAL',
        'SCRAM-SHA-256',
        '*',
        '+',
        plain('ann', 'sesame'),
        'a'.repeat(400),
        '!',
      ),
      fc.string({ maxLength: 20 }).map((text) => `:${text.replaceAll(/[\r\n\0]/g, ' ')}`),
      fc.base64String({ maxLength: 460 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(word, { maxLength: 8 }), async (words) => {
        start();
        const client = irc.join('me');
        for (const one of words) {
          for (const line of await say(client, `AUTHENTICATE ${one}`))
            expect(line).toMatch(/^(AUTHENTICATE \S+|:irc\.test (90[0-8]|461) me .*)$/);
        }
        expect(irc.server.counters.handlerErrors).toBe(0);
        irc.close();
      }),
      { numRuns: 60 },
    );
  });
});

describe('capabilities', () => {
  const listed = async (client: MemoryClient) =>
    (await say(client, 'CAP LS 302'))[0]!.replace(/^[^:]*:[^:]*:/, '').split(' ');

  it('come and go with whoever knows the accounts, and clients are told', async () => {
    start();
    const client = irc.join('me');
    expect(await listed(client)).toEqual(
      expect.arrayContaining([
        'sasl=PLAIN,EXTERNAL,SCRAM-SHA-256',
        'draft/account-registration=before-connect',
      ]),
    );
    const old = irc.join('old');
    await say(client, 'CAP REQ :sasl draft/account-registration');
    authority.present = false;
    expect(client.received()).toEqual([':irc.test CAP me DEL :sasl draft/account-registration']);
    expect(await say(client, 'CAP LIST')).toEqual([':irc.test CAP me LIST :cap-notify']);
    expect(await say(client, 'CAP REQ :sasl')).toEqual([':irc.test CAP me NAK :sasl']);
    expect(await listed(client)).toEqual(expect.arrayContaining(['account-notify', 'account-tag']));
    expect(await logIn(client, 'ann', 'sesame')).toEqual([
      ':irc.test 904 me :SASL authentication failed: accounts cannot be asked now, try again later',
    ]);
    authority.present = true;
    expect(client.received()).toEqual([
      ':irc.test CAP me NEW :sasl=PLAIN,EXTERNAL,SCRAM-SHA-256 draft/account-registration=before-connect',
    ]);
    expect(old.received()).toEqual([]);
  });

  it('are not offered where there are no accounts', async () => {
    irc = new MemoryServer();
    const client = irc.join('me');
    const words = await listed(client);
    for (const name of ['sasl', 'account-notify', 'account-tag', 'draft/account-registration'])
      expect(words.filter((word) => word.startsWith(name))).toEqual([]);
    expect(await say(client, 'CAP REQ :account-notify')).toEqual([':irc.test CAP me NAK :account-notify']);
  });

  it('have no values for a client of before version 302', async () => {
    start();
    const client = irc.connect();
    expect((await say(client, 'CAP LS'))[0]).toMatch(/ draft\/account-registration .* sasl /);
    await say(client, 'CAP REQ :cap-notify');
    authority.present = false;
    expect(client.received()).toEqual([':irc.test CAP * DEL :sasl draft/account-registration']);
    authority.present = true;
    expect(client.received()).toEqual([':irc.test CAP * NEW :sasl draft/account-registration']);
    // Another value is news to nobody who reads none.
    const later = irc.connect();
    await say(later, 'CAP LS 302');
    const { config } = irc.server;
    irc.server.configure({ ...config, accounts: { ...config.accounts, email_required: true } }, null);
    expect(client.received()).toEqual([]);
    expect(later.received()).toEqual([
      ':irc.test CAP * NEW :draft/account-registration=before-connect,email-required',
    ]);
  });

  it('say what registering needs, and go where it is closed by a reload', async () => {
    start({}, { before_connect: false, email_required: true });
    const client = irc.join('me');
    expect(await listed(client)).toContain('draft/account-registration=email-required');
    irc.server.configure(
      { ...irc.server.config, accounts: { ...irc.server.config.accounts, registration: 'closed' } },
      null,
    );
    expect(client.received()).toEqual([':irc.test CAP me DEL :draft/account-registration']);
  });

  it('another authority takes the place of one, which is closed', async () => {
    start();
    const client = irc.join('me');
    await say(client, 'CAP LS 302');
    const next = new MemoryAuthority({ ann: 'other-words' });
    irc.server.accounts.use(next);
    expect(authority.closed).toBe(true);
    expect(client.received()).toEqual([]);
    expect(await logIn(client, 'ann', 'sesame')).toContainEqual(expect.stringContaining(' 904 '));
    authority.tell({ kind: 'ended', account: 'ann', why: 'dropped', reason: '' });
    expect(await logIn(client, 'ann', 'other-words')).toContainEqual(expect.stringContaining(' 903 '));
    expect(client.user?.account).toBe('ann');
  });

  it('that tell of accounts go where there are none any more, and are offered again with them', async () => {
    start();
    const [client, other] = [irc.join('me'), irc.join('you')];
    for (const one of [client, other]) await say(one, 'JOIN #room');
    await say(client, 'CAP LS 302');
    await say(client, 'CAP REQ :account-notify account-tag');
    irc.server.accounts.use(noAccounts());
    expect(client.received().at(-1)).toBe(
      ':irc.test CAP me DEL :account-notify account-tag sasl draft/account-registration',
    );
    expect(await say(client, 'CAP LIST')).toEqual([':irc.test CAP me LIST :cap-notify']);
    authority = new MemoryAuthority({ ann: 'sesame' });
    irc.server.accounts.use(authority);
    expect(client.received()).toEqual([
      ':irc.test CAP me NEW :account-notify account-tag sasl=PLAIN,EXTERNAL,SCRAM-SHA-256 draft/account-registration=before-connect',
    ]);
    await logIn(other, 'ann', 'sesame');
    await say(other, 'PRIVMSG #room :hello');
    expect(client.received()).toEqual([expect.stringMatching(/^:you!\S+ PRIVMSG #room :hello$/)]);
  });

  it('are taken back at once where another authority is away, and nothing is asked of one that goes', async () => {
    start();
    const client = irc.join('me');
    await say(client, 'CAP LS 302');
    const next = new MemoryAuthority();
    next.present = false;
    irc.server.accounts.use(next);
    expect(client.received()).toEqual([':irc.test CAP me DEL :sasl draft/account-registration']);
    next.present = true;
    next.present = false;
    await settled();
    expect(irc.host.logs.map(({ event }) => event)).not.toContain('channels_unread');
  });
});

describe('account-notify', () => {
  it('tells those who share a channel and asked for it of a login, and of an account that is gone', async () => {
    start();
    const me = irc.join('me');
    const bob = irc.join('bob', 'account-notify');
    const cat = irc.join('cat');
    for (const client of [me, bob, cat]) client.send('JOIN #c');
    for (const client of [me, bob, cat]) client.received();
    await logIn(me, 'ann', 'sesame');
    expect(bob.received()).toEqual([':me!~me@192.0.2.1 ACCOUNT ann']);
    await logIn(me, 'ann', 'sesame');
    expect(bob.received()).toEqual([]);
    authority.tell({ kind: 'ended', account: 'ANN', why: 'suspended', reason: 'spam' });
    await settled();
    expect(me.received()).toEqual([
      ':irc.test NOTICE me :*** The account ANN was suspended: spam',
      ':irc.test 901 me me!~me@192.0.2.1 :You are now logged out',
    ]);
    expect(bob.received()).toEqual([':me!~me@192.0.2.1 ACCOUNT *']);
    expect(cat.received()).toEqual([]);
  });

  it('an account that ended while nobody could tell is left as soon as somebody can, and no other', async () => {
    start();
    const [me, bob, cat] = [irc.join('me'), irc.join('bob'), irc.join('cat')];
    await logIn(me, 'ann', 'sesame');
    await logIn(bob, 'bob', 'hunter22');
    // By the word of a server, who knows accounts of its own.
    setAccount(irc.server, cat.client!.user, 'zoe', irc.server.state.me);
    authority.present = false;
    authority.accounts.delete('ann');
    for (const client of [me, bob, cat]) client.received();
    authority.present = true;
    await settled();
    expect([me, bob, cat].map(({ user }) => user?.account)).toEqual([null, 'bob', 'zoe']);
    expect(me.received()).toEqual(
      expect.arrayContaining([
        ':irc.test NOTICE me :*** The account ann was dropped',
        expect.stringMatching(/ 901 me me!\S+ :You are now logged out$/),
      ]),
    );
    authority.accounts.get('bob')!.suspended = { reason: 'spam', by: 'eve' };
    authority.present = false;
    // Of what another has proved nobody asks who comes in its place.
    const other = new MemoryAuthority();
    irc.server.accounts.use(other);
    await settled();
    expect(bob.user?.account).toBe('bob');
  });

  it('the owner who is online is told that somebody guesses', async () => {
    start();
    const me = irc.join('me');
    await logIn(me, 'ann', 'sesame');
    authority.tell({ kind: 'guessed', account: 'ann', count: 4, address: '198.51.100.9' });
    await settled();
    expect(me.received()).toEqual([
      ':irc.test NOTICE me :*** Somebody at 198.51.100.9 failed to log in to your account ann (4 failed so far)',
    ]);
  });
});

describe('REGISTER', () => {
  it('before the connection is complete is refused where it is not allowed, and needs an address where it is asked for', async () => {
    start({}, { before_connect: false, email_required: true });
    const client = irc.connect();
    expect(await say(client, 'NICK cat', 'REGISTER * * correct-horse')).toEqual([
      ':irc.test FAIL REGISTER COMPLETE_CONNECTION_REQUIRED cat :Finish connecting before you register an account',
    ]);
    await say(client, 'USER cat 0 * :Cat');
    expect(await say(client, 'REGISTER * * correct-horse')).toEqual([
      ':irc.test FAIL REGISTER INVALID_EMAIL cat :An e-mail address is needed to register an account',
    ]);
    expect(await say(client, 'REGISTER * cat@example.org correct-horse')).toContainEqual(
      ':irc.test REGISTER SUCCESS cat :The account cat is registered',
    );
    expect(authority.asked).toEqual([
      {
        name: 'register',
        args: {
          account: 'cat',
          password: 'correct-horse',
          email: 'cat@example.org',
          origin: { address: '192.0.2.1', fingerprint: null },
        },
      },
    ]);
  });

  it.each([
    ['exists', 'ACCOUNT_EXISTS'],
    ['bad_name', 'BAD_ACCOUNT_NAME'],
    ['weak', 'WEAK_PASSWORD'],
    ['bad_password', 'UNACCEPTABLE_PASSWORD'],
    ['bad_email', 'INVALID_EMAIL'],
    ['throttled', 'TEMPORARILY_UNAVAILABLE'],
    ['full', 'TEMPORARILY_UNAVAILABLE'],
    ['unavailable', 'TEMPORARILY_UNAVAILABLE'],
  ] as const)('that is refused because of %s is answered %s', async (why, code) => {
    start({});
    authority.override = { register: () => ({ kind: 'refused', why, retrySeconds: 1 }) };
    const client = irc.join('cat');
    const [line, ...more] = await say(client, 'REGISTER * * correct-horse');
    expect(line).toContain(`:irc.test FAIL REGISTER ${code} cat :`);
    if (why === 'throttled') expect(line).toMatch(/try again in 1 second$/);
    expect(more).toEqual([]);
    expect(client.user?.account).toBeNull();
  });

  it('of an account that has to be confirmed logs in when VERIFY brings the code', async () => {
    start({});
    authority.code = 'abc123';
    const client = irc.join('cat');
    expect(await say(client, 'REGISTER * cat@example.org correct-horse')).toEqual([
      ':irc.test REGISTER VERIFICATION_REQUIRED cat :A code was sent by mail: VERIFY cat <code>',
    ]);
    expect(client.user?.account).toBeNull();
    expect(await say(client, 'VERIFY cat other')).toEqual([
      ':irc.test FAIL VERIFY INVALID_CODE cat :That code does not confirm this account',
    ]);
    expect(client.user?.account).toBeNull();
    expect(await say(client, 'VERIFY cat abc123')).toContainEqual(
      ':irc.test VERIFY SUCCESS cat :The account cat is confirmed',
    );
    expect(client.user?.account).toBe('cat');
    expect(await say(client, 'VERIFY cat abc123')).toEqual([
      ':irc.test FAIL VERIFY ALREADY_AUTHENTICATED cat :You are logged in to an account already',
    ]);
    expect(authority.asked.at(-1)).toEqual({
      name: 'confirm',
      args: { account: 'cat', code: 'abc123', origin: { address: '192.0.2.1', fingerprint: null } },
    });
  });

  it.each([
    ['throttled', 'TEMPORARILY_UNAVAILABLE'],
    ['unavailable', 'TEMPORARILY_UNAVAILABLE'],
    ['credentials', 'INVALID_CODE'],
    ['suspended', 'INVALID_CODE'],
  ] as const)('VERIFY that is refused because of %s is answered %s', async (why, code) => {
    start({});
    authority.override = { confirm: () => ({ kind: 'refused', why, account: 'cat', retrySeconds: 0 }) };
    const client = irc.join('cat');
    const [line, ...more] = await say(client, 'VERIFY cat abc123');
    expect(line).toContain(`:irc.test FAIL VERIFY ${code} cat :`);
    expect([more, client.user?.account]).toEqual([[], null]);
    authority.override = {
      confirm: () => {
        throw new SignalboxError('timeout', 'no answer');
      },
    };
    expect(await say(client, 'VERIFY cat abc123')).toEqual([
      expect.stringContaining(':irc.test FAIL VERIFY TEMPORARILY_UNAVAILABLE cat :'),
    ]);
  });

  it('tells neither the log nor anybody else the password', async () => {
    start({});
    const client = irc.join('cat');
    await say(client, 'REGISTER * * correct-horse', 'AUTHENTICATE PLAIN');
    await say(client, `AUTHENTICATE ${plain('cat', 'correct-horse')}`);
    const text = JSON.stringify([irc.host.logs, irc.host.audits, irc.host.begun]);
    expect(text).toContain('account_registered');
    for (const secret of ['correct-horse', plain('cat', 'correct-horse')]) expect(text).not.toContain(secret);
  });
});

describe('a mask that names an account', () => {
  const join = async (client: MemoryClient) => (await say(client, 'JOIN #c'))[0]!.split(' ')[1];

  async function scene(...modes: string[]) {
    start();
    const op = irc.join('op');
    const ann = irc.join('nick');
    const stranger = irc.join('ann');
    await logIn(ann, 'ann', 'sesame');
    op.send('JOIN #c');
    for (const mode of modes) op.send(`MODE #c ${mode}`);
    op.received();
    return { op, ann, stranger };
  }

  it('bans whoever is logged in to it, and nobody who is only called like it', async () => {
    const { op, ann, stranger } = await scene('+b ~a:ANN');
    expect(await join(ann)).toBe('474');
    expect(await join(stranger)).toBe('JOIN');
    expect(await say(op, 'MODE #c -b ~a:ann')).toContainEqual(':op!~op@192.0.2.1 MODE #c -b ~a:ANN');
    expect(await join(ann)).toBe('JOIN');
  });

  it('lets in past a ban and into a channel for the invited', async () => {
    const banned = await scene('+b *!*@*', '+e ~a:a*');
    expect(await join(banned.ann)).toBe('JOIN');
    expect(await join(banned.stranger)).toBe('474');
    irc.close();
    const invited = await scene('+i', '+I ~a:ann');
    expect(await join(invited.ann)).toBe('JOIN');
    expect(await join(invited.stranger)).toBe('473');
  });

  it('silences a member from the moment of the login on', async () => {
    const { stranger } = await scene('+b ~a:bob');
    stranger.send('JOIN #c');
    expect(await say(stranger, 'PRIVMSG #c :hello')).not.toContainEqual(expect.stringContaining(' 404 '));
    await logIn(stranger, 'bob', 'hunter22');
    expect(await say(stranger, 'PRIVMSG #c :hello')).toContainEqual(expect.stringContaining(' 404 '));
  });

  it('has to name one, and is announced where there are accounts', async () => {
    const { op } = await scene();
    expect((await say(op, 'MODE #c +b ~a:'))[0]).toContain(' 696 op #c b * :Invalid mask');
    expect(irc.server.isupport.join(' ')).toContain('ACCOUNTEXTBAN=a ');
    expect(irc.server.isupport.join(' ')).toContain(' EXTBAN=~,acmrz ');
    expect(new MemoryServer().server.isupport.join(' ')).not.toContain('ACCOUNTEXTBAN');
  });
});

describe('CERT', () => {
  const print = 'c0ffee';

  async function owner() {
    start();
    const client = irc.join('me');
    client.tls = { version: 'TLSv1.3', cipher: 'x', fingerprint: print };
    await logIn(client, 'ann', 'sesame');
    return client;
  }

  it('ADD lets the certificate of the connection log in, LIST shows it and DEL takes it away', async () => {
    const client = await owner();
    expect(await say(client, 'CERT ADD')).toEqual([
      `:irc.test NOTE CERT ADDED ${print} :It logs in to ann from now on`,
    ]);
    expect(await say(client, 'CERT LIST')).toEqual([
      `:irc.test NOTE CERT FINGERPRINT ${print} :It logs in to ann`,
      ':irc.test NOTE CERT END :1 certificate',
    ]);
    await say(client, 'AUTHENTICATE EXTERNAL');
    expect(await say(client, 'AUTHENTICATE +')).toContainEqual(expect.stringContaining(' 903 '));
    expect(await say(client, 'CERT DEL C0:FF:EE')).toEqual([
      `:irc.test NOTE CERT REMOVED ${print} :It logs in to ann no more`,
    ]);
    expect(await say(client, 'CERT LIST')).toEqual([':irc.test NOTE CERT END :0 certificates']);
  });

  it.each([
    ['taken', 'CERTIFICATE_TAKEN'],
    ['full', 'TOO_MANY_CERTIFICATES'],
    ['not_found', 'UNKNOWN_CERTIFICATE'],
  ] as const)('that is answered %s is refused with %s', async (outcome, code) => {
    const client = await owner();
    authority.override = { certificate: () => ({ outcome }) };
    expect((await say(client, 'CERT ADD'))[0]).toContain(`:irc.test FAIL CERT ${code} ${print} :`);
  });

  it('without a certificate, or while accounts are away, says so', async () => {
    const client = await owner();
    authority.present = false;
    client.received();
    for (const line of ['CERT ADD', 'CERT LIST', 'CERT DEL x'])
      expect(await say(client, line)).toEqual([
        ':irc.test FAIL CERT TEMPORARILY_UNAVAILABLE :Accounts cannot be asked now, try again later',
      ]);
    client.tls = null;
    expect((await say(client, 'CERT ADD'))[0]).toContain(' FAIL CERT NO_CERTIFICATE ');
  });
});
