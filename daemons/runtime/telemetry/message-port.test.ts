import { EventEmitter } from 'node:events';
import { expect, test, vi } from 'vitest';
import { hearPort, type PortLike, portEnd } from './message-port.ts';

class FakePort extends EventEmitter implements PortLike {
  readonly postMessage = vi.fn();
  readonly start = vi.fn();
  readonly close = vi.fn();
}

test('what arrives is the same whether the port wraps it, as Electron does, or not', () => {
  const port = new FakePort();
  const heard = vi.fn();
  hearPort(port, heard);
  for (const event of [{ data: 'wrapped', ports: [] }, 'bare', { data: 'a message of its own' }, null]) {
    port.emit('message', event);
  }
  expect(heard.mock.calls).toEqual([['wrapped'], ['bare'], [{ data: 'a message of its own' }], [null]]);
  expect(port.start).toHaveBeenCalledOnce();
});

test.each(['here', 'there'])('nothing is said on a port that was closed %s', (where) => {
  const port = new FakePort();
  const end = portEnd<string>(port);
  const closed = vi.fn();
  end.onClose(closed);
  end.send('before');
  if (where === 'here') end.close();
  else port.emit('close');
  end.send('after');
  expect(port.postMessage.mock.calls).toEqual([['before']]);
  expect(closed).toHaveBeenCalledTimes(where === 'here' ? 0 : 1);
});
