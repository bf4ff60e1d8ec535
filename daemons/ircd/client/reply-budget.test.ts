import { afterEach, beforeEach, expect, it } from 'vitest';
import { type MemoryClient, MemoryServer } from '../memory-server.ts';
import { ReplyBudget } from './reply-budget.ts';

let irc: MemoryServer;
let client: MemoryClient;
beforeEach(() => {
  irc = new MemoryServer();
  client = irc.join('a');
});
afterEach(() => irc.close());

function budget(queueBytes: number, waiting = 0): ReplyBudget {
  Object.assign(client, {
    connectionClass: { ...client.connectionClass, sendQueueBytes: queueBytes },
    sendQueueBytes: waiting,
  });
  return new ReplyBudget(client.client!, 'LIST');
}

it('lets an answer fill half of the send queue, each line with 110 bytes around what it says', () => {
  const half = budget(2 * (110 + 20));
  expect([half.takeBytes(20), client.received()]).toEqual([true, []]);
  expect([half.takeBytes(0), client.received()]).toEqual([
    false,
    [':irc.test 416 a LIST :Output too large, the rest was left out'],
  ]);
  const less = budget(2 * (110 + 20) - 2);
  expect(less.takeBytes(20)).toBe(false);
});

it('counts three bytes for each letter, and what waits already', () => {
  expect(budget(2 * (110 + 9)).take('abc')).toBe(true);
  expect(budget(2 * (110 + 9) - 2).take('abc')).toBe(false);
  expect(budget(2 * (110 + 9) + 10, 5).take('abc')).toBe(true);
  expect(budget(2 * (110 + 9) + 8, 5).take('abc')).toBe(false);
});
