/** How many logins are under way, and how long. What is said in them is tried in `account-keeper.test.ts`. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { limits } from '../limits.ts';
import { base64, HOME, TestKeeper } from '../test-keeper.ts';
import { Exchanges } from './exchanges.ts';

let test: TestKeeper;
let exchanges: Exchanges;
beforeEach(async () => {
  test = await TestKeeper.open();
  await test.register('ann');
  const world = { store: test.store, logins: test.keeper.logins, decoySecret: Buffer.alloc(32) };
  exchanges = new Exchanges({ world, clock: test.clock });
});
afterEach(() => test.close());

const start = (session: string, mechanism = 'PLAIN') => exchanges.start(session, mechanism, HOME);
const RIGHT = base64('\0ann\0correct-horse');
const MALFORMED = { kind: 'refused', why: 'malformed', account: null, retrySeconds: 0 };

it('the oldest ends where too many are under way, and one that begins again is no longer the oldest', async () => {
  const most = limits.saslSessions.default;
  for (let i = 0; i < most; i++) start(`${i}`);
  start('0');
  expect(exchanges.size).toBe(most);
  start('more');
  expect(exchanges.size).toBe(most);
  expect(await exchanges.data('1', RIGHT)).toEqual(MALFORMED);
  expect(await exchanges.data('0', RIGHT)).toMatchObject({ kind: 'success' });
  expect(await exchanges.data('more', RIGHT)).toMatchObject({ kind: 'success' });
  expect(await exchanges.data('2', RIGHT)).toMatchObject({ kind: 'success' });
  expect(exchanges.size).toBe(most - 3);
});

it('nothing is kept of one that has ended, in whichever way', async () => {
  const ends: (() => unknown)[] = [
    () => exchanges.data('x', RIGHT),
    () => exchanges.data('x', base64('\0ann\0wrong')),
    () => exchanges.data('x', 'no base64'),
    () => exchanges.abort('x'),
    () => start('x', 'DIGEST-MD5'),
    async () => {
      await test.clock.advance(limits.saslSeconds.default * 1_000 + 1);
      expect(await exchanges.data('x', RIGHT)).toEqual(MALFORMED);
    },
  ];
  for (const end of ends) {
    start('x');
    expect(exchanges.size).toBe(1);
    await end();
    expect(exchanges.size).toBe(0);
    expect(await exchanges.data('x', RIGHT)).toEqual(MALFORMED);
  }
});

it('may be under way for a minute, and goes on where it is a challenge', async () => {
  start('x', 'SCRAM-SHA-256');
  await test.clock.advance(limits.saslSeconds.default * 1_000);
  expect(await exchanges.data('x', base64('n,,n=ann,r=abc'))).toMatchObject({ kind: 'challenge' });
  expect(exchanges.size).toBe(1);
});

it('one that was begun anew while its password was checked is another', async () => {
  let open = () => {};
  test.passwords.gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  start('x');
  const first = exchanges.data('x', RIGHT);
  start('x');
  open();
  // Nobody waits for it any more, and nobody is logged in by it.
  expect(await first).toMatchObject({ kind: 'refused', why: 'malformed' });
  expect(exchanges.size).toBe(1);
  expect(await exchanges.data('x', RIGHT)).toMatchObject({ kind: 'success' });
});

it('is offered by three mechanisms, each of which lets the client speak first', () => {
  for (const mechanism of ['PLAIN', 'EXTERNAL', 'SCRAM-SHA-256'])
    expect(start(mechanism, mechanism)).toEqual({ kind: 'challenge', data: '' });
  expect(start('x', 'plain')).toEqual({ kind: 'refused', why: 'mechanism', account: null, retrySeconds: 0 });
});
