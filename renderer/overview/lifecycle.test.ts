import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Hosts } from '../model/hosts.ts';
import { FakeDocument, type FakeHost, fakeHost } from '../model/test-host.ts';
import { confirmLifecycle, requestLifecycle } from './lifecycle.tsx';

let a: FakeHost;
let b: FakeHost;
let hosts: Hosts;

/** Wants to stop `d` of a host, which says that it has to be confirmed. */
async function wantsToStop(fake: FakeHost, id: string): Promise<void> {
  const error = { code: 'confirmation_required', message: '', detail: { impact: 'disconnects 3 clients' } };
  fake.answers['daemon.stop'] = () => ({ ok: false, error });
  const host = hosts.get(id);
  if (host !== undefined) await requestLifecycle(host, 'd', 'stop');
  delete fake.answers['daemon.stop'];
  fake.request.mockClear();
}

beforeEach(() => {
  vi.stubGlobal('document', new FakeDocument());
  hosts = new Hosts();
  a = fakeHost('a');
  b = fakeHost('b');
  hosts.add(a.access);
  hosts.add(b.access);
});
afterEach(() => {
  hosts.close();
  vi.unstubAllGlobals();
});

test('a daemon is stopped on the host where that was asked, not on the one whose page is shown by then', async () => {
  await wantsToStop(a, 'a');
  await confirmLifecycle();
  expect(a.request).toHaveBeenCalledWith('daemon.stop', { id: 'd', confirmed: true });
  expect(b.asked()).toEqual([]);
});

test('the question goes with its host: nothing is stopped anywhere after that', async () => {
  await wantsToStop(a, 'a');
  hosts.remove('a');
  await confirmLifecycle();
  expect([...a.asked(), ...b.asked()]).toEqual([]);
});

test('the question stays when another host goes, about which there was one before', async () => {
  await wantsToStop(b, 'b');
  await wantsToStop(a, 'a');
  hosts.remove('b');
  await confirmLifecycle();
  expect(a.asked()).toEqual(['daemon.stop']);
});

test('a question of a host that has gone meanwhile is not put', async () => {
  const host = hosts.get('a');
  let answer: (outcome: unknown) => void = () => {};
  a.answers['daemon.stop'] = () => new Promise((resolve) => (answer = resolve));
  const wanted = host === undefined ? undefined : requestLifecycle(host, 'd', 'stop');
  hosts.remove('a');
  answer({ ok: false, error: { code: 'confirmation_required', message: '', detail: { impact: 'x' } } });
  await wanted;
  a.request.mockClear();
  await confirmLifecycle();
  expect(a.asked()).toEqual([]);
});
