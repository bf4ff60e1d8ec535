/** A message to a crowd that takes several turns: who gets it when people come and go meanwhile, and in which order. */
import { expect, it } from 'vitest';
import { WorkAccount, WorkGroup } from '../../runtime/async/work-account.ts';
import { WorkTurns } from '../../runtime/async/work-turns.ts';
import { Crowd } from './audience.ts';
import { FanOut, type FanOutServices } from './fan-out.ts';
import type { Peer } from './peer.ts';

const peer = (id: string) => ({ id }) as unknown as Peer;

/** Turns that are over at once, turned by hand. */
function bench(size: number) {
  const due: (() => void)[] = [];
  const turns = new WorkTurns({ turnMs: 0, sliceMs: 0, schedule: (callback) => due.push(callback) });
  const services: FanOutServices = { turns, flusher: { pending: 0 } };
  const crowd = new Crowd<Peer>();
  const members = Array.from({ length: size }, (_, index) => peer(`m${index}`));
  for (const member of members) crowd.add(member);
  const received: string[] = [];
  const finished: string[] = [];
  class Message extends FanOut {
    readonly #name: string;
    constructor(name: string) {
      super(services, crowd, crowd.gate, 10);
      this.#name = name;
    }
    protected override to(member: Peer): boolean {
      received.push(`${this.#name}>${member.id}`);
      return true;
    }
    protected override done(taken: number): void {
      finished.push(`${this.#name} ${taken}`);
    }
  }
  const send = (name: string, account = new WorkAccount(new WorkGroup())) => {
    turns.run(account, new Message(name));
    return account;
  };
  const turn = () => {
    for (const callback of due.splice(0)) callback();
  };
  const drain = () => {
    for (let i = 0; turns.busy; i++) {
      if (i > 10_000) throw new Error('it does not end');
      turn();
    }
  };
  return { turns, crowd, members, received, finished, send, turn, drain };
}

it('reaches everybody once over many turns, and says so when all had it', () => {
  const { send, turn, drain, received, finished, members } = bench(1_000);
  send('a');
  turn();
  expect(received.length).toBeLessThan(1_000);
  expect(finished).toEqual([]);
  drain();
  expect(received.toSorted()).toEqual(members.map(({ id }) => `a>${id}`).toSorted());
  expect(finished).toEqual(['a 1000']);
});

it('passes over those who left meanwhile and those who came after it was sent', () => {
  const { send, turn, drain, received, crowd, members } = bench(1_000);
  send('a');
  turn();
  const missing = members.filter(({ id }) => !received.includes(`a>${id}`));
  // Leaving moves the last member into the place of the one who left.
  for (const member of [missing[0]!, missing[100]!, members[0]!]) crowd.remove(member);
  crowd.add(peer('late'));
  drain();
  expect(received).not.toContain('a>late');
  expect(received).toHaveLength(998);
  expect(new Set(received).size).toBe(998);
});

it('keeps one order for all receivers, whoever sends meanwhile', () => {
  const { send, turn, drain, received, members } = bench(300);
  const alice = send('a1');
  turn();
  send('b1');
  send('a2', alice);
  drain();
  for (const { id } of members) {
    const order = received.filter((text) => text.endsWith(`>${id}`)).map((text) => text.slice(0, 2));
    expect(order).toEqual(['a1', 'b1', 'a2']);
  }
});

it('lets others go on when a message is given up', () => {
  const { send, turn, drain, turns, finished } = bench(300);
  const alice = send('a');
  turn();
  send('b');
  turn();
  turns.remove(alice);
  drain();
  expect(finished).toEqual(['b 300']);
});
