import { closeSync, openSync } from 'node:fs';
import { constants } from 'node:os';
import { afterAll, afterEach, beforeEach, expect, it } from 'vitest';
import { DescriptorReceiver } from './descriptor-receiver.ts';
import { ANSWER_BYTES, type Carrier, DescriptorSender } from './descriptor-sender.ts';
import { socketPair } from './socket-calls.ts';
import { native, openDescriptors, testFolder, textOf } from './test-fixtures/native.ts';

const { EAGAIN, EBADF, EPIPE } = constants.errno;
const { libc } = native();
const receiver = new DescriptorReceiver(libc);
const folder = testFolder();
const path = folder.file('object', 'hello objects');
let before: string[];
let [here, there] = [-1, -1];

beforeEach(() => {
  before = openDescriptors();
  [here, there] = socketPair(libc);
});

afterEach(() => {
  closeSync(here);
  closeSync(there);
  // Whatever a test did, refused or failed: nothing is open that was not.
  expect(openDescriptors()).toEqual(before);
});

afterAll(() => folder.remove());

/** Opens the object and puts an answer with it into the batch. */
function add(sender: DescriptorSender, text: string): number {
  const fd = openSync(path, 'r');
  sender.add(sender.bytes.write(text, sender.next), fd);
  return fd;
}

/** Sends what was added, and closes what was opened for it. */
function send(sender: DescriptorSender, ...fds: number[]) {
  const sent = { ...sender.send(here) };
  for (const fd of fds) closeSync(fd);
  return sent;
}

function take(maxBytes?: number): [string, string[]] {
  const { byteLength, descriptors } = receiver.receive(there, maxBytes);
  const texts = descriptors.map(textOf);
  for (const fd of descriptors) closeSync(fd);
  return [receiver.bytes.toString('latin1', 0, Math.max(byteLength, 0)), texts];
}

it('hands out a descriptor on a byte of its own, so that who takes the answer by read() does not lose it', () => {
  const sender = new DescriptorSender(libc, 'own-byte', 4);
  const sent = send(sender, add(sender, 'answer'), add(sender, 'another'));
  expect(sent).toEqual({ answers: 2, torn: false, errno: 0 });
  expect(take(6)).toEqual(['answer', []]);
  expect(take(1)).toEqual(['X', ['hello objects']]);
  // Whoever takes as much as there is gets no further than one descriptor.
  expect(take()).toEqual(['anotherX', ['hello objects']]);
  expect(take()).toEqual(['', []]);
});

it('hands out a descriptor on the first byte of the answer', () => {
  const sender = new DescriptorSender(libc, 'first-byte', 4);
  const sent = send(sender, add(sender, 'answer'), add(sender, 'another'));
  expect(sent).toEqual({ answers: 2, torn: false, errno: 0 });
  expect(take(1)).toEqual(['a', ['hello objects']]);
  expect(take(5)).toEqual(['nswer', []]);
  expect(take()).toEqual(['another', ['hello objects']]);
});

it('sends a full batch in one call, and the next one after it', () => {
  const sender = new DescriptorSender(libc, 'own-byte', 8);
  for (let round = 0; round < 2; round++) {
    const fds = Array.from({ length: 8 }, (_, i) => add(sender, `answer ${i}`));
    expect(sender.count).toBe(8);
    expect(fds.map((_, i) => [sender.descriptorOf(i), sender.answerOf(i).toString()])).toEqual(
      fds.map((fd, i) => [fd, `answer ${i}`]),
    );
    expect(send(sender, ...fds).answers).toBe(8);
    expect(sender.count).toBe(0);
    for (let i = 0; i < 8; i++) expect(take()).toEqual([`answer ${i}X`, ['hello objects']]);
  }
});

it('takes the longest answer', () => {
  const sender = new DescriptorSender(libc, 'own-byte', 2);
  const sent = send(sender, add(sender, 'a'.repeat(ANSWER_BYTES)), add(sender, 'b'));
  expect(sent.answers).toBe(2);
  expect(take()).toEqual([`${'a'.repeat(ANSWER_BYTES)}X`, ['hello objects']]);
  expect(take()).toEqual(['bX', ['hello objects']]);
});

function fill(carrier: Carrier): number {
  const sender = new DescriptorSender(libc, carrier, 16);
  for (let answers = 0; ; ) {
    const fds = Array.from({ length: 16 }, () => add(sender, 'answer'));
    const sent = send(sender, ...fds);
    answers += sent.answers;
    if (sent.errno !== 0) {
      expect(sent).toEqual({ answers: 0, torn: false, errno: EAGAIN });
      return answers;
    }
  }
}

it('says how far it came where the reader has stopped, and that it can go on when there is room', () => {
  const answers = fill('first-byte');
  for (let i = 0; i < answers; i++) expect(take()).toEqual(['answer', ['hello objects']]);
  expect(take()).toEqual(['', []]);
  const sender = new DescriptorSender(libc, 'first-byte', 1);
  expect(send(sender, add(sender, 'late')).answers).toBe(1);
  expect(take()).toEqual(['late', ['hello objects']]);
});

it('sends the byte that carries the descriptor later where there was room for the answer alone', () => {
  const answers = fill('first-byte');
  expect(take()).toEqual(['answer', ['hello objects']]);
  const sender = new DescriptorSender(libc, 'own-byte', 2);
  expect(send(sender, add(sender, 'torn'), add(sender, 'never'))).toEqual({
    answers: 0,
    torn: true,
    errno: 0,
  });
  const fd = openSync(path, 'r');
  expect(sender.sendCarrier(here, fd)).toBe(EAGAIN);
  for (let i = 1; i < answers; i++) take();
  expect(sender.sendCarrier(here, fd)).toBe(0);
  closeSync(fd);
  expect(take()).toEqual(['tornX', ['hello objects']]);
});

it('says that the other side is gone', () => {
  closeSync(there);
  const sender = new DescriptorSender(libc, 'own-byte', 1);
  expect(send(sender, add(sender, 'answer'))).toEqual({ answers: 0, torn: false, errno: EPIPE });
  // For the end of the test.
  there = openSync(path, 'r');
});

it('says that a descriptor is none, and sends nothing of that answer', () => {
  const sender = new DescriptorSender(libc, 'first-byte', 2);
  const fd = add(sender, 'good');
  sender.add(sender.bytes.write('bad', sender.next), 999_999);
  expect(send(sender, fd)).toEqual({ answers: 1, torn: false, errno: 0 });
  sender.add(sender.bytes.write('bad', sender.next), 999_999);
  expect(send(sender)).toEqual({ answers: 0, torn: false, errno: EBADF });
  expect(take()).toEqual(['good', ['hello objects']]);
  expect(take()).toEqual(['', []]);
});

it('descriptors that nobody took are closed with the socket', () => {
  const sender = new DescriptorSender(libc, 'own-byte', 1);
  expect(send(sender, add(sender, 'answer')).answers).toBe(1);
  // afterEach finds nothing more open than before.
});

it('tells the end, an empty socket and a wrong one apart', () => {
  expect({ ...receiver.receive(there) }).toMatchObject({ byteLength: -1, errno: EAGAIN, descriptors: [] });
  closeSync(here);
  expect({ ...receiver.receive(there) }).toMatchObject({ byteLength: 0, errno: 0, descriptors: [] });
  here = openSync(path, 'r');
  expect({ ...receiver.receive(999_999) }).toMatchObject({ byteLength: -1, errno: EBADF });
});
