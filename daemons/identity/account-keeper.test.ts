import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SignalboxError } from '../../contract/errors.ts';
import { limits } from './limits.ts';
import { AWAY, base64, HOME, TestKeeper } from './test-keeper.ts';

/** No password fits these. */
const NONE = { argon2id: '', scram: '' };

let test: TestKeeper;

beforeEach(async () => {
  test = await TestKeeper.open();
});
afterEach(() => test.close());

const CREDENTIALS = { kind: 'refused', why: 'credentials' };
const MALFORMED = { kind: 'refused', why: 'malformed' };
const success = (account: string) => ({ kind: 'success', login: { account, failures: null } });

describe('registering', () => {
  const register = (
    account: string,
    password = 'correct-horse',
    email: string | null = null,
    origin = HOME,
  ) => test.ask('register', { account, password, email, origin });

  it('makes an account that can be logged in to by each mechanism with a password', async () => {
    expect(await register('Ann', 'correct-horse', 'ann@example.org')).toEqual(success('Ann'));
    expect(await test.plain('ann', 'correct-horse')).toEqual(success('Ann'));
    expect((await test.scram('ANN', 'correct-horse')).at(-1)).toEqual(success('Ann'));
    expect(await test.ask('show', { account: 'ann' })).toMatchObject({
      account: 'Ann',
      email: 'ann@example.org',
      nickList: ['Ann'],
      lastLogin: test.clock.now(),
    });
    expect(test.news).toEqual([{ kind: 'nick', account: 'Ann', nick: 'Ann', owned: true }]);
    expect(test.keeper.registered).toBe(1);
  });

  it('tells what a login took beside its hash, where one was computed', async () => {
    await register('ann');
    const identify = () => test.ask('identify', { nick: 'ann', password: 'correct-horse', origin: HOME });
    await identify();
    expect(test.queued).toEqual([]);
    test.passwords.times = { waitMs: 3, runMs: 17, backMs: 1 };
    let open = () => {};
    test.passwords.gate = new Promise((resolve) => {
      open = resolve;
    });
    const login = identify();
    await test.clock.advance(25);
    open();
    expect(await login).toEqual(success('ann'));
    expect(test.queued).toEqual([8]);
  });

  it('says that there is no room for one more, and makes one again once there is', async () => {
    const small = await TestKeeper.open(2);
    const answers: unknown[] = [];
    const ask = async (account: string) => {
      const asked = { account, password: 'correct-horse', email: null, origin: HOME };
      answers.push(await small.ask('register', asked));
    };
    for (const account of ['ann', 'bob', 'cat']) await ask(account);
    await small.ask('drop', { account: 'bob' });
    await ask('cat');
    await ask('ann');
    await ask('dan');
    expect(answers).toMatchObject([
      { kind: 'success' },
      { kind: 'success' },
      { kind: 'refused', why: 'full' },
      { kind: 'success' },
      { kind: 'refused', why: 'exists' },
      { kind: 'refused', why: 'full' },
    ]);
    expect(() => small.store.create({ name: 'eve', email: null, network: 'x', verifiers: NONE })).toThrow(
      expect.objectContaining({ code: 'limit_reached' }),
    );
    small.close();
  });

  it.each([
    ['a name that is taken, in other letters', 'ANN[', 'exists'],
    ['a name that is no nick', '9lives', 'bad_name'],
    ['a name that is too long', 'a'.repeat(31), 'bad_name'],
    ['a short password', 'bob', 'weak', '1234567'],
    ['the name as a password', 'bobbobbob', 'weak', 'BobBobBob'],
    ['a password with a control character', 'bob', 'bad_password', 'correct\u0007horse'],
    ['a password that is too long', 'bob', 'bad_password', 'x'.repeat(601)],
    ['an address without a domain', 'bob', 'bad_email', 'correct-horse', 'bob'],
    ['an address with a word before it', 'bob', 'bad_email', 'correct-horse', 'to bob@example.org'],
    ['an address with a word behind it', 'bob', 'bad_email', 'correct-horse', 'bob@example.org or so'],
    ['an address that is too long', 'bob', 'bad_email', 'correct-horse', `bob@${'x'.repeat(251)}`],
  ])('refuses %s', async (_what, account, why, password = 'correct-horse', email: string | null = null) => {
    await register('ann{');
    expect(await register(account, password, email, AWAY)).toMatchObject({ kind: 'refused', why });
    expect(test.store.count).toBe(1);
  });

  it('refuses the nick of another account, and a name once when two ask for it at once', async () => {
    await register('ann');
    await test.ask('groupNick', { account: 'ann', nick: 'anna', add: true });
    expect(await register('Anna')).toMatchObject({ kind: 'refused', why: 'exists' });
    for (const name of ['ANN', 'Anna'])
      expect(() => test.store.create({ name, email: null, network: 'x', verifiers: NONE })).toThrow(
        expect.objectContaining({ code: 'conflict' }),
      );
    const answers = await Promise.all([register('bob'), register('BOB')]);
    expect(answers.map(({ kind }) => kind).sort()).toEqual(['refused', 'success']);
  });

  it('lets an address wait that registers many, and nobody else', async () => {
    for (let i = 0; i < limits.registrationsPerAddress.default; i++)
      expect(await register(`ann${i}`)).toMatchObject({ kind: 'success' });
    expect(await register('more')).toMatchObject({ kind: 'refused', why: 'throttled', retrySeconds: 2 });
    await test.clock.advance(1_500);
    expect(await register('more')).toMatchObject({ kind: 'refused', why: 'throttled', retrySeconds: 1 });
    expect(await register('more', 'correct-horse', null, AWAY)).toMatchObject({ kind: 'success' });
  });

  it('says that it cannot now where the password could not be made, and counts nothing', async () => {
    test.passwords.failure = new SignalboxError('limit_reached', 'full');
    for (let i = 0; i < 20; i++)
      expect(await register('ann')).toMatchObject({ kind: 'refused', why: 'unavailable' });
    test.passwords.failure = null;
    expect(await register('ann')).toEqual(success('ann'));
  });
});

describe('logging in', () => {
  beforeEach(() => test.register('ann'));

  it.each([
    ['a wrong password', () => test.plain('ann', 'wrong'), CREDENTIALS],
    ['an account that does not exist', () => test.plain('bob', 'correct-horse'), CREDENTIALS],
    ['another account to act as', () => test.plain('ann', 'correct-horse', HOME, 'bob'), CREDENTIALS],
    ['itself to act as', () => test.plain('ann', 'correct-horse', HOME, 'ANN'), success('ann')],
    ['a password with a control character', () => test.plain('ann', 'a\u0007'), MALFORMED],
    ['too long a password', () => test.plain('ann', 'x'.repeat(601)), MALFORMED],
    ['the longest password', () => test.plain('ann', 'x'.repeat(600)), CREDENTIALS],
  ])('by PLAIN with %s', async (_what, attempt, expected) => {
    expect(await attempt()).toMatchObject(expected);
  });

  it.each([
    ['a wrong password', () => test.scram('ann', 'wrong'), CREDENTIALS],
    ['another account to act as', () => test.scram('ann', 'correct-horse', HOME, 'n,a=bob,'), CREDENTIALS],
    ['itself to act as', () => test.scram('ann', 'correct-horse', HOME, 'n,a=Ann,'), success('ann')],
    ['channel binding', () => test.scram('ann', 'correct-horse', HOME, 'p=tls-unique,,'), MALFORMED],
  ])('by SCRAM with %s', async (_what, attempt, expected) => {
    expect((await attempt()).at(-1)).toMatchObject(expected);
  });

  it('by SCRAM to an account that does not exist looks like a wrong password, with the same salt each time', async () => {
    const saltOf = async (account: string) => {
      const [first, second] = await test.scram(account, 'wrong');
      expect(second).toMatchObject(CREDENTIALS);
      return /s=([^,]*)/.exec(
        Buffer.from(first!.kind === 'challenge' ? first!.data : '', 'base64').toString(),
      )?.[1];
    };
    const salt = await saltOf('nobody');
    expect(await saltOf('NoBody')).toBe(salt);
    expect(await saltOf('other')).not.toBe(salt);
  });

  it('by SCRAM with the nonce or the header of another exchange is refused', async () => {
    const exchange = async (final: (nonce: string) => string) => {
      await test.ask('saslStart', { session: '1', mechanism: 'SCRAM-SHA-256', origin: HOME });
      const first = await test.ask('saslData', { session: '1', data: base64('n,,n=ann,r=x') });
      const answer = Buffer.from(first.kind === 'challenge' ? first.data : '', 'base64').toString();
      const nonce = /r=([^,]*)/.exec(answer)![1]!;
      return await test.ask('saslData', { session: '1', data: base64(final(nonce)) });
    };
    const proof = base64('p'.repeat(32));
    expect(await exchange((nonce) => `c=${base64('n,,')},r=${nonce},p=${proof}`)).toMatchObject(CREDENTIALS);
    expect(await exchange((nonce) => `c=${base64('y,,')},r=${nonce},p=${proof}`)).toMatchObject(MALFORMED);
    expect(await exchange(() => `c=${base64('n,,')},r=x,p=${proof}`)).toMatchObject(MALFORMED);
    expect(await exchange((nonce) => `c=${base64('n,,')},r=${nonce}`)).toMatchObject(MALFORMED);
  });

  it('by a certificate that the account has, and by no other', async () => {
    const print = 'c0ffee';
    expect(await test.external(print)).toMatchObject(CREDENTIALS);
    expect(await test.ask('certificate', { account: 'ann', fingerprint: print, add: true })).toEqual({
      outcome: 'done',
    });
    expect(await test.external(print)).toEqual(success('ann'));
    expect(await test.external(print, 'ANN')).toEqual(success('ann'));
    expect(await test.external(print, 'bob')).toMatchObject(CREDENTIALS);
    expect(await test.external(null)).toMatchObject(CREDENTIALS);
    expect(await test.external(null, 'ann')).toMatchObject(CREDENTIALS);
  });

  it('to a suspended account is refused with the right password only, and not counted as guessing', async () => {
    await test.ask('suspend', { account: 'ann', by: 'eve', reason: 'spam' });
    for (let i = 0; i < 20; i++)
      expect(await test.plain('ann', 'correct-horse')).toMatchObject({ kind: 'refused', why: 'suspended' });
    expect(await test.plain('ann', 'wrong')).toMatchObject(CREDENTIALS);
    await test.ask('suspend', { account: 'ann', by: 'eve', reason: null });
    expect(await test.plain('ann', 'correct-horse')).toMatchObject({ kind: 'success' });
  });

  it.each([
    ['data without a mechanism', () => test.ask('saslData', { session: '2', data: '' }), MALFORMED],
    [
      'an unknown mechanism',
      () => test.ask('saslStart', { session: '2', mechanism: 'DIGEST-MD5', origin: HOME }),
      { kind: 'refused', why: 'mechanism' },
    ],
  ])('with %s is refused', async (_what, attempt, expected) => {
    expect(await attempt()).toMatchObject(expected);
  });

  it('with data that is no base64, or after it was aborted or has lasted too long, begins again', async () => {
    const start = () => test.ask('saslStart', { session: '1', mechanism: 'PLAIN', origin: HOME });
    const right = { session: '1', data: base64('\0ann\0correct-horse') };
    await start();
    expect(await test.ask('saslData', { session: '1', data: '!!!' })).toMatchObject(MALFORMED);
    expect(await test.ask('saslData', right)).toMatchObject(MALFORMED);
    await start();
    await test.ask('saslAbort', { session: '1' });
    expect(await test.ask('saslData', right)).toMatchObject(MALFORMED);
    await start();
    await test.clock.advance(limits.saslSeconds.default * 1_000 + 1);
    expect(await test.ask('saslData', right)).toMatchObject(MALFORMED);
    await start();
    expect(await test.ask('saslData', right)).toEqual(success('ann'));
  });

  it('to an account that is dropped or suspended while its password is checked lets nobody in', async () => {
    for (const [end, expected] of [
      [() => test.ask('suspend', { account: 'ann', by: 'eve', reason: 'spam' }), { why: 'suspended' }],
      [() => test.ask('drop', { account: 'ann' }), CREDENTIALS],
    ] as const) {
      let open = () => {};
      test.passwords.gate = new Promise<void>((resolve) => {
        open = resolve;
      });
      await test.ask('suspend', { account: 'ann', by: 'eve', reason: null }).catch(() => {});
      const answer = test.plain('ann', 'correct-horse');
      await end();
      open();
      expect(await answer).toMatchObject(expected);
    }
    expect(test.failures.at(-1)).toBe(`ann from ${HOME.address}: no such account`);
  });

  it('in the turn in which the account is suspended or dropped is refused, whichever comes first, and before it is told', async () => {
    for (const [end, refusal] of [
      [() => test.ask('suspend', { account: 'ann', by: 'eve', reason: 'spam' }), 'suspended'],
      [() => test.ask('drop', { account: 'ann' }), 'credentials'],
    ] as const) {
      for (const loginIsFirst of [true, false]) {
        await test.ask('suspend', { account: 'ann', by: 'eve', reason: null }).catch(() => {});
        const order: unknown[] = [];
        const off = test.keeper.onNews(({ kind }) => order.push(kind));
        await test.ask('saslStart', { session: '1', mechanism: 'PLAIN', origin: HOME });
        const logIn = async () => {
          const data = base64('\0ann\0correct-horse');
          const answer = await test.ask('saslData', { session: '1', data });
          order.push(answer.kind === 'refused' ? answer.why : answer.kind);
        };
        const earlier = loginIsFirst ? logIn() : end();
        // Whatever comes before the writing, all in one turn of the loop.
        for (let i = 0; i < 50; i++) await null;
        await Promise.all([earlier, loginIsFirst ? end() : logIn()]);
        off();
        expect(order.filter((one) => one !== 'guessed' && one !== 'nick')).toEqual([refusal, 'ended']);
        if (refusal === 'credentials' && loginIsFirst) await test.register('ann');
      }
    }
  });

  it('with a password that is another one before it is looked up again lets nobody in', async () => {
    const reset = () => test.ask('resetPassword', { account: 'ann' });
    let open = () => {};
    test.passwords.gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const plain = test.plain('ann', 'correct-horse');
    const change = test.ask('changePassword', {
      account: 'ann',
      password: 'correct-horse',
      next: 'battery-staple',
      origin: HOME,
    });
    const { password } = await reset();
    open();
    expect(await plain).toMatchObject(CREDENTIALS);
    expect(await change).toMatchObject({ kind: 'refused', why: 'credentials' });
    expect(await test.plain('ann', 'battery-staple')).toMatchObject(CREDENTIALS);
    expect(await test.plain('ann', password)).toMatchObject({ kind: 'success' });
    // And by SCRAM, whose last message may come a minute later.
    test.beforeLast = reset;
    expect((await test.scram('ann', password)).at(-1)).toMatchObject(CREDENTIALS);
  });

  it('by SCRAM ends where the client says more once it has proved itself', async () => {
    const [, second] = await test.scram('ann', 'correct-horse');
    expect(second).toMatchObject({ kind: 'challenge' });
    await test.ask('saslStart', { session: '1', mechanism: 'SCRAM-SHA-256', origin: HOME });
    expect(await test.scram('ann', 'correct-horse', HOME, 'n,,', 'more')).toMatchObject([
      { kind: 'challenge' },
      { kind: 'challenge' },
      { ...MALFORMED, account: 'ann' },
    ]);
  });

  it('from many places makes those known that were used last', async () => {
    const most = limits.knownNetworks.default;
    const from = (i: number) => ({ address: `203.0.113.${i}`, fingerprint: null });
    for (let i = 1; i <= most; i++) {
      await test.clock.advance(1_000);
      await test.plain('ann', 'correct-horse', from(i));
    }
    const known = () => {
      const ann = test.store.get('ann');
      return [HOME.address, ...Array.from({ length: most }, (_, i) => from(i + 1).address)].filter(
        (address) => test.store.knows(ann, address),
      );
    };
    // The place where it was registered was the oldest.
    expect(known()).toEqual(Array.from({ length: most }, (_, i) => from(i + 1).address));
    await test.clock.advance(1_000);
    await test.plain('ann', 'correct-horse', from(1));
    await test.clock.advance(1_000);
    await test.plain('ann', 'correct-horse');
    expect(known()).toEqual([
      HOME.address,
      from(1).address,
      ...Array.from({ length: most - 2 }, (_, i) => from(i + 3).address),
    ]);
  });

  it('is unavailable, not refused, while passwords cannot be checked', async () => {
    test.passwords.failure = new SignalboxError('limit_reached', 'full');
    for (let i = 0; i < 20; i++)
      expect(await test.plain('ann', 'correct-horse')).toMatchObject({ kind: 'refused', why: 'unavailable' });
    expect(test.unchecked).toHaveLength(20);
    test.passwords.failure = null;
    expect(await test.plain('ann', 'correct-horse')).toEqual(success('ann'));
  });
});

describe('guessing', () => {
  beforeEach(() => test.register('ann'));

  it('by one address has to wait, whatever accounts it tries, and what is tried meanwhile is not looked at', async () => {
    for (let i = 0; i < limits.guessesPerAddress.default; i++) await test.plain(`nobody${i}`, 'wrong', AWAY);
    const { checked } = test.passwords;
    const throttled = { kind: 'refused', why: 'throttled', retrySeconds: 2 };
    expect(await test.plain('ann', 'correct-horse', AWAY)).toMatchObject(throttled);
    expect((await test.scram('ann', 'correct-horse', AWAY)).at(-1)).toMatchObject(throttled);
    expect(test.passwords.checked).toBe(checked);
    expect(await test.plain('ann', 'correct-horse')).toMatchObject({ kind: 'success' });
    await test.clock.advance(2_001);
    expect(await test.plain('ann', 'correct-horse', AWAY)).toMatchObject({ kind: 'success' });
  });

  it('of one account from many addresses makes strangers wait, and not who logged in from there before', async () => {
    const guess = (i: number) =>
      test.plain('ann', 'wrong', { address: `198.51.100.${i}`, fingerprint: null });
    for (let i = 1; i <= limits.guessesPerAccount.default; i++)
      expect(await guess(i)).toMatchObject(CREDENTIALS);
    expect(await guess(100)).toMatchObject({ kind: 'refused', why: 'throttled' });
    const answer = await test.plain('ann', 'correct-horse');
    expect(answer).toMatchObject({
      kind: 'success',
      login: { failures: { count: limits.guessesPerAccount.default, address: '198.51.100.10' } },
    });
    expect(await test.plain('ann', 'correct-horse')).toEqual(success('ann'));
  });

  it('many at once finds out no more than one after the other', async () => {
    const addresses = Array.from({ length: 40 }, (_, i) => ({
      address: `198.51.100.${i}`,
      fingerprint: null,
    }));
    const keepers = addresses.map((origin, i) =>
      test
        .ask('saslStart', { session: `${i}`, mechanism: 'PLAIN', origin })
        .then(() => test.ask('saslData', { session: `${i}`, data: base64('\0ann\0wrong') })),
    );
    const answers = await Promise.all(keepers);
    expect(test.passwords.checked).toBeLessThanOrEqual(limits.guessesPerAccount.default + 1);
    expect(
      answers.filter((answer) => answer.kind === 'refused' && answer.why === 'throttled').length,
    ).toBeGreaterThan(20);
  });

  it('is told to the owner at most once a minute', async () => {
    test.news.length = 0;
    await test.plain('ann', 'wrong', AWAY);
    await test.plain('ann', 'wrong', AWAY);
    expect(test.news).toEqual([{ kind: 'guessed', account: 'ann', count: 1, address: AWAY.address }]);
    await test.clock.advance(limits.failuresToldSeconds.default * 1_000);
    await test.plain('ann', 'wrong', AWAY);
    expect(test.news).toHaveLength(2);
  });

  it('is shown to administrators and forgotten at their word', async () => {
    for (let i = 0; i < 6; i++) await test.plain('Ann', 'wrong', AWAY);
    const { rows } = await test.ask('guessers', {});
    expect(rows.map(({ kind, who }) => [kind, who])).toEqual([
      ['account', 'ann'],
      ['address', AWAY.address],
    ]);
    expect(await test.ask('resetGuessing', { who: AWAY.address })).toEqual({ reset: 1 });
    expect(await test.plain('ann', 'correct-horse', AWAY)).toMatchObject({ kind: 'success' });
    await test.plain('ann', 'wrong', AWAY);
    expect(await test.ask('resetGuessing', { who: '' })).toEqual({ reset: 3 });
    expect(await test.ask('guessers', {})).toEqual({ rows: [] });
  });
});

describe('administrators', () => {
  beforeEach(() => test.register('Ann'));

  it('give a new password, and the old one is none any more', async () => {
    const { account, password } = await test.ask('resetPassword', { account: 'ann' });
    expect(account).toBe('Ann');
    expect(password).toMatch(/^[A-Za-z2-9]{16}$/);
    expect(await test.plain('ann', 'correct-horse')).toMatchObject(CREDENTIALS);
    expect(await test.plain('ann', password)).toMatchObject({ kind: 'success' });
    expect((await test.scram('ann', password)).at(-1)).toMatchObject({ kind: 'success' });
  });

  it('make an account for somebody, with a password that they choose or one that is made', async () => {
    const { password, ...made } = await test.ask('create', { account: 'Bob', password: null, email: null });
    expect(made).toEqual({ account: 'Bob' });
    expect(password).toMatch(/^[A-Za-z2-9]{16}$/);
    expect(test.news).toContainEqual({ kind: 'nick', account: 'Bob', nick: 'Bob', owned: true });
    expect(await test.ask('show', { account: 'bob' })).toMatchObject({ lastLogin: null, email: null });
    expect(await test.plain('bob', password!)).toMatchObject({ kind: 'success' });
    const long = 'x'.repeat(600);
    expect(await test.ask('create', { account: 'Cleo', password: long, email: 'c@example.org' })).toEqual({
      account: 'Cleo',
      password: null,
    });
    expect(await test.ask('show', { account: 'cleo' })).toMatchObject({ email: 'c@example.org' });
    expect(await test.plain('cleo', long)).toMatchObject({ kind: 'success' });
  });

  it.each([
    ['4nn', 'correct-horse', null, /^account: expected a name/],
    ['bob', 'x'.repeat(601), null, /^password: expected at most 600 bytes/],
    ['bob', 'short', null, /^password: expected more characters/],
    ['bob-the-builder', 'Bob-the-Builder', null, /^password: expected more characters/],
    ['bob', 'correct-horse', 'nowhere', /^email: expected/],
  ])('are told what is wrong with account %s', async (account, password, email, message) => {
    const asked = test.ask('create', { account, password, email });
    await expect(asked).rejects.toMatchObject({
      code: 'bad_request',
      message: expect.stringMatching(message),
    });
    expect(test.store.count).toBe(1);
  });

  it('are told that there is such an account already', async () => {
    const asked = test.ask('create', { account: 'ANN', password: null, email: null });
    await expect(asked).rejects.toMatchObject({ code: 'conflict' });
  });

  it('drop an account with all that is its, so that its names are free', async () => {
    await test.ask('groupNick', { account: 'ann', nick: 'anna', add: true });
    await test.ask('certificate', { account: 'ann', fingerprint: 'c0ffee', add: true });
    expect(await test.ask('drop', { account: 'ANN' })).toEqual({ account: 'Ann' });
    expect(test.news.at(-1)).toEqual({ kind: 'ended', account: 'Ann', why: 'dropped', reason: '' });
    expect(test.store.count).toBe(0);
    for (const table of ['accounts', 'credentials', 'nicks', 'fingerprints', 'known_networks'])
      expect(test.database.prepare(`SELECT count(*) FROM ${table}`).pluck().get(), table).toBe(0);
    expect(await test.ask('nickOwners', { nicks: ['anna', 'ann'] })).toEqual({ owners: [null, null] });
    await test.register('Anna');
    expect(await test.ask('nickOwners', { nicks: ['ann', 'anna'] })).toEqual({ owners: [null, 'Anna'] });
  });

  it('suspend with a reason that is told, and let in again once', async () => {
    await test.ask('suspend', { account: 'ann', by: 'eve', reason: 'spam' });
    expect(test.news.at(-1)).toEqual({ kind: 'ended', account: 'Ann', why: 'suspended', reason: 'spam' });
    const now = test.clock.now();
    expect(await test.ask('show', { account: 'ann' })).toMatchObject({
      suspended: true,
      suspendedReason: 'spam',
      suspendedBy: 'eve',
      suspendedAt: now,
    });
    await test.ask('suspend', { account: 'ann', by: 'eve', reason: null });
    expect(await test.ask('show', { account: 'ann' })).toMatchObject({
      suspended: false,
      suspendedReason: null,
      suspendedBy: null,
      suspendedAt: null,
    });
    await expect(test.ask('suspend', { account: 'ann', by: 'eve', reason: null })).rejects.toMatchObject({
      code: 'conflict',
    });
  });

  it.each(['show', 'resetPassword', 'drop'] as const)(
    'are told by %s that there is no such account',
    async (name) => {
      await expect(test.ask(name, { account: 'nobody' })).rejects.toMatchObject({ code: 'not_found' });
    },
  );

  it('are told of what has ended, whoever did not hear of it', async () => {
    await test.register('bob');
    await test.ask('suspend', { account: 'bob', by: 'eve', reason: 'spam' });
    expect(await test.ask('ended', { accounts: ['ann', 'BOB', 'nobody'] })).toEqual({
      ended: [
        { account: 'BOB', why: 'suspended' },
        { account: 'nobody', why: 'dropped' },
      ],
    });
  });

  it('list what has a text in its name, in order, and how many there are', async () => {
    await test.register('bob', AWAY);
    await test.register('Hannah', AWAY);
    const { rows, total } = await test.ask('list', { text: 'AN', limit: 1 });
    expect([rows.map(({ account }) => account), total]).toEqual([['Ann'], 2]);
    expect((await test.ask('list', { text: '', limit: 10 })).rows.map(({ account }) => account)).toEqual([
      'Ann',
      'bob',
      'Hannah',
    ]);
  });
});

describe('nicks and certificates', () => {
  beforeEach(async () => {
    await test.register('ann');
    await test.register('bob', AWAY);
  });

  it('belong to one account, a bounded number to each, and its own name stays', async () => {
    const nick = (account: string, name: string, add = true) =>
      test.ask('groupNick', { account, nick: name, add });
    expect(await nick('ann', 'anna')).toEqual({ outcome: 'done' });
    expect(test.news.at(-1)).toEqual({ kind: 'nick', account: 'ann', nick: 'anna', owned: true });
    expect(await nick('ann', 'ANNA')).toEqual({ outcome: 'done' });
    expect(await nick('bob', 'Anna')).toEqual({ outcome: 'taken' });
    expect(await nick('bob', 'ann')).toEqual({ outcome: 'taken' });
    expect(await nick('ann', 'ann', false)).toEqual({ outcome: 'taken' });
    expect(await nick('bob', 'anna', false)).toEqual({ outcome: 'not_found' });
    expect(await nick('ann', '9lives')).toEqual({ outcome: 'not_found' });
    for (let i = 2; i < limits.nicksPerAccount.default; i++) await nick('ann', `ann${i}`);
    expect(await nick('ann', 'more')).toEqual({ outcome: 'full' });
    expect(await nick('ann', 'anna', false)).toEqual({ outcome: 'done' });
    expect(await nick('ann', 'more')).toEqual({ outcome: 'done' });
  });

  it('of certificates the same', async () => {
    const print = (account: string, fingerprint: string, add = true) =>
      test.ask('certificate', { account, fingerprint, add });
    expect(await print('ann', 'c0')).toEqual({ outcome: 'done' });
    expect(await print('ann', 'c0')).toEqual({ outcome: 'done' });
    expect(await print('bob', 'c0')).toEqual({ outcome: 'taken' });
    expect(await print('bob', 'c0', false)).toEqual({ outcome: 'not_found' });
    for (let i = 1; i < limits.certificatesPerAccount.default; i++) await print('ann', `c${i}`);
    expect(await print('ann', 'more')).toEqual({ outcome: 'full' });
    expect(await print('ann', 'c0', false)).toEqual({ outcome: 'done' });
    expect(await print('bob', 'c0')).toEqual({ outcome: 'done' });
  });
});

describe('writing', () => {
  it('of more than may wait is refused, and the rest is written', async () => {
    const wait = (count: number) =>
      Array.from({ length: count }, () =>
        test.writes.write(() => 1).catch((error: SignalboxError) => error.code),
      );
    const results = await Promise.all(wait(limits.writesWaiting.default + 2));
    expect(results.filter((result) => result === 1)).toHaveLength(limits.writesWaiting.default);
    expect(results.slice(-2)).toEqual(['limit_reached', 'limit_reached']);
    expect(await Promise.all(wait(1))).toEqual([1]);
  });

  it('of one turn is one transaction, and what one write finds wrong undoes that one alone', async () => {
    const before = test.writes.committed;
    const answers = await Promise.allSettled([
      test.ask('register', { account: 'ann', password: 'correct-horse', email: null, origin: HOME }),
      test.ask('suspend', { account: 'nobody', by: 'eve', reason: 'x' }),
      test.ask('register', { account: 'bob', password: 'correct-horse', email: null, origin: HOME }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(test.writes.committed - before).toBeLessThanOrEqual(2);
    expect(test.store.count).toBe(2);
  });

  it('that the disk refuses answers nothing as done and changes nothing', async () => {
    await test.register('ann');
    test.database.pragma('query_only = ON');
    expect(
      await test.ask('register', { account: 'bob', password: 'correct-horse', email: null, origin: HOME }),
    ).toMatchObject({
      kind: 'refused',
      why: 'unavailable',
    });
    expect(await test.plain('ann', 'correct-horse')).toMatchObject({ kind: 'refused', why: 'unavailable' });
    await expect(test.ask('drop', { account: 'ann' })).rejects.toMatchObject({ code: 'unavailable' });
    test.database.pragma('query_only = OFF');
    expect(test.store.find('bob')).toBeUndefined();
    expect(test.store.count).toBe(1);
    expect(await test.plain('ann', 'correct-horse')).toEqual(success('ann'));
  });
});
