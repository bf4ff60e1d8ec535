/** Which server services link to, and when they try the next one. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FakeClock } from '../../../kit/fake-clock.ts';
import { LineEnd } from '../test-network.ts';
import type { Uplink } from './uplink.ts';
import { type UplinkBlock, UplinkDesk } from './uplink-desk.ts';

class Carrier extends LineEnd {
  uplink: Uplink | null = null;
  start(uplink: Uplink): void {
    this.uplink = uplink;
  }
}

const block = (host: string): UplinkBlock => ({
  host,
  port: 4400,
  password: 'linkpw',
  tls: false,
  fingerprint: null,
  kind: 'auto',
});

let clock: FakeClock;
let desk: UplinkDesk;
let called: string[];
let there: Set<string>;
let carriers: Carrier[];

beforeEach(() => {
  clock = new FakeClock();
  called = [];
  there = new Set();
  carriers = [];
  desk = new UplinkDesk({
    identity: { name: 'services.test', numeric: 'AF', description: 'x', bootSeconds: 1 },
    clock,
    random: () => 1,
    async dial({ host }) {
      called.push(host);
      if (!there.has(host)) throw new Error(`${host} does not answer`);
      const carrier = new Carrier();
      carriers.push(carrier);
      return carrier;
    },
    events: { *onIntroduced() {}, onLinked() {}, onLine() {}, onEnd() {} },
    log: () => {},
  });
});
afterEach(() => desk.close('over'));

const settle = () => new Promise((resolve) => setImmediate(resolve));
async function pass(ms: number): Promise<void> {
  await clock.advance(ms);
  await settle();
}

function introduce(): void {
  for (const line of ['PASS :linkpw', 'SERVER hub.test 1 1 1 J10 AB]]] +h6 :Hub', 'AB EB'])
    carriers.at(-1)!.uplink!.take(line);
}

it('tries one after the other, at longer and longer intervals, and the next one when the link ends', async () => {
  desk.configure([block('one'), block('two')]);
  await settle();
  expect([called, desk.reason]).toEqual([['one'], 'one does not answer']);
  for (const ms of [1_000, 1_000, 2_000, 2_000, 4_000]) {
    await pass(ms - 1);
    const before = called.length;
    await pass(1);
    expect(called.length).toBe(before + 1);
  }
  expect(called).toEqual(['one', 'two', 'one', 'two', 'one', 'two']);
  there.add('one');
  await pass(60_000);
  introduce();
  expect([desk.current?.state, desk.reason, desk.established]).toEqual(['linked', null, 1]);
  carriers.at(-1)!.uplink!.gone('cut');
  expect([desk.current, desk.reason]).toEqual([null, 'cut']);
  there.add('two');
  // It stood, so the wait begins anew.
  await pass(1_000);
  expect(called.at(-1)).toBe('two');
});

it('links to the server of the instance whenever that connects, and ends what it had before', async () => {
  desk.configure([]);
  await pass(600_000);
  expect(called).toEqual([]);
  const first = new Carrier();
  const second = new Carrier();
  desk.accept(first, 'linkpw');
  desk.accept(second, 'linkpw');
  expect([first.closed, second.closed, desk.current?.transport]).toEqual([true, false, second]);
  desk.close('over');
  expect(second.closed).toBe(true);
  const late = new Carrier();
  desk.accept(late, 'linkpw');
  expect(late.closed).toBe(true);
});

it('tells whoever waits for an uplink when one stands, at once where one does, and in time that none does', async () => {
  const answers: (string | boolean)[] = [];
  const wait = (ms: number) => void desk.whenLinked(ms).then((isLinked) => answers.push(isLinked));
  there.add('a');
  desk.configure([block('a')]);
  await settle();
  wait(1_000);
  wait(3_000);
  await pass(1_000);
  expect(answers).toEqual([false]);
  introduce();
  await settle();
  expect(answers).toEqual([false, true]);
  wait(1_000);
  await settle();
  expect(answers).toEqual([false, true, true]);
  // Of a wait that has ended nothing is left.
  await pass(5_000);
  expect(answers).toHaveLength(3);
});
