/** Why a place cannot be had, in the words of start, reload and check, and what a change of listeners insists on. */
import { once } from 'node:events';
import { type AddressInfo, createServer, Server } from 'node:net';
import { afterEach, expect, it, vi } from 'vitest';
import { strangerAt } from '../../../contract/listen-place.ts';
import { carryOut, type ListenEntry, type ListenerChange, listenError } from './listener-change.ts';
import { ListenerSet } from './listener-set.ts';

const tcp = { host: '::1', port: 6667, key: 'ircd.listen[1]' };
const unix = { path: '/run/irc.sock', key: 'ircd.listen[2]' };
const failure = (code: string) => Object.assign(new Error(`${code}: as the system says it`), { code });

it.each([
  ['EADDRNOTAVAIL', 'this machine does not have that address now (EADDRNOTAVAIL)'],
  ['EACCES', 'this user may not use that port (EACCES)'],
  ['ENOTFOUND', 'no such host name is known (ENOTFOUND)'],
  ['EINVAL', 'EINVAL: as the system says it'],
])('says of an address why it cannot be listened on: %s', (code, why) => {
  const cause = failure(code);
  expect(listenError(tcp, cause)).toMatchObject({
    code: 'init_failed',
    message: `cannot listen on [::1]:6667: ${why}`,
    detail: { host: '::1', port: 6667, key: 'ircd.listen[1]' },
    cause,
  });
});

const NO_FOLDER = 'there is no such folder; make it first';
const NOT_THERE = 'this user may not make a socket in that folder';
it.each([
  ['EEXIST', 'what is there is no socket, and it was left as it is; name another path or remove it'],
  ['ENOENT', `${NO_FOLDER} (ENOENT)`],
  ['ENOTDIR', `${NO_FOLDER} (ENOTDIR)`],
  ['EACCES', `${NOT_THERE} (EACCES)`],
  ['EPERM', `${NOT_THERE} (EPERM)`],
  ['EADDRNOTAVAIL', 'EADDRNOTAVAIL: as the system says it'],
])('says of a path why it cannot be listened on: %s', (code, why) => {
  expect(listenError(unix, failure(code))).toMatchObject({
    code: 'init_failed',
    message: `cannot listen on /run/irc.sock: ${why}`,
    detail: { path: '/run/irc.sock', key: 'ircd.listen[2]' },
  });
});

it.each([tcp, unix])('says who may have a place that is in use', (place) => {
  const cause = failure('EADDRINUSE');
  const { key, ...where } = place;
  const error = listenError(place, cause);
  expect(error).toMatchObject({ code: 'address_in_use', detail: { ...where, key }, cause });
  expect(error.message).toContain(strangerAt(place));
});

/** A change of which every step is written down. */
function recorded(held: ListenerChange['held'], failing?: string) {
  const steps: string[] = [];
  const step = (name: string) => {
    steps.push(name);
    if (name === failing) throw new Error(`${name} failed`);
  };
  const change: ListenerChange = {
    held,
    release: () => step('release'),
    bind: async () => step('bind'),
    commit: () => true,
    undo: () => step('undo'),
    restore: async () => step('restore'),
  };
  const commit = () => {
    step('commit');
    return 'done';
  };
  return { steps, run: () => carryOut(change, commit) };
}

const own = { ...tcp, own: true };
it.each([
  ['nothing is held', [], ['commit']],
  ['only own listeners hold what is wanted', [own, own], ['release', 'bind', 'commit']],
  ['a stranger holds some of it', [own, { ...own, own: false }], ['commit']],
])('gives own addresses up only where that helps: %s', async (_, held, steps) => {
  const { steps: taken, run } = recorded(held);
  expect(await run()).toBe('done');
  expect(taken).toEqual(steps);
});

it.each([
  ['release', ['release', 'undo', 'restore']],
  ['bind', ['release', 'bind', 'undo', 'restore']],
  ['commit', ['release', 'bind', 'commit', 'undo', 'restore']],
])('goes all the way back when %s fails', async (failing, steps) => {
  const { steps: taken, run } = recorded([own], failing);
  await expect(run()).rejects.toThrow(`${failing} failed`);
  expect(taken).toEqual(steps);
});

const made: { readonly entry: ListenEntry; readonly server: Server }[] = [];
const set = new ListenerSet<ListenEntry>({
  key: 'test.listen',
  protocol: (entry) => ('path' in entry ? 'local' : 'echo'),
  create: (entry) => {
    const server = createServer((socket) => socket.end());
    made.push({ entry, server });
    return server;
  },
  onAcceptFailure: () => {},
});
afterEach(() => {
  set.close();
  made.length = 0;
  vi.restoreAllMocks();
});
const entry = (port = 0, host = '127.0.0.1') => ({ host, port });

it('has the kernel hold as many newcomers as a burst of reconnects brings', async () => {
  const listen = vi.spyOn(Server.prototype, 'listen');
  await set.apply([entry()]);
  expect(listen.mock.calls[0]?.[0]).toEqual({ host: '127.0.0.1', port: 0, backlog: 4_096 });
});

it('says what is spoken on each listener, and that none speaks TLS unless it is told to', async () => {
  await set.apply([entry(), { ...entry(), tls: true }, { ...entry(), tls: false }]);
  expect(set.infos).toMatchObject([
    { protocol: 'echo', tls: false },
    { protocol: 'echo', tls: true },
    { protocol: 'echo', tls: false },
  ]);
});

it('commits nothing while an address is held, and names one of a stranger first', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port: taken } = other.address() as AddressInfo;
  await set.apply([entry()]);
  const { port } = set.infos[0] as { readonly port: number };
  const change = await set.change([{ ...entry(port), tls: true }, entry(taken)]);
  expect(change.held).toEqual([
    { host: '127.0.0.1', port, key: 'test.listen[0]', own: true },
    { host: '127.0.0.1', port: taken, key: 'test.listen[1]', own: false },
  ]);
  expect(() => change.commit()).toThrow(
    expect.objectContaining({ code: 'address_in_use', detail: expect.objectContaining({ port: taken }) }),
  );
  // It was only refused: everything is as it was.
  expect(set.infos).toMatchObject([{ port, tls: false }]);
  expect(set.listeners[0]?.server.listening).toBe(true);
  change.undo();
  await change.restore();
  other.close();
});

it('closes what it opened when a step fails, and opens nothing anew where nothing was closed', async () => {
  await set.apply([entry()]);
  const [before] = set.listeners;
  const change = await set.change([entry(), entry(), entry()]);
  expect(made.map(({ server }) => server.listening)).toEqual([true, true, true]);
  change.undo();
  change.undo();
  expect(made.map(({ server }) => server.listening)).toEqual([true, false, false]);
  await change.restore();
  expect(set.listeners).toEqual([before]);
  expect(made).toHaveLength(3);
});

it('opens again what it gave up, on the port that its clients know', async () => {
  await set.apply([entry(), entry()]);
  const ports = set.infos.map((info) => ('port' in info ? info.port : 0));
  const change = await set.change([entry()]);
  change.release();
  change.release();
  expect(made.map(({ server }) => server.listening)).toEqual([true, false]);
  change.undo();
  await change.restore();
  expect(set.infos).toMatchObject(ports.map((port) => ({ port })));
  expect(made[2]?.server.listening).toBe(true);
});

it('tells that a listener could not be opened again, and keeps those that could', async () => {
  await set.apply([entry(), entry(), entry()]);
  const [first, second, third] = set.infos.map((info) => ('port' in info ? info.port : 0));
  const change = await set.change([entry()]);
  change.release();
  const other = createServer().listen(second, '127.0.0.1');
  await once(other, 'listening');
  await expect(change.restore()).rejects.toMatchObject({
    code: 'address_in_use',
    detail: { host: '127.0.0.1', port: second, key: 'test.listen[1]' },
  });
  expect(set.infos).toMatchObject([{ port: first }, { port: third }]);
  other.close();
});

it('takes listeners for others when any field of theirs differs, whatever the order of the fields', async () => {
  await set.apply([entry()]);
  const [before] = set.listeners;
  expect(await set.apply([{ port: 0, host: '127.0.0.1' }])).toBe(false);
  expect(set.listeners[0]).toBe(before);
  expect(await set.apply([{ ...entry(), tls: false }])).toBe(true);
  expect(set.listeners[0]).not.toBe(before);
});
