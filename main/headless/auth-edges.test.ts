/** Edges of logins, cookies and tokens. */
import { expect, test } from 'vitest';
import { CONTROL_LIMITS } from '../core/limits.ts';
import { Auth } from './auth.ts';

const token = 'a'.repeat(43);
const address = '192.0.2.7';

const make = () => new Auth(token, { limits: CONTROL_LIMITS, now: () => 1_000_000 });

function login(auth: Auth, name?: unknown): string {
  const verdict = auth.login(token, { address, name });
  if (!('cookie' in verdict)) throw new Error(verdict.refused);
  return verdict.cookie;
}

test('a program with the token is an admin without a session, however it spells the header', () => {
  const auth = make();
  for (const authorization of [`Bearer ${token}`, `bearer   ${token}`])
    expect(auth.visitorOf({ authorization }, address)).toEqual({
      actor: { name: 'admin', from: 'api', role: 'admin', where: address },
      session: null,
    });
});

test.each([
  `Bearer ${'b'.repeat(43)}`,
  'Bearer ',
  `Basic ${token}`,
  `x Bearer ${token}`,
  `Bearer ${token} x`,
  token,
  '',
])('nobody is let in by "%s"', (authorization) => {
  expect(make().visitorOf({ authorization }, address)).toBeNull();
});

test('a wrong token is not helped by a good cookie', () => {
  const auth = make();
  const cookie = login(auth).split(';')[0] ?? '';
  expect(auth.visitorOf({ cookie }, address)).not.toBeNull();
  expect(auth.visitorOf({ cookie, authorization: 'Bearer wrong' }, address)).toBeNull();
  // What is no token at all is left to the cookie.
  expect(auth.visitorOf({ cookie, authorization: 'Basic eDp5' }, address)).not.toBeNull();
});

test('a browser is known by the cookie of this instance, among others, in any place', () => {
  const auth = make();
  const cookie = login(auth, 'Anna');
  const [name = '', value = ''] = cookie.split(';')[0]?.split('=') ?? [];
  expect(name).toBe(auth.cookieName);
  expect(name).toMatch(/^signalbox_[0-9a-f]{8}$/);
  expect(new Auth('b'.repeat(43)).cookieName).not.toBe(name);
  const visitor = (header: string) => auth.visitorOf({ cookie: header }, '192.0.2.8')?.actor.name ?? null;
  expect(visitor(`${name}=${value}`)).toBe('Anna');
  expect(visitor(`a=1; ${name}=${value};b=2`)).toBe('Anna');
  expect(visitor(`${name}=${value}x`)).toBeNull();
  expect(visitor(`${name}`)).toBeNull();
  expect(visitor(`x${name}=${value}`)).toBeNull();
  expect(visitor(`other=${value}`)).toBeNull();
  expect(auth.visitorOf({ cookie: `${name}=${value}` }, '192.0.2.8')?.actor).toEqual({
    name: 'Anna',
    from: 'browser',
    role: 'admin',
    where: `session ${auth.sessions.all[0]?.id} from 192.0.2.8`,
  });
});

test('a login lasts a month in the browser too, and a logout makes it forget', async () => {
  const auth = make();
  const cookie = login(auth);
  expect(cookie).toMatch(
    new RegExp(`^${auth.cookieName}=[\\w-]{43}; Path=/; HttpOnly; SameSite=Strict; Max-Age=2592000$`),
  );
  const [session] = auth.sessions.all;
  expect(await auth.logout(session ?? null)).toBe(
    `${auth.cookieName}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0`,
  );
  expect(auth.sessions.all).toEqual([]);
  expect(await auth.logout(null)).toContain('Max-Age=0');
});

test.each<[unknown, string | null]>([
  [undefined, 'admin'],
  [null, 'admin'],
  ['', 'admin'],
  ['   ', 'admin'],
  ['  Anna ', 'Anna'],
  ['Anna B. O-C_d 2', 'Anna B. O-C_d 2'],
  ['e\u0301va', '\u00e9va'],
  ['x'.repeat(32), 'x'.repeat(32)],
  ['x'.repeat(33), null],
  [' .Anna', null],
  ['Anna (admin)', null],
  ['Anna\n', 'Anna'],
  ['An\nna', null],
  [5, null],
  [{}, null],
])('who says to be called %j is called %j', (name, expected) => {
  const auth = make();
  const verdict = auth.login(token, { address, name });
  if (expected === null) expect(verdict).toEqual({ refused: 'name' });
  else
    expect('session' in verdict && verdict.session).toMatchObject({ name: expected, address, role: 'admin' });
});

test.each([undefined, null, 5, {}, '', 'a', `${token} `])('%j is not the token', (wrong) => {
  const auth = make();
  expect(auth.login(wrong, { address })).toEqual({ refused: 'wrong' });
  expect(auth.sessions.all).toEqual([]);
});

test('wrong logins are slowed down with how long to wait, the right token never', () => {
  const auth = make();
  for (let n = 0; n < CONTROL_LIMITS.loginBurst; n++)
    expect(auth.login('x', { address })).toEqual({ refused: 'wrong' });
  expect(auth.login('x', { address })).toEqual({ refused: 'wait', seconds: 3 });
  expect(auth.login('x', { address: '192.0.2.8' })).toEqual({ refused: 'wrong' });
  expect(auth.login(token, { address })).toHaveProperty('cookie');
});
