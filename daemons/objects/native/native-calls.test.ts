import {
  closeSync,
  constants as fsConstants,
  fstatSync,
  mkdirSync,
  openSync,
  symlinkSync,
  truncateSync,
} from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, it } from 'vitest';
import { DescriptorReceiver } from './descriptor-receiver.ts';
import { ADVICE } from './file-calls.ts';
import { loadLibcBy } from './libc.ts';
import { loadNative, nativeCalls } from './native-calls.ts';
import { errorName } from './native-error.ts';
import { duplicate, peerCredentials, socketPair, waitReadable } from './socket-calls.ts';
import { native, openDescriptors, testFolder, textOf } from './test-fixtures/native.ts';

const { EAGAIN, EBADF, EINVAL } = constants.errno;
const { O_CREAT, O_EXCL, O_RDONLY, O_RDWR } = fsConstants;
const { libc, files } = native();
const folder = testFolder();
folder.file('object', 'hello objects');
mkdirSync(join(folder.path, 'inner'));
symlinkSync('object', join(folder.path, 'link'));
symlinkSync('/etc', join(folder.path, 'inner/out'));
const root = openSync(folder.path, O_RDONLY);
let before: string[];

beforeEach(() => {
  before = openDescriptors();
});
afterEach(() => expect(openDescriptors()).toEqual(before));
afterAll(() => {
  closeSync(root);
  folder.remove();
});

const codeOf = (act: () => unknown): unknown => {
  try {
    return act();
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  }
};

it('has everything on this machine, and says so', () => {
  expect(nativeCalls().map(({ feature, missing }) => [feature, missing])).toEqual([
    ['fdpass', null],
    ['splice', null],
    ['openat2', null],
    ['peerCredentials', null],
    ['handOver', null],
  ]);
  expect(loadNative()).toBe(loadNative());
});

it.each([
  ['elsewhere than on Linux', 'darwin', 'arm64', 'this is darwin'],
  ['on Windows', 'win32', 'x64', 'this is win32'],
  ['on a processor of other layouts', 'linux', 'ia32', 'the processor ia32'],
])(
  '%s there are none, nothing is loaded, and the reason is told',
  (_where, platform, architecture, reason) => {
    const loaded = loadLibcBy(() => expect.fail('must not load'), platform, architecture);
    expect(loaded.libc).toBeNull();
    for (const { missing } of nativeCalls(loaded)) expect(missing).toContain(reason);
  },
);

it('a library that does not load is a reason, not a failure', () => {
  const loaded = loadLibcBy(() => {
    throw new Error('Cannot find the native Koffi module; did you bundle it correctly?\nRequire stack: ...');
  });
  expect(loaded.libc).toBeNull();
  expect(nativeCalls(loaded)[0]!.missing).toBe(
    'koffi did not load: Cannot find the native Koffi module; did you bundle it correctly?',
  );
});

it('opens what is below a folder', () => {
  const fd = files.openBeneath(root, 'object', O_RDONLY);
  expect(textOf(fd)).toBe('hello objects');
  files.close(fd);
});

it.each([
  ['a link', 'link', 'ELOOP'],
  ['a link on the way', 'inner/out/hostname', 'ELOOP'],
  ['a way up', '../object', 'EXDEV'],
  ['a way up from further in', 'inner/../../x', 'EXDEV'],
  ['an absolute path', '/etc/hostname', 'EXDEV'],
  ['a path with NUL, which would end there', 'object\0.png', 'EINVAL'],
  ['what is not there', 'nothing', 'ENOENT'],
  ['a file as a folder', 'object/x', 'ENOTDIR'],
])('does not open %s', (_what, path, code) => {
  expect(codeOf(() => files.openBeneath(root, path, O_RDONLY, 0o640))).toBe(code);
});

it('creates a file with its mode, once', () => {
  const fd = files.openBeneath(root, 'new', O_RDWR | O_CREAT | O_EXCL, 0o600);
  expect(fstatSync(fd).mode & 0o777).toBe(0o600);
  files.close(fd);
  expect(codeOf(() => files.openBeneath(root, 'new', O_RDWR | O_CREAT | O_EXCL, 0o600))).toBe('EEXIST');
});

it('moves a range of a file into a socket, also behind 4 GiB', () => {
  const path = folder.file('large', '');
  truncateSync(path, 5 * 2 ** 30);
  const [here, there] = socketPair(libc);
  const receiver = new DescriptorReceiver(libc);
  const [small, large] = [openSync(join(folder.path, 'object'), 'r'), openSync(path, 'r')];
  expect(files.sendFile(here, small, 6, 100)).toBe(7);
  expect(files.sendFile(here, small, 13, 100)).toBe(0);
  expect(files.sendFile(here, large, 5 * 2 ** 30 - 3, 100)).toBe(3);
  expect(receiver.receive(there).byteLength).toBe(10);
  expect(receiver.bytes.toString('latin1', 0, 10)).toBe('objects\0\0\0');
  expect(files.sendFile(here, 999_999, 0, 1)).toBe(-EBADF);
  expect(files.sendFile(here, large, 2 ** 40, 1)).toBe(0);
  let sent = 0;
  for (let more = 1; more > 0; sent += Math.max(more, 0)) more = files.sendFile(here, large, sent, 65_536);
  expect(files.sendFile(here, large, sent, 65_536)).toBe(-EAGAIN);
  expect(sent).toBeGreaterThan(0);
  for (const fd of [here, there, small, large]) closeSync(fd);
});

it('tells the kernel what will be read', () => {
  const fd = openSync(join(folder.path, 'object'), 'r');
  expect(files.advise(fd, 0, 13, ADVICE.willNeed)).toBe(0);
  expect(files.advise(fd, 0, 13, 99)).toBe(EINVAL);
  closeSync(fd);
  expect(files.advise(999_999, 0, 13, ADVICE.willNeed)).toBe(EBADF);
});

it('knows who is at the other end of a Unix socket, and that of nothing else', () => {
  const [here, there] = socketPair(libc);
  const [uid, gid] = [process.getuid?.(), process.getgid?.()];
  expect(peerCredentials(libc, here)).toEqual({ pid: process.pid, uid, gid });
  expect(codeOf(() => peerCredentials(libc, root))).toBe('ENOTSOCK');
  expect(codeOf(() => peerCredentials(libc, 999_999))).toBe('EBADF');
  closeSync(here);
  closeSync(there);
});

it('a second descriptor of a socket lives on by itself', () => {
  const [here, there] = socketPair(libc);
  const copy = duplicate(libc, here);
  closeSync(here);
  expect(files.sendFile(copy, root, 0, 1)).toBeLessThan(0);
  const object = openSync(join(folder.path, 'object'), 'r');
  expect(files.sendFile(copy, object, 0, 13)).toBe(13);
  for (const fd of [copy, there, object]) closeSync(fd);
  expect(codeOf(() => duplicate(libc, 999_999))).toBe('EBADF');
});

it('waits until something can be received, and no longer than it was told', async () => {
  const [here, there] = socketPair(libc);
  expect(await waitReadable(libc, there, 1)).toBe(false);
  const waiting = waitReadable(libc, there, 60_000);
  const object = openSync(join(folder.path, 'object'), 'r');
  files.sendFile(here, object, 0, 1);
  expect(await waiting).toBe(true);
  for (const fd of [here, there, object]) closeSync(fd);
  await expect(waitReadable(libc, 999_999, 1)).rejects.toMatchObject({ code: 'EBADF' });
});

it('names errors as Node does', () => {
  expect(errorName(EAGAIN)).toBe('EAGAIN');
  expect(errorName(131)).toMatch(/^E/);
  expect(errorName(4_000)).toBe('E4000');
});
