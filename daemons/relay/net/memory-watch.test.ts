/** When all clients together hold too much: who goes, in which order, and who is left alone. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Connection } from './connection.ts';
import { HeldMemory } from './held-memory.ts';
import { MemoryWatch } from './memory-watch.ts';

interface Client {
  readonly name: string;
  readonly network: string;
  ending: boolean;
  readonly intake: { heldBytes: number };
  readonly outbox: { heldBytes: number };
  destroyed: boolean;
  destroy(): void;
}

let memory: HeldMemory;
let clients: Client[];
let chores: (() => void)[];
let ended: string[];
let watch: MemoryWatch;

beforeEach(() => {
  memory = new HeldMemory();
  clients = [];
  chores = [];
  ended = [];
  watch = new MemoryWatch({
    memory,
    limits: { send_queue_total_bytes: 800, receive_total_bytes: 400 },
    flusher: { later: (chore) => chores.push(chore) },
    connections: clients as unknown as Connection[],
    onUnfinished: (one) => ended.push(`unfinished ${(one as unknown as Client).name}`),
    onUnread: (one) => ended.push(`unread ${(one as unknown as Client).name}`),
  });
});

function client(
  name: string,
  held: { send?: number; receive?: number },
  network = name,
  ending = false,
): Client {
  const one: Client = {
    name,
    network,
    ending,
    intake: { heldBytes: held.receive ?? 0 },
    outbox: { heldBytes: held.send ?? 0 },
    destroyed: false,
    destroy() {
      this.destroyed = true;
      memory.sendBytes -= this.outbox.heldBytes;
      this.outbox.heldBytes = 0;
    },
  };
  memory.sendBytes += one.outbox.heldBytes;
  memory.receiveBytes += one.intake.heldBytes;
  clients.push(one);
  return one;
}

function tick(): void {
  for (const chore of chores.splice(0)) chore();
}

describe('within the totals', () => {
  it('nothing is done', () => {
    client('a', { send: 800, receive: 400 });
    watch.grew();
    expect(chores).toEqual([]);
  });

  it('nobody goes where it was too much and is not any more', () => {
    const one = client('a', { send: 801, receive: 401 });
    watch.grew();
    memory.sendBytes--;
    memory.receiveBytes--;
    tick();
    tick();
    expect([ended, one.destroyed]).toEqual([[], false]);
  });
});

describe('of what is unfinished', () => {
  it('so much goes that an eighth of the total is free, the worst network first', () => {
    client('honest', { receive: 120 });
    for (let i = 0; i < 10; i++) client(`crowd${i}`, { receive: 29 }, 'crowd');
    // 410 are held: 10 too many, and 50 more are to be free.
    watch.grew();
    watch.grew();
    expect(chores).toHaveLength(1);
    tick();
    expect(ended).toEqual([]);
    tick();
    expect(ended).toEqual(['unfinished crowd9', 'unfinished crowd8', 'unfinished crowd7']);
  });

  it('nothing of who is ending counts', () => {
    client('ending', { receive: 300 }, 'x', true);
    client('other', { receive: 101 });
    watch.grew();
    tick();
    tick();
    expect(ended).toEqual(['unfinished other']);
  });

  it('a new look is taken after each', () => {
    client('a', { receive: 401 });
    watch.grew();
    tick();
    tick();
    watch.grew();
    tick();
    tick();
    expect(ended).toEqual(['unfinished a', 'unfinished a']);
  });
});

describe('of what waits to be read', () => {
  it('so much goes that an eighth of the total is free', () => {
    client('little', { send: 10 });
    client('more', { send: 300 });
    client('most', { send: 501 });
    // 811 are held: 11 too many, and 100 more are to be free.
    watch.grew();
    tick();
    tick();
    expect(ended).toEqual(['unread most']);
    ended.splice(0);
    client('again', { send: 400 });
    watch.grew();
    tick();
    tick();
    // 411 too many and 100 more.
    expect(ended).toEqual(['unread most', 'unread again']);
  });

  it('those who end anyway go first, and nobody else where that is enough', () => {
    const going = client('going', { send: 300 }, 'x', true);
    const empty = client('empty', { send: 0 }, 'x', true);
    client('other', { send: 700 });
    watch.grew();
    tick();
    expect([going.destroyed, empty.destroyed, ended]).toEqual([true, false, []]);
    tick();
    tick();
    expect(ended).toEqual([]);
  });

  it('others go too where that is not enough', () => {
    client('going', { send: 100 }, 'x', true);
    client('other', { send: 900 });
    client('none', { receive: 5 });
    watch.grew();
    tick();
    tick();
    tick();
    expect(ended).toEqual(['unread other']);
  });
});

it('shows what is held of all that may be, and the most that was', () => {
  const big = client('a', { send: 700, receive: 300 });
  watch.grew();
  big.destroy();
  memory.receiveBytes = 100;
  watch.grew();
  expect(watch.heldToSend).toEqual({ depth: 0, high_water: 700, capacity: 800 });
  expect(watch.heldOfInput).toEqual({ depth: 100, high_water: 300, capacity: 400 });
  memory.sendBytes = 750;
  expect(watch.heldToSend).toMatchObject({ depth: 750, high_water: 750 });
});
