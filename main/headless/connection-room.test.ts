/** Whose connection makes room for a newcomer. */
import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import { CONTROL_LIMITS } from '../core/limits.ts';
import { type Connection, ConnectionRoom } from './connection-room.ts';

class FakeSocket extends EventEmitter {
  destroyed = false;
  readonly remoteAddress: string;

  constructor(remoteAddress: string) {
    super();
    this.remoteAddress = remoteAddress;
  }

  destroy(): void {
    this.destroyed = true;
    this.emit('close');
  }
}

it('lets a /64 of IPv6 make room for others, however many addresses it comes from', () => {
  const room = new ConnectionRoom({ ...CONTROL_LIMITS, httpConnections: 4, silentGraceMs: 0 });
  const enter = (address: string) => {
    const socket = new FakeSocket(address);
    room.enter(socket as unknown as Connection);
    return socket;
  };
  const quiet = enter('2001:db8:0:1::1');
  const crowd = [1, 2, 3].map((n) => enter(`2001:db8::${n}`));
  const newcomer = enter('192.0.2.1');
  expect(quiet.destroyed).toBe(false);
  expect(newcomer.destroyed).toBe(false);
  expect(crowd.filter(({ destroyed }) => destroyed)).toHaveLength(1);
});
