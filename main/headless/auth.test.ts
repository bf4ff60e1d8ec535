import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
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
    await expect(loadToken(dir)).rejects.toThrow('holds no token');
  });
});

describe('a login', () => {
  const token = 'a'.repeat(43);
  const browser = { name: 'admin', from: 'browser' };
  let now = 1_700_000_000_000;
  const clock = () => now;
  let auth: Auth;
  beforeEach(() => {
    now = 1_700_000_000_000;
    auth = new Auth(token, clock);
  });

  function session(): string {
    const verdict = auth.login(token);
    if (!('cookie' in verdict)) throw new Error('refused');
    return verdict.cookie;
  }
  const pairOf = (cookie: string) => cookie.split(';')[0] ?? '';

  test('gives a cookie that scripts and other sites cannot use, without the token in it', () => {
    const cookie = session();
    expect(cookie).toMatch(/; HttpOnly; SameSite=Strict; Max-Age=2592000$/);
    expect(cookie).not.toContain(token);
    expect(auth.actorOf({ cookie: `other=1; ${pairOf(cookie)}` })).toEqual(browser);
  });

  test('over TLS stays on TLS', () => {
    expect(auth.login(token, { overTls: true })).toMatchObject({
      cookie: expect.stringMatching(/; Secure$/),
    });
    expect(session()).not.toContain('Secure');
  });

  test('survives a restart, but not another token', () => {
    const cookie = pairOf(session());
    expect(new Auth(token, clock).actorOf({ cookie })).toEqual(browser);
    const other = new Auth('b'.repeat(43), clock);
    expect(other.actorOf({ cookie })).toBeNull();
    expect(other.actorOf({ cookie: cookie.replace(auth.cookieName, other.cookieName) })).toBeNull();
  });

  test('ends after thirty days', () => {
    const cookie = pairOf(session());
    now += 30 * 24 * 3_600_000 - 1_000;
    expect(auth.actorOf({ cookie })).toEqual(browser);
    now += 2_000;
    expect(auth.actorOf({ cookie })).toBeNull();
  });

  test('cannot be prolonged by changing the cookie', () => {
    const [name, value = ''] = pairOf(session()).split('=', 2);
    const [expires, signature] = value.split('.');
    const later = `${name}=${Number(expires) + 1}.${signature}`;
    expect(auth.actorOf({ cookie: later })).toBeNull();
  });

  test.each(['', '.', 'x.y', 'NaN.', '99999999999999999999.x', '9999999999.'])(
    'the cookie value %j is nothing',
    (value) => {
      expect(auth.actorOf({ cookie: `${auth.cookieName}=${value}` })).toBeNull();
    },
  );

  test.each(['Bearer', 'Bearer ', 'Basic x', `Bearer ${token}x`, token, `bearer${token}`])(
    'the header %j is nothing',
    (authorization) => {
      expect(auth.actorOf({ authorization })).toBeNull();
    },
  );

  test('the token as a bearer is enough, and is told apart from a browser', () => {
    expect(auth.actorOf({ authorization: `Bearer ${token}` })).toEqual({ name: 'admin', from: 'api' });
  });

  test.each([undefined, null, '', 5, {}, [token]])('with %j instead of a token is wrong', (bad) => {
    expect(auth.login(bad)).toEqual({ refused: 'wrong' });
  });

  test('that fails often has to wait, and the wait ends', () => {
    for (let n = 0; n < 10; n++) expect(auth.login('no')).toEqual({ refused: 'wrong' });
    expect(auth.login('no')).toEqual({ refused: 'wait', seconds: 3 });
    expect(auth.login(token)).toEqual({ refused: 'wait', seconds: 3 });
    now += 3_000;
    expect(auth.login(token)).toHaveProperty('cookie');
  });

  test('that succeeds costs nothing', () => {
    for (let n = 0; n < 100; n++) session();
  });
});
