import fs from 'node:fs';
import { createServer } from 'node:net';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { open, putBack, replaced, type Standing, standing } from './left-behind.ts';

let before: Standing;
beforeEach(() => {
  before = standing();
});
afterEach(() => putBack(before));

it('finds nothing where everything was put back, or only added', () => {
  const spy = vi.spyOn(Date, 'now');
  spy.mockRestore();
  Reflect.set(globalThis, 'somebody', 1);
  process.exitCode = undefined;
  expect(replaced(before)).toEqual([]);
  Reflect.deleteProperty(globalThis, 'somebody');
});

it.each<[string, () => void]>([
  ['globalThis.setInterval', () => Reflect.set(globalThis, 'setInterval', () => {})],
  ['globalThis.Date', () => Reflect.set(globalThis, 'Date', class {})],
  ['globalThis.fetch', () => Reflect.deleteProperty(globalThis, 'fetch')],
  ['process.stdout.write', () => Reflect.set(process.stdout, 'write', () => true)],
  ['node:fs.rmSync', () => Reflect.set(fs, 'rmSync', () => {})],
  ["the environment's SIGNALBOX_LEFT", () => Reflect.set(process.env, 'SIGNALBOX_LEFT', '1')],
  ["the environment's PATH", () => Reflect.deleteProperty(process.env, 'PATH')],
])('names %s that was replaced, and puts it back', (name, replace) => {
  replace();
  expect(replaced(before)).toEqual([name]);
  putBack(before);
  expect(replaced(before)).toEqual([]);
});

it('names a faked timer that a spy has brought back after the timers were real again', () => {
  vi.useFakeTimers();
  vi.spyOn(globalThis, 'setInterval').mockRestore();
  vi.useRealTimers();
  vi.restoreAllMocks();
  expect(replaced(before)).toEqual(['globalThis.setInterval']);
});

it('names a server and a listener of the process that are open still, and no longer once they are closed', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await vi.waitFor(() => expect(open(before)).toEqual(['an open TCPServerWrap']));
  const onSignal = () => {};
  process.on('SIGUSR2', onSignal);
  expect(open(before)).toContain('a listener of the process for SIGUSR2');
  process.off('SIGUSR2', onSignal);
  server.close();
  await vi.waitFor(() => expect(open(before)).toEqual([]));
});
