/** Clients of newer ircu log in with services by `XQ` and `XR`, in the words of a real one. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { limits } from '../limits.ts';
import { TestNetwork } from '../test-network.ts';

let test: TestNetwork;

beforeEach(async () => {
  test = await TestNetwork.start('h6');
  test.join('ABAAA', 'carol');
  await test.ask('ABAAA', 'REGISTER carol correct-horse');
  test.take();
});
afterEach(() => test.close());

const plain = (account: string, password: string) =>
  Buffer.from(`\0${account}\0${password}`).toString('base64');

/** What services answer servers, and the stamps of accounts. */
async function heard(...lines: string[]): Promise<string[]> {
  test.say(...lines);
  await test.quiet();
  await test.quiet();
  return test.take().filter((line) => / (XR|AC) /.test(line));
}
const since = () => Math.floor(test.services.keeper.store.get('carol').created / 1_000);
const NO = 'NO The account or the password is wrong.';

it('the network is told whom to ask, and for which mechanisms, unless it asks somebody who is there', async () => {
  const link = (...burst: readonly string[]) => {
    test.uplink.fail('over');
    return test.link('h6', ...burst).filter((line) => line.includes(' CF '));
  };
  const seconds = Math.floor(test.clock.now() / 1_000);
  const mechanisms = 'PLAIN,EXTERNAL,SCRAM-SHA-256';
  // What was said of another server holds while it is there, and is older than what is said after it.
  const asksX = ['AB S x.test 2 900 900 P10 AX]]] +s :X', 'AB CF 5 sasl.server :x.test'];
  expect(link(...asksX)).toEqual([]);
  expect(link('AB CF 5 sasl.server :x.test', `AB CF ${seconds + 90} sasl.mechanisms :OLD`)).toEqual([
    `AF CF ${seconds + 91} sasl.mechanisms :${mechanisms}`,
    `AF CF ${seconds + 91} sasl.server :services.test`,
  ]);
  // Others do not know these words, and ask otherwise.
  test.uplink.fail('over');
  expect(test.link('h6B', 'AB CF 5 sasl.server :x.test').filter((line) => line.includes(' CF '))).toEqual([]);
});

it('a client that is not on the network yet logs in, and one that fails is refused', async () => {
  const begin = (session: number) => `AB XQ AF sasl:${session} :SASL 192.0.2.7 _ PLAIN`;
  expect(await heard(begin(1))).toEqual(['AF XR AB sasl:1 :SASL +']);
  expect(await heard(`AB XQ AF sasl:1 :SASL ${plain('carol', 'wrong-horse')}`)).toEqual([
    `AF XR AB sasl:1 :${NO}`,
  ]);
  await heard(begin(2));
  expect(await heard(`AB XQ AF sasl:2 :SASL ${plain('carol', 'correct-horse')}`)).toEqual([
    `AF XR AB sasl:2 :OK carol:${since()}:0`,
  ]);
  expect(test.services.accounts.timelines.rows({}, 9)).toMatchObject([
    { address: '192.0.2.7', account: 'carol', outcome: 'success' },
    { address: '192.0.2.7', account: 'carol', outcome: 'refused: credentials' },
  ]);
});

it('by a certificate too, which is compared without case and named by nobody else', async () => {
  const print = 'ab'.repeat(32);
  await test.ask('ABAAA', `ADDCERTFP ${print}`);
  await heard(`AB XQ AF sasl:1 :SASL 192.0.2.7 ${print.toUpperCase()} EXTERNAL`);
  expect(await heard('AB XQ AF sasl:1 :SASL +')).toEqual([`AF XR AB sasl:1 :OK carol:${since()}:0`]);
  await heard('AB XQ AF sasl:2 :SASL 192.0.2.7 _ EXTERNAL');
  expect(await heard('AB XQ AF sasl:2 :SASL +')).toEqual([`AF XR AB sasl:2 :${NO}`]);
});

it('a client that is on the network is stamped by services, once, and only where it is who it was', async () => {
  test.join('ABAAB', 'bob');
  const login = async (session: number, meanwhile: readonly string[] = []) => {
    await heard(`AB XQ AF sasl:${session} :SASL ABAAB PLAIN`, ...meanwhile);
    return await heard(`AB XQ AF sasl:${session} :SASL ${plain('carol', 'correct-horse')}`);
  };
  const ok = (session: number) => `AF XR AB sasl:${session} :OK carol:${since()}:0`;
  expect(await login(1)).toEqual([`AF AC ABAAB carol ${since()}`, ok(1)]);
  expect(await login(2)).toEqual([ok(2)]);
  test.say('ABAAB Q :bye');
  test.join('ABAAB', 'bea');
  // Somebody else has the numeric by then.
  expect(
    await login(3, ['ABAAB Q :bye', 'AB N cat 1 950 ~cat cat.example.net +i AKAAAB ABAAB :Cat']),
  ).toEqual([ok(3)]);
  // Nobody is asked for whom another server has.
  test.say('AB S other.test 2 900 900 P10 AG]]] + :Other');
  expect(await heard('AG XQ AF sasl:4 :SASL ABAAB PLAIN')).toEqual([]);
});

it('an account whose name the network would cut is none there', async () => {
  const long = 'averylongname1';
  await test.services.keeper.answerers().create({ account: long, password: 'correct-horse', email: null });
  await heard('AB XQ AF sasl:1 :SASL 192.0.2.7 _ PLAIN');
  expect(await heard(`AB XQ AF sasl:1 :SASL ${plain(long, 'correct-horse')}`)).toEqual([
    `AF XR AB sasl:1 :${NO}`,
  ]);
  test.join('ABAAB', 'bob');
  expect(await test.ask('ABAAB', `AUTH ${long} correct-horse`)).toEqual([
    'This network holds names of accounts with up to 12 characters.',
  ]);
  expect(test.uplink.view.byNick('bob')?.account).toBeNull();
});

it('nothing is answered for what is no login, for servers that are gone, and where a client says nothing for long', async () => {
  const last = (session: number) => `AB XQ AF sasl:${session} :SASL ${plain('carol', 'correct-horse')}`;
  for (const line of [
    'AB XQ AF sasl:x :SASL 192.0.2.7 _ PLAIN',
    'AB XQ AF sasl:1 :LASL 192.0.2.7 _ PLAIN',
    'AB XQ AG sasl:1 :SASL 192.0.2.7 _ PLAIN',
    'AB XQ AF sasl:1 :SASL a b c d',
    last(9),
  ])
    expect(await heard(line), line).toEqual([]);
  expect(await heard('AB XQ AF sasl:1 :SASL 192.0.2.7 _ DIGEST-MD5')).toEqual([`AF XR AB sasl:1 :${NO}`]);
  await heard('AB XQ AF sasl:2 :SASL 192.0.2.7 _ PLAIN');
  await test.clock.advance(limits.saslClientMs.default);
  expect(await heard(last(2))).toEqual([]);
  test.say('AB S other.test 2 900 900 P10 AG]]] + :Other');
  await heard('AG XQ AF sasl:3 :SASL 192.0.2.7 _ PLAIN');
  test.say('AB SQ other.test 0 :gone', 'AB S other.test 2 901 901 P10 AG]]] + :Other');
  expect(await heard(last(3).replace('AB XQ', 'AG XQ'))).toEqual([]);
});
