/** The latest logins with their steps, and nothing where none are to be kept. */
import { expect, it } from 'vitest';
import { FakeClock } from './fake-clock.ts';
import { type BegunLogin, LoginTimelines } from './login-timelines.ts';

const clock = new FakeClock();
const begun = (session: string, more: Partial<BegunLogin> = {}): BegunLogin => ({
  session,
  client: session,
  address: '192.0.2.1',
  way: 'PLAIN',
  connectedAtMs: clock.now(),
  ...more,
});
const ring = (most: number) => new LoginTimelines({ clock, most: () => most, where: 'ircd' });

it('show every step in the order in which they began, those of another process among them', async () => {
  const timelines = ring(4);
  const connectedAtMs = clock.now();
  await clock.advance(1_000);
  const one = timelines.begin(begun('ann', { connectedAtMs }))!;
  const message = one.begin('message of the client', 'services');
  await clock.advance(60);
  message([
    { what: 'password checked', afterMs: 10, tookMs: 40 },
    { what: 'written to the disk', afterMs: 50, tookMs: 5 },
  ]);
  one.mark('account stamped');
  one.end('success', 'Ann');
  one.end('given up by the client', null);
  expect(timelines.steps({ account: 'ann' })).toEqual([
    { after: 0, what: 'connected', where: 'ircd', took: null },
    { after: 1, what: 'message of the client', where: 'ircd', took: 0.06 },
    { after: 1.01, what: 'password checked', where: 'services', took: 0.04 },
    { after: 1.05, what: 'written to the disk', where: 'services', took: 0.005 },
    { after: 1.06, what: 'account stamped', where: 'ircd', took: null },
    { after: null, what: 'logged in to Ann', where: 'ircd', took: 0.06 },
  ]);
  expect(timelines.rows({}, 10)).toMatchObject([
    { client: 'ann', account: 'Ann', outcome: 'success', took: 0.06 },
  ]);
});

it('are the latest ones, found by client, session, account and number', () => {
  const timelines = ring(2);
  for (const session of ['a', 'b', 'c'])
    timelines.begin(begun(session))!.end('success', `${session}-account`);
  expect(timelines.size).toBe(2);
  expect(timelines.rows({}, 10).map(({ client }) => client)).toEqual(['c', 'b']);
  expect(timelines.rows({}, 1).map(({ client }) => client)).toEqual(['c']);
  expect(timelines.find({ session: 'b' })).toHaveLength(1);
  expect(timelines.find({ client: 'C' })).toHaveLength(1);
  expect(timelines.find({ account: 'B-Account', client: 'c' })).toEqual([]);
  expect(timelines.find({ id: 3 })).toMatchObject([{ client: 'c' }]);
  expect(timelines.steps({ session: 'a' })).toEqual([]);
});

it('of another process are shown where they are newer, after the client has connected here', async () => {
  const there = new LoginTimelines({ clock, most: () => 4, where: 'services' });
  const here = ring(4);
  const connectedAtMs = clock.now();
  expect(there.told({ session: 'ann' })).toBeNull();
  await clock.advance(500);
  here.begin(begun('ann', { connectedAtMs }))!.end('refused: credentials', null);
  await clock.advance(500);
  const auth = there.begin(begun('ann', { way: 'AUTH', connectedAtMs: null }))!;
  const done = auth.begin('AUTH', 'services');
  await clock.advance(30);
  done([{ what: 'Keycloak asked', afterMs: 10, tookMs: 15 }]);
  auth.mark('account stamped');
  auth.end('success', 'Ann');
  const login = there.told({ session: 'ann' })!;
  const elsewhere = { login, where: 'services', connectedAtMs };
  expect(here.steps({ session: 'ann' }, elsewhere)).toEqual([
    { after: 0, what: 'connected', where: 'ircd', took: null },
    { after: 1, what: 'AUTH', where: 'services', took: 0.03 },
    { after: 1.01, what: 'Keycloak asked', where: 'services', took: 0.015 },
    { after: 1.03, what: 'account stamped', where: 'services', took: null },
    { after: null, what: 'logged in to Ann', where: 'services', took: 0.03 },
  ]);
  await clock.advance(1);
  here.begin(begun('ann', { connectedAtMs }))!.end('refused: credentials', null);
  expect(here.steps({ session: 'ann' }, elsewhere).at(-1)).toMatchObject({ what: 'refused: credentials' });
});

it('are not kept where none are wanted, and those there were are dropped', () => {
  let most = 2;
  const timelines = new LoginTimelines({ clock, most: () => most, where: 'ircd' });
  timelines.begin(begun('a'));
  most = 0;
  expect(timelines.begin(begun('b'))).toBeNull();
  expect(timelines.size).toBe(0);
});

it('hold a bounded number of steps, whatever a client sends', () => {
  const timelines = ring(1);
  const one = timelines.begin(begun('a'))!;
  for (let i = 0; i < 1_000; i++) one.mark('message of the client');
  expect(one.steps).toHaveLength(64);
});
