import { expect, test, vi } from 'vitest';
import { EventBus } from './event-bus.ts';

interface Events {
  readonly rang: { readonly times: number };
  readonly stopped: null;
}

test('a listener hears of its own event, until it ends that', () => {
  const bus = new EventBus<Events>(() => {});
  const heard = vi.fn();
  const end = bus.subscribe('rang', heard);
  bus.publish('rang', { times: 1 });
  bus.publish('stopped', null);
  end();
  end();
  bus.publish('rang', { times: 2 });
  expect(heard.mock.calls).toEqual([[{ times: 1 }]]);
});

test('a listener that throws keeps nobody else from hearing, and is told of', () => {
  const failed = vi.fn();
  const bus = new EventBus<Events>(failed);
  const error = new Error('no');
  bus.subscribe('rang', () => {
    throw error;
  });
  const heard = vi.fn();
  bus.subscribe('rang', heard);
  expect(() => bus.publish('rang', { times: 1 })).not.toThrow();
  expect(heard).toHaveBeenCalledOnce();
  expect(failed).toHaveBeenCalledExactlyOnceWith('rang', error);
});

test('listeners hear in the order in which they came', () => {
  const bus = new EventBus<Events>(() => {});
  const order: number[] = [];
  for (const place of [1, 2, 3]) bus.subscribe('stopped', () => order.push(place));
  bus.publish('stopped', null);
  expect(order).toEqual([1, 2, 3]);
});
