import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { describeActor } from '../../contract/link/actor.ts';
import { CONTROL_LIMITS } from '../core/limits.ts';
import { Auth, loadToken } from './auth.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'signalbox-auth-'));
});
afterEach(() => rm(dir, { recursive: true }));

describe('the token', () => {
  test('is made once, long, and readable by its owner only', async () => {
    const token = await loadToken(dir);
    expect(token).toMatch(/^[\w-]{43}$/);
    expect((await stat(join(dir, 'token'))).mode & 0o777).toBe(0o600);
    expect(await loadToken(dir)).toBe(token);
    expect(await readFile(join(dir, 'token'), 'utf8')).toBe(`${token}\n`);
  });

  test('that others could read is closed to them', async () => {
    await loadToken(dir);
    await chmod(join(dir, 'token'), 0o644);
    await loadToken(dir);
    expect((await stat(join(dir, 'token'))).mode & 0o777).toBe(0o600);
  });

  test('that is empty or short is refused: nobody shall log in with nothing', async () => {
    await writeFile(join(dir, 'token'), '\n');
    await expect(loadToken(dir)).rejects.toMatchObject({
      code: 'data_unusable',
      message: expect.stringContaining('holds no token'),
    });
  });
});

describe('a login', () => {
  const token = 'a'.repeat(43);
  const address = '192.0.2.7';
  let now = 1_700_000_000_000;
  const clock = () => now;
  let auth: Auth;
  beforeEach(() => {
    now = 1_700_000_000_000;
    auth = new Auth(token, { now: clock });
  });

  function session(name?: string): string {
    const verdict = auth.login(token, { address, name });
    if (!('cookie' in verdict)) throw new Error('refused');
    return verdict.cookie;
  }
  const pairOf = (cookie: string) => cookie.split(';')[0] ?? '';
  const actorOf = (headers: Record<string, string>, from = address) =>
    auth.visitorOf(headers, from)?.actor ?? null;

  test('gives a cookie that scripts and other sites cannot use, without the token in it', () => {
    const cookie = session();
    expect(cookie).toMatch(/; HttpOnly; SameSite=Strict; Max-Age=2592000$/);
    expect(cookie).not.toContain(token);
    expect(actorOf({ cookie: `other=1; ${pairOf(cookie)}` })).toMatchObject({
      name: 'admin',
      from: 'browser',
    });
  });

  test('over TLS stays on TLS', () => {
    expect(auth.login(token, { address, overTls: true })).toMatchObject({
      cookie: expect.stringMatching(/; Secure$/),
    });
    expect(session()).not.toContain('Secure');
  });

  test('with a name is told apart from another, and from a second login of the same name', () => {
    const words = (cookie: string, from: string) => {
      const actor = actorOf({ cookie: pairOf(cookie) }, from);
      return actor === null ? '' : describeActor(actor);
    };
    const anna = session('Anna');
    const ben = session(' Ben ');
    expect(words(anna, '192.0.2.7')).toMatch(/^Anna \(session [0-9a-f]{8} from 192\.0\.2\.7\)$/);
    expect(words(ben, '198.51.100.1')).toMatch(/^Ben \(session [0-9a-f]{8} from 198\.51\.100\.1\)$/);
    expect(words(session('Anna'), '192.0.2.7')).not.toBe(words(anna, '192.0.2.7'));
    expect(words(session(), '192.0.2.7')).toMatch(/^admin \(session /);
  });

  test.each([5, {}, 'x'.repeat(33), 'a\nb', 'a\u0000', 'a (session 12345678 from ::1)', '\u202eanna', '-x'])(
    'does not take %j for a name',
    (name) => {
      expect(auth.login(token, { address, name })).toEqual({ refused: 'name' });
      expect(auth.sessions.all).toEqual([]);
    },
  );

  test('takes names in any script', () => {
    for (const name of ['Zoë', '山田 太郎', 'О. Петров']) {
      expect(auth.login(token, { address, name })).toHaveProperty('session.name', name);
    }
  });

  test('is over for every copy of the cookie once it was logged out, and for nobody else', async () => {
    const cookie = pairOf(session());
    const other = pairOf(session());
    const visitor = auth.visitorOf({ cookie }, address);
    let ended = 0;
    visitor?.session?.onEnd(() => ended++);
    expect(await auth.logout(visitor?.session ?? null)).toContain('Max-Age=0');
    expect(actorOf({ cookie })).toBeNull();
    expect(ended).toBe(1);
    expect(actorOf({ cookie: other })).not.toBeNull();
  });

  test('ends after thirty days', () => {
    const cookie = pairOf(session());
    now += 30 * 24 * 3_600_000 - 1_000;
    expect(actorOf({ cookie })).not.toBeNull();
    now += 2_000;
    expect(actorOf({ cookie })).toBeNull();
  });

  test('cannot be had by changing the cookie', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (value) => {
        expect(actorOf({ cookie: `${auth.cookieName}=${value}` })).toBeNull();
      }),
    );
    const [secret] = [pairOf(session()).split('=')[1] ?? ''];
    expect(actorOf({ cookie: `${auth.cookieName}=${secret}x` })).toBeNull();
    expect(actorOf({ cookie: `${auth.cookieName}=${auth.sessions.all[0]?.digest}` })).toBeNull();
  });

  test.each(['Bearer', 'Bearer ', 'Basic x', `Bearer ${token}x`, token, `bearer${token}`])(
    'the header %j is nothing',
    (authorization) => {
      expect(actorOf({ authorization })).toBeNull();
    },
  );

  test('the token as a bearer is enough, and is told apart from a browser', () => {
    expect(auth.visitorOf({ authorization: `Bearer ${token}` }, address)).toEqual({
      actor: { name: 'admin', from: 'api', role: 'admin', where: address },
      session: null,
    });
  });

  test.each([undefined, null, '', 5, {}, [token]])('with %j instead of a token is wrong', (bad) => {
    expect(auth.login(bad, { address })).toEqual({ refused: 'wrong' });
  });

  test('that fails often has to wait, and the wait ends', () => {
    for (let n = 0; n < 10; n++) expect(auth.login('no', { address })).toEqual({ refused: 'wrong' });
    expect(auth.login('no', { address })).toEqual({ refused: 'wait', seconds: 3 });
    now += 3_000;
    expect(auth.login('no', { address })).toEqual({ refused: 'wrong' });
  });

  test('with the right token never waits for the mistakes of others, nor of its own address', () => {
    for (let n = 0; n < 1_000; n++) auth.login('no', { address });
    expect(auth.login(token, { address: '198.51.100.1' })).toHaveProperty('cookie');
    expect(auth.login(token, { address })).toHaveProperty('cookie');
  });

  test('that fails from one address is answered from another, until all together are too many', () => {
    for (let n = 0; n < 20; n++) auth.login('no', { address });
    expect(auth.login('no', { address: '198.51.100.1' })).toEqual({ refused: 'wrong' });
    let answered = 0;
    for (let n = 0; n < 1_000; n++) {
      const verdict = auth.login('no', { address: `10.0.${n >> 8}.${n & 255}` });
      if ('refused' in verdict && verdict.refused === 'wrong') answered++;
    }
    expect(answered).toBeLessThanOrEqual(CONTROL_LIMITS.loginTotalBurst);
    now += 60_000;
    expect(auth.login('no', { address: '198.51.100.2' })).toEqual({ refused: 'wrong' });
  });

  test('opens no more than so many sessions: the oldest ends', () => {
    auth = new Auth(token, { now: clock, limits: { ...CONTROL_LIMITS, sessions: 3 } });
    const cookies = Array.from({ length: 5 }, () => pairOf(session()));
    expect(cookies.map((cookie) => actorOf({ cookie }) !== null)).toEqual([false, false, true, true, true]);
  });
});
