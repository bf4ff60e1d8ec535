/** Clients of Nefarious log in with services by `SASL`, in the words of a real one. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { limits } from '../limits.ts';
import { TestNetwork } from '../test-network.ts';

let test: TestNetwork;

beforeEach(async () => {
  test = await TestNetwork.start('h6');
  test.say('AB S nef.test 2 900 900 P10 AD]]] +h6 :Nefarious');
  test.join('ABAAA', 'carol');
  await test.ask('ABAAA', 'REGISTER carol correct-horse');
  test.take();
});
afterEach(() => test.close());

const plain = (account: string, password: string) =>
  Buffer.from(`\0${account}\0${password}`).toString('base64');

/** What services answer. */
async function heard(...lines: string[]): Promise<string[]> {
  test.say(...lines);
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
  return test.take().filter((line) => line.includes(' SASL '));
}

it('a login, with since when the account exists, and one that fails', async () => {
  expect(await heard('AD SASL AF AD!15.12 S :PLAIN')).toEqual(['AF SASL AD AD!15.12 C :+']);
  await heard('AD SASL AF AD!15.12 H :unknown@127.0.0.1:192.0.2.7');
  expect(await heard(`AD SASL AF AD!15.12 C :${plain('carol', 'wrong-horse')}`)).toEqual([
    'AF SASL AD AD!15.12 D :F',
  ]);
  await heard('AD SASL * AD!15.13 S :PLAIN', 'AD SASL * AD!15.13 H :unknown@127.0.0.1:192.0.2.7');
  const since = Math.floor(test.services.keeper.store.get('carol').created / 1_000);
  expect(await heard(`AD SASL * AD!15.13 C :${plain('carol', 'correct-horse')}`)).toEqual([
    `AF SASL AD AD!15.13 L carol :${since}`,
    'AF SASL AD AD!15.13 D :S',
  ]);
  expect(test.services.accounts.timelines.rows({}, 9)).toMatchObject([
    { address: '192.0.2.7', account: 'carol', outcome: 'success' },
    { address: '192.0.2.7', account: 'carol', outcome: 'refused: credentials' },
  ]);
});

it('of other mechanisms those are told that there are', async () => {
  expect(await heard('AD SASL AF AD!15.12 S :DIGEST-MD5')).toEqual([
    'AF SASL AD AD!15.12 M :PLAIN,EXTERNAL,SCRAM-SHA-256',
    'AF SASL AD AD!15.12 D :F',
  ]);
});

it('nothing is answered for clients of servers that are gone, that lie, or that say nothing for long', async () => {
  const last = `C :${plain('carol', 'correct-horse')}`;
  expect(await heard('AD SASL AG AD!1.1 S :PLAIN', 'AD SASL AF AB!1.1 S :PLAIN')).toEqual([]);
  await heard('AD SASL AF AD!2.1 S :PLAIN');
  await test.clock.advance(limits.saslClientMs.default);
  expect(await heard(`AD SASL AF AD!2.1 ${last}`)).toEqual([]);
  await heard('AD SASL AF AD!3.1 S :PLAIN');
  test.say('AB SQ nef.test 0 :gone', 'AB S nef.test 2 901 901 P10 AD]]] +h6 :Nefarious');
  expect(await heard(`AD SASL AF AD!3.1 ${last}`)).toEqual([]);
});
