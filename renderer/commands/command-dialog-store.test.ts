import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Hosts } from '../model/hosts.ts';
import { FakeDocument, type FakeHost, fakeHost } from '../model/test-host.ts';
import { closeOnLeave } from '../shell/route.ts';
import { closeCommand, openCommand, useOpenCommand } from './command-dialog-store.ts';

let a: FakeHost;
let b: FakeHost;
let hosts: Hosts;
const place = { hash: '' };
const opened = () => useOpenCommand.getState().open;
const openOn = (id: string) => {
  const host = hosts.get(id);
  if (host !== undefined) openCommand({ host, daemon: 'd', command: 'drop', args: {} });
};

beforeEach(() => {
  const window = new EventTarget();
  vi.stubGlobal('document', new FakeDocument());
  vi.stubGlobal('location', place);
  vi.stubGlobal('addEventListener', window.addEventListener.bind(window));
  vi.stubGlobal('removeEventListener', window.removeEventListener.bind(window));
  vi.stubGlobal('dispatchEvent', window.dispatchEvent.bind(window));
  place.hash = '#/h/a/daemon/d';
  hosts = new Hosts();
  a = fakeHost('a');
  b = fakeHost('b');
  hosts.add(a.access);
  hosts.add(b.access);
});
afterEach(() => {
  closeCommand();
  hosts.close();
  vi.unstubAllGlobals();
});

test('a command that was opened on one host asks, runs and is cancelled there, after the page is one of the other', async () => {
  a.answers['command.impact'] = () => ({ ok: true, result: { text: null } });
  a.connect({ phase: 'connected' });
  await vi.waitFor(() => expect(hosts.get('a')?.store.getState().host).not.toBeNull());
  openOn('a');
  const open = opened();
  place.hash = '#/h/b/daemon/d';
  const [command] = hosts.get('a')?.store.getState().host?.manifests[0]?.commands ?? [];
  if (command !== undefined) await open?.runner.impact(command, {});
  const done = open?.runner.start({}, true);
  open?.runner.cancel();
  expect((await done)?.phase).toBe('done');
  expect(a.request).toHaveBeenCalledWith('command.run', expect.objectContaining({ daemon: 'd' }));
  expect(a.asked()).toEqual(['hello', 'task.list', 'command.impact', 'command.run', 'command.cancel']);
  expect(b.asked()).toEqual([]);
});

test('the dialog is closed when the page is that of the same daemon on another host', () => {
  const end = closeOnLeave(closeCommand);
  openOn('a');
  place.hash = '#/h/b/daemon/d';
  dispatchEvent(new Event('hashchange'));
  expect(opened()).toBeNull();
  end();
});

test('the dialog goes with its host, not with another one, and is not opened for one that has gone', () => {
  openOn('b');
  openOn('a');
  hosts.remove('b');
  expect(opened()?.host.id).toBe('a');
  const [gone] = hosts.store.getState().models;
  hosts.remove('a');
  expect(opened()).toBeNull();
  if (gone !== undefined) openCommand({ host: gone, daemon: 'd', command: 'drop', args: {} });
  expect(opened()).toBeNull();
});
