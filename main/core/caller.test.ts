/** One connection as the control plane sees it. */
import { expect, test, vi } from 'vitest';
import type { ControlEvent } from '../../contract/control/messages.ts';
import { createCaller, SYSTEM } from './caller.ts';

const event: ControlEvent = { type: 'closing', reason: 'x' };

test('a caller is told events until it closes', () => {
  const send = vi.fn();
  const caller = createCaller(SYSTEM, send, 'abcd');
  expect(caller).toMatchObject({
    actor: { name: 'signalbox', from: 'system', role: 'admin' },
    session: 'abcd',
  });
  caller.send(event);
  expect(send).toHaveBeenCalledExactlyOnceWith(event);
  caller.close();
  caller.send(event);
  expect(send).toHaveBeenCalledOnce();
  expect(createCaller(SYSTEM, send).session).toBeNull();
});

test('whoever waits for its end hears of it once, and at once where it has ended', () => {
  const caller = createCaller(SYSTEM, () => {});
  const order: string[] = [];
  caller.onClose(() => order.push('first'));
  caller.onClose(() => order.push('second'));
  expect(order).toEqual([]);
  caller.close();
  caller.close();
  expect(order).toEqual(['first', 'second']);
  caller.onClose(() => order.push('late'));
  expect(order).toEqual(['first', 'second', 'late']);
});
